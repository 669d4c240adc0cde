// The fields of the annotation screen around the text: choices, text answers, label buttons and the list of spans.
// The HTML comes from the server; this fills it from an AnswerDraft and reports what a person changes.
import { ChoiceField } from "./choice-field.js";
import { showKey } from "./keymap.js";
import { SpanList } from "./span-list.js";
import { TextField } from "./text-field.js";

export class DeskPanel {
  #sets;
  #fields = new Map();
  #buttons;
  #spanList;
  #annotator;

  /** `onChange(name, value)` hears every choice a person makes. */
  constructor(root, { labelSets, t, say, onChange, annotator, favorites }) {
    this.#sets = labelSets;
    this.#annotator = annotator;
    this.#spanList = new SpanList(annotator, (set, name) => this.labelOf(set, name), t);
    const onPicked = () => annotator.view.focus({ preventScroll: true });
    for (const element of root.querySelectorAll("[data-kind]")) {
      const set = this.#setOf(element.dataset.set);
      const Field = set.kind === "text" ? TextField : ChoiceField;
      this.#fields.set(set.name, new Field(element, set, { t, say, onChange, onPicked, favorites }));
    }
    this.#buttons = [...root.querySelectorAll(".lab")];
    for (const button of this.#buttons) this.#bindLabelButton(button);
  }

  #setOf(name) {
    return this.#sets.find((set) => set.name === name);
  }

  labelOf(set, name) {
    return this.#setOf(set)?.labels.find((label) => label.name === name);
  }

  #bindLabelButton(button) {
    const { set, label: name } = button.dataset;
    button.style.setProperty("--c", `var(--l-${this.labelOf(set, name).index})`);
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", (event) => this.applyLabel(set, name, event.shiftKey));
  }

  /** Label the selection in the text; `isAdded`: beside the label that is there. */
  applyLabel(set, name, isAdded = false) {
    this.#annotator.applyLabel(this.#annotator.labels.find((label) => label.set === set && label.name === name), isAdded);
    this.#annotator.view.focus({ preventScroll: true });
  }

  /** Choose a label of a choice, as a click would. */
  choose(set, name) {
    this.#fields.get(set).choose(name);
  }

  show(draft) {
    for (const field of this.#fields.values()) field.show(draft);
    this.#spanList.show();
  }

  update(name, draft) {
    const field = this.#fields.get(name);
    if (field) field.show(draft);
    else this.#spanList.showSoon();
  }

  /** Every label's key as it is now. */
  showKeys() {
    for (const field of this.#fields.values()) field.showKeys();
    for (const button of this.#buttons) {
      const { key } = this.labelOf(button.dataset.set, button.dataset.label);
      showKey(button, key ? [key] : []);
    }
  }

  /** What each key does: it chooses a label, or turns one of several choices over. */
  get keys() {
    return new Map([...this.#fields.values()].flatMap((field) => field.keys));
  }

  /** Mark a field that lacks its answer and put the focus there. */
  demand(name) {
    this.#fields.get(name).demand();
  }

  /** The `text` label set whose field has the focus, if any. */
  get textInUse() {
    return document.activeElement?.closest('[data-kind="text"]')?.dataset.set ?? null;
  }

  markSpan(id) {
    this.#spanList.mark(id);
  }

  focusFilter() {
    const filter = [...this.#fields.values()].map((field) => field.filter).find(Boolean);
    filter?.input.focus();
    return Boolean(filter);
  }
}
