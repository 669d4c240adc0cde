// The calls of practice: the next documents of this person's round, and what their answers were worth.
import { callApi } from "../api-client.js";

export class PracticeRound {
  progress = null;
  #boot;
  #waiting = [];

  constructor(boot) {
    this.#boot = boot;
  }

  /** The next assignment that is not `done`, or null at the end; `again` asks for another round after the pass mark. */
  async next(done, again = false) {
    this.#waiting = this.#waiting.filter((assignment) => assignment.document.id !== done);
    if (!this.#waiting.length) {
      const url = `${this.#boot.api}projects/${this.#boot.project.id}/practice/next/`;
      const { data } = await callApi("POST", url, { body: { count: 5, again } });
      this.progress = data.progress;
      this.#waiting = data.assignments;
    }
    return this.#waiting[0] ?? null;
  }

  async answer({ id, assignment, draft, seconds }) {
    const body = { answer: draft.answer, seconds, round: assignment.round };
    const { data } = await callApi("PUT", `${this.#boot.api}documents/${id}/practice/`, { body });
    this.progress = data.progress;
    return data;
  }

  /** What is loaded no longer fits: ask anew. */
  forget() {
    this.#waiting = [];
  }
}
