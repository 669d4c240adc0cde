// The dialog in which a reviewer says what should change, about the document or about a stretch of it.
import { part } from "../desk/spoken.js";

export class SendBack {
  #work;
  #dialog = part("sending");
  #form = part("sending-form");
  #about = null;

  constructor(work) {
    this.#work = work;
    this.#form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.#form.addEventListener("keydown", (event) => this.#onKey(event));
    this.#form.querySelector("[data-close]").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => work.annotator.view.focus({ preventScroll: true }));
  }

  open() {
    const { item, annotator } = this.#work;
    if (!item || item.isAdjudication || item.isHidden) return;
    const { start, end, isResting } = annotator.stretch ?? { start: 0, end: 0 };
    this.#about = end > start ? { start, end } : null;
    const { about, text } = this.#form.elements;
    about.checked = Boolean(this.#about) && !isResting;
    about.closest("label").hidden = !this.#about;
    part("sending-quote").textContent = this.#about ? annotator.textOf(this.#about) : "";
    part("sending-to").textContent = `· ${item.person.name}`;
    part("sending-missing").hidden = true;
    text.value = "";
    this.#dialog.showModal();
    text.focus();
  }

  #onKey(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #onSubmit(event) {
    event.preventDefault();
    const { about, text } = this.#form.elements;
    const comment = text.value.trim();
    const missing = part("sending-missing");
    missing.hidden = Boolean(comment);
    missing.textContent = comment ? "" : this.#work.t("say_what");
    if (!comment) return text.focus();
    const stretch = about.checked && this.#about ? this.#about : {};
    this.#dialog.close();
    return this.#work.sendBack({ comment, ...stretch });
  }
}
