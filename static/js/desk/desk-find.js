// <desk-find>: a bar above the text to find words in it, go from match to match and label them, one or all.
import { OffsetMap, textSegments } from "./offsets.js";
import { isComposing } from "./commands.js";
import { newSpanId, placeSpan } from "./span-rules.js";
import { findMatches, matchFrom } from "./text-matches.js";

const HAS_MARKS = typeof Highlight === "function" && Boolean(CSS.highlights);
const ALL = "desk-find";
const PRESENT = "desk-find-present";

class DeskFind extends HTMLElement {
  #desk;
  #bar;
  #input;
  #matches = [];
  #at = 0;
  #parts = [];

  join(desk) {
    this.#desk = desk;
    this.#bar = this.querySelector("[role=search]");
    this.#input = this.querySelector("input");
    desk.commands.add({ name: "find_text", keys: ["'", "F3"], group: "view", run: () => this.#open(), isReady: () => Boolean(desk.card) });
    this.#input.addEventListener("input", (event) => event.isComposing || this.#search());
    this.#input.addEventListener("compositionend", () => this.#search());
    this.#bar.addEventListener("keydown", (event) => isComposing(event) || this.#onKey(event));
    this.#bar.addEventListener("click", ({ target }) => this.#onClick(target.closest("[data-do]")?.dataset.do));
    desk.addEventListener("card", () => this.#bar.hidden || this.#search());
    desk.addEventListener("empty", () => this.#close(false));
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  get #spanSets() {
    return this.#desk.boot.labelSets.filter((set) => set.kind === "span" && set.labels.length);
  }

  #open() {
    this.#bar.hidden = false;
    this.#input.focus();
    this.#input.select();
    this.#search();
  }

  #close(isLeft = true) {
    this.#bar.hidden = true;
    this.#matches = [];
    this.#mark();
    if (isLeft) this.#desk.annotator.view.focus({ preventScroll: true });
  }

  #search() {
    const { text, parts } = this.#desk.card.document;
    const segments = textSegments(text, new OffsetMap(text), parts ?? []);
    const blocks = [...this.#desk.annotator.view.querySelectorAll(".sa-part")];
    this.#parts = segments.map((segment, place) => ({ ...segment, node: blocks[place].firstChild }));
    this.#matches = findMatches(text, this.#input.value, segments);
    this.#at = matchFrom(this.#matches, this.#desk.annotator.selection?.[0] ?? 0);
    this.#show();
  }

  #show() {
    const { t } = this.#desk;
    const count = this.#matches.length;
    const hasWords = this.#input.value.trim() !== "";
    this.#part("count").textContent = count ? t("match_place", { place: this.#at + 1, total: count }) : hasWords ? t("no_matches") : "";
    for (const step of this.querySelectorAll("[data-do=next], [data-do=previous]")) step.disabled = !count;
    this.querySelector("[data-do=label]").hidden = !count || !this.#spanSets.length;
    this.querySelector("[data-do=label]").textContent = t("label_all", { total: count });
    this.#mark();
    if (count) this.#scrollTo(this.#matches[this.#at]);
  }

  #rangeOf([start, end]) {
    const part = this.#parts.findLast((candidate) => candidate.start <= start);
    const range = { startContainer: part.node, startOffset: start - part.start, endContainer: part.node, endOffset: end - part.start };
    return new StaticRange(range);
  }

  /** Without the Highlight API the count and the jump remain. */
  #mark() {
    if (!HAS_MARKS) return;
    CSS.highlights.delete(ALL);
    CSS.highlights.delete(PRESENT);
    if (!this.#matches.length) return;
    CSS.highlights.set(ALL, Object.assign(new Highlight(...this.#matches.map((match) => this.#rangeOf(match))), { priority: 10 }));
    CSS.highlights.set(PRESENT, Object.assign(new Highlight(this.#rangeOf(this.#matches[this.#at])), { priority: 11 }));
  }

  #scrollTo(match) {
    const { startContainer, startOffset, endOffset } = this.#rangeOf(match);
    const range = document.createRange();
    range.setStart(startContainer, startOffset);
    range.setEnd(startContainer, endOffset);
    const { top, bottom } = range.getBoundingClientRect();
    const isSeen = top > this.#bar.getBoundingClientRect().bottom && bottom < innerHeight - 120;
    if (!isSeen) scrollBy({ top: top - innerHeight / 2, behavior: "instant" });
  }

  #onKey(event) {
    const { key, shiftKey, target } = event;
    if (key === "Escape") return this.#handled(event, () => this.#close());
    if (target !== this.#input) return null;
    if (key === "F3" || key === "ArrowDown" || key === "ArrowUp") return this.#handled(event, () => this.#step(key === "ArrowUp" || shiftKey ? -1 : 1));
    if (key === "Enter" && !event.ctrlKey && !event.metaKey) return this.#handled(event, () => this.#goTo());
    return null;
  }

  #handled(event, act) {
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #onClick(name) {
    const actions = { next: () => this.#step(1), previous: () => this.#step(-1), label: () => this.#pickLabel(), close: () => this.#close() };
    actions[name]?.();
  }

  #step(direction) {
    const count = this.#matches.length;
    if (!count) return;
    this.#at = (this.#at + direction + count) % count;
    this.#show();
  }

  /** The cursor goes to the match, and the keys of labels label it. */
  #goTo() {
    const match = this.#matches[this.#at];
    if (!match) return;
    this.#desk.annotator.view.focus({ preventScroll: true });
    this.#desk.annotator.selectRange(...match);
  }

  #pickLabel() {
    const anchor = this.querySelector("[data-do=label]").getBoundingClientRect();
    this.#desk.pickLabel({ sets: this.#spanSets, anchor, onPick: (set, label) => this.#labelAll(set, label) });
  }

  /** Every match in one step, where the label set lets it in and people's own spans don't stand in the way. */
  #labelAll(set, label) {
    const { t, card } = this.#desk;
    const map = new OffsetMap(card.document.text);
    const before = card.draft.valueOf(set.name);
    let spans = before;
    for (const match of this.#matches.filter((candidate) => this.#isAllowed(candidate, set))) {
      const [start, end] = match.map((offset) => map.toCodePoint(offset));
      const isTaken = spans.some((span) => span.source === "human" && span.start < end && start < span.end && (!set.overlap || span.label === label.name));
      const isFull = set.maxSpans && spans.length >= set.maxSpans;
      if (isTaken || isFull) continue;
      const span = { id: newSpanId(), set: set.name, label: label.name, start, end, source: "human", status: "accepted", score: null };
      spans = placeSpan(spans, span, set);
    }
    const count = spans.filter((span) => !before.includes(span)).length;
    if (!count) return this.#desk.say(t("labeled_none"), true);
    this.#desk.edit((draft) => draft.change(set.name, spans));
    this.#mark();
    return this.#desk.say(t("labeled_all", { count, label: label.title }), true);
  }

  #isAllowed([start], set) {
    return !set.partRole || this.#parts.findLast((part) => part.start <= start).role === set.partRole;
  }
}

customElements.define("desk-find", DeskFind);
