// The field of a `text` label set: grows with its text and leaves unfinished words to the input method.
export class TextField {
  set;
  #field;
  #box;
  #onChange;
  #isComposing = false;

  constructor(field, set, { onChange }) {
    Object.assign(this, { set });
    this.#field = field;
    this.#box = field.querySelector("textarea");
    this.#onChange = onChange;
    this.#box.addEventListener("compositionstart", () => { this.#isComposing = true; });
    this.#box.addEventListener("compositionend", () => this.#onCompositionEnd());
    this.#box.addEventListener("input", (event) => this.#isComposing || event.isComposing || this.#report());
  }

  #onCompositionEnd() {
    this.#isComposing = false;
    this.#report();
  }

  #report() {
    this.#fit();
    this.#onChange(this.set.name, this.#box.value);
  }

  /** Browsers without `field-sizing` get the height of the text. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#box.style.setProperty("height", "auto");
    this.#box.style.setProperty("height", `${this.#box.scrollHeight + 2}px`);
  }

  show(draft) {
    this.#field.classList.toggle("suggested", draft.isSuggested(this.set.name));
    this.#mark(false);
    const value = draft.valueOf(this.set.name) ?? "";
    if (this.#isComposing || this.#box.value === value) return;
    this.#box.value = value;
    this.#fit();
  }

  showKeys() {} // a text has no labels

  get keys() {
    return [];
  }

  get filter() {
    return null;
  }

  #mark(isMissing) {
    this.#field.classList.toggle("missing", isMissing);
    this.#box.toggleAttribute("aria-invalid", isMissing);
    this.#field.querySelector("[data-missing]").hidden = !isMissing;
  }

  /** Say that the answer is missing and put the focus there. */
  demand() {
    this.#mark(true);
    this.#box.focus();
    this.#field.scrollIntoView({ block: "nearest" });
  }
}
