// The documents lent to one person: the one on the desk, the ones waiting behind it, the ones done in this sitting.
import { callApi } from "../api-client.js";
import { Card } from "./card.js";
import { isOnItsWay } from "./outbox-rows.js";

const AHEAD = 3;
const KEPT_BEHIND = 50;

export class CardQueue {
  #cards = [];
  #past = [];
  #url;
  #sets;
  #isAsking = false;
  /** Nothing is lent to this person now: they have to practice first. */
  isPaused = false;

  constructor(url, labelSets) {
    this.#url = url;
    this.#sets = labelSets;
  }

  get current() {
    return this.#cards[0];
  }

  /** Documents in hand that have no answer yet. */
  get size() {
    return this.#cards.filter((card) => !card.isCounted && !card.isPractice).length;
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

  get all() {
    return [...this.#cards];
  }

  /** Some card's lease is over by this clock. */
  get hasExpired() {
    return this.#cards.some(({ isUnlent, assignment }) => !isUnlent && Date.parse(assignment.expires_at) < Date.now());
  }

  /** Take over what was lent; `unsent` are rows of the outbox that the site has not got yet, by document. How many. */
  resume(assignments, unsent) {
    const cards = assignments.flatMap((assignment) => {
      const row = unsent.get(assignment.document.id);
      const isDone = row && row.body.status !== "draft" && isOnItsWay(row);
      return isDone ? [] : [new Card(assignment, this.#sets, row?.body.answer)];
    });
    this.#cards.push(...cards);
    return cards.length;
  }

  /** Keep the next documents lent ahead, so that the next card is always in memory. How many came. */
  async refill(unsent = new Map()) {
    const count = AHEAD + 1 - this.#cards.length;
    if (this.isPaused || this.#isAsking || count < 1) return 0;
    this.#isAsking = true;
    try {
      const { data } = await callApi("POST", `${this.#url}next/`, { body: { count } });
      return this.#add(data?.assignments ?? [], unsent);
    } finally {
      this.#isAsking = false;
    }
  }

  #add(assignments, unsent) {
    const fresh = assignments.filter(({ document }) => !this.find(document.id));
    // A document that is lent again after it was finished here: it was sent back.
    this.#past = this.#past.filter((card) => !fresh.some(({ document }) => document.id === card.id));
    return this.resume(fresh, unsent);
  }

  /** Take what reviewers sent back while the page was open. How many came. */
  async fetchSentBack(unsent) {
    const lent = await this.fetchAssignments();
    return this.#add(lent.filter(({ annotation }) => annotation?.sent_back), unsent);
  }

  /** Put a document on the desk that is not lent to this person. */
  open(assignment, answer) {
    this.current?.stopClock();
    const card = new Card(assignment, this.#sets, answer);
    card.isUnlent = true;
    this.#cards.unshift(card);
  }

  /** Take a card out of hand without an answer. */
  drop(id) {
    this.#cards = this.#cards.filter((card) => card.id !== id);
  }

  finishCurrent() {
    this.#past = [...this.#past, this.#cards.shift()].slice(-KEPT_BEHIND);
  }

  /** The documents that were finished in this sitting, the last one first. */
  get past() {
    return this.#past.toReversed();
  }

  /** Bring back the card that was finished last, or the one with this id. */
  reopen(id = this.#past.at(-1)?.id) {
    return this.#past.some((card) => card.id === id) && this.bring(id);
  }

  /** Put a card on the desk: one that waits, or one that was finished. False when it is neither. */
  bring(id) {
    for (const cards of [this.#cards, this.#past]) {
      const index = cards.findIndex((card) => card.id === id);
      if (index < 0) continue;
      this.current?.stopClock();
      this.#cards.unshift(...cards.splice(index, 1));
      return true;
    }
    return false;
  }
}
