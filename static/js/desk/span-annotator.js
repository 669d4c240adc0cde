// <span-annotator>: read a text and label stretches of it by mouse, touch or keyboard.
// Spans come and go as {id, set, label, start, end, source, status, score} with start and end in code points.
// Each part of a document is one text node of its own; a span never leaves its part.
import { SpanCanvas } from "./span-canvas.js";
import { SpanGestures } from "./span-gestures.js";
import { SpanSelection } from "./span-selection.js";
import { TextKeys } from "./text-keys.js";

export class SpanAnnotator extends HTMLElement {
  /** (key, values) => the words a person hears. */
  t = (key) => key;
  #labels = new Map();
  #now = new SpanSelection();
  #canvas = null;
  #gestures = null;
  #preview = null;
  #isAdding = false;
  #isByPointer = false;
  #listeners = null;

  connectedCallback() {
    this.view = this.querySelector(".sa-text");
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    const listen = (target, type, listener) => target.addEventListener(type, listener, { signal });
    const pulls = { drag: (...pull) => this.#drag(...pull), drop: (isMeant) => this.#drop(isMeant), relabel: (index) => this.#relabel(index) };
    const describe = (span) => this.#describe(span);
    this.#canvas = new SpanCanvas(this, { describe, pulls, onResize: () => this.#drawActive(), signal });
    const hears = { range: (...range) => this.#takeRange(...range), press: (...press) => this.#press(...press) };
    this.#gestures = new SpanGestures(this.view, this.#canvas.page, hears, signal);
    const moves = { cursorOf: () => this.#now.cursor, onMove: (stayedInside) => this.#afterMove(stayedInside), signal };
    new TextKeys(this.view, this.#canvas.page, moves);
    listen(this.view, "focus", () => this.#onFocus());
    listen(this.view, "blur", () => this.#now.active || this.#canvas.drawCursor(null));
    listen(this.querySelector(".sa-over"), "click", (event) => this.#onChip(event));
    listen(document, "pointerdown", () => (this.#isByPointer = true));
    listen(document, "keydown", (event) => this.#onAnyKey(event));
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#canvas.stop();
  }

  /** [{index, set, name, title, key, overlap, maxSpans, partRole}] of all span label sets. */
  set labels(labels) {
    this.#labels = new Map(labels.map((label) => [`${label.set}\n${label.name}`, label]));
  }

  get labels() {
    return [...this.#labels.values()];
  }

  get spans() {
    return this.#now.spans;
  }

  /** `roleTitle(role)` names a part; `language` is the text's own. */
  load({ text, parts = [] }, spans, { language = "", roleTitle = (role) => role } = {}) {
    this.#preview = null;
    this.#isAdding = false;
    this.view.lang = language;
    this.#canvas.setText(text, this.#now.load(text, parts), roleTitle);
    this.show(spans);
  }

  /** Draw these spans without telling anybody; the caller already knows. */
  show(spans) {
    this.#now.setSpans(spans, (span) => this.#label(span)?.index ?? 0);
    const places = this.#measureActive();
    this.#canvas.drawSpans(this.#now.spans);
    this.#drawCursor(places);
  }

  #drawCursor(places = this.#measureActive()) {
    this.#canvas.drawCursor(this.#preview ?? this.#now.cursor.selection);
    this.#drawActive(places);
  }

  #showCursor() {
    const { selection } = this.#now.cursor;
    if (selection) this.#canvas.scrollTo(selection);
    this.#drawCursor();
  }

  #measureActive() {
    const { active, caret } = this.#now;
    const range = this.#preview ?? (active && [active.start16, active.end16]);
    return active && this.#canvas.measure(range, this.#preview ? null : caret);
  }

  #drawActive(places = this.#measureActive()) {
    const { active } = this.#now;
    if (!active) return this.#canvas.drawActive(null);
    const { spoken } = this.#describe(active);
    const names = { start: this.t("handle_start", { span: spoken }), end: this.t("handle_end", { span: spoken }) };
    const tools = this.#isByPointer && !this.#preview ? this.#toolsFor(active) : null;
    return this.#canvas.drawActive(active, places, { names, tools });
  }

  #toolsFor(span) {
    const labels = this.labels.filter(({ set }) => set === span.set);
    return { labels, chosen: span.index, isSuggested: span.suggested, canOverlap: Boolean(this.#label(span)?.overlap) };
  }

  // What others hear

  #say(message, visible = false) {
    this.dispatchEvent(new CustomEvent("said", { bubbles: true, detail: { message, visible } }));
  }

  #told() {
    this.dispatchEvent(new CustomEvent("span-select", { bubbles: true, detail: { id: this.#now.active?.id ?? null } }));
  }

  #change(spans, touchedSet, activeId = this.#now.active?.id) {
    this.#now.spans = spans;
    this.#now.activate(activeId ?? null);
    this.show(spans);
    const detail = { spans: this.spans, set: touchedSet };
    this.dispatchEvent(new CustomEvent("spans-change", { bubbles: true, detail }));
  }

  #label(span) {
    return this.#labels.get(`${span.set}\n${span.label}`);
  }

  textOf(span) {
    return this.#now.textOf(span);
  }

  #describe(span) {
    const name = this.#label(span)?.title ?? span.label;
    const state = span.suggested ? `, ${this.t("suggested")}` : "";
    return { name, spoken: `${name}: ${this.textOf(span)}${state}` };
  }

  // Editing

  /** Take over what came of an edit, or say why there was none. */
  #settle({ refused, values, spans, span, set, isReplacing }) {
    if (refused) return this.#say(this.t(refused, values), true);
    this.#gestures.release();
    this.#change(spans, set, span.id);
    this.#told();
    const { spoken } = this.#describe(span);
    return this.#say(isReplacing ? this.t("replaced", { span: spoken }) : spoken, isReplacing);
  }

  #editActive(edit) {
    const span = this.#now.active;
    const label = span && this.#label(span);
    return label ? this.#settle(edit(span, label)) : this.#say(this.t("select_span_first"), true);
  }

  /** Label the selection, or relabel the active span. `isAdded`: beside its label, where the set allows overlap. */
  applyLabel(label, isAdded = false) {
    const { active } = this.#now;
    const addsHere = label.overlap && (isAdded || this.#isAdding);
    this.#isAdding = false;
    if (active?.set === label.set && !addsHere) this.#settle(this.#now.edits.place(active, [active.start16, active.end16], label));
    else this.#settle(this.#now.edits.create(this.#now.cursor.selection, label));
  }

  /** Label by a label's own key, with Shift beside what is there. True when some label has this key. */
  applyKey(name, { code, shiftKey }) {
    const named = (key) => this.labels.find((label) => label.key && label.key === key);
    const plain = named(name);
    const label = plain ?? (shiftKey ? named(name.replace("Shift+", "")) ?? named(/^Digit(\d)$/.exec(code)?.[1]) : null);
    if (label) this.applyLabel(label, !plain);
    return Boolean(label);
  }

  /** The next label comes beside the active span's own instead of in its place. */
  addNextLabel() {
    const { active } = this.#now;
    this.#isAdding = Boolean(active && this.#label(active)?.overlap);
    this.#say(this.t(this.#isAdding ? "add_which_label" : "no_overlap_here"), true);
  }

  #relabel(index) {
    const label = this.labels.find((candidate) => candidate.index === index);
    this.applyLabel(label);
    this.view.focus({ preventScroll: true });
  }

  accept(id = this.#now.active?.id) {
    const span = this.#find(id);
    if (!span) return;
    const accepted = { ...span, source: "human", status: "accepted" };
    this.#change(this.spans.map((other) => (other.id === id ? accepted : other)), span.set);
    this.#say(`${this.t("accepted")}: ${this.#describe(span).name}, ${this.textOf(span)}`);
  }

  remove(id = this.#now.active?.id) {
    const span = this.#find(id);
    if (!span) return;
    this.#change(this.spans.filter((other) => other.id !== id), span.set);
    this.#say(`${this.t("removed")}: ${this.textOf(span)}`);
  }

  nudge(edge, direction) {
    this.#editActive((span, label) => this.#now.edits.nudge(span, edge, direction, label));
  }

  move(direction) {
    this.#editActive((span, label) => this.#now.edits.move(span, direction, label));
  }

  merge() {
    this.#editActive((span, label) => this.#now.edits.merge(span, label));
  }

  /** Make two spans of one: at the cursor inside it, or where the active span was pressed. */
  split() {
    const { span, offset } = this.#now.splitPlace;
    const label = span && this.#label(span);
    if (label) this.#settle(this.#now.edits.split(span, offset, label));
    else this.#say(this.t("select_span_first"), true);
  }

  // Selecting

  #find(id) {
    return this.spans.find((span) => span.id === id);
  }

  select(id) {
    const span = this.#find(id);
    if (!span) return;
    this.#now.activate(id);
    this.#showSelected(span);
  }

  #showSelected(span) {
    this.#showCursor();
    const certainty = span.suggested && span.score != null ? ` ${Math.round(span.score * 100)}%` : "";
    this.#say(this.#describe(span).spoken + certainty);
    this.#told();
  }

  /** What the cursor is on, as [start, end] in UTF-16 units, or null. */
  get selection() {
    return this.#now.cursor.selection;
  }

  rectOf(start, end) {
    return this.#canvas.page.rectOf(start, end);
  }

  selectRange(start, end) {
    this.#now.cursor.selectExactly(start, end);
    this.#afterMove(true);
  }

  /** What is selected, {start, end, isResting}, or null. */
  get stretch() {
    return this.#now.stretch;
  }

  selectStretch(start, end) {
    this.#now.selectStretch(start, end);
    this.view.focus({ preventScroll: true });
    this.#showCursor();
  }

  step(direction) {
    const next = this.#now.neighbor(direction);
    if (next) this.select(next.id);
  }

  toggleGranularity() {
    this.#now.cursor.toggleGranularity();
    this.#drawCursor();
    this.#say(this.t(this.#now.cursor.granularity === "word" ? "by_word" : "by_character"), true);
  }

  #onFocus() {
    if (this.#now.cursor.selection) this.#drawCursor();
    else if (this.view.matches(":focus-visible")) this.#afterMove(this.#now.cursor.moveTo(0, false));
  }

  #afterMove(stayedInside) {
    if (!stayedInside) return this.#say(this.t("part_edge"), true);
    this.#now.follow();
    this.#showCursor();
    const words = this.#now.text.slice(...(this.#now.cursor.selection ?? [0, 0]));
    this.#say([words, ...this.#now.around.map((span) => this.#describe(span).name)].join(", "));
    return this.#told();
  }

  #press(offset, { shiftKey }) {
    const span = shiftKey ? null : this.#now.press(offset);
    if (span) this.#showSelected(span);
    else this.#afterMove(this.#now.cursor.moveToOffset(offset, shiftKey));
  }

  #takeRange(start, end) {
    const { isSelected, isCut } = this.#now.selectBetween(start, end);
    if (!isSelected) return false;
    this.#drawCursor();
    if (isCut) this.#say(this.t("part_edge"), true);
    else this.#say(this.#now.text.slice(...this.#now.cursor.selection));
    this.#told();
    return true;
  }

  #onChip(event) {
    const mark = event.target.closest("[data-id]");
    if (!mark) return;
    this.select(mark.dataset.id);
    this.view.focus({ preventScroll: true });
  }

  // The handles

  #drag(edge, x, y) {
    const offset = this.#canvas.page.offsetAtPoint(x, y);
    const { active } = this.#now;
    if (offset === null || !active) return;
    this.#preview = this.#now.edits.dragged(active, edge, offset, this.#label(active));
    this.#drawCursor();
  }

  #drop(isMeant) {
    const range = this.#preview;
    this.#preview = null;
    if (isMeant && range) this.#editActive((span, label) => this.#now.edits.reshape(span, range, label));
    this.#drawCursor();
    this.view.focus({ preventScroll: true });
  }

  // The bar at the active span is for pointers: keys have commands.
  #onAnyKey({ key, target }) {
    if (!this.#isByPointer || ["Tab", "Shift", "Control", "Alt", "Meta"].includes(key) || target.closest?.(".sa-active")) return;
    this.#isByPointer = false;
    this.#drawActive();
  }
}

customElements.define("span-annotator", SpanAnnotator);
