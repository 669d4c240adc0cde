// A person's preferences on the site. Changes are gathered for a moment and sent together; the last one wins.
import { callApi } from "../api-client.js";

const PREFERENCES_URL = "/api/v1/account/preferences/";
const GATHER_MS = 600;
const LONGEST_PAUSE_MS = 60_000;

class PreferenceSaver {
  #changes = {};
  #timer = 0;
  #tries = 0;

  constructor() {
    addEventListener("pagehide", () => this.#send({ keepalive: true }));
  }

  save(changes) {
    Object.assign(this.#changes, changes);
    this.#sendIn(GATHER_MS);
  }

  #sendIn(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), pause);
  }

  async #send({ keepalive = false } = {}) {
    clearTimeout(this.#timer);
    const body = this.#changes;
    if (!Object.keys(body).length) return;
    this.#changes = {};
    try {
      await callApi("PATCH", PREFERENCES_URL, { body, keepalive });
      this.#tries = 0;
    } catch (error) {
      if (!error.isTemporary) return; // nobody waits for a preference: what the site refuses is dropped
      this.#changes = { ...body, ...this.#changes };
      this.#sendIn(Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** this.#tries++));
    }
  }
}

const preferenceSaver = new PreferenceSaver();

/** Keep these preferences, {name: value}; null takes one away. */
export const savePreferences = (changes) => preferenceSaver.save(changes);
