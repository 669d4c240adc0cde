// A field that filters a list of things to choose from: combobox and listbox as screen readers know them.
import { isComposing } from "./commands.js";

const MAX_SHOWN = 60;

/** Items are {id, title, detail, words, fill(element)?}; `onPick(item)` hears the choice. */
export class Combobox {
  #input;
  #list;
  #none;
  #items = [];
  #shown = [];
  #at = 0;
  #onPick;

  constructor(root, onPick) {
    this.#input = root.querySelector("[role=combobox]");
    this.#list = root.querySelector("[role=listbox]");
    this.#none = root.querySelector("[data-none]");
    this.#onPick = onPick;
    this.#input.addEventListener("input", () => this.#filter());
    this.#input.addEventListener("keydown", (event) => isComposing(event) || this.#onKey(event));
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => this.#onClick(target.closest("[role=option]")));
  }

  open(items) {
    this.#items = items.map((item) => ({ ...item, words: `${item.title} ${item.detail ?? ""} ${item.words ?? ""}`.toLocaleLowerCase() }));
    this.#input.value = "";
    this.#filter();
    this.#input.focus();
  }

  #filter() {
    const words = this.#input.value.trim().toLocaleLowerCase().split(/\s+/);
    const found = this.#items.filter((item) => words.every((word) => item.words.includes(word)));
    const isAtStart = (item) => Number(item.title.toLocaleLowerCase().startsWith(words[0]));
    this.#shown = (words[0] ? found.toSorted((a, b) => isAtStart(b) - isAtStart(a)) : found).slice(0, MAX_SHOWN);
    this.#list.replaceChildren(...this.#shown.map((item, place) => this.#option(item, place)));
    this.#none.hidden = this.#shown.length > 0;
    this.#move(0);
  }

  #option(item, place) {
    const option = document.createElement("li");
    const [title, detail] = [document.createElement("span"), document.createElement("small")];
    option.id = `${this.#list.id}-${place}`;
    option.setAttribute("role", "option");
    title.textContent = item.title;
    detail.textContent = item.detail ?? "";
    option.append(title, detail);
    item.fill?.(option);
    return option;
  }

  #move(place) {
    this.#at = this.#shown.length ? (place + this.#shown.length) % this.#shown.length : -1;
    [...this.#list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === this.#at)));
    const option = this.#list.children[this.#at];
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.#input.setAttribute("aria-activedescendant", option.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  #onKey(event) {
    const actions = {
      ArrowDown: () => this.#move(this.#at + 1), ArrowUp: () => this.#move(this.#at - 1),
      PageDown: () => this.#move(Math.min(this.#at + 8, this.#shown.length - 1)), PageUp: () => this.#move(Math.max(this.#at - 8, 0)),
      Enter: () => this.#shown[this.#at] && this.#onPick(this.#shown[this.#at]),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  }

  #onClick(option) {
    if (option) this.#onPick(this.#shown[[...this.#list.children].indexOf(option)]);
  }
}
