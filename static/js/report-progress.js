/* <report-progress data-url>: asks how far a worker is with the report. Without figures yet the page is loaded again
   when they are there; somebody who reads older ones is offered the newer, never thrown out of the page. */
import { callApi } from "./api-client.js";

const POLL_MS = 700;
// A worker that is busy with longer work is asked more and more rarely.
const SLOWER = 1.2;
const SLOWEST_MS = 5000;
const MOST_POLLS = 200;

class ReportProgress extends HTMLElement {
  #timer = 0;
  #pause = POLL_MS;
  #polls = 0;

  connectedCallback() {
    if (this.dataset.url) this.#wait();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  #wait() {
    if (this.#polls++ >= MOST_POLLS) return;
    this.#timer = setTimeout(() => this.#poll(), this.#pause);
    this.#pause = Math.min(this.#pause * SLOWER, SLOWEST_MS);
  }

  async #poll() {
    const isSeen = document.visibilityState === "visible";
    const answer = isSeen ? await callApi("GET", this.dataset.url).catch(() => null) : null;
    const now = answer?.data;
    if (!now?.made_at || now.made_at === this.dataset.madeAt) {
      if (now) this.#show(now);
      this.#wait();
    } else if (this.dataset.madeAt) this.#offer();
    else location.reload();
  }

  #show(now) {
    const bar = this.querySelector("progress");
    if (!bar) return;
    bar.value = now.progress;
    this.querySelector("[data-percent]").textContent = `${Math.round(now.progress * 100)}%`;
  }

  /** Newer figures that are the same say nothing: the link is shown only where answers have come. */
  #offer() {
    const stale = this.querySelector("[data-stale]");
    if (stale.hidden) return;
    stale.hidden = true;
    this.querySelector("[data-newer]").hidden = false;
  }
}

customElements.define("report-progress", ReportProgress);
