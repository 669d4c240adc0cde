// What is under review: the documents in a reviewer's hands, the one on the page, and the decisions of this sitting.
import { Commands } from "../desk/commands.js";
import { Favorites } from "../desk/favorites.js";
import { showCommandKeys } from "../desk/key-caps.js";
import { dealKeys, prepareLabels, spanLabels } from "../desk/label-keys.js";
import { DeskPanel } from "../desk/panel.js";
import { chipName } from "./chip-name.js";
import { DifferenceList } from "./difference-list.js";
import { valueAt, withOption } from "./differences.js";
import { ReviewCalls } from "./review-calls.js";
import { ReviewItem } from "./review-item.js";
import { ReviewStatus } from "./review-status.js";

const AHEAD = 8;
const MOST_IN_HAND = 50;

export class ReviewWork {
  #items = [];
  #at = 0;
  #decided = [];
  #done = 0;
  #waiting = 0;
  #ghosts = [];
  #shown;
  #isAsking = false;
  #isComparing = false;

  constructor(element, boot) {
    Object.assign(this, { element, boot });
    this.status = new ReviewStatus(boot);
    this.calls = new ReviewCalls(boot);
    this.commands = new Commands(boot.preferences);
    this.favorites = new Favorites(boot.preferences?.favorites, boot.project.id);
    this.annotator = element.querySelector("span-annotator");
    this.annotator.t = this.t;
    this.annotator.describe = (span) => this.#describe(span);
    this.differences = new DifferenceList(this.status, (row, option) => this.take(row, option));
    this.calls.addEventListener("change", () => this.#onSaving());
  }

  /** Decisions that are not kept yet hold their places in the reviewer's hands; with each that is, more can be lent. */
  #onSaving() {
    this.status.showUnsaved(this.calls.unsaved);
    if (!this.item) this.refill();
  }

  /** Give labels their keys, when all commands have theirs. */
  bindLabels() {
    const { labelSets } = this.boot;
    prepareLabels(labelSets);
    const [onChange, say] = [(name, value) => this.choose(name, value), (message) => this.say(message)];
    const { annotator, favorites, t } = this;
    this.panel = new DeskPanel(this.element, { labelSets, t, say, onChange, annotator, favorites });
    this.commands.addEventListener("change", () => this.dealAgain());
    this.dealAgain();
  }

  dealAgain() {
    const { labelSets } = this.boot;
    dealKeys(labelSets, this.commands, this.favorites);
    this.annotator.labels = spanLabels(labelSets);
    this.panel.showKeys();
    this.status.keyTitles = showCommandKeys(this.element.ownerDocument, this.commands);
  }

  t = (key, values) => this.status.t(key, values);

  say(message, isVisible = false) {
    this.status.say(message, isVisible);
  }

  get item() {
    return this.#items[this.#at];
  }

  // What is in hand

  /** Have some in hand beyond the one on the page, and show one as soon as there is one. */
  async refill() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (await this.#ask()); // a fast reviewer may have decided several meanwhile
    this.#isAsking = false;
    if (!this.item) this.show();
  }

  /** Whether the site had more for this reviewer. */
  async #ask() {
    const count = Math.min(MOST_IN_HAND, this.#at + 1 + AHEAD);
    if (this.#items.length >= count) return false;
    // What is decided here but not kept yet is still lent to this person.
    const onTheirWay = this.#unsaved;
    const lent = await this.calls.next(Math.min(MOST_IN_HAND, count + onTheirWay.length)).catch((error) => this.#fail(error));
    if (!lent) return false;
    const known = [...this.#items, ...onTheirWay, ...this.#unsaved];
    const fresh = lent.items.filter(({ id }) => !known.some((item) => item.id === id));
    this.#items.push(...fresh.map((data) => new ReviewItem(data, this.boot.labelSets)));
    this.#waiting = Math.max(this.#items.length, lent.waiting - this.calls.unsaved);
    this.#showCounts();
    if (this.item !== this.#shown) this.show();
    return fresh.length > 0;
  }

  get #unsaved() {
    return this.#decided.filter(({ isSaved }) => !isSaved).map(({ item }) => item);
  }

  #fail(error) {
    this.say(error.status ? (error.body?.errors?.[0]?.message ?? error.message) : this.t("offline"), true);
  }

  #showCounts() {
    this.status.showCounts(this.#done, this.#waiting);
  }

  show() {
    const { item } = this;
    this.#shown = item;
    if (!item) return this.status.showEmpty(this.#isAsking || this.calls.unsaved > 0);
    this.status.showItem(item);
    this.#ghosts = item.ghosts;
    this.annotator.load(item.document, this.#spans, this.status.textOptions(item.document));
    this.panel.show(item.draft);
    this.differences.show(item);
    this.status.showTalk(item, (stretch) => this.annotator.textOf(stretch));
    item.card.startClock();
    this.annotator.view.focus({ preventScroll: true });
    return scrollTo({ top: 0, behavior: "instant" });
  }

  get #spans() {
    return [...this.item.draft.spans, ...this.#ghosts];
  }

  #redraw() {
    const { item } = this;
    this.#ghosts = item.ghosts;
    this.annotator.show(this.#spans);
    this.panel.show(item.draft);
    this.differences.show(item);
    this.status.showDecide(item);
  }

  /** A label button in the text says what became of the model's span. */
  #describe(span) {
    const name = this.annotator.labelOf(span)?.title ?? span.label;
    const state = span.suggested ? `, ${this.t("suggested")}` : "";
    const titleOf = (label) => this.panel.labelOf(span.set, label)?.title ?? label;
    return { name: span.suggested ? name : chipName(this.item, span, { name, titleOf, t: this.t }), spoken: `${name}: ${this.annotator.textOf(span)}${state}` };
  }

  // What a reviewer changes

  choose(name, value) {
    if (!this.item) return;
    this.item.draft.change(name, value);
    this.#onEdit();
  }

  changeSpans({ spans, set }) {
    this.item.changeSpans(set, spans, this.#ghosts);
    this.#onEdit();
  }

  #onEdit() {
    this.item.note();
    this.#redraw();
  }

  take(row, option) {
    const { item } = this;
    item.draft.change(row.set.name, withOption(row, item.draft, option, item.asOwn));
    this.#onEdit();
    const quote = (span) => this.annotator.textOf(span);
    const value = this.differences.wordsOf(row, valueAt(row, item.draft), quote);
    this.say(this.t("took", { set: row.set.title || row.set.name, value }));
  }

  /** Make the result what one side says, everywhere; one undo takes it back. */
  takeAll(side) {
    const { item } = this;
    if (!item || !side) return;
    for (const set of this.boot.labelSets) {
      const value = side.answer?.[set.name] ?? (set.kind === "text" ? "" : set.kind === "choice" ? null : []);
      item.draft.change(set.name, set.kind === "span" ? value.map((span) => item.asOwn(span, set)) : value);
    }
    this.#onEdit();
    this.say(this.t("took_all", { side: this.status.nameOf(side) }), true);
  }

  // Deciding

  /** Accept the result, or what it was changed to; of a blind one, compare first. */
  decide() {
    const { item } = this;
    if (!item || this.#demandMissing(item)) return;
    if (item.isHidden) this.#compare(item);
    else if (item.isAdjudication) this.#finish(item, "was_settled", (seconds) => this.calls.settle(item, { answer: item.draft.answer, seconds }));
    else if (item.isChanged) this.#finish(item, "was_corrected", (seconds) => this.calls.review(item, { verdict: "correct", answer: item.draft.answer, seconds }));
    else this.#finish(item, "was_accepted", (seconds) => this.calls.review(item, { verdict: "accept", seconds }));
  }

  sendBack({ comment, start, end }) {
    const { item } = this;
    const body = { verdict: "send_back", comment, start, end };
    this.#finish(item, "was_sent_back", (seconds) => this.calls.review(item, { ...body, seconds }));
  }

  #demandMissing({ draft }) {
    const [missing] = draft.missing;
    if (!missing) return false;
    this.panel.demand(missing.name);
    this.say(this.t("missing", { name: missing.title || missing.name }), true);
    return true;
  }

  async #compare(item) {
    if (this.#isComparing) return;
    this.#isComparing = true;
    const data = await this.calls.firstAnswer(item, item.draft.answer).catch((error) => this.#onRefused(item, error));
    this.#isComparing = false;
    if (!data) return;
    item.take(data);
    if (item === this.item) this.show();
  }

  #finish(item, message, send) {
    item.card.stopClock();
    const decision = { item, isSaved: false, undoPath: null };
    const onSaved = (path) => (decision.isSaved = true) && path;
    decision.undoPath = send(item.card.seconds).then(onSaved, (error) => this.#onRefused(item, error));
    this.#decided.push(decision);
    this.#drop(item);
    this.#done++;
    this.#waiting = Math.max(0, this.#waiting - 1);
    this.#showCounts();
    this.say(this.t(message, { name: item.person?.name ?? "" }), true);
    this.refill();
    this.show();
  }

  #drop(item) {
    this.#items = this.#items.filter((other) => other !== item);
    this.#at = Math.min(this.#at, Math.max(0, this.#items.length - 1));
  }

  /** The site did not take a decision: a lost race leaves the document to the other one; else it is shown again. */
  #onRefused(item, error) {
    const isLost = error.status === 409;
    const problem = isLost ? this.t("rejected_item") : (error.body?.errors?.[0]?.message ?? error.message);
    this.say(this.t("not_decided", { name: item.name, problem }), true);
    const decision = this.#decided.find((other) => other.item === item);
    if (decision) this.#done--;
    this.#decided = this.#decided.filter((other) => other !== decision);
    if (isLost) this.#drop(item);
    else if (decision) this.#putBack(item);
    this.#showCounts();
    if (isLost && !decision) this.show();
    return null;
  }

  #putBack(item) {
    this.item?.card.stopClock();
    this.#items.splice(this.#at, 0, item);
    this.#waiting++;
    this.show();
  }

  /** The last change of this document, else the last decision. */
  async undo() {
    if (this.item?.undo()) return this.#redraw() ?? this.say(this.t("undone"), true);
    const decision = this.#decided.pop();
    if (!decision) return this.say(this.t("nothing_to_undo"), true);
    const path = await decision.undoPath;
    if (!path) return undefined;
    const error = await this.calls.undo(path).then(() => null, (problem) => problem);
    if (error) {
      this.#decided.push(decision);
      return this.say(this.t("not_taken_back", { problem: error.body?.errors?.[0]?.message ?? error.message }), true);
    }
    const { item } = decision;
    const lent = await this.calls.next(Math.min(MOST_IN_HAND, this.#items.length + 1)).catch(() => null);
    item.renew(lent?.items.find(({ id }) => id === item.id));
    this.#done--;
    this.#putBack(item);
    this.#showCounts();
    return this.say(this.t("taken_back"), true);
  }

  /** Another document in hand, without deciding this one. */
  async step(direction) {
    const to = this.#at + direction;
    if (to < 0) return this.say(this.t("first_one"), true);
    if (to >= this.#items.length) return this.say(this.t("last_one"), true);
    this.item.card.stopClock();
    this.#at = to;
    this.show();
    return this.refill();
  }
}
