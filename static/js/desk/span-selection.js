// What is in work in <span-annotator>: the text, its spans, where the cursor is and which span is active. No DOM.
import { OffsetMap, textSegments } from "./offsets.js";
import { SpanEdits } from "./span-edits.js";
import { neighborOf, stackOver } from "./span-rules.js";
import { TextCursor } from "./text-cursor.js";

export class SpanSelection {
  text = "";
  spans = [];
  cursor = new TextCursor("", []);
  /** Where the active span was pressed, {offset, unit} in UTF-16 units: there it would be split. */
  pressed = null;
  #map = new OffsetMap("");
  #activeId = null;

  /** Begin a text anew; gives its segments. */
  load(text, parts) {
    this.text = text;
    this.#map = new OffsetMap(text);
    const segments = textSegments(text, this.#map, parts);
    this.cursor = new TextCursor(text, segments, this.cursor.granularity);
    this.activate(null);
    return segments;
  }

  /** `indexOf(span)`: the number of its label. An active span stays selected, wherever it is now. */
  setSpans(spans, indexOf) {
    const placed = spans.map((span) => {
      const [start16, end16] = [this.#map.toUtf16(span.start), this.#map.toUtf16(span.end)];
      return { ...span, start16, end16, suggested: span.status === "suggested", index: indexOf(span) };
    });
    this.spans = placed.sort((a, b) => a.start16 - b.start16 || b.end16 - a.end16);
    this.activate(this.#activeId, this.pressed);
  }

  get active() {
    return this.spans.find((span) => span.id === this.#activeId) ?? null;
  }

  activate(id, pressed = null) {
    this.#activeId = id;
    this.pressed = this.active && pressed;
    if (this.active) this.cursor.selectExactly(this.active.start16, this.active.end16);
    else this.#activeId = null;
  }

  /** After the cursor has moved: exactly over a span it activates this. */
  follow() {
    const [start, end] = this.cursor.selection ?? [0, 0];
    const exact = this.spans.find((span) => span.start16 === start && span.end16 === end);
    this.#activeId = exact?.id ?? null;
    this.pressed = null;
  }

  get edits() {
    return new SpanEdits(this.spans, this.#map, this.cursor);
  }

  textOf(span) {
    return this.text.slice(this.#map.toUtf16(span.start), this.#map.toUtf16(span.end));
  }

  /** What is selected, in code points. `isResting`: nobody chose it yet, the cursor stands where a text begins. */
  get stretch() {
    const { selection, focusUnit } = this.cursor;
    if (!selection) return null;
    const [start, end] = selection;
    const isUnit = focusUnit?.[0] === start && focusUnit[1] === end;
    const isResting = isUnit && !this.active && !this.text.slice(0, start).trim();
    return { start: this.#map.toCodePoint(start), end: this.#map.toCodePoint(end), isResting };
  }

  selectStretch(start, end) {
    this.cursor.selectExactly(this.#map.toUtf16(start), this.#map.toUtf16(end));
    this.follow();
  }

  /** The spans over what is selected, innermost first. */
  get around() {
    return stackOver(this.spans, ...(this.cursor.selection ?? [0, 0]));
  }

  neighbor(direction) {
    return neighborOf(this.spans, this.#activeId, this.cursor.selection?.[0] ?? 0, direction);
  }

  /** Press at a place: it activates the innermost span there, and the next one below when pressed again. */
  press(offset) {
    const stack = stackOver(this.spans, offset, offset + 1);
    if (!stack.length) return null;
    const unit = this.cursor.unitStart(offset);
    const at = this.pressed?.unit === unit ? stack.findIndex((span) => span.id === this.#activeId) : -1;
    const chosen = stack[(at + 1) % stack.length];
    this.activate(chosen.id, { offset, unit });
    return chosen;
  }

  /** Select between two offsets, of which one may be null (outside of the text): within one part, by whole characters and
   *  words. False when nothing is left; `isCut` says whether it went beyond its part. */
  selectBetween(start, end) {
    const segment = this.cursor.segmentAt(start ?? end - 1);
    const [from, to] = [Math.max(start ?? segment.start, segment.start), Math.min(end ?? segment.end, segment.end)];
    if (to <= from) return { isSelected: false, isCut: false };
    this.cursor.selectExactly(this.cursor.snapped(from, 0), this.cursor.snapped(to, 1));
    this.follow();
    return { isSelected: true, isCut: end === null || end > segment.end };
  }

  /** The span to split and the offset where. */
  get splitPlace() {
    if (this.active) return { span: this.active, offset: this.pressed?.offset ?? null };
    const [start, end] = this.cursor.selection ?? [0, 0];
    const span = this.around[0] ?? null;
    return { span, offset: span && start > span.start16 ? start : end };
  }

  /** Offset where the active span would be split, if it can be. */
  get caret() {
    return this.pressed && this.cursor.halves([this.active.start16, this.active.end16], this.pressed.offset)?.[1];
  }
}
