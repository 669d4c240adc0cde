// Find a label of a long list by its letters: Down and Up go through what is found, Enter picks, Esc goes back.
import { isComposing } from "./commands.js";

export class LabelFilter {
  #owner;
  #actions;
  #at = null;

  /** `owner` has `field` and `options`; `actions`: {t, say, onPick(option), onLeave()}. */
  constructor(input, owner, actions) {
    this.input = input;
    this.#owner = owner;
    this.#actions = actions;
    input.addEventListener("input", () => this.#filter());
    input.addEventListener("keydown", (event) => isComposing(event) || this.#onKey(event));
    input.addEventListener("blur", () => this.#move(null));
  }

  get #found() {
    return this.#owner.options.filter((option) => !option.hidden);
  }

  #filter() {
    const words = this.input.value.trim().toLocaleLowerCase();
    for (const option of this.#owner.options) {
      const names = `${option.querySelector(".opt-name").textContent} ${option.dataset.label}`.toLocaleLowerCase();
      option.hidden = !words.split(/\s+/).every((word) => names.includes(word));
    }
    const found = this.#found;
    for (const head of this.#owner.field.querySelectorAll("[data-head]")) head.classList.toggle("filtered", words !== "");
    this.#owner.field.querySelector("[data-none]").hidden = found.length > 0;
    this.#move(words ? (found[0] ?? null) : null);
    if (words) this.#actions.say(this.#actions.t("labels_found", { count: found.length }));
  }

  #move(option) {
    this.#at?.classList.remove("at");
    this.#at = option;
    if (!option) return;
    option.classList.add("at");
    this.#owner.reveal(option);
  }

  #step(direction) {
    const found = this.#found;
    if (!found.length) return;
    const place = found.indexOf(this.#at);
    const next = place < 0 ? (direction > 0 ? 0 : found.length - 1) : (place + direction + found.length) % found.length;
    this.#move(found[next]);
    this.#actions.say(found[next].querySelector(".opt-name").textContent.replace("?", "").trim());
  }

  #onKey(event) {
    const actions = { ArrowDown: () => this.#step(1), ArrowUp: () => this.#step(-1), Enter: () => this.#pick(), Escape: () => this.#leave() };
    if (!actions[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    actions[event.key]();
  }

  #pick() {
    const option = this.#at;
    if (!option) return;
    this.clear();
    this.#actions.onPick(option);
  }

  #leave() {
    this.clear();
    this.#actions.onLeave();
  }

  clear() {
    if (!this.input.value) return this.#move(null);
    this.input.value = "";
    return this.#filter();
  }
}
