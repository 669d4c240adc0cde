// The labels of bulk mode: one press labels what is selected; where several may be chosen, Enter does.

const KEYS = "123456789";
const MOST_BUTTONS = 18;

export class BulkLabels {
  #box;
  #onLabel;
  #t;
  #set = null;
  #buttons = [];

  /** `onLabel(value, title)` hears which answer the selected documents get. */
  constructor(box, onLabel, t) {
    this.#box = box;
    this.#onLabel = onLabel;
    this.#t = t;
  }

  get #isMany() {
    return this.#set.kind === "choices";
  }

  show(set) {
    if (set === this.#set) return;
    this.#set = set;
    this.#buttons = set.labels.map((label, index) => this.#button(label, KEYS[index] ?? ""));
    const extra = this.#isMany ? [this.#apply()] : [];
    this.#box.classList.toggle("many", set.labels.length > MOST_BUTTONS);
    this.#box.replaceChildren(...this.#buttons, ...extra);
  }

  #button({ name, title, color, definition }, key) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small bulk-label";
    button.title = definition || "";
    button.append(title || name);
    if (color) button.style.setProperty("--c", color);
    if (key) {
      button.setAttribute("aria-keyshortcuts", key);
      button.append(" ", this.#cap(key));
    }
    if (this.#isMany) button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => this.#choose(button, name, title || name));
    button.dataset.label = name;
    return button;
  }

  #cap(key) {
    const cap = document.createElement("kbd");
    cap.setAttribute("aria-hidden", "true");
    cap.textContent = key;
    return cap;
  }

  #apply() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small pri";
    button.append(this.#t("label_as", { label: "…" }), " ", this.#cap("Enter"));
    button.addEventListener("click", () => this.#giveMany());
    return button;
  }

  #choose(button, name, title) {
    if (!this.#isMany) return this.#onLabel(name, title);
    return button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  }

  #giveMany() {
    const names = this.#buttons.filter((button) => button.getAttribute("aria-pressed") === "true").map(({ dataset }) => dataset.label);
    const titles = this.#set.labels.filter(({ name }) => names.includes(name)).map(({ name, title }) => title || name);
    this.#onLabel(names, titles.join(", "));
  }

  /** A key press that means a label; true when it did. */
  press({ key, target }) {
    const index = KEYS.indexOf(key);
    if (index >= 0 && this.#buttons[index]) this.#buttons[index].click();
    else if (key === "Enter" && this.#isMany && !target.closest?.("button, a")) this.#giveMany();
    else return false;
    return true;
  }
}
