// Waits, after the page's person was signed out, until they have signed in again: in this tab's place or in another tab.
import { renewSession } from "../api-client.js";

const LOOK_MS = 4000;

/** Events: "back": the same person is signed in. */
export class SessionWatch extends EventTarget {
  #timer = 0;
  #listeners = null;

  start() {
    if (this.#listeners) return;
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.#timer = setInterval(() => document.visibilityState === "visible" && this.#look(), LOOK_MS);
    for (const [target, type] of [[window, "focus"], [window, "pageshow"], [document, "visibilitychange"]]) {
      target.addEventListener(type, () => this.#look(), { signal });
    }
  }

  async #look() {
    const isBack = await renewSession().then(() => true, () => false);
    if (!isBack || !this.#listeners) return;
    this.#listeners.abort();
    this.#listeners = null;
    clearInterval(this.#timer);
    this.dispatchEvent(new CustomEvent("back"));
  }
}
