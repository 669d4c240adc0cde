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

export const isBlank = (text) => !/\S/.test(text);

/** Every character as a reader sees it (grapheme cluster), as [start, end] in UTF-16 units. */
export const graphemesOf = (text, base = 0) =>
  Array.from(segmenterFor("zh", "grapheme").segment(text), ({ segment, index }) => [base + index, base + index + segment.length]);

// Outside of these ranges the edge of a word can lie inside a character, such as after a prepended Arabic number sign.
const MAY_CUT_CHARACTERS = /[^\u0000-\u02ff\u2000-\u200a\u2010-\u2027\u20a0-\u20cf\u3000-\u3029\u3030-\u3098\u309b-\u9fff\uff00-\uffef]/;

/** Words whose edges are edges of characters: what cuts a character is put together again. */
const wholeWords = (text) => {
  const words = Array.from(segmenterFor("zh", "word").segment(text), ({ segment, index }) => [index, index + segment.length]);
  if (!MAY_CUT_CHARACTERS.test(text)) return words;
  const edges = new Set(graphemesOf(text).map(([start]) => start));
  const whole = [];
  for (const word of words) {
    if (edges.has(word[0])) whole.push(word);
    else whole.at(-1)[1] = word[1];
  }
  return whole;
};

/** What the cursor steps over, as [start, end] in UTF-16 units: words or characters, each punctuation mark and emoji for
 *  itself, no white space. `base` is added to every offset. */
export const cursorUnits = (text, granularity, { base = 0 } = {}) => {
  const units = granularity === "character" ? graphemesOf(text) : wholeWords(text);
  return units.filter(([start, end]) => !isBlank(text.slice(start, end))).map(([start, end]) => [base + start, base + end]);
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
