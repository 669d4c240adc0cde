// The desk: the card in work and everything that can happen to it. Features join it and speak to it alone.
//   events  "card" {card}: put on the desk · "edited" · "finished" {card, status} · "saved" {item, data}: the site has it
//           "live" event from the site · "empty" · "practice-needed" {progress}
import { CardQueue } from "./card-queue.js";
import { Commands } from "./commands.js";
import { Favorites } from "./favorites.js";
import { showCommandKeys } from "./key-caps.js";
import { dealKeys, hasManyLabels, prepareLabels, spanLabels } from "./label-keys.js";
import { Outbox } from "./outbox.js";
import { DeskPanel } from "./panel.js";
import { savePreferences } from "./preferences.js";
import { Saving } from "./saving.js";
import { part } from "./spoken.js";
import { DeskStatus } from "./status.js";
import { Undoing } from "./undoing.js";

export class Desk extends EventTarget {
  constructor(element, boot) {
    super();
    this.element = element;
    this.boot = boot;
    this.status = new DeskStatus(boot);
    this.queue = new CardQueue(`${boot.api}projects/${boot.project.id}/queue/`, boot.labelSets);
    this.outbox = new Outbox(element.dataset.user, boot.project.id);
    this.saving = new Saving(this);
    this.commands = new Commands(boot.preferences);
    this.favorites = new Favorites(boot.preferences?.favorites, boot.project.id);
    this.undoing = new Undoing(this);
    this.annotator = element.querySelector("span-annotator");
    this.annotator.t = this.t;
    /** A feature may take a finished card itself: (card, status) => true when it did. */
    this.deliver = null;
  }

  /** Give labels their keys, when all commands have theirs. */
  bindLabels() {
    const { element, annotator, favorites, t } = this;
    const { labelSets } = this.boot;
    prepareLabels(labelSets);
    const [onChange, say] = [(name, value) => this.choose(name, value), (message) => this.say(message)];
    this.panel = new DeskPanel(element, { labelSets, t, say, onChange, annotator, favorites });
    this.commands.addEventListener("change", () => this.dealAgain());
    this.addEventListener("finished", ({ detail }) => detail.status === "submitted" && this.#noteUse(detail.card));
    this.dealAgain();
  }

  /** Labels of long lists that a person uses most come to the top. */
  #noteUse({ draft }) {
    const long = this.boot.labelSets.filter(hasManyLabels);
    if (!long.length) return;
    this.favorites.noteAnswer(long, draft.answer);
    savePreferences({ favorites: this.favorites.lists });
    this.dealAgain();
  }

  #deal() {
    dealKeys(this.boot.labelSets, this.commands, this.favorites);
    this.annotator.labels = spanLabels(this.boot.labelSets);
  }

  /** Commands, or the labels used most, have changed: labels get the keys that are left, and the page shows them. */
  dealAgain() {
    this.#deal();
    this.panel.showKeys();
    this.status.keyTitles = showCommandKeys(this.element.ownerDocument, this.commands);
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
    if (this.queue.hasExpired) await this.saving.recheck();
    const unsent = await this.outbox.unsent();
    const lent = (await this.queue.refill(unsent).catch((error) => this.onQueueError(error))) ?? 0;
    this.status.countInHand(this.queue.size, lent);
    if (!this.card) this.#showEmpty();
    else if (!before) this.show();
    else if (lent) this.status.showNext(this.queue.waiting);
  }

  onQueueError(error) {
    if (error.body?.code === "practice_needed") return this.tell("practice-needed", error.body.practice);
    if (error.isSignedOut) this.outbox.standBy(error);
    else this.say(error.status ? error.message : this.t("offline"), true);
  }

  // What a person changes

  choose(name, value) {
    if (!this.card) return;
    this.card.draft.change(name, value);
    this.panel.update(name, this.card.draft);
    this.onEdit();
  }

  changeSpans({ spans, set }) {
    this.card.draft.change(set, spans.filter((span) => span.set === set));
    this.panel.update(set, this.card.draft);
    this.onEdit();
  }

  /** Change the answer on the desk by `change(draft)`; what the draft records can be undone. */
  edit(change) {
    if (!this.card) return;
    change(this.card.draft);
    this.redraw();
    this.onEdit();
  }

  /** The answer on the desk is another one now: record what changed, and keep it. */
  onEdit() {
    this.undoing.note(this.card);
    this.saving.onEdit(this.card);
    this.tell("edited");
  }

  finish(status) {
    const { card } = this;
    if (!card || (status === "submitted" && this.#demandMissing(card))) return;
    if (this.deliver?.(card, status)) return;
    card.stopClock();
    this.saving.send(card, status);
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
    this.saving.flush();
    if (!this.queue.reopen()) return this.say(this.t("nothing_before"), true);
    this.show();
    return this.say(this.t("reopened"), true);
  }

  /** Put another document that is in hand, or was, on the desk. */
  jumpTo(documentId) {
    this.saving.flush();
    const isThere = this.queue.bring(documentId);
    if (isThere) this.show();
    return isThere;
  }

  // What the model says meanwhile

  onPrediction({ document: of, prediction }) {
    const card = this.queue.find(of?.id ?? of);
    if (!card) return;
    if (prediction?.answer) this.#merge(card, prediction);
    else this.fetchPredictions();
  }

  #merge(card, prediction) {
    if (prediction.id === card.draft.prediction?.id || card.isSubmitted || card.isBlind || card.isPractice) return;
    card.draft.merge(prediction, card === this.card ? this.panel.textInUse : null);
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
