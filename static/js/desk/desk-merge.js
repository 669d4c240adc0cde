// <desk-merge>: two answers to one document, a person's own from two tabs or devices, side by side; they choose.
// What is not decided stays in the outbox and is asked again.
import { callApi } from "../api-client.js";
import { isSameValue } from "./answer-compare.js";
import { quoter, valueLines } from "./answer-words.js";

class DeskMerge extends HTMLElement {
  #desk;
  #item = null;
  #later = new Set();
  #dialog = this.querySelector("dialog");

  join(desk) {
    this.#desk = desk;
    desk.outbox.addEventListener("conflict", ({ detail }) => this.#onConflict(detail.item));
    for (const type of ["card", "empty"]) desk.addEventListener(type, () => this.#openNext(), { once: true });
    this.querySelector("form").addEventListener("submit", () => this.#onSubmit());
    this.querySelector("[data-later]").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#onClose());
    this.#dialog.addEventListener("click", ({ target }) => target.dataset.all && this.#chooseAll(target.dataset.all));
  }

  #onConflict(item) {
    this.#later.delete(item.id);
    // Whoever is in the middle of an edit is not interrupted; the list of kept answers leads here.
    if (item.body.status === "draft") this.#desk.say(this.#desk.t("changed_elsewhere"), true);
    else this.open(item);
  }

  async #openNext() {
    const rows = await this.#desk.outbox.kept();
    const next = rows.find(({ state, id }) => state === "conflict" && !this.#later.has(id));
    if (next) this.open(next);
  }

  async open(item) {
    if (this.#dialog.open) return;
    this.#item = item;
    const text = await this.#textOf(item.documentId);
    if (this.#item !== item || this.#dialog.open) return;
    this.querySelector("[data-title]").textContent = item.title;
    this.querySelector("[data-text]").textContent = (text ?? "").slice(0, 300);
    const quote = quoter(text);
    this.querySelector("[data-sets]").replaceChildren(...this.#desk.boot.labelSets.map((set) => this.#fieldset(set, quote)));
    this.#dialog.showModal();
    this.querySelector("input:checked")?.focus();
  }

  async #textOf(documentId) {
    const card = this.#desk.queue.findAnywhere(documentId);
    if (card) return card.document.text;
    const answer = await callApi("GET", `${this.#desk.boot.api}documents/${documentId}/`).catch(() => null);
    return answer?.data.text ?? null;
  }

  #fieldset(set, quote) {
    const field = this.querySelector("[data-set-template]").content.firstElementChild.cloneNode(true);
    const [mine, theirs] = [this.#item.body.answer[set.name], this.#item.present.answer[set.name]];
    const isSame = isSameValue(mine, theirs);
    field.dataset.name = set.name;
    field.classList.toggle("differs", !isSame);
    field.querySelector("[data-name]").textContent = set.title || set.name;
    field.querySelector("[data-differs]").hidden = isSame;
    field.querySelector("[data-same]").hidden = !isSame;
    this.#fillSide(field, "mine", valueLines(set, mine, theirs, quote));
    this.#fillSide(field, "theirs", valueLines(set, theirs, mine, quote));
    if (!isSame) return field;
    field.querySelector("[data-side=theirs]").remove();
    field.querySelector(".merge-who").remove();
    return field;
  }

  #fillSide(field, side, lines) {
    const part = field.querySelector(`[data-side=${side}]`);
    const [input, list] = [part.querySelector("input"), part.querySelector("ul")];
    const items = lines.map((line) => this.#line(line));
    input.name = `merge-${field.dataset.name}`;
    list.id = `${input.name}-${side}`;
    input.setAttribute("aria-describedby", list.id);
    list.replaceChildren(...items);
    part.querySelector("[data-empty]").hidden = items.length > 0;
  }

  #line({ words, quote, isOnlyHere }) {
    const item = this.querySelector("[data-line-template]").content.firstElementChild.cloneNode(true);
    item.classList.toggle("only", isOnlyHere);
    item.querySelector("[data-quote]").textContent = quote ? `“${quote}”` : "";
    item.querySelector("[data-words]").textContent = words;
    item.querySelector("[data-only]").hidden = !isOnlyHere;
    return item;
  }

  #chooseAll(side) {
    for (const input of this.querySelectorAll(`[data-side=${side}] input`)) input.checked = true;
  }

  #onSubmit() {
    const item = this.#item;
    const { answer: mine } = item.body;
    const answer = { ...mine };
    for (const field of this.querySelectorAll("fieldset.differs")) {
      const isTheirs = field.querySelector("[data-side=theirs] input").checked;
      if (isTheirs) answer[field.dataset.name] = item.present.answer[field.dataset.name];
    }
    this.#item = null;
    return this.#desk.saving.settle(item, answer);
  }

  #onClose() {
    if (this.#item) this.#later.add(this.#item.id);
    this.#item = null;
    this.#openNext();
  }
}

customElements.define("desk-merge", DeskMerge);
