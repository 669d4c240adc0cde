// What stands beside the card: a column where there is room, a dialog where there is not.
const NO_ROOM = "(max-width: 1100px)";

/** The elements are #desk-<name>-content in #desk-<name>-aside or in the dialog #desk-<name>. */
export class SidePanel {
  #aside;
  #dialog;
  #content;
  #desk;
  #onToggle;

  /** `onToggle(isOpen, isDialog)` hears of every opening and closing. */
  constructor(name, desk, onToggle) {
    this.#desk = desk;
    this.#aside = desk.part(`${name}-aside`);
    this.#dialog = desk.part(name);
    this.#content = desk.part(`${name}-content`);
    this.#onToggle = onToggle;
    this.#dialog.addEventListener("close", () => onToggle(false, true));
    this.#content.addEventListener("click", ({ target }) => target.closest("[data-close]") && this.close());
    matchMedia(NO_ROOM).addEventListener("change", () => this.isOpen && this.open());
  }

  get isOpen() {
    return this.#dialog.open || !this.#aside.hidden;
  }

  get isDialog() {
    return this.#dialog.open;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    const isDialog = matchMedia(NO_ROOM).matches || this.#desk.part("work").hidden;
    (isDialog ? this.#dialog : this.#aside).append(this.#content);
    this.#show(!isDialog);
    if (isDialog && !this.#dialog.open) this.#dialog.showModal();
    if (!isDialog && this.#dialog.open) this.#dialog.close();
    this.#onToggle(true, isDialog);
  }

  // The page asks how many stand beside the card: rules that look for what is not hidden are dear at every change.
  #show(isBeside) {
    this.#aside.hidden = !isBeside;
    const work = this.#desk.part("work");
    const count = work.querySelectorAll(".beside > :not([hidden])").length;
    if (count) work.dataset.beside = count;
    else delete work.dataset.beside;
  }

  close() {
    if (this.#dialog.open) return this.#dialog.close();
    const hadFocus = this.#aside.contains(document.activeElement);
    this.#show(false);
    if (hadFocus) this.#desk.annotator.view.focus({ preventScroll: true });
    return this.#onToggle(false, false);
  }
}
