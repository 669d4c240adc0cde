// Keeps a person's saves until the site has answered each one.
import { ApiError, callApi } from "../api-client.js";
import { afterRefusal, decidedRow, nextDue, nextOfChain, pauseOfTry, pauseUntilDue, takenOver } from "./outbox-rows.js";
import { isOnItsWay, isUndecided } from "./outbox-rows.js";
import { OutboxStore } from "./outbox-store.js";
import { OutboxTabs } from "./outbox-tabs.js";

const LONGEST_DRAFT_MS = 10_000;
const SIGNED_OUT = ["signed-out", "other-person"];

/** Sends saves one at a time, those of a document in order, each with an idempotency key and the version it is based on,
 *  and forgets one only when the site has answered. A tab sends what it made and what tabs that are gone left behind.
 *  Events: "change" {waiting, kept, local, state, isDurable}, "sent" {item, data, version}, "conflict" {item},
 *  "refused" {item}, "elsewhere" {documentId, status, version, answer}: another tab or device had it saved. */
export class Outbox extends EventTarget {
  state = "idle";
  #store = new OutboxStore();
  #tabs = new OutboxTabs();
  #ready;
  #owner;
  #project;
  #versions = new Map();
  #chains = new Map();
  #mayBegin = false;
  #isSending = false;
  #mustGoOn = false;
  #tries = 0;
  #timer = 0;

  /** `owner` keeps what one person wrote from being sent in the name of the next one at the same browser. */
  constructor(owner, project) {
    super();
    this.#owner = String(owner);
    this.#project = project;
    this.#ready = this.#store.open();
    this.#tabs.addEventListener("told", ({ detail }) => this.#onTold(detail));
    addEventListener("online", () => this.send());
    addEventListener("offline", () => SIGNED_OUT.includes(this.state) || this.#tell("offline"));
  }

  get isOnlyInMemory() {
    return this.#store.hasOnlyInMemory;
  }

  #isMine = (row) => row.owner === this.#owner && row.tab === this.#tabs.id;

  async #mine() {
    await this.#ready;
    return (await this.#store.all()).filter(this.#isMine);
  }

  /** What this tab has not got through to the site yet. */
  async waiting() {
    return (await this.#mine()).filter(isOnItsWay);
  }

  /** What waits for the person's decision: conflict, refused, gone, kept. */
  async kept() {
    return (await this.#mine()).filter(isUndecided);
  }

  /** The newest row of each document that has not reached the site. */
  async unsent() {
    return new Map((await this.#mine()).map((row) => [row.documentId, row]));
  }

  /** Take over what tabs that are gone left behind. The rows, by id. */
  async adopt() {
    await this.#ready;
    const own = (await this.#store.all()).filter((row) => row.owner === this.#owner);
    const gone = await this.#tabs.goneOf(new Set(own.map((row) => row.tab ?? "")));
    const isOfHere = (row) => isOnItsWay(row) || !row.state || !row.project || row.project === this.#project;
    const isLeft = (row) => row.owner === this.#owner && gone.has(row.tab ?? "") && isOfHere(row);
    if (!own.some(isLeft)) return [];
    const { put } = await this.#store.update((rows) => ({ put: rows.filter(isLeft).map((row) => takenOver(row, this.#tabs.id)) }));
    for (const row of put) this.#chains.set(row.documentId, row.chain);
    await this.#tell();
    return put;
  }

  #chainOf(documentId) {
    return this.#chains.get(documentId) ?? this.#tabs.id;
  }

  #inChain(documentId, chain = this.#chainOf(documentId)) {
    return (row) => this.#isMine(row) && row.documentId === documentId && row.chain === chain;
  }

  /** Keep a save. A later one of the same card takes the place of one that has not left yet.
   *  `delay`: milliseconds until it goes; `isLocal`: it goes only when the person says so. */
  async add({ documentId, title = "", url, body, version = null, delay = 0, isLocal = false }) {
    await this.#ready;
    const times = { dueAt: Date.now() + delay, longestUntil: Date.now() + LONGEST_DRAFT_MS };
    const change = (rows) => {
      const base = this.knownVersion(documentId) ?? version ?? 0;
      const identity = { owner: this.#owner, tab: this.#tabs.id, chain: this.#chainOf(documentId), project: this.#project };
      return nextOfChain(rows.filter(this.#inChain(documentId)), { ...identity, documentId, title, url, body, version: base, isLocal }, times);
    };
    await this.#store.update(change, body.status === "draft" ? "relaxed" : "strict");
    await this.#tell();
    return this.send();
  }

  knownVersion(documentId) {
    return this.#versions.get(`${this.#chainOf(documentId)} ${documentId}`) ?? null;
  }

  /** The version that the next save of this document is based on. */
  noteVersion(documentId, version, chain = this.#chainOf(documentId)) {
    if (version !== null && version !== undefined) this.#versions.set(`${chain} ${documentId}`, version);
  }

  async #tell(state = this.state) {
    this.state = state;
    const rows = await this.#mine();
    const count = (isCounted) => new Set(rows.filter(isCounted).map((row) => row.documentId)).size;
    const [waiting, kept, local] = [isOnItsWay, isUndecided, (row) => row.state === "local"].map(count);
    this.#emit("change", { state, waiting, kept, local, isDurable: this.#store.isDurable });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #onTold(message) {
    if (message.type === "sent" && message.owner === this.#owner) this.#emit("elsewhere", message);
  }

  // Sending

  /** From now on rows go; before, the desk sorts out which of those that were left may. */
  begin() {
    this.#mayBegin = true;
    return this.send();
  }

  /** Send everything that is due; while somebody has to sign in first, nothing. */
  async send() {
    clearTimeout(this.#timer);
    if (!this.#mayBegin || SIGNED_OUT.includes(this.state)) return;
    this.#mustGoOn = true;
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.#mustGoOn) {
        this.#mustGoOn = false;
        await this.#drain();
      }
    } finally {
      this.#isSending = false;
    }
  }

  async #drain() {
    for (let item = await this.#claim(); item; item = await this.#claim()) {
      await this.#tell(this.state === "idle" ? "sending" : this.state);
      try {
        await this.#deliver(item);
        this.#tries = 0;
        this.state = "idle";
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!(await this.#isSettled(item, error))) return;
      }
    }
    const pause = pauseUntilDue(await this.#mine(), Date.now());
    if (pause !== null) this.#sendAfter(pause);
    if (this.state === "sending" || pause === null) this.state = "idle";
    await this.#tell();
  }

  #sendAfter(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.send(), pause);
  }

  /** Mark the next row as leaving, unless another tab took it over; what leaves is never changed any more. */
  async #claim() {
    let claimed = null;
    await this.#ready;
    await this.#store.update((rows) => {
      const item = nextDue(rows.filter(this.#isMine), Date.now());
      claimed = item;
      if (!item || item.state === "leaving") return {};
      const version = this.#versions.get(`${item.chain} ${item.documentId}`) ?? item.version;
      claimed = { ...item, state: "leaving", version };
      return { put: [claimed] };
    });
    return claimed;
  }

  async #deliver(item) {
    const headers = { "Idempotency-Key": item.key, "If-Match": `"${item.version}"` };
    const { data } = await callApi("PUT", item.url, { body: item.body, headers });
    const isAnswer = data?.document === item.documentId && String(data.user) === this.#owner;
    if (!isAnswer) throw new ApiError(0, { detail: "not the site's answer" });
    // A save that is repeated late comes back with what was saved after it; the next one is based on this one still.
    const version = Math.min(data.version, item.version + 1);
    await this.#store.update(() => {
      this.noteVersion(item.documentId, version, item.chain);
      return { remove: [item.id] };
    });
    this.#emit("sent", { item, data, version });
    const { status, answer } = data;
    this.#tabs.tell({ type: "sent", owner: this.#owner, documentId: item.documentId, status, answer, version: data.version });
  }

  /** True when the next item may go; false when everything waits, for the network or for the person to sign in. */
  async #isSettled(item, error) {
    if (error.isSignedOut) return this.standBy(error).then(() => false);
    if (error.isTemporary) return this.#putOff(item, error);
    await this.#onRefusal(item, afterRefusal(item, error));
    return true;
  }

  async #putOff(item, error) {
    const isAboutAll = error.status === 0 || error.status === 429 || error.status === 503;
    const pause = pauseOfTry(isAboutAll ? this.#tries++ : item.tries, error.retryAfter);
    const put = [{ ...item, tries: item.tries + 1, dueAt: Date.now() + (isAboutAll ? 0 : pause) }];
    await this.#store.update(() => ({ put }));
    await this.#tell(error.status === 0 ? "offline" : "retrying");
    if (isAboutAll) this.#sendAfter(pause);
    return !isAboutAll;
  }

  async #onRefusal(item, { again, keep, present }) {
    const { documentId, chain } = item;
    if (again) {
      this.#versions.delete(`${chain} ${documentId}`);
      await this.#store.update(() => ({ put: [{ ...item, ...again, dueAt: 0 }] }));
    } else if (keep) await this.#leaveToPerson(item, { ...item, ...keep });
    else {
      await this.#store.update(() => ({ remove: [item.id] }));
      this.noteVersion(documentId, present.version, chain);
      this.#emit("elsewhere", { ...present, documentId });
    }
  }

  async #leaveToPerson(item, kept) {
    const isLater = this.#inChain(item.documentId, item.chain);
    let isSuperseded = false;
    // Another project's desk can show it; this one can't.
    if (item.project && item.project !== this.#project) kept.tab = "";
    await this.#store.update((rows) => {
      isSuperseded = rows.some((row) => isLater(row) && row.state === "waiting" && row.id > item.id);
      return isSuperseded ? { remove: [item.id] } : { put: [kept] };
    });
    await this.#tell();
    if (!isSuperseded && kept.tab) this.#emit(kept.state === "conflict" ? "conflict" : "refused", { item: kept });
  }

  // What a person decides

  /** Send a row that waited for a decision, with these changes of its body. */
  async decide(id, changes = {}) {
    await this.#store.update((rows) => {
      const row = rows.find((candidate) => candidate.id === id);
      if (!row) return {};
      const decided = decidedRow(row, changes);
      this.noteVersion(row.documentId, decided.version, row.chain);
      return { put: [decided] };
    });
    return this.send();
  }

  /** Send the draft of this document now instead of after its pause. */
  async hurry(documentId) {
    const isLate = (row) => this.#inChain(documentId)(row) && row.state === "waiting" && row.dueAt > Date.now();
    await this.#store.update((rows) => ({ put: rows.filter(isLate).map((row) => ({ ...row, dueAt: 0 })) }));
    return this.send();
  }

  /** Keep rows for the person's decision instead of sending them. */
  async shelve(ids) {
    await this.#store.update((rows) => ({ put: rows.filter((row) => ids.has(row.id)).map((row) => ({ ...row, state: "kept" })) }));
    await this.#tell();
  }

  /** Forget a row because the person said so. */
  async discard(id) {
    await this.#store.update(() => ({ remove: [id] }));
    await this.#tell();
  }

  /** Go on with the chain that this row belongs to. */
  follow(row) {
    this.#chains.set(row.documentId, row.chain);
  }

  /** Nobody, or somebody else, is signed in now: everything waits. */
  standBy(error) {
    return this.#tell(error.isOtherPerson ? "other-person" : "signed-out");
  }

  /** The person is signed in again. */
  resume() {
    this.state = "idle";
    return this.send();
  }
}
