// Comments and flags wait in the browser until the site has answered each of them, over a lost network and a closed tab.
import { ApiError, callApi } from "../api-client.js";
import { newKey } from "./outbox-tabs.js";

/** Sends calls in order, each with an idempotency key. Events: "sent" {call, data}, "refused" {call, error}, "change" {state}. */
export class KeptCalls extends EventTarget {
  #name;
  #memory = [];
  #isSending = false;
  #tries = 0;
  #timer = 0;

  /** `owner` keeps what one person wrote from being sent in the name of the next one at the same browser. */
  constructor(owner) {
    super();
    this.#name = `collabweb-kept-calls:${owner}`;
    addEventListener("online", () => this.send());
  }

  /** The calls that wait, oldest first. */
  get waiting() {
    try {
      return JSON.parse(localStorage.getItem(this.#name) ?? "[]");
    } catch {
      return this.#memory;
    }
  }

  #keep(calls) {
    this.#memory = calls;
    try {
      localStorage.setItem(this.#name, JSON.stringify(calls));
    } catch {
      // Without storage the calls live as long as the page.
    }
  }

  /** Keep a call, {method, url, body?, slot?}, and send it. A later call takes the place of one with the same slot. */
  add(call) {
    const row = { key: newKey(), ...call };
    this.#keep([...this.waiting.filter(({ slot, isLeaving }) => isLeaving || !slot || slot !== row.slot), row]);
    this.#emitKept("change", { state: "idle" });
    this.send();
    return row;
  }

  #emitKept(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Only one tab sends at a time. */
  async send() {
    clearTimeout(this.#timer);
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      const drain = () => this.#drainKept();
      await (navigator.locks ? navigator.locks.request(this.#name, drain) : drain());
    } finally {
      this.#isSending = false;
    }
  }

  async #drainKept() {
    for (let [call] = this.waiting; call; [call] = this.waiting) {
      this.#mark(call, true);
      try {
        const headers = { "Idempotency-Key": call.key };
        const { data } = await callApi(call.method, call.url, { body: call.body, headers });
        this.#forget(call);
        this.#emitKept("sent", { call, data });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (this.#hasToWait(call, error)) return;
      }
    }
    this.#tries = 0;
  }

  #mark(call, isLeaving) {
    this.#keep(this.waiting.map((other) => (other.key === call.key ? { ...other, isLeaving } : other)));
  }

  #forget(call) {
    this.#keep(this.waiting.filter(({ key }) => key !== call.key));
  }

  #hasToWait(call, error) {
    if (error.isTemporary || error.isSignedOut) {
      this.#mark(call, false);
      this.#emitKept("change", { state: error.isSignedOut ? "signed-out" : "offline" });
      const pause = Math.max(error.retryAfter * 1000, Math.min(30_000, 1000 * 2 ** this.#tries++));
      if (error.isTemporary) this.#timer = setTimeout(() => this.send(), pause);
      return true;
    }
    this.#forget(call);
    this.#emitKept("refused", { call, error });
    return false;
  }
}
