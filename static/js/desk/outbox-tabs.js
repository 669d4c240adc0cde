// The tabs of one browser that share an outbox: which of them live, and what they tell one another.
const ANSWER_MS = 250;

/** randomUUID exists only on https and localhost. */
export const newKey = () =>
  crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const lockOf = (tab) => `collabweb-tab-${tab}`;

/** Events: "told" (detail: what another tab told). */
export class OutboxTabs extends EventTarget {
  id = newKey();
  #channel = globalThis.BroadcastChannel ? new BroadcastChannel("collabweb-outbox") : null;

  constructor() {
    super();
    // Held as long as the page lives, and by no page that was killed.
    navigator.locks?.request(lockOf(this.id), () => new Promise(() => {}));
    if (this.#channel) this.#channel.onmessage = ({ data }) => this.#onMessage(data);
  }

  #onMessage(message) {
    if (message.type === "who-lives") this.tell({ type: "lives", tab: this.id });
    else this.dispatchEvent(new CustomEvent("told", { detail: message }));
  }

  tell(message) {
    this.#channel?.postMessage(message);
  }

  /** Those of these tabs whose page is gone. */
  async goneOf(tabs) {
    const others = [...tabs].filter((tab) => tab !== this.id);
    if (!others.length) return new Set();
    const living = navigator.locks ? await this.#holders() : await this.#answering();
    return new Set(others.filter((tab) => !living.has(tab)));
  }

  async #holders() {
    const { held, pending } = await navigator.locks.query();
    const names = new Set([...held, ...pending].map(({ name }) => name));
    return { has: (tab) => names.has(lockOf(tab)) };
  }

  // Without locks (plain http): whoever answers lives.
  async #answering() {
    const living = new Set();
    const listen = ({ detail }) => detail.type === "lives" && living.add(detail.tab);
    this.addEventListener("told", listen);
    this.tell({ type: "who-lives" });
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
    this.removeEventListener("told", listen);
    return living;
  }
}
