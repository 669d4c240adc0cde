// The documents lent to one person: the one on the desk, the ones waiting behind it, the ones done in this sitting.
import { callApi } from "../api-client.js";
import { Card } from "./card.js";

const AHEAD = 3;
const KEPT_BEHIND = 50;

export class CardQueue {
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
