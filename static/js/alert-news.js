// <alert-news>: wraps the link to the inbox and counts the alerts that are raised while the page is open.
//   data-live   address of the project's live events
// Inside: [data-unread], the number, in [data-badge], which is hidden while it is 0; and [data-said], where screen
// readers hear of a new alert, in the words of data-words.
import { LiveSocket } from "./live-socket.js";

class AlertNews extends HTMLElement {
  #live = null;

  connectedCallback() {
    if (!this.dataset.live) return;
    this.#live = new LiveSocket(this.dataset.live);
    this.#live.addEventListener("event", ({ detail }) => detail.type === "alert.raised" && this.#count());
  }

  disconnectedCallback() {
    this.#live?.close();
  }

  #count() {
    const number = this.querySelector("[data-unread]");
    number.textContent = Number(number.textContent || 0) + 1;
    this.querySelector("[data-badge]").hidden = false;
    this.querySelector("[data-said]").textContent = this.dataset.words;
  }
}

customElements.define("alert-news", AlertNews);
