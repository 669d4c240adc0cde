// <desk-why>: the words that drove the model's answer, marked in the text and listed under it. Off until it is asked for.
import { callApi } from "../api-client.js";
import { DocumentRanges } from "./document-ranges.js";
import { whyLevel, WhyMarks } from "./why-marks.js";

const WHY_KEPT = "desk-why";
const MOST_FOR = 6;
const MOST_AGAINST = 3;
const WHY_PROBLEMS = new Set(["imported_prediction", "checkpoint_gone", "no_worker", "explanations_hidden"]);

/** Equal words together, strongest first: [{text, weight}]. */
const sumOfWords = (words, text) => {
  const points = [...text];
  const sums = new Map();
  for (const { start, end, weight } of words) {
    const word = points.slice(start, end).join("");
    const key = word.toLocaleLowerCase();
    sums.set(key, { text: sums.get(key)?.text ?? word, weight: (sums.get(key)?.weight ?? 0) + weight });
  }
  return [...sums.values()].sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight));
};

class DeskWhy extends HTMLElement {
  #desk;
  #marks;
  #isOn = false;
  #shownFor = null;
  #set = null;
  /** What the site answered, by prediction: the words of each label set, or why there are none. */
  #answers = new Map();

  join(desk) {
    this.#desk = desk;
    this.#marks = new WhyMarks(desk.annotator);
    this.#isOn = sessionStorage.getItem(WHY_KEPT) === "on";
    desk.commands.add({ name: "why", keys: ["m"], group: "view", run: () => this.#toggle() });
    desk.addEventListener("card", () => this.#show());
    desk.addEventListener("empty", () => this.#hide());
    desk.addEventListener("live", ({ detail }) => detail.type === "prediction.updated" && this.#onUpdate());
    this.addEventListener("click", ({ target }) => this.#onClick(target.closest("[data-set]")?.dataset.set));
    this.#showButton();
  }

  get #prediction() {
    const card = this.#desk.card;
    return card && !card.isBlind ? card.draft.prediction : null;
  }

  #toggle() {
    this.#isOn = !this.#isOn;
    sessionStorage.setItem(WHY_KEPT, this.#isOn ? "on" : "off");
    this.#showButton();
    this.#desk.say(this.#desk.t(this.#isOn ? "why_on" : "why_off"));
    if (this.#isOn) this.#forgetProblems();
    this.#show();
  }

  #showButton() {
    for (const button of document.querySelectorAll("[data-command=why]")) button.setAttribute("aria-pressed", String(this.#isOn));
  }

  /** Ask again for what could not be said a moment ago. */
  #forgetProblems() {
    for (const [id, { problem }] of this.#answers) if (problem) this.#answers.delete(id);
  }

  #onUpdate() {
    if (this.#prediction?.id !== this.#shownFor) this.#show();
  }

  #onClick(set) {
    if (!set) return;
    this.#set = set;
    this.#draw(this.#answers.get(this.#shownFor));
  }

  #hide() {
    this.#shownFor = null;
    this.#marks.clear();
    this.querySelector("section").hidden = true;
  }

  async #show() {
    this.#hide();
    if (!this.#isOn || !this.#desk.card) return;
    const prediction = this.#prediction;
    this.#shownFor = prediction?.id ?? null;
    const known = prediction ? this.#answers.get(prediction.id) : { problem: this.#desk.card.isBlind ? "why_blind" : "why_no_prediction" };
    this.#draw(known ?? { problem: "why_asking" });
    if (known) return;
    const answer = await this.#ask(prediction.id);
    this.#answers.set(prediction.id, answer);
    if (this.#isOn && this.#shownFor === prediction.id) this.#draw(answer, true);
  }

  async #ask(predictionId) {
    try {
      const { data } = await callApi("POST", `${this.#desk.boot.api}predictions/${predictionId}/explanation/`, { body: {} });
      return { words: data.words };
    } catch (error) {
      const { code } = error.body;
      return { problem: WHY_PROBLEMS.has(code) ? `why_${code}` : "why_no_answer" };
    }
  }

  #draw({ words = {}, problem }, isNew = false) {
    const { boot, t } = this.#desk;
    const sets = boot.labelSets.filter(({ name }) => Object.keys(words[name] ?? {}).length);
    const said = problem ?? (sets.length ? "" : "why_nothing");
    const status = this.querySelector("[data-why-status]");
    status.textContent = said && t(said);
    status.hidden = !said;
    const chosen = sets.find(({ name }) => name === this.#set) ?? sets[0];
    const blocks = sets.flatMap((set) => Object.entries(words[set.name]).map(([label, own]) => this.#block(set, label, own, set === chosen)));
    this.querySelector("[data-why-sets]").replaceChildren(...blocks);
    this.querySelector("[data-why-note]").hidden = !sets.length;
    this.querySelector("section").hidden = false;
    this.#mark(chosen, words);
    if (isNew) this.#desk.say(said ? t(said) : blocks.map((block) => block.textContent).join(". "));
  }

  #mark(set, words) {
    if (!set) return this.#marks.clear();
    const { annotator, card } = this.#desk;
    const shown = Object.values(words[set.name]).flat();
    return this.#marks.draw(shown, new DocumentRanges(annotator.view, card.document));
  }

  #block(set, label, words, isChosen) {
    const block = this.querySelector("template").content.cloneNode(true).firstElementChild;
    const title = set.labels.find(({ name }) => name === label)?.title || label;
    const button = block.querySelector("button");
    button.dataset.set = set.name;
    button.setAttribute("aria-pressed", String(isChosen));
    button.textContent = this.#desk.t("why_because", { set: set.title || set.name, label: title });
    const sums = sumOfWords(words, this.#desk.card.document.text);
    const lists = [sums.filter(({ weight }) => weight > 0).slice(0, MOST_FOR), sums.filter(({ weight }) => weight < 0).slice(0, MOST_AGAINST)];
    const strongest = Math.abs(sums[0]?.weight ?? 0);
    this.#fill(block.querySelector("[data-for]"), lists[0], strongest);
    this.#fill(block.querySelector("[data-against]"), lists[1], strongest);
    block.querySelector("[data-against-title]").hidden = !lists[1].length;
    return block;
  }

  #fill(list, words, strongest) {
    list.replaceChildren(...words.map(({ text, weight }) => {
      const item = document.createElement("li");
      item.dataset.level = whyLevel(weight, strongest);
      const word = document.createElement("b");
      word.textContent = text;
      word.lang = this.#desk.annotator.view.lang;
      const share = document.createElement("span");
      share.className = "num";
      share.textContent = `${Math.round(Math.abs(weight) * 100)}%`;
      item.append(word, " ", share, " ");
      return item;
    }));
  }
}

customElements.define("desk-why", DeskWhy);
