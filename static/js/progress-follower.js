// What <import-progress> and <run-progress> share: wrap a server-rendered <progress>, follow it live, and poll its
// address while the live connection is down. When the work is over the page is loaded again and shows the outcome.
//   data-url   JSON of the row: {state, progress, ...}        data-live  address of the project's live events
//   data-id    the row's id                                    data-next  where to go at the end instead of reloading
// Inside: a <progress>, and optionally [data-state], [data-imported], [data-rejected] to fill with text.
import { callApi } from "./api-client.js";
import { LiveSocket } from "./live-socket.js";

const POLL_MS = 2000;
const TICKS_WHEN_LIVE = 5;
const FINAL = new Set(["succeeded", "failed", "cancelled"]);

export class ProgressFollower extends HTMLElement {
  #live = null;
  #timer = 0;
  #ticks = 0;

  /** `type` of the events to follow and the name under which they carry the row's id. */
  get follows() {
    throw new Error("a follower names what it follows");
  }

  connectedCallback() {
    if (FINAL.has(this.dataset.state)) return;
    if (this.dataset.live) {
      this.#live = new LiveSocket(this.dataset.live);
      this.#live.addEventListener("event", ({ detail }) => this.#onEvent(detail));
      this.#live.addEventListener("state", ({ detail }) => detail === "open" && this.#poll());
    }
    this.#timer = setInterval(() => this.#tick(), POLL_MS);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#live?.close();
  }

  #onEvent(event) {
    const { type, key } = this.follows;
    if (event.type === type && String(event[key]) === this.dataset.id) this.show(event);
  }

  /** Live events make polling rare, not needless: the process that sends them may be down. */
  #tick() {
    this.#ticks++;
    const isDue = this.#live?.state !== "open" || this.#ticks % TICKS_WHEN_LIVE === 0;
    if (isDue && document.visibilityState === "visible") this.#poll();
  }

  async #poll() {
    const answer = await callApi("GET", this.dataset.url).catch(() => null);
    if (answer) this.show(answer.data);
  }

  show(row) {
    const bar = this.querySelector("progress");
    if (typeof row.progress === "number") bar.value = row.progress * (bar.max || 1);
    const counts = { imported: row.imported, rejected: row.rejected_count ?? row.rejected };
    for (const [name, count] of Object.entries(counts)) {
      const place = this.querySelector(`[data-${name}]`);
      if (place && typeof count === "number") place.textContent = count;
    }
    const percent = this.querySelector("[data-percent]");
    if (percent && typeof row.progress === "number") percent.textContent = `${Math.round(row.progress * 100)}%`;
    if (FINAL.has(row.state)) this.#finish();
    else if (row.state && row.state !== this.dataset.state) this.#changeState(row.state);
  }

  /** The words for each state come from the server, in data-text-<state>. */
  #changeState(state) {
    this.dataset.state = state;
    const place = this.querySelector("[data-state]");
    if (place) place.textContent = this.getAttribute(`data-text-${state}`) ?? state;
  }

  #finish() {
    this.disconnectedCallback();
    if (this.dataset.next) location.assign(this.dataset.next);
    else location.reload();
  }
}
