// Where a reader is in a text: a run of words or characters, or an exact range. All offsets are UTF-16 units; a selection
// never leaves its segment, and no edge lies inside what a reader sees as one character.
import { cursorUnits, graphemesOf, isBlank, unitAt } from "./offsets.js";

const NO_SPACE_SCRIPTS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

export class TextCursor {
  granularity = "word";
  column = null;
  #text;
  #segments;
  #units = [];
  #graphemes = new Map();
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

  /** Every character of a segment as a reader sees it, white space too. */
  #charactersOf(segment) {
    if (!this.#graphemes.has(segment)) {
      this.#graphemes.set(segment, graphemesOf(this.#text.slice(segment.start, segment.end), segment.start));
    }
    return this.#graphemes.get(segment);
  }

  #isBlank(unit) {
    return isBlank(this.#text.slice(...unit));
  }

  get selection() {
    if (this.#exact) return this.#exact;
    if (this.#focus < 0 || !this.#units.length) return null;
    const [first, last] = [Math.min(this.#anchor, this.#focus), Math.max(this.#anchor, this.#focus)];
    return [this.#units[first][0], this.#units[last][1]];
  }

  /** The unit that moves next; none in a text without words. */
  get focusUnit() {
    return this.#units[Math.max(0, this.#focus)] ?? null;
  }

  unitStart(offset) {
    return this.#units[unitAt(this.#units, offset)]?.[0] ?? null;
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

  /** A range without white space at its ends, or null when nothing is left. */
  trim([start, end]) {
    const characters = this.#charactersOf(this.segmentAt(start));
    const [from, to] = [unitAt(characters, start), unitAt(characters, end - 1)];
    let [first, last] = [from, to];
    while (first <= last && this.#isBlank(characters[first])) first++;
    while (last >= first && this.#isBlank(characters[last])) last--;
    if (first > last || start >= end) return null;
    return [first > from ? characters[first][0] : start, last < to ? characters[last][1] : end];
  }

  get trimmed() {
    return this.selection && this.trim(this.selection);
  }

  /** An edge inside a character moves to the character's edge (side 0: start, 1: end), one inside a word to the word's;
   *  scripts without spaces stay exact. */
  snapped(offset, side) {
    const inside = Math.max(0, offset - side);
    const characters = this.#charactersOf(this.segmentAt(inside));
    const character = characters[unitAt(characters, inside)];
    const whole = character && offset > character[0] && offset < character[1] ? character[side] : offset;
    const unit = this.#units[unitAt(this.#units, Math.max(0, whole - side))];
    if (!unit || whole <= unit[0] || whole >= unit[1]) return whole;
    return NO_SPACE_SCRIPTS.test(this.#text.slice(...unit)) ? whole : unit[side];
  }

  /** Where an edge that is dragged to `offset` comes to lie, at least one character from the other edge. */
  draggedEdge([start, end], edge, offset) {
    const segment = this.segmentAt(start);
    const inside = Math.max(segment.start, Math.min(segment.end, offset));
    const characters = this.#charactersOf(segment);
    const [first, last] = [characters[unitAt(characters, start)], characters[unitAt(characters, end - 1)]];
    if (edge === "start") return Math.max(segment.start, Math.min(this.#nearest(inside), last[0]));
    return Math.min(segment.end, Math.max(this.#nearest(inside), first[1]));
  }

  /** The nearest edge of a word, or of a character where words have no spaces. */
  #nearest(offset) {
    const [before, after] = [this.snapped(offset, 0), this.snapped(offset, 1)];
    return offset - before <= after - offset ? before : after;
  }

  /** Offset of one edge of [start, end] after a step by a character, or null at the end of the segment or the span. */
  nudged([start, end], edge, direction) {
    const characters = this.#charactersOf(this.segmentAt(start)).filter((unit) => !this.#isBlank(unit));
    const [first, last] = [unitAt(characters, start), unitAt(characters, end - 1)];
    const index = (edge === "start" ? first : last) + direction;
    const isInside = edge === "start" ? index >= 0 && index <= last : index >= first && index < characters.length;
    return isInside ? characters[index][edge === "start" ? 0 : 1] : null;
  }

  /** [start, end] moved by a word or character, or null at the end of the segment. */
  moved([start, end], direction) {
    const segment = this.segmentAt(start);
    const [first, last] = [unitAt(this.#units, start) + direction, unitAt(this.#units, end - 1) + direction];
    const isInside = (unit) => unit && unit[0] >= segment.start && unit[1] <= segment.end;
    if (!isInside(this.#units[first]) || !isInside(this.#units[last])) return null;
    return [this.#units[first][0], this.#units[last][1]];
  }

  /** The two ranges that [start, end] falls into at `offset`, or null when one of them would be empty. */
  halves([start, end], offset) {
    const cut = this.#nearest(offset);
    if (cut <= start || cut >= end) return null;
    const parts = [this.trim([start, cut]), this.trim([cut, end])];
    return parts.every(Boolean) ? parts : null;
  }
}
