// One document on the desk, with the answer in the making and its clock.
import { AnswerDraft } from "./answer-draft.js";

const MAX_SECONDS = 1800;

export class Card {
  isSubmitted = false;
  /** Changed since it was kept in this browser. */
  isDirty = false;
  /** Changed in this tab since it was finished or loaded. */
  isEdited = false;
  /** The lease ran out, or there was none: it can be answered still. */
  isUnlent = false;
  #isCounted = false;
  #seconds = 0;
  #shownAt = 0;

  /** `assignment` as the API lends it; `savedAnswer` is what the person gave and the site may not have yet. */
  constructor(assignment, labelSets, savedAnswer = null) {
    this.assignment = assignment;
    this.document = assignment.document;
    this.version = assignment.annotation?.version ?? null;
    this.draft = new AnswerDraft(labelSets, assignment.prediction ?? null, savedAnswer ?? assignment.annotation?.answer);
  }

  get id() {
    return this.document.id;
  }

  /** Lent without the model's answer, to measure what prelabeling does to people. */
  get isBlind() {
    return Boolean(this.assignment.blind);
  }

  /** A document whose answer is known: its answers go to the practice, and to no draft, outbox or count. */
  get isPractice() {
    return this.assignment.kind === "practice";
  }

  /** Note that the card was finished; true when it is the first time that it was answered. */
  countOnce(status) {
    this.isSubmitted = true;
    const isFirst = status === "submitted" && !this.#isCounted;
    this.#isCounted ||= isFirst;
    return isFirst;
  }

  get isCounted() {
    return this.#isCounted;
  }

  startClock() {
    this.#shownAt = performance.now();
  }

  /** Seconds the card was on screen; the clock stands while the page is hidden. */
  stopClock() {
    if (this.#shownAt) this.#seconds += (performance.now() - this.#shownAt) / 1000;
    this.#shownAt = 0;
    return this.seconds;
  }

  get seconds() {
    const running = this.#shownAt ? (performance.now() - this.#shownAt) / 1000 : 0;
    return Math.round(Math.min(MAX_SECONDS, this.#seconds + running) * 10) / 10;
  }
}
