// The documents lent to one person: the one on the desk, the ones waiting behind it, the ones done in this sitting.
import { AnswerDraft } from "./answer-draft.js";
import { callApi } from "./connection.js";

const AHEAD = 3;
const KEPT_BEHIND = 50;
const MAX_SECONDS = 1800;

/** One document on the desk. */
export class Card {
  isSubmitted = false;
  isDirty = false;
  #isCounted = false;
  #seconds = 0;
  #shownAt = 0;

  constructor(assignment, labelSets, savedAnswer = null) {
    this.document = assignment.document;
    this.version = assignment.annotation?.version ?? null;
    this.draft = new AnswerDraft(labelSets, assignment.prediction ?? null, savedAnswer ?? assignment.annotation?.answer);
  }

  get id() {
    return this.document.id;
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

export class DeskQueue {
  #cards = [];
  #past = [];
  #url;
  #sets;
  #isAsking = false;

  constructor(url, labelSets) {
    this.#url = url;
    this.#sets = labelSets;
  }

  get current() {
    return this.#cards[0];
  }

  /** Documents in hand that have no answer yet. */
  get size() {
    return this.#cards.filter((card) => !card.isCounted).length;
  }

  get waiting() {
    return this.#cards.slice(1);
  }

  find(id) {
    return this.#cards.find((card) => card.id === id);
  }

  findAnywhere(id) {
    return this.find(id) ?? this.#past.find((card) => card.id === id);
  }

  async fetchAssignments() {
    return (await callApi("GET", this.#url)).data.assignments;
  }

  /** Take over what was lent before; `unsent` are saves that the site has not got yet, by document. */
  resume(assignments, unsent) {
    for (const assignment of assignments) {
      const body = unsent.get(assignment.document.id);
      if (!body || body.status === "draft") this.#cards.push(new Card(assignment, this.#sets, body?.answer));
    }
  }

  /** Keep the next documents lent ahead, so that the next card is always in memory. How many came. */
  async refill() {
    const count = AHEAD + 1 - this.#cards.length;
    if (this.#isAsking || count < 1) return 0;
    this.#isAsking = true;
    try {
      const { data } = await callApi("POST", `${this.#url}next/`, { body: { count } });
      const fresh = (data?.assignments ?? []).filter(({ document }) => !this.findAnywhere(document.id));
      this.#cards.push(...fresh.map((assignment) => new Card(assignment, this.#sets)));
      return fresh.length;
    } finally {
      this.#isAsking = false;
    }
  }

  finishCurrent() {
    this.#past = [...this.#past, this.#cards.shift()].slice(-KEPT_BEHIND);
  }

  /** Bring back the card that was finished last, or the one with this id. */
  reopen(id = this.#past.at(-1)?.id) {
    const index = this.#past.findIndex((card) => card.id === id);
    if (index < 0) return false;
    this.current?.stopClock();
    this.#cards.unshift(...this.#past.splice(index, 1));
    return true;
  }
}
