// Keeps a person's saves until the site has answered each one.
import { ApiError, callApi } from "../api-client.js";
import { OutboxStore } from "./outbox-store.js";

/** randomUUID exists only on https and localhost. */
const newKey = () =>
  crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Sends saves in order, one at a time, each with an idempotency key, and forgets one only when the site has answered.
 *  Events: "change" {waiting, state}, "sent" {item, data}, "conflict" {item, error}, "refused" {item, error}. */
export class Outbox extends EventTarget {
  state = "idle";
  #store = new OutboxStore();
  #ready;
  #owner;
  #versions = new Map();
  #isSending = false;
  #tries = 0;
  #timer = 0;

  /** `owner` keeps what one person wrote from being sent in the name of the next one at the same browser. */
  constructor(owner) {
    super();
    this.#owner = String(owner);
    this.#ready = this.#store.open();
    addEventListener("online", () => this.send());
  }

  async waiting() {
    await this.#ready;
    return (await this.#store.all()).filter((item) => item.owner === this.#owner);
  }

  /** A later save of the same document takes the place of one that has not left yet. */
  async add({ documentId, url, body, version = null }) {
    await this.#ready;
    for (const item of await this.waiting()) {
      if (item.documentId === documentId && !item.isLeaving) await this.#store.delete(item.id);
    }
    const row = { owner: this.#owner, documentId, url, body, version, key: newKey(), isLeaving: false };
    await this.#store.put(row);
    await this.#tell();
    return this.send();
  }

  knownVersion(documentId) {
    return this.#versions.get(documentId) ?? null;
  }

  noteVersion(documentId, version) {
    if (version !== null && version !== undefined) this.#versions.set(documentId, version);
  }

  async #tell(state = this.state) {
    this.state = state;
    const waiting = (await this.waiting()).length;
    this.dispatchEvent(new CustomEvent("change", { detail: { waiting, state } }));
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Send everything that waits. Only one tab sends at a time. */
  async send() {
    clearTimeout(this.#timer);
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      const drain = () => this.#drain();
      await (navigator.locks ? navigator.locks.request("collabweb-outbox", drain) : drain());
    } finally {
      this.#isSending = false;
    }
  }

  async #drain() {
    for (let [item] = await this.waiting(); item; [item] = await this.waiting()) {
      await this.#store.put({ ...item, isLeaving: true });
      await this.#tell("sending");
      try {
        await this.#deliver(item);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!(await this.#isSettled(item, error))) return;
      }
    }
    this.#tries = 0;
    await this.#tell("idle");
  }

  async #deliver(item) {
    const version = this.knownVersion(item.documentId) ?? item.version;
    const headers = { "Idempotency-Key": item.key };
    if (version !== null) headers["If-Match"] = `"${version}"`;
    const sent = await callApi("PUT", item.url, { body: item.body, headers });
    this.noteVersion(item.documentId, sent.version);
    await this.#store.delete(item.id);
    this.#emit("sent", { item, data: sent.data });
  }

  /** True when the next item may go; false when everything waits, for the network or for the person to sign in. */
  async #isSettled(item, error) {
    if (error.isTemporary || error.isSignedOut) {
      await this.#store.put({ ...item, isLeaving: false });
      await this.#tell(error.isSignedOut ? "signed-out" : "offline");
      if (error.isTemporary) this.#retryLater(error.retryAfter);
      return false;
    }
    await this.#store.delete(item.id);
    this.#emit(error.status === 412 || error.status === 409 ? "conflict" : "refused", { item, error });
    return true;
  }

  #retryLater(seconds) {
    const pause = Math.max(seconds * 1000, Math.min(30_000, 1000 * 2 ** this.#tries++));
    this.#timer = setTimeout(() => this.send(), pause);
  }
}
