// The one place that converts offsets. The wire counts Unicode code points, as Python does; the DOM counts UTF-16 units.
// The map costs one entry per character outside the Basic Multilingual Plane; a conversion is a binary search.

const countBelow = (sorted, value) => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
};

const isHighSurrogate = (unit) => unit >= 0xd800 && unit < 0xdc00;
const isLowSurrogate = (unit) => unit >= 0xdc00 && unit < 0xe000;

export class OffsetMap {
  #pairsAtCodePoint = [];
  #pairsAtUtf16 = [];

  constructor(text) {
    let codePoint = 0;
    for (let unit = 0; unit < text.length; unit++, codePoint++) {
      if (isHighSurrogate(text.charCodeAt(unit)) && isLowSurrogate(text.charCodeAt(unit + 1))) {
        this.#pairsAtCodePoint.push(codePoint);
        this.#pairsAtUtf16.push(unit);
        unit++;
      }
    }
    this.length = codePoint;
  }

  toUtf16(codePoint) {
    return codePoint + countBelow(this.#pairsAtCodePoint, codePoint);
  }

  toCodePoint(unit) {
    return unit - countBelow(this.#pairsAtUtf16, unit);
  }
}

const segmenters = new Map();

const segmenterFor = (locale, granularity) => {
  const key = `${locale} ${granularity}`;
  if (!segmenters.has(key)) segmenters.set(key, new Intl.Segmenter(locale, { granularity }));
  return segmenters.get(key);
};

/** What the cursor steps over, as [start, end] in UTF-16 units: words or graphemes, each punctuation mark and emoji for
 *  itself, no white space. `base` is added to every offset. */
export const cursorUnits = (text, granularity, { locale = "zh", base = 0 } = {}) => {
  const segmenter = segmenterFor(locale, granularity === "character" ? "grapheme" : "word");
  const units = [];
  for (const { segment, index } of segmenter.segment(text)) {
    if (/\S/.test(segment)) units.push([base + index, base + index + segment.length]);
  }
  return units;
};

/** Index of the last unit that starts at or before this UTF-16 offset. */
export const unitAt = (units, offset) => {
  let low = 0;
  let high = units.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (units[middle][0] <= offset) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
};

/** The stretches of a text that spans may not leave: its parts, and whatever lies between them.
 *  Parts come in code points; {role, start, end} go out in UTF-16 units. The "\n" that joins two parts is left out. */
export const textSegments = (text, map, parts = []) => {
  const segments = [];
  let at = 0;
  const gap = (until) => {
    if (until > at && text.slice(at, until) !== "\n") segments.push({ role: "", start: at, end: until });
  };
  for (const part of [...parts].sort((a, b) => a.start - b.start)) {
    const [start, end] = [map.toUtf16(part.start), map.toUtf16(part.end)];
    gap(start);
    segments.push({ role: part.role ?? "", start, end });
    at = end;
  }
  gap(text.length);
  return segments.length ? segments : [{ role: "", start: 0, end: text.length }];
};

const NO_SPACE_SCRIPTS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/** Where a reader is in a text: a run of words or characters, or an exact range. All offsets are UTF-16 units;
 *  a selection never leaves its segment. */
export class TextCursor {
  granularity = "word";
  column = null;
  #text;
  #segments;
  #units = [];
  #anchor = 0;
  #focus = -1;
  #exact = null;

  constructor(text, segments, granularity = "word") {
    this.#text = text;
    this.#segments = segments;
    this.granularity = granularity;
    this.#cut();
  }

  #cut() {
    this.#units = this.#segments.flatMap(({ start, end }) =>
      cursorUnits(this.#text.slice(start, end), this.granularity, { base: start }));
  }

  segmentAt(offset) {
    return this.#segments.findLast((segment) => segment.start <= offset) ?? this.#segments[0];
  }

  get selection() {
    if (this.#exact) return this.#exact;
    if (this.#focus < 0 || !this.#units.length) return null;
    const [first, last] = [Math.min(this.#anchor, this.#focus), Math.max(this.#anchor, this.#focus)];
    return [this.#units[first][0], this.#units[last][1]];
  }

  get focusUnit() {
    return this.#units[Math.max(0, this.#focus)];
  }

  selectExactly(start, end) {
    this.#exact = [start, end];
    this.#anchor = unitAt(this.#units, start);
    this.#focus = unitAt(this.#units, end - 1);
  }

  /** False when the selection would leave its segment. */
  moveTo(index, extend) {
    const target = Math.max(0, Math.min(this.#units.length - 1, index));
    const segmentOf = (unit) => this.segmentAt(this.#units[unit][0]);
    if (!this.#units.length) return true;
    if (extend && segmentOf(target) !== segmentOf(this.#anchor)) return false;
    this.#focus = target;
    if (!extend) this.#anchor = target;
    this.#exact = null;
    return true;
  }

  moveBy(steps, extend) {
    return this.moveTo(this.#focus + steps, extend);
  }

  moveToOffset(offset, extend) {
    return this.moveTo(unitAt(this.#units, offset), extend);
  }

  moveToEnd(extend) {
    return this.moveTo(this.#units.length - 1, extend);
  }

  toggleGranularity() {
    const { selection } = this;
    this.granularity = this.granularity === "word" ? "character" : "word";
    this.#cut();
    if (selection) this.selectExactly(...selection);
  }

  /** The selection without white space at its ends, or null when nothing is left. */
  get trimmed() {
    let [start, end] = this.selection ?? [0, 0];
    while (start < end && /\s/.test(this.#text[start])) start++;
    while (end > start && /\s/.test(this.#text[end - 1])) end--;
    return start < end ? [start, end] : null;
  }

  /** An edge inside a word moves to the word's edge (side 0: start, 1: end); scripts without spaces stay exact. */
  snapped(offset, side) {
    const unit = this.#units[unitAt(this.#units, Math.max(0, offset - side))];
    if (!unit || offset <= unit[0] || offset >= unit[1]) return offset;
    return NO_SPACE_SCRIPTS.test(this.#text.slice(...unit)) ? offset : unit[side];
  }

  /** Offset of one edge of [start, end] after a step by a grapheme, or null at the end of the segment or the span. */
  nudged([start, end], edge, direction) {
    const segment = this.segmentAt(start);
    const graphemes = cursorUnits(this.#text.slice(segment.start, segment.end), "character", { base: segment.start });
    const [first, last] = [unitAt(graphemes, start), unitAt(graphemes, end - 1)];
    const index = (edge === "start" ? first : last) + direction;
    const isInside = edge === "start" ? index >= 0 && index <= last : index >= first && index < graphemes.length;
    return isInside ? graphemes[index][edge === "start" ? 0 : 1] : null;
  }
}
