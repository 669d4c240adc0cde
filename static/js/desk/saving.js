// What happens to answers between the desk and the outbox: each edit is kept at once, drafts go soon, and what the site,
// another tab or a new sign-in says comes back to the cards.
import { callApi } from "../api-client.js";
import { isSameAnswer } from "./answer-compare.js";
import { AnswerDraft } from "./answer-draft.js";
import { isOnItsWay } from "./outbox-rows.js";
import { SessionWatch } from "./session-watch.js";

const KEEP_AFTER_MS = 30;
const DRAFT_PAUSE_MS = 1500;
const LONG_AWAY_MS = 60_000;

export class Saving {
  #desk;
  #timer = 0;
  #watch = new SessionWatch();
  #hiddenAt = 0;
  #isRechecking = false;

  constructor(desk) {
    this.#desk = desk;
  }

  listen(signal) {
    const { outbox, live } = this.#desk;
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(outbox, "change", ({ detail }) => this.#onChange(detail));
    on(outbox, "sent", ({ detail }) => this.#onSent(detail));
    on(outbox, "refused", ({ detail }) => this.#onRefused(detail.item));
    on(outbox, "conflict", () => this.#desk.status.noteResult(""));
    on(outbox, "elsewhere", ({ detail }) => this.#onElsewhere(detail));
    on(this.#watch, "back", () => this.#onBack());
    on(live, "state", ({ detail }) => detail === "open" && outbox.send());
    on(live, "resync", () => this.recheck());
    on(live, "event", ({ detail }) => this.#onLive(detail));
    on(window, "pagehide", () => this.flush());
    on(document, "visibilitychange", () => this.#onVisibility());
    on(window, "beforeunload", (event) => outbox.isOnlyInMemory && event.preventDefault());
  }

  /** Put on the desk what is lent to the person, each with what they did to it and the site has not got yet. */
  async start(fetchAssignments) {
    const { outbox, queue } = this.#desk;
    await outbox.adopt();
    const lent = await fetchAssignments();
    const unsent = await outbox.unsent();
    queue.resume(lent ?? [], unsent);
    const isDraftOfNoCard = (row) => isOnItsWay(row) && row.body.status === "draft" && !queue.find(row.documentId);
    const left = [...unsent.values()].filter(isDraftOfNoCard).map(({ id }) => id);
    if (lent && left.length) await outbox.shelve(new Set(left));
    outbox.begin();
  }

  // From the desk to the outbox

  onEdit(card) {
    if (card.isPractice) return;
    card.isEdited = card.isDirty = true;
    this.#desk.status.noteResult("saving");
    this.#timer ||= setTimeout(() => this.#keep(card, DRAFT_PAUSE_MS), KEEP_AFTER_MS);
  }

  /** Keep what was edited last and send it now: the page or the card goes away. */
  flush() {
    const { card } = this.#desk;
    if (card?.isDirty) this.#keep(card, 0);
    else if (card?.isEdited && !card.isSubmitted) this.#desk.outbox.hurry(card.id);
  }

  /** What was submitted once stays so until it is submitted again; a change of it is kept here only. */
  #keep(card, delay) {
    this.#timer = 0;
    if (card.isDirty) this.#add(card, "draft", { delay, isLocal: card.isSubmitted });
  }

  send(card, status) {
    card.isEdited = false;
    this.#desk.status.noteResult("saving");
    return this.#add(card, status);
  }

  #add(card, status, options = {}) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    card.isDirty = false;
    const { draft, document: of } = card;
    const body = { answer: draft.answer, seconds: card.seconds, status };
    if (draft.prediction?.id) body.prediction = draft.prediction.id;
    const { boot, outbox } = this.#desk;
    const url = `${boot.api}documents/${card.id}/annotation/`;
    const title = of.external_id || `#${card.id}`;
    return outbox.add({ documentId: card.id, title, url, body, version: card.version, ...options });
  }

  // From the outbox to the desk

  #onChange(detail) {
    this.#desk.status.showOutbox(detail);
    if (detail.state === "signed-out" || detail.state === "other-person") this.#watch.start();
  }

  #onSent({ item, data, version }) {
    const card = this.#desk.queue.findAnywhere(item.documentId);
    if (card) card.version = version;
    this.#desk.status.noteResult(item.body.status === "draft" ? "draft_saved" : "saved");
    this.#desk.tell("saved", { item, data });
  }

  #onRefused(item) {
    const { queue } = this.#desk;
    this.#desk.status.noteResult("");
    if (queue.reopen(item.documentId)) this.#desk.show();
    const words = item.state === "gone" ? "gone_kept" : "refused";
    this.#desk.say(this.#desk.t(words, { problem: item.problem }), true);
  }

  #onBack() {
    this.#desk.outbox.resume();
    this.#desk.live.reopen();
    this.#desk.refill();
  }

  /** Another tab or device of this person had the document saved: a card that nobody touches here follows. */
  #onElsewhere({ documentId, status, version, answer }) {
    const { queue, outbox } = this.#desk;
    const card = queue.findAnywhere(documentId);
    if (!card || card.isEdited || version <= (outbox.knownVersion(documentId) ?? card.version ?? 0)) return;
    card.version = version;
    outbox.noteVersion(documentId, version);
    this.adopt(card, answer);
    if (status === "draft" || !queue.find(documentId)) return;
    card.isSubmitted = true;
    this.#leave(card, "answered_elsewhere");
  }

  /** What the person chose of two answers: save it, or leave what the site has when it says the same. */
  async settle(item, answer) {
    const { outbox, queue } = this.#desk;
    const { present } = item;
    const isFinal = present.status !== "draft" && item.body.status === "draft";
    const status = isFinal ? "submitted" : item.body.status;
    const isTheirs = isSameAnswer(answer, present.answer) && (isFinal || present.status === status);
    const card = queue.findAnywhere(item.documentId);
    if (card) this.adopt(card, answer);
    outbox.follow(item);
    outbox.noteVersion(item.documentId, present.version);
    if (isTheirs) await outbox.discard(item.id);
    else await outbox.decide(item.id, { answer, status });
    if (!card || status === "draft" || !queue.find(card.id)) return;
    card.isSubmitted = true;
    this.#leave(card, "answered_elsewhere");
  }

  /** Put a kept answer on the desk, with its document. */
  async open(row) {
    const { queue, boot, outbox } = this.#desk;
    this.flush();
    if (!queue.bring(row.documentId)) {
      const found = await callApi("GET", `${boot.api}documents/${row.documentId}/`).catch((error) => this.#desk.onQueueError(error));
      if (!found) return;
      queue.open({ id: null, document: found.data, prediction: null, annotation: null }, row.body.answer);
      this.#desk.card.version = row.version;
      outbox.follow(row);
    }
    this.#desk.show();
  }

  /** Take over an answer that was saved elsewhere. */
  adopt(card, answer) {
    card.draft = new AnswerDraft(this.#desk.boot.labelSets, card.draft.prediction, answer);
    card.isEdited = false;
    this.#desk.undoing.forget(card.id);
    if (card === this.#desk.card) this.#desk.redraw();
  }

  #leave(card, words) {
    const isOnDesk = card === this.#desk.card;
    this.#desk.queue.drop(card.id);
    if (!isOnDesk) return;
    this.#desk.say(this.#desk.t(words), true);
    this.#desk.show();
    this.#desk.refill();
  }

  // Leases

  #onVisibility() {
    if (document.visibilityState !== "visible") {
      this.#hiddenAt = Date.now();
      return this.flush();
    }
    this.#desk.outbox.send();
    const isLong = this.#hiddenAt && Date.now() - this.#hiddenAt > LONG_AWAY_MS;
    return isLong || this.#desk.queue.hasExpired ? this.recheck() : null;
  }

  #onLive({ type, user, document: of }) {
    const isOwn = type === "annotation.submitted" && String(user) === this.#desk.element.dataset.user;
    if (isOwn && this.#desk.queue.find(of) && !this.#desk.queue.find(of).isSubmitted) this.recheck();
  }

  /** Look again which cards are lent to this person: one that is not and that nobody touched goes, without a word. */
  async recheck() {
    if (this.#isRechecking) return;
    this.#isRechecking = true;
    try {
      const lent = await this.#desk.queue.fetchAssignments().catch((error) => this.#desk.onQueueError(error));
      if (lent) await this.#compare(new Map(lent.map((assignment) => [assignment.document.id, assignment])));
    } finally {
      this.#isRechecking = false;
    }
  }

  async #compare(lent) {
    const { queue, outbox } = this.#desk;
    const unsent = await outbox.unsent();
    for (const card of queue.all.filter(({ isSubmitted, isPractice, id }) => !isSubmitted && !isPractice && !unsent.has(id))) {
      const assignment = lent.get(card.id);
      if (assignment) this.#onLent(card, assignment);
      else if (!card.isEdited && card.version === null) this.#leave(card, "no_longer_lent");
      else this.#onNotLent(card);
    }
    this.#desk.status.countInHand(queue.size);
  }

  #onLent(card, assignment) {
    card.assignment = assignment;
    card.isUnlent = false;
    const { annotation } = assignment;
    if (annotation) this.#onElsewhere({ documentId: card.id, ...annotation });
  }

  #onNotLent(card) {
    if (!card.isUnlent && card === this.#desk.card) this.#desk.say(this.#desk.t("lease_gone"), true);
    card.isUnlent = true;
  }
}
