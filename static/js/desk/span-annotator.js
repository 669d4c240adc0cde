// <span-annotator>: read a text and label stretches of it by mouse, touch or keyboard.
// Spans come and go as {id, set, label, start, end, source, status, score} with start and end in code points.
// Each part of a document is one text node of its own; a span never leaves its part.
import { SpanReader } from "./span-reader.js";

export class SpanAnnotator extends SpanReader {
  #isAdding = false;
  pulls = { drag: (...pull) => this.#drag(...pull), drop: (isMeant) => this.#drop(isMeant), relabel: (index) => this.#relabel(index) };

  load(...document) {
    this.#isAdding = false;
    super.load(...document);
  }

  changeSpans(spans, touchedSet, activeId = this.now.active?.id) {
    this.now.spans = spans;
    this.now.activate(activeId ?? null);
    this.show(spans);
    const detail = { spans: this.spans, set: touchedSet };
    this.dispatchEvent(new CustomEvent("spans-change", { bubbles: true, detail }));
  }

  /** Take over what came of an edit, or say why there was none. */
  #settle({ refused, values, spans, span, set, isReplacing }) {
    if (refused) return this.say(this.t(refused, values), true);
    this.gestures.release();
    this.changeSpans(spans, set, span.id);
    this.tellSelected();
    const { spoken } = this.describe(span);
    return this.say(isReplacing ? this.t("replaced", { span: spoken }) : spoken, isReplacing);
  }

  #editActive(edit) {
    const span = this.now.active;
    const label = span && this.labelOf(span);
    return label ? this.#settle(edit(span, label)) : this.say(this.t("select_span_first"), true);
  }

  /** Label the selection, or relabel the active span. `isAdded`: beside its label, where the set allows overlap. */
  applyLabel(label, isAdded = false) {
    const { active } = this.now;
    const addsHere = label.overlap && (isAdded || this.#isAdding);
    this.#isAdding = false;
    if (active?.set === label.set && !addsHere) this.#settle(this.now.edits.place(active, [active.start16, active.end16], label));
    else this.#settle(this.now.edits.create(this.now.cursor.selection, label));
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
    const { active } = this.now;
    this.#isAdding = Boolean(active && this.labelOf(active)?.overlap);
    this.say(this.t(this.#isAdding ? "add_which_label" : "no_overlap_here"), true);
  }

  #relabel(index) {
    const label = this.labels.find((candidate) => candidate.index === index);
    this.applyLabel(label);
    this.view.focus({ preventScroll: true });
  }

  accept(id = this.now.active?.id) {
    const span = this.find(id);
    if (!span) return;
    const accepted = { ...span, source: "human", status: "accepted" };
    this.changeSpans(this.spans.map((other) => (other.id === id ? accepted : other)), span.set);
    this.say(`${this.t("accepted")}: ${this.describe(span).name}, ${this.textOf(span)}`);
  }

  remove(id = this.now.active?.id) {
    const span = this.find(id);
    if (!span) return;
    this.changeSpans(this.spans.filter((other) => other.id !== id), span.set);
    this.say(`${this.t("removed")}: ${this.textOf(span)}`);
  }

  nudge(edge, direction) {
    this.#editActive((span, label) => this.now.edits.nudge(span, edge, direction, label));
  }

  move(direction) {
    this.#editActive((span, label) => this.now.edits.move(span, direction, label));
  }

  merge() {
    this.#editActive((span, label) => this.now.edits.merge(span, label));
  }

  /** Make two spans of one: at the cursor inside it, or where the active span was pressed. */
  split() {
    const { span, offset } = this.now.splitPlace;
    const label = span && this.labelOf(span);
    if (label) this.#settle(this.now.edits.split(span, offset, label));
    else this.say(this.t("select_span_first"), true);
  }

  #drag(edge, x, y) {
    const offset = this.canvas.page.offsetAtPoint(x, y);
    const { active } = this.now;
    if (offset === null || !active) return;
    this.preview = this.now.edits.dragged(active, edge, offset, this.labelOf(active));
    this.drawCursor();
  }

  #drop(isMeant) {
    const range = this.preview;
    this.preview = null;
    if (isMeant && range) this.#editActive((span, label) => this.now.edits.reshape(span, range, label));
    this.drawCursor();
    this.view.focus({ preventScroll: true });
  }
}

customElements.define("span-annotator", SpanAnnotator);
