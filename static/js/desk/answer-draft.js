// The answer a person is working on; pure, no DOM. Its spans follow span-rules.js.
// What a person touched is never changed by a later prediction.
import { isTwin, meets, newSpanId, placeSpan } from "./span-rules.js";

const EMPTY = { choice: null, choices: null, span: [], text: "" };

const isEmpty = (value) => value === null || value === undefined || value.length === 0;

const isSame = (one, other) => {
  const key = (value) => JSON.stringify(Array.isArray(value) ? [...value].sort() : value || null);
  return key(one) === key(other);
};

const plainSpan = ({ start, end, label }) => ({ start, end, label });

const humanSpans = (set, spans) =>
  (spans ?? []).map((span) => ({ ...plainSpan(span), id: newSpanId(), set: set.name, source: "human", status: "accepted", score: null }));

const suggestedSpans = (set, prediction) => {
  const scores = prediction?.confidence?.[set.name] ?? [];
  return (prediction?.answer?.[set.name] ?? []).map((span, index) => ({
    ...plainSpan(span), id: newSpanId(), set: set.name, source: "model", status: "suggested", score: scores[index] ?? null,
  }));
};

export class AnswerDraft {
  prediction = null;
  ideas = [];
  #sets;
  #values = new Map();
  #touched = new Set();
  #removed = [];
  #changes = [];

  /** `answer` is what the person saved before, if anything: where it differs from the prediction it is theirs. */
  constructor(labelSets, prediction, answer = null) {
    this.#sets = labelSets;
    this.prediction = prediction;
    for (const set of labelSets) this.#values.set(set.name, this.#proposed(set, prediction));
    if (answer) for (const set of labelSets) this.#resume(set, answer[set.name]);
  }

  #proposed(set, prediction) {
    if (set.kind === "span") return suggestedSpans(set, prediction);
    return prediction?.answer?.[set.name] ?? EMPTY[set.kind];
  }

  #resume(set, saved) {
    const proposed = this.#values.get(set.name);
    if (set.kind !== "span") {
      if (isSame(saved, proposed)) return;
      this.#values.set(set.name, saved ?? EMPTY[set.kind]);
      this.#touched.add(set.name);
      return;
    }
    const kept = proposed.filter((span) => (saved ?? []).some((other) => isTwin(other, span)));
    const added = (saved ?? []).filter((span) => !kept.some((other) => isTwin(other, span)));
    this.#removed.push(...proposed.filter((span) => !kept.includes(span)));
    this.#values.set(set.name, [...kept, ...humanSpans(set, added)]);
    if (added.length || kept.length < proposed.length) this.#touched.add(set.name);
  }

  get spans() {
    return this.#sets.filter((set) => set.kind === "span").flatMap((set) => this.#values.get(set.name));
  }

  get isTouched() {
    return this.#touched.size > 0;
  }

  valueOf(name) {
    return this.#values.get(name);
  }

  /** The value stands as the model gave it. */
  isSuggested(name) {
    return !this.#touched.has(name) && !isEmpty(this.#values.get(name));
  }

  probability(name, label) {
    return this.prediction?.confidence?.[name]?.[label] ?? null;
  }

  /** Record a person's value: a label, labels, a text or the set's spans. */
  change(name, value) {
    const before = this.#snapshot(name);
    this.#values.set(name, value);
    this.#touched.add(name);
    if (this.#setOf(name).kind === "span") {
      const isGone = (span) => span.source === "model" && !value.some((other) => other.id === span.id);
      this.#removed.push(...before.value.filter(isGone));
    }
    this.#changes.push({ name, before, after: this.#snapshot(name), isTyping: this.#setOf(name).kind === "text" });
  }

  #setOf(name) {
    return this.#sets.find((set) => set.name === name);
  }

  #snapshot(name) {
    const removed = this.#removed.filter((span) => span.set === name);
    return { value: this.#values.get(name), isTouched: this.#touched.has(name), removed, prediction: this.prediction?.id ?? null };
  }

  /** What people changed since the last call: [{name, before, after, isTyping}], for `restore`. */
  takeChanges() {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  /** Put a label set back as a snapshot has it; what the model gave then gives way to what it gives now. */
  restore(name, { value, isTouched, removed, prediction }) {
    const set = this.#setOf(name);
    const isFresh = prediction !== (this.prediction?.id ?? null);
    this.#removed = [...this.#removed.filter((span) => span.set !== name), ...removed];
    this.#values.set(name, isFresh && !isTouched && set.kind !== "span" ? this.#proposed(set, this.prediction) : value);
    if (isTouched) this.#touched.add(name);
    else this.#touched.delete(name);
    if (!isFresh || set.kind !== "span") return;
    this.ideas = this.ideas.filter((idea) => idea.set !== set);
    this.#mergeSpans(set, suggestedSpans(set, this.prediction));
  }

  /** The required label sets without a value. A required span set may stay empty: a text can hold none. "None of these"
   *  answers a set of several labels, when somebody said so. */
  get missing() {
    const isMissing = ({ name, kind }) => (kind === "choices" ? this.#values.get(name) === null : isEmpty(this.#values.get(name)));
    return this.#sets.filter((set) => set.required && set.kind !== "span" && isMissing(set));
  }

  /** The answer as the API takes it; a set of several labels that nobody answered is left out. */
  get answer() {
    const isOpen = (set) => set.kind === "choices" && this.#values.get(set.name) === null;
    return Object.fromEntries(this.#sets.filter((set) => !isOpen(set)).map((set) => {
      const value = this.#values.get(set.name);
      if (set.kind !== "span") return [set.name, set.kind === "text" && isEmpty(value) ? null : value];
      return [set.name, value.map(plainSpan).sort((a, b) => a.start - b.start || a.end - b.end)];
    }));
  }

  /** How close the two likeliest labels of a choice are, for the choice where they are closest. */
  get smallestMargin() {
    const margins = this.#sets.filter((set) => set.kind === "choice").map((set) => {
      const [first, second] = Object.values(this.prediction?.confidence?.[set.name] ?? {}).sort((a, b) => b - a);
      return second === undefined ? 1 : first - second;
    });
    return margins.length ? Math.min(...margins) : 1;
  }

  /** Take a newer prediction where no person touched the answer. What it would change elsewhere becomes an idea, also in
   *  the label set `inUse`, whose field somebody is about to write into. */
  merge(prediction, inUse = null) {
    this.ideas = [];
    for (const set of this.#sets) {
      if (set.kind === "span") this.#mergeSpans(set, suggestedSpans(set, prediction));
      else this.#mergeValue(set, this.#proposed(set, prediction), { prediction, isInUse: set.name === inUse });
    }
    this.prediction = prediction;
  }

  #mergeValue(set, value, { prediction, isInUse }) {
    if (!this.#touched.has(set.name) && !isInUse) this.#values.set(set.name, value);
    else if (!isSame(value, this.#values.get(set.name)) && !isEmpty(value)) {
      this.ideas.push({ set, value, score: prediction.confidence?.[set.name]?.[value] ?? null });
    }
  }

  // A suggestion that the newer prediction makes too stays the same one: somebody may have it in hand.
  #mergeSpans(set, fresh) {
    const present = this.#values.get(set.name);
    const human = present.filter((span) => span.source === "human");
    const idOf = (span) => present.find((other) => isTwin(other, span))?.id ?? span.id;
    const others = fresh.filter((span) => !human.some((other) => isTwin(other, span)));
    const news = others.map((span) => ({ ...span, id: idOf(span) }));
    const isRefused = (span) =>
      this.#removed.some((other) => other.set === set.name && isTwin(other, span)) ||
      (set.maxSpans === 1 ? human.length > 0 : !set.overlap && human.some((other) => meets(other, span)));
    this.#values.set(set.name, [...human, ...news.filter((span) => !isRefused(span))]);
    for (const span of news.filter(isRefused)) this.ideas.push({ set, span, score: span.score });
  }

  /** Make an idea the person's own. */
  take(idea) {
    this.ideas = this.ideas.filter((other) => other !== idea);
    if (!idea.span) return this.change(idea.set.name, idea.value);
    const span = { ...idea.span, source: "human", status: "accepted" };
    return this.change(idea.set.name, placeSpan(this.#values.get(idea.set.name), span, idea.set));
  }
}
