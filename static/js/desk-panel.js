// The fields of the annotation screen around the text: choices, text answers, label buttons and the list of spans.
// The HTML comes from the server; this fills it from an AnswerDraft and reports what a person changes.

import { adoptLabelColors } from "./span-overlay.js";

const COMMAND_KEYS = new Set("abgnpsuvi?/[]{}".split(""));
const ROWS = { few: "zxc", first: "qwertyo", second: "dhjkl" };
const FEW = 3;

const LONG = 12;

/** So many labels that they are listed likeliest first, with keys for the first places instead of for labels. */
const isLong = (set) => set.kind !== "span" && set.labels?.length > LONG;

const listed = (element, selector) => [...element.querySelectorAll(selector)];

const percent = (probability) => `${Math.round(probability * 100)}%`;

/** Give labels the keys their project asks for, then digits to spans, Z X C to short choices, Q W E R T to the first
 *  long one. Commands keep their keys. Sets `key` on each label. */
const assignKeys = (labelSets) => {
  const taken = new Set(COMMAND_KEYS);
  const claim = (label, key) => {
    label.key = key && key.length === 1 && !taken.has(key) ? key : "";
    if (label.key) taken.add(label.key);
  };
  const all = labelSets.flatMap((set) => set.labels ?? []);
  for (const label of all) claim(label, label.key?.toLowerCase());
  const free = { ...ROWS };
  for (const set of labelSets) {
    const labels = set.labels ?? [];
    const row = set.kind === "span" ? "digits" : labels.length <= FEW && free.few ? "few" : free.first ? "first" : "second";
    const keys = row === "digits" ? "123456789" : (free[row] ?? "");
    if (set.kind === "text" || labels.every((label) => label.key)) continue;
    free[row] = "";
    const open = [...keys].filter((key) => !taken.has(key));
    if (isLong(set)) set.placeKeys = open.map((key) => taken.add(key) && key);
    else for (const label of labels) if (!label.key) claim(label, open.shift());
  }
};

/** Complete the label sets in place (keys, titles, index) and return the labels that <span-annotator> offers. */
export const prepareLabels = (labelSets) => {
  assignKeys(labelSets);
  let index = 0;
  for (const set of labelSets) {
    Object.assign(set, { maxSpans: set.maxSpans ?? set.max_spans ?? 0, partRole: set.partRole ?? set.part_role ?? "" });
    for (const label of set.labels ?? []) Object.assign(label, { index: index++, title: label.title || label.name });
  }
  const ofSpans = labelSets.filter((set) => set.kind === "span").flatMap((set) =>
    set.labels.map((label) => ({ ...label, set: set.name, overlap: set.overlap, maxSpans: set.maxSpans, partRole: set.partRole })));
  adoptLabelColors(ofSpans);
  return ofSpans;
};

export class DeskPanel {
  #sets;
  #t;
  #draft = null;
  #fields = new Map();
  #rows = [];
  #list = document.getElementById("desk-spans");
  #count = document.getElementById("desk-span-count");
  #buttons;
  #annotator;

  /** `onChange(name, value)` hears every choice a person makes. */
  constructor(root, { labelSets, t, onChange, annotator }) {
    this.#sets = labelSets;
    this.#t = t;
    this.#annotator = annotator;
    this.#buttons = listed(root, ".lab");
    for (const field of listed(root, "[data-kind]")) this.#bindField(field, onChange);
    for (const button of this.#buttons) this.#bindLabelButton(button);
    this.#list?.addEventListener("click", (event) => this.#onSpanRow(event));
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
    this.showSpans();
    this.#scrollToChecked();
  }

  update(name) {
    const field = this.#fields.get(name);
    if (field) this.#showField(name, field);
    else this.showSpans();
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

  focusFilter() {
    const filter = [...this.#fields.values()].map((field) => field.querySelector("[data-filter]")).find(Boolean);
    filter?.focus();
    return Boolean(filter);
  }

  // The rows are used again: only what differs is written.
  showSpans() {
    if (!this.#list) return;
    const { spans } = this.#annotator;
    this.#count.textContent = spans.length;
    while (this.#rows.length > spans.length) this.#rows.pop().element.remove();
    while (this.#rows.length < spans.length) this.#rows.push(this.#newRow());
    spans.forEach((span, index) => this.#fillRow(this.#rows[index], span));
    document.getElementById("desk-no-spans").hidden = spans.length > 0;
  }

  #newRow() {
    const element = document.getElementById("desk-span-row").content.firstElementChild.cloneNode(true);
    this.#list.append(element);
    return { element, signature: "" };
  }

  #fillRow(row, span) {
    const label = this.labelOf(span.set, span.label);
    const text = this.#annotator.textOf(span);
    const signature = [span.id, text, span.label, span.status].join("\n");
    if (row.signature === signature) return;
    row.signature = signature;
    const { element } = row;
    element.dataset.id = span.id;
    element.classList.toggle("suggested", span.suggested);
    element.style.setProperty("--c", `var(--l-${label?.index ?? 0})`);
    element.querySelector("b").textContent = text;
    element.querySelector("small").textContent = label?.title ?? span.label;
    element.querySelector(".p").textContent = span.suggested ? (span.score === null ? "?" : percent(span.score)) : "✓";
    const accept = element.querySelector("[data-do=accept]");
    accept.hidden = !span.suggested;
    accept.setAttribute("aria-label", this.#t("accept_span", { span: text }));
    element.querySelector("[data-do=remove]").setAttribute("aria-label", this.#t("remove_span", { span: text }));
  }

  markSpan(id) {
    for (const { element } of this.#rows) {
      const isActive = element.dataset.id === id;
      element.classList.toggle("on", isActive);
      const box = this.#list.getBoundingClientRect();
      const place = isActive && element.getBoundingClientRect();
      if (isActive && (place.top < box.top || place.bottom > box.bottom)) this.#list.scrollTop += place.top - box.top - 40;
    }
  }

  #onSpanRow(event) {
    const button = event.target.closest("button");
    const id = button?.closest("[data-id]")?.dataset.id;
    if (!id) return;
    if (button.dataset.do === "accept") this.#annotator.accept(id);
    else if (button.dataset.do === "remove") this.#annotator.remove(id);
    else this.#annotator.select(id);
    this.#annotator.view.focus({ preventScroll: true });
  }
}
