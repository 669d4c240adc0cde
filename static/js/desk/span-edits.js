// What can be done to the spans of one text. Every edit gives what comes of it, {spans, span, set}, or why it can't be,
// {refused: key of the desk's strings, values}; nothing is changed here.
import { mergePartner, newSpanId, placeSpan, roomFor } from "./span-rules.js";

const asHuman = (span) => ({ ...span, source: "human", status: "accepted", suggested: false, score: null });

const refuse = (refused, values = {}) => ({ refused, values });

export class SpanEdits {
  #spans;
  #map;
  #cursor;

  /** `spans` have start16 and end16 beside their code points; `cursor` knows the words and parts of the text. */
  constructor(spans, map, cursor) {
    this.#spans = spans;
    this.#map = map;
    this.#cursor = cursor;
  }

  #at([start16, end16]) {
    return { start16, end16, start: this.#map.toCodePoint(start16), end: this.#map.toCodePoint(end16) };
  }

  /** A span over the UTF-16 range, new or in place of the one with its id. */
  place(span, range, label) {
    const human = asHuman({ ...span, ...this.#at(range), set: label.set, label: label.name });
    const { role } = this.#cursor.segmentAt(human.start16);
    if (label.partRole && label.partRole !== role) return refuse("wrong_part", { part: label.partRole });
    return this.#checked(placeSpan(this.#spans, human, label), human, label);
  }

  #checked(placed, span, label) {
    const count = placed.filter((other) => other.set === label.set).length;
    const before = this.#spans.filter((other) => other.set === label.set).length;
    if (label.maxSpans && count > label.maxSpans && count > before) return refuse("too_many_spans", { count: label.maxSpans });
    const isReplacing = this.#spans.some((other) => other.id !== span.id && !placed.some(({ id }) => id === other.id));
    return { spans: placed, span, set: label.set, isReplacing };
  }

  create(range, label) {
    const trimmed = range && this.#cursor.trim(range);
    return trimmed ? this.place({ id: newSpanId() }, trimmed, label) : refuse("select_first");
  }

  /** The part of a UTF-16 range that this span may take: others that a person confirmed stand in the way. */
  #room(span, label) {
    return roomFor(this.#spans, span, label).map((offset) => (offset === Infinity ? offset : this.#map.toUtf16(offset)));
  }

  /** Give the span another range, if it has the room. */
  reshape(span, range, label) {
    if (!range || range.includes(null)) return refuse("part_edge");
    const [from, to] = this.#room(span, label);
    return range[0] < from || range[1] > to ? refuse("span_stops") : this.place(span, range, label);
  }

  nudge(span, edge, direction, label) {
    const { start16, end16 } = span;
    const moved = this.#cursor.nudged([start16, end16], edge, direction);
    return this.reshape(span, edge === "start" ? [moved, end16] : [start16, moved], label);
  }

  move(span, direction, label) {
    return this.reshape(span, this.#cursor.moved([span.start16, span.end16], direction), label);
  }

  /** Where the range would lie if the edge were dragged to `offset`. */
  dragged(span, edge, offset, label) {
    const { start16, end16 } = span;
    const [from, to] = this.#room(span, label);
    const moved = this.#cursor.draggedEdge([start16, end16], edge, offset);
    return edge === "start" ? [Math.max(from, moved), end16] : [start16, Math.min(to, moved)];
  }

  /** Two spans of one, the second from `offset` on. */
  split(span, offset, label) {
    const halves = offset === null ? null : this.#cursor.halves([span.start16, span.end16], offset);
    if (!halves) return refuse("split_where");
    const [first, second] = halves.map((half) => asHuman({ ...span, ...this.#at(half) }));
    second.id = newSpanId();
    if (label.maxSpans === 1) return refuse("too_many_spans", { count: 1 });
    return this.#checked(placeSpan(placeSpan(this.#spans, first, label), second, label), second, label);
  }

  /** One span of this and its neighbor with the same label, and of what lies between. */
  merge(span, label) {
    const segment = this.#cursor.segmentAt(span.start16);
    const here = this.#spans.filter((other) => this.#cursor.segmentAt(other.start16) === segment);
    const partner = mergePartner(here, span);
    if (!partner) return refuse("merge_with_what");
    const range = [Math.min(span.start16, partner.start16), Math.max(span.end16, partner.end16)];
    const without = new SpanEdits(this.#spans.filter(({ id }) => id !== partner.id), this.#map, this.#cursor);
    return without.place(span, range, label);
  }
}
