// The fields of the annotation screen around the text: choices, text answers, label buttons and the list of spans.
// The HTML comes from the server; this fills it from an AnswerDraft and reports what a person changes.
import { SpanList, percent } from "./span-list.js";

const listed = (element, selector) => [...element.querySelectorAll(selector)];

export class DeskPanel {
  #sets;
  #draft = null;
  #fields = new Map();
  #spanList;
  #annotator;

  /** `onChange(name, value)` hears every choice a person makes. */
  constructor(root, { labelSets, t, onChange, annotator }) {
    this.#sets = labelSets;
    this.#annotator = annotator;
    this.#spanList = new SpanList(annotator, (set, name) => this.labelOf(set, name), t);
    for (const field of listed(root, "[data-kind]")) this.#bindField(field, onChange);
    for (const button of listed(root, ".lab")) this.#bindLabelButton(button);
  }

  labelOf(set, name) {
    return this.#sets.find((candidate) => candidate.name === set)?.labels.find((label) => label.name === name);
  }

  #bindField(field, onChange) {
    const { set: name, kind } = field.dataset;
    this.#fields.set(name, field);
    field.addEventListener("input", (event) => {
      if (event.target.matches("[data-filter]")) return this.#filter(field, event.target.value);
      const checked = listed(field, "input:checked").map((input) => input.value);
      const value = { choice: checked[0] ?? null, choices: checked, text: event.target.value }[kind];
      return onChange(name, value);
    });
    for (const option of listed(field, "[data-label]")) this.#showKey(option, this.labelOf(name, option.dataset.label)?.key);
  }

  #showKey(element, key) {
    const cap = element.querySelector("kbd");
    if (!cap) return;
    cap.hidden = !key;
    cap.textContent = key ? key.toUpperCase() : "";
    const keyed = element.querySelector("input") ?? element;
    if (key) keyed.setAttribute("aria-keyshortcuts", key.toUpperCase());
    else keyed.removeAttribute("aria-keyshortcuts");
  }

  #bindLabelButton(button) {
    const { set, label: name } = button.dataset;
    const label = this.#annotator.labels.find((candidate) => candidate.set === set && candidate.name === name);
    button.style.setProperty("--c", `var(--l-${label.index})`);
    this.#showKey(button, label.key);
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      this.#annotator.applyLabel(label);
      this.#annotator.view.focus({ preventScroll: true });
    });
  }

  #filter(field, words) {
    const wanted = words.trim().toLocaleLowerCase();
    let found = 0;
    for (const option of listed(field, "[data-label]")) {
      const isFound = option.textContent.toLocaleLowerCase().includes(wanted) || option.dataset.label.toLocaleLowerCase().includes(wanted);
      option.hidden = !isFound;
      found += isFound;
    }
    field.querySelector("[data-none]")?.toggleAttribute("hidden", found > 0);
  }

  show(draft) {
    this.#draft = draft;
    for (const [name, field] of this.#fields) {
      const filter = field.querySelector("[data-filter]");
      if (filter?.value) this.#filter(field, (filter.value = ""));
      this.#showField(name, field);
    }
    this.#spanList.show();
    this.#scrollToChecked();
  }

  update(name) {
    const field = this.#fields.get(name);
    if (field) this.#showField(name, field);
    else this.#spanList.show();
  }

  #showField(name, field) {
    const value = this.#draft.valueOf(name);
    const isSuggested = this.#draft.isSuggested(name);
    field.classList.toggle("suggested", isSuggested);
    field.classList.remove("missing");
    const box = field.querySelector("textarea");
    if (box) {
      if (box.value !== (value ?? "")) box.value = value ?? "";
      return;
    }
    const set = this.#sets.find((candidate) => candidate.name === name);
    if (set.placeKeys && this.#draft !== field.sortedFor) this.#sortByProbability(set, field);
    const chosen = new Set([value].flat());
    for (const option of listed(field, "[data-label]")) {
      const input = option.querySelector("input");
      input.checked = chosen.has(option.dataset.label);
      this.#showProbability(option, this.#draft.probability(name, option.dataset.label));
      const mark = option.querySelector(".ask");
      if (mark) mark.hidden = !(isSuggested && input.checked);
    }
  }

  #sortByProbability(set, field) {
    field.sortedFor = this.#draft;
    const options = listed(field, "[data-label]");
    const rank = (option) => this.#draft.probability(set.name, option.dataset.label) ?? -1;
    field.original ??= options;
    const sorted = [...field.original].sort((a, b) => rank(b) - rank(a));
    sorted[0].parentElement.append(...sorted);
    sorted.forEach((option, place) => this.#showKey(option, set.placeKeys[place]));
  }

  #showProbability(option, probability) {
    const [bar, text] = [option.querySelector(".fill"), option.querySelector(".p")];
    bar?.style.setProperty("--p", probability === null ? "0%" : percent(probability));
    bar?.classList.toggle("none", probability === null);
    if (text) text.textContent = probability === null ? "" : percent(probability);
  }

  #scrollToChecked() {
    for (const list of [...this.#fields.values()].flatMap((field) => listed(field, ".scroll"))) {
      const option = list.querySelector(":checked")?.closest("[data-label]");
      list.scrollTop = option ? option.offsetTop - list.clientHeight / 2 : 0;
    }
  }

  /** What each key does: it chooses a label, or turns one of several choices over. */
  get keys() {
    const keys = new Map();
    for (const set of this.#sets.filter(({ name }) => this.#fields.has(name))) {
      const field = this.#fields.get(set.name);
      const named = (label) => listed(field, "[data-label]").find((option) => option.dataset.label === label.name);
      for (const label of set.labels ?? []) if (label.key) keys.set(label.key, () => this.#toggle(set, named(label)));
      (set.placeKeys ?? []).forEach((key, place) => keys.set(key, () => this.#toggle(set, listed(field, "[data-label]")[place])));
    }
    return keys;
  }

  #toggle(set, option) {
    const input = option.querySelector("input");
    input.checked = set.kind === "choice" || !input.checked;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Mark a field that lacks its answer and put the focus there. */
  demand(name) {
    const field = this.#fields.get(name);
    field.classList.add("missing");
    field.querySelector("[data-filter], input, textarea")?.focus();
    field.scrollIntoView({ block: "nearest" });
  }

  markSpan(id) {
    this.#spanList.mark(id);
  }

  focusFilter() {
    const filter = [...this.#fields.values()].map((field) => field.querySelector("[data-filter]")).find(Boolean);
    filter?.focus();
    return Boolean(filter);
  }
}
