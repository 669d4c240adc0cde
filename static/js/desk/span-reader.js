// The reading half of <span-annotator>: the text with its spans, the cursor in it, and selecting by mouse, touch or keys.
import { SpanCanvas } from "./span-canvas.js";
import { SpanGestures } from "./span-gestures.js";
import { SpanSelection } from "./span-selection.js";
import { TextKeys } from "./text-keys.js";

export class SpanReader extends HTMLElement {
  /** (key, values) => the words a person hears. */
  t = (key) => key;
  now = new SpanSelection();
  canvas = null;
  gestures = null;
  /** The range that a dragged handle would give the active span. */
  preview = null;
  /** Who hears the handles: {drag, drop, relabel}. */
  pulls = {};
  #labels = new Map();
  #isByPointer = false;
  #listeners = null;

  connectedCallback() {
    this.view = this.querySelector(".sa-text");
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    const listen = (target, type, listener) => target.addEventListener(type, listener, { signal });
    const describe = (span) => this.describe(span);
    const onResize = () => (this.now.active || this.view.matches(":focus")) && this.drawCursor();
    this.canvas = new SpanCanvas(this, { describe, pulls: this.pulls, onResize, signal });
    const hears = { range: (...range) => this.#takeRange(...range), press: (...press) => this.#press(...press) };
    this.gestures = new SpanGestures(this.view, this.canvas.page, hears, signal);
    const moves = { cursorOf: () => this.now.cursor, onMove: (stayedInside) => this.#afterMove(stayedInside), signal };
    new TextKeys(this.view, this.canvas.page, moves);
    listen(this.view, "focus", () => this.#onFocus());
    listen(this.view, "blur", () => this.now.active || this.canvas.drawCursor(null));
    listen(this.querySelector(".sa-over"), "click", (event) => this.#onChip(event));
    listen(document, "pointerdown", () => (this.#isByPointer = true));
    listen(document, "keydown", (event) => this.#onAnyKey(event));
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.canvas.stop();
  }

  /** [{index, set, name, title, key, overlap, maxSpans, partRole}] of all span label sets. */
  set labels(labels) {
    this.#labels = new Map(labels.map((label) => [`${label.set}\n${label.name}`, label]));
  }

  get labels() {
    return [...this.#labels.values()];
  }

  get spans() {
    return this.now.spans;
  }

  /** `roleTitle(role)` names a part; `language` is the text's own. */
  load({ text, parts = [] }, spans, { language = "", roleTitle = (role) => role } = {}) {
    this.preview = null;
    this.view.lang = language;
    this.canvas.setText(text, this.now.load(text, parts), roleTitle);
    this.show(spans);
  }

  /** Draw these spans without telling anybody; the caller already knows. */
  show(spans) {
    this.now.setSpans(spans, (span) => this.labelOf(span)?.index ?? 0);
    const places = this.#measure();
    this.canvas.drawSpans(this.now.spans);
    this.drawCursor(places);
  }

  drawCursor(places = this.#measure()) {
    this.canvas.drawCursor(places.cursor);
    this.#drawActive(places.active);
  }

  /** All that is asked of the page before anything is drawn: afterwards it would be laid out for each question. */
  #measure() {
    const cursor = this.canvas.measureCursor(this.preview ?? this.now.cursor.selection);
    return { cursor, active: this.#measureActive() };
  }

  #showCursor() {
    const { selection } = this.now.cursor;
    if (selection) this.canvas.scrollTo(selection);
    this.drawCursor();
  }

  #measureActive() {
    const { active, caret } = this.now;
    const range = this.preview ?? (active && [active.start16, active.end16]);
    return active && this.canvas.measure(range, this.preview ? null : caret);
  }

  #drawActive(places = this.#measureActive()) {
    const { active } = this.now;
    if (!active) return this.canvas.drawActive(null);
    const { spoken } = this.describe(active);
    const names = { start: this.t("handle_start", { span: spoken }), end: this.t("handle_end", { span: spoken }) };
    const tools = this.#isByPointer && !this.preview ? this.#toolsFor(active) : null;
    return this.canvas.drawActive(active, places, { names, tools });
  }

  #toolsFor({ set, index: chosen, suggested: isSuggested }) {
    const labels = this.labels.filter((label) => label.set === set);
    return { labels, chosen, isSuggested, canOverlap: Boolean(labels[0]?.overlap) };
  }

  // What others hear

  say(message, visible = false) {
    this.dispatchEvent(new CustomEvent("said", { bubbles: true, detail: { message, visible } }));
  }

  tellSelected() {
    this.dispatchEvent(new CustomEvent("span-select", { bubbles: true, detail: { id: this.now.active?.id ?? null } }));
  }

  labelOf(span) {
    return this.#labels.get(`${span.set}\n${span.label}`);
  }

  textOf(span) {
    return this.now.textOf(span);
  }

  describe(span) {
    const name = this.labelOf(span)?.title ?? span.label;
    const state = span.suggested ? `, ${this.t("suggested")}` : "";
    return { name, spoken: `${name}: ${this.textOf(span)}${state}` };
  }

  // Selecting

  find(id) {
    return this.spans.find((span) => span.id === id);
  }

  select(id) {
    const span = this.find(id);
    if (!span) return;
    this.now.activate(id);
    this.#showSelected(span);
  }

  #showSelected(span) {
    this.#showCursor();
    const certainty = span.suggested && span.score != null ? ` ${Math.round(span.score * 100)}%` : "";
    this.say(this.describe(span).spoken + certainty);
    this.tellSelected();
  }

  /** What the cursor is on, as [start, end] in UTF-16 units, or null. */
  get selection() {
    return this.now.cursor.selection;
  }

  rectOf(start, end) {
    return this.canvas.page.rectOf(start, end);
  }

  selectRange(start, end) {
    this.now.cursor.selectExactly(start, end);
    this.#afterMove(true);
  }

  /** What is selected, {start, end, isResting}, or null. */
  get stretch() {
    return this.now.stretch;
  }

  selectStretch(start, end) {
    this.now.selectStretch(start, end);
    this.view.focus({ preventScroll: true });
    this.#showCursor();
  }

  step(direction) {
    const next = this.now.neighbor(direction);
    if (next) this.select(next.id);
  }

  toggleGranularity() {
    this.now.cursor.toggleGranularity();
    this.drawCursor();
    this.say(this.t(this.now.cursor.granularity === "word" ? "by_word" : "by_character"), true);
  }

  #onFocus() {
    if (this.now.cursor.selection) this.drawCursor();
    else if (this.view.matches(":focus-visible")) this.#afterMove(this.now.cursor.moveTo(0, false));
  }

  #afterMove(stayedInside) {
    if (!stayedInside) return this.say(this.t("part_edge"), true);
    this.now.follow();
    this.#showCursor();
    const words = this.now.text.slice(...(this.now.cursor.selection ?? [0, 0]));
    this.say([words, ...this.now.around.map((span) => this.describe(span).name)].join(", "));
    return this.tellSelected();
  }

  #press(offset, { shiftKey }) {
    const span = shiftKey ? null : this.now.press(offset);
    if (span) this.#showSelected(span);
    else this.#afterMove(this.now.cursor.moveToOffset(offset, shiftKey));
  }

  #takeRange(start, end) {
    const { isSelected, isCut } = this.now.selectBetween(start, end);
    if (!isSelected) return false;
    this.drawCursor();
    if (isCut) this.say(this.t("part_edge"), true);
    else this.say(this.now.text.slice(...this.now.cursor.selection));
    this.tellSelected();
    return true;
  }

  #onChip(event) {
    const mark = event.target.closest("[data-id]");
    if (!mark) return;
    this.select(mark.dataset.id);
    this.view.focus({ preventScroll: true });
  }

  // The bar at the active span is for pointers: keys have commands.
  #onAnyKey({ key, target }) {
    if (!this.#isByPointer || ["Tab", "Shift", "Control", "Alt", "Meta"].includes(key) || target.closest?.(".sa-active")) return;
    this.#isByPointer = false;
    this.#drawActive();
  }
}
