// The desk: the card in work and everything that can happen to it. Features join it and speak to it alone.
//   events  "card" {card}: put on the desk · "edited" · "finished" {card, status} · "saved" {item, data}: the site has it
//           "live" event from the site · "empty"
import { AnswerDraft } from "./answer-draft.js";
import { CardQueue } from "./card-queue.js";
import { Commands } from "./commands.js";
import { prepareLabels } from "./label-keys.js";
import { Outbox } from "./outbox.js";
import { DeskPanel } from "./panel.js";
import { DeskStatus, part } from "./status.js";

const DRAFT_PAUSE_MS = 1500;

export class Desk extends EventTarget {
  #draftTimer = 0;

  constructor(element, boot) {
    super();
    this.element = element;
    this.boot = boot;
    this.status = new DeskStatus(boot);
    this.queue = new CardQueue(`${boot.api}projects/${boot.project.id}/queue/`, boot.labelSets);
    this.outbox = new Outbox(element.dataset.user);
    this.commands = new Commands(boot.preferences?.keys);
    this.annotator = element.querySelector("span-annotator");
    this.annotator.t = this.t;
  }

  /** Give labels their keys, when all commands have theirs. */
  bindLabels() {
    this.annotator.labels = prepareLabels(this.boot.labelSets, this.commands.takenKeys);
    const onChange = (name, value) => this.choose(name, value);
    this.panel = new DeskPanel(this.element, { labelSets: this.boot.labelSets, t: this.t, onChange, annotator: this.annotator });
  }

  t = (key, values) => this.status.t(key, values);

  say(message, isVisible = false) {
    this.status.say(message, isVisible);
  }

  part(name) {
    return part(name);
  }

  get card() {
    return this.queue.current;
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  // The card on the desk

  show() {
    const { card } = this;
    if (!card) return this.#showEmpty();
    this.status.showCard(card);
    this.annotator.load(card.document, card.draft.spans, this.status.textOptions(card.document));
    this.panel.show(card.draft);
    this.status.showNext(this.queue.waiting);
    card.startClock();
    this.tell("card", card);
    return this.annotator.view.focus({ preventScroll: true });
  }

  #showEmpty() {
    this.status.showEmpty();
    this.tell("empty");
  }

  redraw() {
    this.annotator.show(this.card.draft.spans);
    this.panel.show(this.card.draft);
    this.status.showIdeas(this.card.draft);
  }

  /** Keep the next documents lent ahead, and show one as soon as there is one. */
  async refill() {
    const before = this.card;
    const lent = (await this.queue.refill().catch((error) => this.onQueueError(error))) ?? 0;
    this.status.countInHand(this.queue.size, lent);
    if (!this.card) this.#showEmpty();
    else if (!before) this.show();
    else if (lent) this.status.showNext(this.queue.waiting);
  }

  onQueueError(error) {
    if (error.isSignedOut) this.status.showOutbox({ state: "signed-out", waiting: 0 });
    else this.say(error.status ? error.message : this.t("offline"), true);
  }

  // What a person changes

  choose(name, value) {
    if (!this.card) return;
    this.card.draft.change(name, value);
    this.panel.update(name);
    this.#onEdit();
  }

  changeSpans({ spans, set }) {
    this.card.draft.change(set, spans.filter((span) => span.set === set));
    this.panel.update(set);
    this.#onEdit();
  }

  /** Change the answer on the desk by `change(draft)`; what the draft records can be undone. */
  edit(change) {
    if (!this.card) return;
    change(this.card.draft);
    this.redraw();
    this.#onEdit();
  }

  #onEdit() {
    this.card.isDirty = true;
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.saveDraft(), DRAFT_PAUSE_MS);
    this.tell("edited");
  }

  /** What was submitted once stays so until it is submitted again. */
  saveDraft() {
    clearTimeout(this.#draftTimer);
    const { card } = this;
    if (card?.isDirty && !card.isSubmitted) this.send(card, "draft");
  }

  send(card, status) {
    card.isDirty = false;
    const { draft } = card;
    const body = { answer: draft.answer, seconds: card.seconds, status };
    if (draft.prediction?.id) body.prediction = draft.prediction.id;
    const url = `${this.boot.api}documents/${card.id}/annotation/`;
    return this.outbox.add({ documentId: card.id, url, body, version: card.version });
  }

  /** Take over an answer that was saved elsewhere. */
  adopt(documentId, answer) {
    const card = this.queue.findAnywhere(documentId);
    if (!card || !answer) return;
    card.draft = new AnswerDraft(this.boot.labelSets, card.draft.prediction, answer);
    if (card === this.card) this.redraw();
  }

  finish(status) {
    const { card } = this;
    if (!card || (status === "submitted" && this.#demandMissing(card))) return;
    clearTimeout(this.#draftTimer);
    card.stopClock();
    this.send(card, status);
    this.queue.finishCurrent();
    if (card.countOnce(status)) this.status.countDone(card.seconds);
    this.status.countInHand(this.queue.size);
    this.say(this.t(status === "submitted" ? "sent_undo" : "skipped_undo"), true);
    this.tell("finished", { card, status });
    this.show();
    this.refill();
  }

  #demandMissing(card) {
    const [missing] = card.draft.missing;
    if (!missing) return false;
    this.panel.demand(missing.name);
    this.say(this.t("missing", { name: missing.title || missing.name }), true);
    return true;
  }

  /** Bring back the document that was finished last. */
  back() {
    this.saveDraft();
    if (!this.queue.reopen()) return this.say(this.t("nothing_before"), true);
    this.show();
    return this.say(this.t("reopened"), true);
  }

  undo() {
    if (!this.card?.draft.undo()) return this.back();
    this.redraw();
    this.#onEdit();
    return this.say(this.t("undone"), true);
  }

  // What the model says meanwhile

  onPrediction({ document: of, prediction }) {
    const card = this.queue.find(of?.id ?? of);
    if (!card) return;
    if (prediction?.answer) this.#merge(card, prediction);
    else this.fetchPredictions();
  }

  #merge(card, prediction) {
    if (prediction.id === card.draft.prediction?.id || card.isSubmitted || card.isBlind) return;
    card.draft.merge(prediction);
    if (card !== this.card) return;
    this.redraw();
    this.status.showPrediction(card);
    this.status.announceMerge(card.draft);
  }

  async fetchPredictions() {
    const assignments = await this.queue.fetchAssignments().catch((error) => this.onQueueError(error));
    for (const { document: { id }, prediction } of assignments ?? []) {
      const card = this.queue.find(id);
      if (card && prediction) this.#merge(card, prediction);
    }
  }

  viewIdeas() {
    const draft = this.card?.draft;
    if (!draft?.ideas.length) return this.say(this.t("no_ideas"), true);
    const words = { panel: this.panel, textOf: (span) => this.annotator.textOf(span) };
    return this.status.listIdeas(draft, words, (idea) => this.edit(() => draft.take(idea)));
  }
}
