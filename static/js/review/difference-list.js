// The list of differences: at each place what every side says, and which of them the result has. A difference is a group
// of radio buttons; the digits choose within it, with Shift for every place at once.
import { quoter } from "../desk/answer-words.js";
import { isSameValue } from "../desk/answer-compare.js";
import { valueAt } from "./differences.js";
import { part } from "../desk/spoken.js";

const clone = (name) => part(name).content.firstElementChild.cloneNode(true);

export class DifferenceList {
  #status;
  #onTake;
  #item = null;
  #list = part("difference-list");

  /** `onTake(row, option)` hears what is chosen at a place. */
  constructor(status, onTake) {
    this.#status = status;
    this.#onTake = onTake;
    this.#list.addEventListener("change", ({ target }) => this.#choose(target));
  }

  show(item) {
    const isOther = item !== this.#item || this.#list.childElementCount !== item.differences.length;
    this.#item = item;
    part("differences").hidden = item.isHidden;
    if (isOther) this.#draw();
    this.#mark();
  }

  #draw() {
    const { differences, rows, sides } = this.#item;
    const { t } = this.#status;
    const quote = quoter(this.#item.document.text);
    this.#list.replaceChildren(...differences.map((row, index) => this.#rowFor(row, index, quote)));
    part("difference-count").textContent = differences.length || "";
    const same = rows.length - differences.length;
    const words = same ? t("same", { count: same }) : this.#item.model ? "" : t("no_model");
    part("same").textContent = [differences.length ? "" : t("all_same"), words].filter(Boolean).join(". ");
    part("sides").replaceChildren(...sides.map((side) => this.#sidePill(side)));
  }

  #sidePill(side) {
    const pill = document.createElement("span");
    pill.className = "pill";
    const letter = document.createElement("b");
    letter.textContent = this.#letterOf(side.key);
    pill.append(letter, this.#status.nameOf(side));
    return pill;
  }

  #letterOf(key) {
    return key === "you" ? "✎" : key;
  }

  #rowFor(row, index, quote) {
    const element = clone("difference");
    const tag = this.#item.tagFor(row);
    element.dataset.row = index;
    const label = element.querySelector(".difference-tag");
    label.textContent = this.#status.t(`${tag}_tag`);
    label.dataset.tag = tag;
    element.querySelector(".difference-set").textContent = row.set.title || row.set.name;
    const words = row.spans.length ? quote({ start: Math.min(...row.spans.map(({ start }) => start)), end: Math.max(...row.spans.map(({ end }) => end)) }) : "";
    const quoted = element.querySelector(".difference-quote");
    quoted.textContent = words;
    quoted.hidden = !words;
    const options = row.options.map((option, place) => this.#optionFor(row, option, { index, place, quote }));
    element.querySelector(".difference-options").append(...options);
    return element;
  }

  #optionFor(row, option, { index, place, quote }) {
    const element = clone("difference-option");
    const input = element.querySelector("input");
    Object.assign(input, { name: `difference-${index}`, value: place });
    element.querySelector(".difference-who").textContent = option.sides.map((key) => this.#letterOf(key)).join(" ");
    element.querySelector(".difference-value").textContent = this.wordsOf(row, option.value, quote);
    element.querySelector("kbd").textContent = place + 1;
    input.setAttribute("aria-keyshortcuts", place + 1);
    const names = option.sides.map((key) => this.#status.nameOf(this.#item.sides.find((side) => side.key === key)));
    input.setAttribute("aria-label", `${names.join(", ")}: ${this.wordsOf(row, option.value, quote)}`);
    return element;
  }

  /** A value at a place, in words. */
  wordsOf({ set, form, spans }, value, quote) {
    const titleOf = (name) => set.labels?.find((label) => label.name === name)?.title ?? name;
    const values = [value ?? []].flat();
    if (!values.length || value === "") return this.#status.t("nothing");
    if (form !== "spans") return values.map((name) => (set.kind === "text" ? name : titleOf(name))).join(", ");
    const isWhole = spans.every(({ start, end }) => start === spans[0].start && end === spans[0].end);
    return values.map((span) => (isWhole ? titleOf(span.label) : `${titleOf(span.label)} “${quote(span)}”`)).join(", ");
  }

  /** Show which option the result has at each place. */
  #mark() {
    const { differences, draft } = this.#item;
    const quote = quoter(this.#item.document.text);
    differences.forEach((row, index) => {
      const element = this.#list.children[index];
      const value = valueAt(row, draft);
      const chosen = row.options.findIndex((option) => isSameValue(option.value, value));
      element.querySelectorAll("input").forEach((input, place) => (input.checked = place === chosen));
      const own = element.querySelector(".difference-own");
      own.hidden = chosen >= 0 || isSameValue(value, null);
      own.textContent = `${this.#status.t("edited")}: ${this.wordsOf(row, value, quote)}`;
    });
  }

  #choose(input) {
    const row = this.#item.differences[Number(input.closest("[data-row]").dataset.row)];
    this.#onTake(row, row.options[Number(input.value)]);
  }

  // By keyboard

  get #focused() {
    return document.activeElement?.closest("[data-row]") ?? null;
  }

  /** Put the focus on the next difference, or the one before. */
  step(direction) {
    const rows = [...this.#list.children];
    if (!rows.length) return this.#status.say(this.#status.t("all_same"), true);
    const at = rows.indexOf(this.#focused);
    const next = at < 0 ? (direction > 0 ? 0 : rows.length - 1) : (at + direction + rows.length) % rows.length;
    const inputs = [...rows[next].querySelectorAll("input")];
    (inputs.find(({ checked }) => checked) ?? inputs[0]).focus();
    rows[next].scrollIntoView({ block: "nearest" });
    return this.#status.say(this.#status.t("place_of_difference", { place: next + 1, total: rows.length }));
  }

  /** A digit in a difference: true when it chose something there. */
  press(digit) {
    const input = this.#focused?.querySelectorAll("input")[digit - 1];
    if (!input) return false;
    input.checked = true;
    input.focus();
    this.#choose(input);
    return true;
  }

  /** The side that a digit means at the focused place, for taking it everywhere. */
  sideAt(digit) {
    const row = this.#item?.differences[Number(this.#focused?.dataset.row)];
    const key = row?.options[digit - 1]?.sides[0];
    return this.#item?.sides.find((side) => side.key === key) ?? null;
  }
}
