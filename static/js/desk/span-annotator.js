// <span-annotator>: read a text and label stretches of it by mouse, touch or keyboard.
// Spans come and go as {id, set, label, start, end, source, status, score} with start and end in code points.
// Each part of a document is one text node of its own; a span never leaves its part.
import { OffsetMap, TextCursor, textSegments } from "./offsets.js";
import { SpanOverlay } from "./span-overlay.js";
import { newSpanId, neighborOf, placeSpan } from "./answer-draft.js";

export class SpanAnnotator extends HTMLElement {
  /** [{index, set, name, title, key, overlap, maxSpans, partRole}] of all span label sets. */
  labels = [];
  /** (key, values) => the words a person hears. */
  t = (key) => key;
  #text = "";
  #map = new OffsetMap("");
  #spans = [];
  #cursor = new TextCursor("", []);
  #activeId = null;
  #pointerType = "mouse";
  #listeners = null;
  #resize = null;

  connectedCallback() {
    this.view ??= this.querySelector(".sa-text");
    this.overlay ??= new SpanOverlay(this.querySelector(".sa-over"), (span) => this.#describe(span));
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    const listen = (target, type, listener) => target.addEventListener(type, listener, { signal });
    listen(this.view, "keydown", (event) => this.#onViewKey(event));
    listen(this.view, "pointerdown", (event) => { this.#pointerType = event.pointerType; });
    listen(this.view, "pointerup", (event) => this.#onPointerUp(event));
    listen(this.view, "focus", () => this.#onFocus());
    listen(this.view, "blur", () => this.#activeId || this.overlay.drawCursor(null));
    listen(this.querySelector(".sa-over"), "click", (event) => this.#onChip(event));
    listen(document, "selectionchange", () => this.#pointerType !== "mouse" && this.#takeNativeSelection());
    this.#resize = new ResizeObserver(() => this.overlay.redraw());
    this.#resize.observe(this.view);
    document.fonts?.ready.then(() => this.overlay.redraw());
  }

  disconnectedCallback() {
    this.#listeners?.abort();
    this.#resize?.disconnect();
    this.overlay.clear();
  }

  get spans() {
    return this.#spans;
  }

  /** `roleTitle(role)` names a part; `language` is the text's own. */
  load({ text, parts = [] }, spans, { language = "", roleTitle = (role) => role } = {}) {
    this.#text = text;
    this.#map = new OffsetMap(text);
    const segments = textSegments(text, this.#map, parts);
    this.view.lang = language;
    this.#cursor = new TextCursor(text, segments, this.#cursor.granularity);
    this.#activeId = null;
    this.overlay.setText(this.view, text, segments, roleTitle);
    this.show(spans);
  }

  /** Draw these spans without telling anybody; the caller already knows. */
  show(spans) {
    const placed = spans.map((span) => {
      const [start16, end16] = [this.#map.toUtf16(span.start), this.#map.toUtf16(span.end)];
      return { ...span, start16, end16, suggested: span.status === "suggested", index: this.#label(span)?.index ?? 0 };
    });
    this.#spans = placed.sort((a, b) => a.start16 - b.start16 || b.end16 - a.end16);
    if (!this.#spans.some((span) => span.id === this.#activeId)) this.#activeId = null;
    this.overlay.draw(this.#spans);
    this.overlay.markActive(this.#activeId);
  }

  #change(spans, touchedSet) {
    this.show(spans);
    const detail = { spans: this.#spans, set: touchedSet };
    this.dispatchEvent(new CustomEvent("spans-change", { bubbles: true, detail }));
  }

  #say(message, visible = false) {
    this.dispatchEvent(new CustomEvent("said", { bubbles: true, detail: { message, visible } }));
  }

  #label(span) {
    return this.labels.find((label) => label.set === span.set && label.name === span.label);
  }

  textOf(span) {
    return this.#text.slice(this.#map.toUtf16(span.start), this.#map.toUtf16(span.end));
  }

  #describe(span) {
    const name = this.#label(span)?.title ?? span.label;
    const state = span.suggested ? `, ${this.t("suggested")}` : "";
    return { name, spoken: `${name}: ${this.textOf(span)}${state}` };
  }

  #active() {
    return this.#spans.find((span) => span.id === this.#activeId);
  }

  /** Label the selection, or relabel the span that is selected. */
  applyLabel(label) {
    const active = this.#active();
    const { selection, trimmed } = this.#cursor;
    if (active?.set === label.set && selection && active.start16 === selection[0] && active.end16 === selection[1]) {
      return this.#place({ ...active, set: label.set, label: label.name }, label);
    }
    if (!trimmed) return this.#say(this.t("select_first"), true);
    const [start, end] = trimmed.map((unit) => this.#map.toCodePoint(unit));
    return this.#place({ id: newSpanId(), set: label.set, label: label.name, start, end }, label);
  }

  #place(span, label) {
    const { role } = this.#cursor.segmentAt(this.#map.toUtf16(span.start));
    if (label.partRole && label.partRole !== role) return this.#say(this.t("wrong_part", { part: label.partRole }), true);
    const human = { ...span, source: "human", status: "accepted", score: null };
    const placed = placeSpan(this.#spans, human, label);
    const tooMany = label.maxSpans > 1 && placed.filter((other) => other.set === label.set).length > label.maxSpans;
    if (tooMany) return this.#say(this.t("too_many_spans", { count: label.maxSpans }), true);
    const replaced = this.#spans.filter((other) => other.id !== span.id && !placed.includes(other)).length;
    this.#activeId = human.id;
    this.#cursor.selectExactly(this.#map.toUtf16(human.start), this.#map.toUtf16(human.end));
    this.#change(placed, label.set);
    this.#drawCursor();
    const spoken = `${label.title}: ${this.textOf(human)}`;
    return this.#say(replaced ? this.t("replaced", { span: spoken }) : spoken, replaced > 0);
  }

  accept(id = this.#activeId) {
    const span = this.#spans.find((candidate) => candidate.id === id);
    if (!span) return;
    const accepted = { ...span, source: "human", status: "accepted" };
    this.#change(this.#spans.map((other) => (other.id === id ? accepted : other)), span.set);
    this.#say(`${this.t("accepted")}: ${this.#describe(span).name}, ${this.textOf(span)}`);
  }

  remove(id = this.#activeId) {
    const span = this.#spans.find((candidate) => candidate.id === id);
    if (!span) return;
    this.#change(this.#spans.filter((other) => other.id !== id), span.set);
    this.#say(`${this.t("removed")}: ${this.textOf(span)}`);
  }

  /** Move one edge of the selected span by a grapheme. */
  nudge(edge, direction) {
    const span = this.#active();
    const label = span && this.#label(span);
    if (!label) return;
    const moved = this.#cursor.nudged([span.start16, span.end16], edge, direction);
    if (moved === null) return this.#say(this.t("part_edge"), true);
    const offset = this.#map.toCodePoint(moved);
    return this.#place({ ...span, [edge]: offset }, label);
  }

  select(id) {
    const span = this.#spans.find((candidate) => candidate.id === id);
    if (!span) return;
    this.#activeId = id;
    this.#cursor.selectExactly(span.start16, span.end16);
    this.#drawCursor(true);
    const certainty = span.suggested && span.score != null ? ` ${Math.round(span.score * 100)}%` : "";
    this.#say(this.#describe(span).spoken + certainty);
    this.#told();
  }

  #told() {
    this.dispatchEvent(new CustomEvent("span-select", { bubbles: true, detail: { id: this.#activeId } }));
  }

  step(direction) {
    const next = neighborOf(this.#spans, this.#activeId, this.#cursor.selection?.[0] ?? 0, direction);
    if (next) this.select(next.id);
  }

  toggleGranularity() {
    this.#cursor.toggleGranularity();
    this.#drawCursor();
    this.#say(this.t(this.#cursor.granularity === "word" ? "by_word" : "by_character"), true);
  }

  #onFocus() {
    if (this.#cursor.selection) this.#drawCursor();
    else if (this.view.matches(":focus-visible")) this.#afterMove(this.#cursor.moveTo(0, false));
  }

  #afterMove(stayedInside) {
    if (!stayedInside) return this.#say(this.t("part_edge"), true);
    const [start, end] = this.#cursor.selection ?? [0, 0];
    this.#activeId = this.#spanAt(start, end)?.id ?? null;
    this.#drawCursor(true);
    const around = this.#spans.filter((span) => span.start16 <= start && end <= span.end16);
    this.#say([this.#text.slice(start, end), ...around.map((span) => this.#describe(span).name)].join(", "));
    return this.#told();
  }

  #spanAt(start, end) {
    return this.#spans.find((span) => span.start16 === start && span.end16 === end);
  }

  #moveLine(direction, extend) {
    const rect = this.overlay.rectOf(...this.#cursor.focusUnit);
    this.#cursor.column ??= rect.left + rect.width / 2;
    const height = parseFloat(getComputedStyle(this.view).lineHeight);
    const y = rect.top + rect.height / 2 + direction * height;
    const offset = this.overlay.offsetAtPoint(this.#cursor.column, y);
    return offset === null || this.#cursor.moveToOffset(offset, extend);
  }

  #drawCursor(scroll = false) {
    const { selection } = this.#cursor;
    this.overlay.drawCursor(selection);
    this.overlay.markActive(this.#activeId);
    if (!scroll || !selection) return;
    const rect = this.overlay.rectOf(...selection);
    const isOutside = rect.top < 90 || rect.bottom > innerHeight - 120;
    if (isOutside) scrollBy({ top: rect.top - innerHeight / 2, behavior: "instant" });
  }

  #onViewKey(event) {
    if (event.isComposing || event.keyCode === 229 || event.altKey) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const { key, shiftKey } = event;
    if (key !== "ArrowUp" && key !== "ArrowDown") this.#cursor.column = null;
    const moves = {
      ArrowRight: () => this.#cursor.moveBy(1, shiftKey),
      ArrowLeft: () => this.#cursor.moveBy(-1, shiftKey),
      ArrowDown: () => this.#moveLine(1, shiftKey),
      ArrowUp: () => this.#moveLine(-1, shiftKey),
      Home: () => this.#cursor.moveTo(0, shiftKey),
      End: () => this.#cursor.moveToEnd(shiftKey),
    };
    if (!moves[key] || (isCommand && key.startsWith("Arrow"))) return;
    event.preventDefault();
    this.#afterMove(moves[key]());
  }

  /** Label by a label's own key, wherever the focus is on the page. True when some label has this key. */
  applyKey(key) {
    const label = this.labels.find((candidate) => candidate.key && candidate.key === key);
    if (label) this.applyLabel(label);
    return Boolean(label);
  }

  #onChip(event) {
    const mark = event.target.closest("[data-id]");
    if (!mark) return;
    this.select(mark.dataset.id);
    this.view.focus({ preventScroll: true });
  }

  #onPointerUp(event) {
    if (event.button) return;
    if (this.#takeNativeSelection()) {
      if (event.pointerType === "mouse") getSelection().removeAllRanges();
      return;
    }
    const offset = this.overlay.offsetAtPoint(event.clientX, event.clientY);
    if (offset === null) return;
    const around = this.#spans.filter((span) => span.start16 <= offset && offset < span.end16);
    const innermost = around.sort((a, b) => a.end16 - a.start16 - (b.end16 - b.start16))[0];
    if (innermost && !event.shiftKey) this.select(innermost.id);
    else this.#afterMove(this.#cursor.moveToOffset(offset, event.shiftKey));
  }

  /** Take over what was dragged over or selected with touch handles. False when nothing is selected in the text. */
  #takeNativeSelection() {
    const native = this.overlay.nativeSelection();
    if (!native) return false;
    const { start, end } = native;
    const segment = this.#cursor.segmentAt(start ?? end - 1);
    const clipped = [Math.max(start ?? segment.start, segment.start), Math.min(end ?? segment.end, segment.end)];
    if (clipped[1] <= clipped[0]) return false;
    if (end === null || end > segment.end) this.#say(this.t("part_edge"), true);
    const selection = [this.#cursor.snapped(clipped[0], 0), this.#cursor.snapped(clipped[1], 1)];
    this.#cursor.selectExactly(...selection);
    this.#activeId = this.#spanAt(...selection)?.id ?? null;
    this.#drawCursor();
    this.#say(this.#text.slice(...selection));
    return true;
  }
}

customElements.define("span-annotator", SpanAnnotator);
