// The field of a `choice` or `choices` label set: its labels with the model's probabilities, and a filter for long lists.
import { showKey } from "./keymap.js";
import { LabelFilter } from "./label-filter.js";
import { percent } from "./span-list.js";

export class ChoiceField {
  set;
  #field;
  #list;
  #options;
  #none;
  #clear;
  #t;
  #onChange;
  #favorites;
  #filter = null;
  #shown = null;
  #suggestion = null;

  /** `onChange(name, value)` hears every choice a person makes; `onPicked()` when the filter has done its work. */
  constructor(field, set, { t, say, onChange, onPicked, favorites }) {
    Object.assign(this, { set });
    this.#field = field;
    this.#t = t;
    this.#onChange = onChange;
    this.#favorites = favorites;
    this.#options = [...field.querySelectorAll("[data-label]")];
    this.#list = this.#options[0].parentElement;
    this.#none = field.querySelector("[data-none-of-these]");
    this.#clear = field.querySelector("[data-clear]");
    this.#clear?.addEventListener("click", () => this.#empty());
    const input = field.querySelector("[data-filter]");
    const onPick = (option) => this.#toggle(option) ?? (set.kind === "choice" && onPicked());
    if (input) this.#filter = new LabelFilter(input, this, { t, say, onPick, onLeave: onPicked });
    field.addEventListener("input", (event) => event.target !== input && this.#report(event.target));
    // A click on what the model suggests changes no radio button, but now it is the person's choice.
    field.addEventListener("click", ({ target }) => target.type === "radio" && target.value === this.#suggestion && this.#report(target));
  }

  get filter() {
    return this.#filter;
  }

  get field() {
    return this.#field;
  }

  /** The labels' elements, from the first place to the last. */
  get options() {
    return this.#options;
  }

  // What a person does

  #report(input) {
    if (input === this.#none && input.checked) for (const option of this.#options) this.#inputOf(option).checked = false;
    const checked = this.#options.filter((option) => this.#inputOf(option).checked).map((option) => option.dataset.label);
    this.#onChange(this.set.name, this.set.kind === "choice" ? (checked[0] ?? null) : this.#choicesFrom(checked));
  }

  /** None of the labels is an answer too, but a required one only when somebody said so. */
  #choicesFrom(checked) {
    if (checked.length) return checked;
    return this.set.required && !this.#none?.checked ? null : [];
  }

  #empty() {
    this.#onChange(this.set.name, this.set.kind === "choice" ? null : []);
    this.#inputOf(this.#options[0]).focus();
  }

  #inputOf(option) {
    return option.querySelector("input");
  }

  /** As a click would; the key of an optional choice takes it back. */
  #toggle(option) {
    const input = this.#inputOf(option);
    const isTakenBack = input.checked && !this.set.required && !this.#field.classList.contains("suggested");
    input.checked = this.set.kind === "choice" ? !isTakenBack : !input.checked;
    this.#report(input);
    this.#reveal(option);
  }

  // What it shows

  show(draft) {
    const { name } = this.set;
    const isSuggested = draft.isSuggested(name);
    const isOther = draft !== this.#shown;
    this.#shown = draft;
    this.#field.classList.toggle("suggested", isSuggested);
    this.#suggestion = isSuggested ? draft.valueOf(name) : null;
    this.#mark(false);
    if (isOther) this.#start(draft);
    const value = draft.valueOf(name);
    const chosen = new Set([value].flat());
    for (const option of this.#options) this.#showOption(option, chosen, { isSuggested, probability: draft.probability(name, option.dataset.label) });
    if (this.#none) this.#none.checked = Array.isArray(value) && !value.length;
    if (this.#clear) this.#clear.hidden = this.set.required || !value?.length;
    if (isOther) this.#reveal(this.#options.find((option) => chosen.has(option.dataset.label)), true);
  }

  #showOption(option, chosen, { isSuggested, probability }) {
    const input = this.#inputOf(option);
    input.checked = chosen.has(option.dataset.label);
    option.querySelector(".ask").hidden = !(isSuggested && input.checked);
    const [bar, text] = [option.querySelector(".fill"), option.querySelector(".p")];
    bar.style.setProperty("--p", probability === null ? "0%" : percent(probability));
    bar.classList.toggle("none", probability === null);
    text.textContent = probability === null ? "" : percent(probability);
  }

  /** Another document: long lists are put in order once, so that nothing moves under a person's hands. */
  #start(draft) {
    this.#filter?.clear();
    if (!this.#filter) return;
    const pins = this.#favorites.pinsOf(this.set.name);
    const place = ({ dataset: { label } }) => (pins.includes(label) ? pins.indexOf(label) : pins.length);
    const probability = ({ dataset: { label } }) => draft.probability(this.set.name, label) ?? -1;
    const first = this.#firstOrder ??= [...this.#options];
    this.#options = [...first].sort((a, b) => place(a) - place(b) || probability(b) - probability(a));
    const [pinned, others] = [...this.#list.querySelectorAll("[data-head]")];
    this.#list.append(pinned, ...this.#options.slice(0, pins.length), others, ...this.#options.slice(pins.length));
    pinned.hidden = others.hidden = !pins.length;
    this.showKeys();
  }

  #firstOrder = null;

  showKeys() {
    const byName = new Map(this.set.labels.map((label) => [label.name, label.key]));
    this.#options.forEach((option, place) => {
      const key = byName.get(option.dataset.label) || this.set.placeKeys?.[place];
      showKey(option, key ? [key] : []);
    });
  }

  /** [key, what it does] of every label that has one. */
  get keys() {
    const named = (name) => this.#options.find((option) => option.dataset.label === name);
    const own = this.set.labels.filter((label) => label.key).map((label) => [label.key, () => this.#toggle(named(label.name))]);
    const places = (this.set.placeKeys ?? []).map((key, place) => [key, () => this.#toggle(this.#options[place])]);
    return [...own, ...places];
  }

  choose(name) {
    this.#toggle(this.#options.find((option) => option.dataset.label === name));
  }

  /** Scroll the list, and nothing else, to this option. */
  #reveal(option, isFresh = false) {
    const list = this.#list;
    if (isFresh) list.scrollTop = 0;
    if (!option || !list.classList.contains("scroll")) return;
    const isSeen = option.offsetTop >= list.scrollTop && option.offsetTop + option.offsetHeight <= list.scrollTop + list.clientHeight;
    if (!isSeen) list.scrollTop = option.offsetTop - list.clientHeight / 2;
  }

  reveal(option) {
    this.#reveal(option);
  }

  #mark(isMissing) {
    this.#field.classList.toggle("missing", isMissing);
    this.#field.querySelector("[data-missing]").hidden = !isMissing;
  }

  /** Say that the answer is missing and put the focus there. */
  demand() {
    this.#mark(true);
    (this.#filter?.input ?? this.#inputOf(this.#options[0])).focus();
    this.#field.scrollIntoView({ block: "nearest" });
  }
}
