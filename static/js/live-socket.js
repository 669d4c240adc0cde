// The site's events as they happen.

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
    if (document.visibilityState === "visible" && this.state === "waiting") this.reopen();
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

  /** Try at once, also where the site had refused: the person has signed in again. */
  reopen() {
    if (this.state !== "denied" && this.state !== "waiting") return;
    this.#tries = 0;
    clearTimeout(this.#timer);
    this.#open();
  }

  close() {
    this.#become("closed");
    this.#listeners.abort();
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    this.#socket?.close(1000);
  }
}
