// The answer a person is working on, and the rules for its spans; pure, no DOM.
// A span is {id, set, label, start, end, source, status, score}: offsets in code points, source "model" or "human",
// status "suggested" until a person confirms it. What a person touched is never changed by a later prediction.
let lastId = 0;

export const newSpanId = () => `span-${++lastId}`;

const meets = (one, other) => one.start < other.end && other.start < one.end;

const isTwin = (one, other) => one.label === other.label && one.start === other.start && one.end === other.end;

/** The spans after this one is placed: in a label set without overlap it replaces what it meets. */
export const placeSpan = (spans, span, { overlap, maxSpans }) => {
  const gives = (other) => maxSpans === 1 || isTwin(other, span) || (meets(other, span) && !overlap);
  return [...spans.filter((other) => other.id !== span.id && !(other.set === span.set && gives(other))), span];
};

/** The next span (direction 1) or the one before (-1), from the active one or else from a UTF-16 offset. */
export const neighborOf = (spans, activeId, from, direction) => {
  const count = spans.length;
  const active = spans.findIndex((span) => span.id === activeId);
  if (active >= 0) return spans[(active + direction + count) % count];
  const following = spans.findIndex((span) => span.start16 >= from);
  if (direction > 0) return spans[Math.max(0, following)];
  return spans[((following < 0 ? count : following) - 1 + count) % count];
};

const EMPTY = { choice: null, choices: [], span: [], text: "" };

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
  #history = [];

  /** `answer` is what the person saved before, if anything: where it differs from the prediction it is theirs. */
  constructor(labelSets, prediction, answer = null) {
    this.#sets = labelSets;
    this.prediction = prediction;
    for (const set of labelSets) this.#values.set(set.name, this.#proposed(set, prediction));
    if (answer) for (const set of labelSets) this.#restore(set, answer[set.name]);
  }

  #proposed(set, prediction) {
    if (set.kind === "span") return suggestedSpans(set, prediction);
    return prediction?.answer?.[set.name] ?? EMPTY[set.kind];
  }

  #restore(set, saved) {
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
    const before = this.#values.get(name);
    const isTyping = typeof value === "string" && typeof before === "string" && this.#kindOf(name) === "text";
    if (!isTyping || this.#history.at(-1)?.name !== name) this.#history.push({ name, value: before, wasTouched: this.#touched.has(name) });
    this.#values.set(name, value);
    this.#touched.add(name);
    if (Array.isArray(before) && before[0]?.id) {
      this.#removed.push(...before.filter((span) => span.source === "model" && !value.some((other) => other.id === span.id)));
    }
  }

  #kindOf(name) {
    return this.#sets.find((set) => set.name === name).kind;
  }

  /** Take back the last change; false when there is none. */
  undo() {
    const last = this.#history.pop();
    if (!last) return false;
    this.#values.set(last.name, last.value);
    if (!last.wasTouched) this.#touched.delete(last.name);
    if (Array.isArray(last.value)) this.#removed = this.#removed.filter((span) => !last.value.some(({ id }) => id === span.id));
    return true;
  }

  /** The required label sets without a value. A required span set may stay empty: a text can hold none. */
  get missing() {
    return this.#sets.filter((set) => set.required && set.kind !== "span" && isEmpty(this.#values.get(set.name)));
  }

  /** The answer as the API takes it. */
  get answer() {
    return Object.fromEntries(this.#sets.map((set) => {
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

  /** Take a newer prediction where no person touched the answer. What it would change elsewhere becomes an idea. */
  merge(prediction) {
    this.ideas = [];
    for (const set of this.#sets) {
      if (set.kind === "span") this.#mergeSpans(set, suggestedSpans(set, prediction));
      else this.#mergeValue(set, this.#proposed(set, prediction), prediction);
    }
    this.prediction = prediction;
  }

  #mergeValue(set, value, prediction) {
    if (!this.#touched.has(set.name)) this.#values.set(set.name, value);
    else if (!isSame(value, this.#values.get(set.name)) && !isEmpty(value)) {
      this.ideas.push({ set, value, score: prediction.confidence?.[set.name]?.[value] ?? null });
    }
  }

  #mergeSpans(set, fresh) {
    const human = this.#values.get(set.name).filter((span) => span.source === "human");
    const news = fresh.filter((span) => !human.some((other) => isTwin(other, span)));
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
