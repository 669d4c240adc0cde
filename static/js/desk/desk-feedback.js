// <desk-feedback>: after a document whose answer was known, a quiet line that the person may open, and its feedback.
import { callApi } from "../api-client.js";
import { FeedbackWords } from "./practice-feedback.js";

class DeskFeedback extends HTMLElement {
  #desk;
  #words;
  #since;
  #found = null;

  join(desk) {
    this.#desk = desk;
    this.#words = new FeedbackWords(desk.boot.labelSets, desk.t);
    this.#since = desk.boot.feedbackSince ?? 0;
    desk.addEventListener("saved", ({ detail: { data } }) => data?.has_feedback && this.#ask());
    desk.commands.add({ name: "feedback", group: "view", keys: [], isReady: () => Boolean(this.#found), run: () => this.#open() });
    this.querySelector("[data-close]").addEventListener("click", () => this.#close());
    this.#dialog.addEventListener("close", () => this.#close());
  }

  get #dialog() {
    return this.#desk.part("feedback");
  }

  get #line() {
    return this.querySelector(".news");
  }

  async #ask() {
    const { boot, status } = this.#desk;
    const url = `${boot.api}projects/${boot.project.id}/practice/feedback/?since=${this.#since}`;
    // What a later save asks for again is not worth an error on the desk.
    const { data } = await callApi("GET", url).catch(() => ({}));
    if (!data?.results.length) return;
    for (let count = data.results.length; count; count--) status.uncountDone();
    this.#since = data.next_since;
    this.#found = data.results.at(-1);
    this.#showLine();
  }

  #showLine() {
    const count = this.#found.differences.filter(({ kind }) => kind !== "accepted").length;
    const title = this.#found.external_id || `#${this.#found.document}`;
    const words = count ? this.#desk.t("late_differs", { title, count }) : this.#desk.t("late_right", { title });
    this.#line.hidden = false;
    this.querySelector("[data-words]").textContent = words;
    this.#desk.say(words);
  }

  #open() {
    this.#words.draw(this.#dialog, this.#found);
    this.#dialog.querySelector("[data-excerpt]").textContent = this.#found.excerpt;
    const { boot } = this.#desk;
    this.#dialog.querySelector("a").href = `${boot.project.url}documents/${this.#found.document}/`;
    this.#dialog.showModal();
  }

  #close() {
    const hadFocus = this.contains(document.activeElement);
    this.#line.hidden = true;
    if (hadFocus) this.#desk.annotator.view.focus({ preventScroll: true });
  }
}

customElements.define("desk-feedback", DeskFeedback);
