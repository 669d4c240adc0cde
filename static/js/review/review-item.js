// One document under review: what each side says, the result in the making, its clock and what can be undone in it.
import { isSameAnswer } from "../desk/answer-compare.js";
import { Card } from "../desk/card.js";
import { History } from "../desk/history.js";
import { isTwin, newSpanId } from "../desk/span-rules.js";
import { differenceRows, majorityAnswer, tagOf, valueAt } from "./differences.js";

const MODEL = "M";
const FIRST = "you";

const asHumanSpan = (span, set) =>
  ({ start: span.start, end: span.end, label: span.label, id: newSpanId(), set: set.name, source: "human", status: "accepted", score: null });

export class ReviewItem {
  data;
  sides;
  card;
  #sets;
  #history = new History();
  #dismissed = [];

  /** `data` as the API lends it. */
  constructor(data, sets) {
    this.#sets = sets;
    this.take(data);
  }

  /** Begin with what the site says of it now. */
  take(data) {
    this.data = data;
    const people = data.answers.map(({ user, answer }, index) => ({ key: String.fromCharCode(65 + index), name: user.name, answer, isPerson: true }));
    const model = data.prediction ? [{ key: MODEL, version: data.prediction.version, answer: data.prediction.answer, isPerson: false }] : [];
    const first = data.first_answer ? [{ key: FIRST, answer: data.first_answer, isPerson: false }] : [];
    this.sides = [...people, ...model, ...first];
    const start = this.isHidden ? null : this.isAdjudication ? majorityAnswer(this.#sets, people) : data.answers[0]?.answer;
    const { version } = data.answers[0] ?? {};
    this.card = new Card({ document: data.document, prediction: null, annotation: start ? { answer: start, version } : null }, this.#sets);
    this.draft.prediction = data.prediction;
    this.#history = new History();
    this.rows = this.isHidden ? [] : differenceRows(this.#sets, this.sides);
  }

  /** It was lent once more: the answers' versions are those of now, the result stays. */
  renew(data) {
    if (data) this.data = data;
  }

  get id() {
    return this.data.id;
  }

  get document() {
    return this.data.document;
  }

  get draft() {
    return this.card.draft;
  }

  get name() {
    return this.document.external_id || `#${this.document.id}`;
  }

  get isAdjudication() {
    return this.data.kind === "adjudication";
  }

  /** The reviewer has not answered yet, and sees nobody's answer before. */
  get isHidden() {
    return this.data.blind && !this.data.first_answer;
  }

  get person() {
    return this.sides.find(({ isPerson }) => isPerson);
  }

  get model() {
    return this.sides.find(({ key }) => key === MODEL);
  }

  /** The result is not what the person gave. */
  get isChanged() {
    return !this.isAdjudication && !this.isHidden && !isSameAnswer(this.draft.answer, this.person?.answer);
  }

  get agreesWithFirst() {
    return this.data.first_answer ? isSameAnswer(this.data.first_answer, this.person?.answer) : null;
  }

  get differences() {
    return this.rows.filter((row) => !row.isSame);
  }

  tagFor(row) {
    if (this.isAdjudication || !this.model) return "differs";
    return tagOf(row, MODEL, this.person.key);
  }

  // The result

  /** Spans of some side that the result has nothing in place of: shown, but not part of it. */
  get ghosts() {
    const open = this.rows.filter((row) => row.form === "spans" && !valueAt(row, this.draft).length);
    const seen = [];
    for (const { set, options } of open) {
      for (const span of options.flatMap(({ value }) => value)) {
        const isKnown = [...seen, ...this.#dismissed].some((other) => other.set === set.name && isTwin(other, span));
        if (!isKnown) seen.push({ ...asHumanSpan(span, set), source: "model", status: "suggested" });
      }
    }
    return seen;
  }

  /** Take over the spans of a set as they stand in the text; a ghost that is gone there was put aside. */
  changeSpans(set, spans, shownGhosts) {
    const real = spans.filter((span) => span.set === set && span.status !== "suggested");
    const isThere = (ghost) => spans.some((span) => span.id === ghost.id);
    this.#dismissed.push(...shownGhosts.filter((ghost) => ghost.set === set && !isThere(ghost)));
    this.draft.change(set, real);
  }

  /** Note what was changed since the last call, for undo. */
  note() {
    const changes = this.draft.takeChanges();
    if (changes.length) this.#history.add({ document: this.id, changes, at: performance.now() });
  }

  /** Take back the last change; false when there is none. */
  undo() {
    const step = this.#history.undo();
    if (!step) return false;
    for (const change of step.changes.toReversed()) this.draft.restore(change.name, change.before);
    this.#dismissed = [];
    return true;
  }

  asOwn = asHumanSpan;
}
