// What the review page asks of the site. Decisions are sent one after the other, each with a key of its own, and again
// when no answer came: the site makes one review of them.
import { callApi } from "../api-client.js";

const LONGEST_PAUSE = 20_000;

const pauseFor = (tries, { retryAfter }) => Math.max(retryAfter * 1000, Math.min(LONGEST_PAUSE, 500 * 2 ** tries));

/** Event "change": how many decisions are not kept yet is another number now. */
export class ReviewCalls extends EventTarget {
  #boot;
  #last = Promise.resolve();
  unsaved = 0;

  constructor(boot) {
    super();
    this.#boot = boot;
    addEventListener("beforeunload", (event) => this.unsaved && event.preventDefault());
  }

  #url(path) {
    return `${this.#boot.api}${path}`;
  }

  /** {items, waiting}: what is in hand afterwards. */
  async next(count) {
    const { project, filters } = this.#boot;
    return (await callApi("POST", this.#url(`projects/${project.id}/reviews/next/`), { body: { count, ...filters } })).data;
  }

  async firstAnswer(item, answer) {
    return (await callApi("POST", this.#url(`review-items/${item.id}/first-answer/`), { body: { answer } })).data;
  }

  giveBack(item) {
    return callApi("DELETE", this.#url(`review-items/${item.id}/`));
  }

  /** Send a verdict on the one answer of an item. Resolves to the address of its undo. */
  review(item, body) {
    const [{ annotation, version }] = item.data.answers;
    return this.#decide(`annotations/${annotation}/review/`, { ...body, item: item.id, version }, ({ id }) => `reviews/${id}/undo/`);
  }

  settle(item, body) {
    return this.#decide(`documents/${item.document.id}/adjudication/`, { ...body, item: item.id }, ({ adjudication }) => `adjudications/${adjudication}/undo/`);
  }

  undo(path) {
    return callApi("POST", this.#url(path));
  }

  #decide(path, body, undoPath) {
    const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.#count(1);
    const sent = this.#last.then(() => this.#send(this.#url(path), { body, headers: { "Idempotency-Key": key } }));
    this.#last = sent.then(() => this.#count(-1), () => this.#count(-1));
    return sent.then(({ data }) => undoPath(data));
  }

  #count(change) {
    this.unsaved += change;
    this.dispatchEvent(new Event("change"));
  }

  async #send(url, options, tries = 0) {
    try {
      return await callApi("POST", url, options);
    } catch (error) {
      if (!error.isTemporary) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseFor(tries, error)));
      return this.#send(url, options, tries + 1);
    }
  }
}
