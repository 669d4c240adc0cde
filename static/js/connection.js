// The page's connection to the site: JSON calls, an outbox that keeps answers until the site has them, live events.

/** What went wrong with a call: status 0 means that no answer came at all. */
export class ApiError extends Error {
  constructor(status, body = {}, retryAfter = 0) {
    super(body?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.body = body ?? {};
    this.retryAfter = retryAfter;
  }

  get isSignedOut() {
    return this.status === 401 || this.status === 403;
  }

  get isTemporary() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

const csrfToken = () => document.querySelector("meta[name=csrf]")?.content ?? "";

const bodyOf = (response) => (response.status === 204 ? null : response.json().catch(() => null));

/** Call the API. Resolves to {status, data, version}; rejects with an ApiError. */
export const callApi = async (method, url, { body, headers = {}, keepalive = false } = {}) => {
  const request = { method, keepalive, credentials: "same-origin", headers: { Accept: "application/json", ...headers } };
  if (method !== "GET") request.headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const response = await fetch(url, request).catch(() => {
    throw new ApiError(0, { detail: "offline" });
  });
  const data = await bodyOf(response);
  if (!response.ok) throw new ApiError(response.status, data, Number(response.headers.get("Retry-After")) || 0);
  const tag = response.headers.get("ETag")?.replaceAll(/^W\/|"/g, "");
  return { status: response.status, data, version: data?.version ?? tag ?? null };
};

/** randomUUID exists only on https and localhost. */
const newKey = () =>
  crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Rows in IndexedDB, or in memory where the browser forbids that. */
class OutboxStore {
  #database = null;
  #memory = new Map();
  #lastId = 0;

  async open() {
    try {
      const request = indexedDB.open("collabweb", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "id", autoIncrement: true });
      this.#database = await promised(request);
    } catch {
      this.#database = null;
    }
  }

  #rows(mode) {
    return this.#database.transaction("outbox", mode).objectStore("outbox");
  }

  all() {
    return this.#database ? promised(this.#rows("readonly").getAll()) : Promise.resolve([...this.#memory.values()]);
  }

  async put(row) {
    if (this.#database) return promised(this.#rows("readwrite").put(row));
    const id = row.id ?? ++this.#lastId;
    this.#memory.set(id, { ...row, id });
    return id;
  }

  delete(id) {
    return this.#database ? promised(this.#rows("readwrite").delete(id)) : Promise.resolve(this.#memory.delete(id));
  }
}

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

const DENIED = new Set([4401, 4403, 4404]);
const BEAT_MS = 20_000;

/** One WebSocket that comes back by itself and asks for what it missed.
 *  Events: "event" (detail: the message), "resync", "state" (open, connecting, waiting, denied, closed). */
export class LiveSocket extends EventTarget {
  state = "idle";
  #url;
  #since;
  #socket = null;
  #tries = 0;
  #timer = 0;
  #beat = 0;
  #lastHeard = 0;
  #answersPings = false;
  #listeners = new AbortController();

  constructor(url, since = 0) {
    super();
    this.#url = url;
    this.#since = since;
    const wake = () => this.#wake();
    for (const [target, type] of [[window, "online"], [window, "pageshow"], [document, "visibilitychange"]]) {
      target.addEventListener(type, wake, { signal: this.#listeners.signal });
    }
    this.#open();
  }

  #wake() {
    if (document.visibilityState !== "visible" || this.state !== "waiting") return;
    this.#tries = 0;
    clearTimeout(this.#timer);
    this.#open();
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }

  #open() {
    this.#become("connecting");
    const url = new URL(this.#url, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (this.#since) url.searchParams.set("since", this.#since);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => this.#onOpen();
    socket.onmessage = (event) => this.#onMessage(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#onClose(event.code);
  }

  #onOpen() {
    this.#tries = 0;
    this.#lastHeard = Date.now();
    this.#become("open");
    this.#beat = setInterval(() => this.#ping(), BEAT_MS);
  }

  #ping() {
    const isSilent = this.#answersPings && Date.now() - this.#lastHeard > 2.5 * BEAT_MS;
    if (isSilent) this.#socket.close(4000, "silent");
    else this.#socket.send('{"type":"ping"}');
  }

  #onMessage(message) {
    this.#lastHeard = Date.now();
    if (message.type === "pong") this.#answersPings = true;
    else if (message.type === "resync") this.#onResync(message);
    else if (!(message.id <= this.#since)) {
      this.#since = message.id ?? this.#since;
      this.dispatchEvent(new CustomEvent("event", { detail: message }));
    }
  }

  #onResync(message) {
    this.#since = message.id ?? this.#since;
    this.dispatchEvent(new CustomEvent("resync"));
  }

  #onClose(code) {
    clearInterval(this.#beat);
    if (this.state === "closed") return;
    if (DENIED.has(code)) return this.#become("denied");
    const pause = Math.random() * Math.min(30_000, 500 * 2 ** this.#tries++);
    this.#timer = setTimeout(() => this.#open(), pause);
    return this.#become("waiting");
  }

  close() {
    this.#become("closed");
    this.#listeners.abort();
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    this.#socket?.close(1000);
  }
}
