// <desk-changes>: when a version goes live, says how many of this person's corrections it learned, and leads there.
import { callApi } from "../api-client.js";

// So that not every open desk asks in the same moment.
const SPREAD_MS = 2000;

class DeskChanges extends HTMLElement {
  #desk;
  #newest;

  join(desk) {
    this.#desk = desk;
    this.#newest = desk.boot.productionVersion ?? 0;
    desk.addEventListener("live", ({ detail }) => detail.type === "version.promoted" && this.#onPromoted(detail.number));
    this.querySelector("button").addEventListener("click", () => this.#close());
  }

  get #news() {
    return this.querySelector(".news");
  }

  /** A version that was rolled back to teaches nothing new. */
  #onPromoted(number) {
    if (!(number > this.#newest)) return;
    this.#newest = number;
    setTimeout(() => this.#ask(number), Math.random() * SPREAD_MS);
  }

  async #ask(number) {
    const { boot } = this.#desk;
    // What a page says later anyway is not worth an error on the desk.
    const { data } = await callApi("GET", `${boot.api}projects/${boot.project.id}/my-changes/?version=${number}`).catch(() => ({}));
    if (data?.taught && number === this.#newest) this.#show(data);
  }

  #show({ version, taught, url }) {
    this.#news.hidden = false;
    this.querySelector("[data-words]").textContent = this.#desk.t("taught", { version, count: taught });
    this.querySelector("a").href = url;
  }

  #close() {
    const hadFocus = this.contains(document.activeElement);
    this.#news.hidden = true;
    if (hadFocus) this.#desk.annotator.view.focus({ preventScroll: true });
  }
}

customElements.define("desk-changes", DeskChanges);
