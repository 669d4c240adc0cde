// Which labels of a long list a person uses most, from the last uses in this project.
const KEPT_USES = 60;
const MAX_PINS = 5;
const USES_OF_A_PIN = 2;

const countsOf = (uses) => {
  const counts = new Map();
  for (const name of uses) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
};

/** The labels to keep on top: those that are there keep their place and key, as long as they are used at all. */
export const pinsFrom = (uses, pins = []) => {
  const counts = countsOf(uses);
  const kept = pins.filter((name) => counts.has(name));
  const often = [...counts].filter(([name, count]) => count >= USES_OF_A_PIN && !kept.includes(name));
  return [...kept, ...often.sort((a, b) => b[1] - a[1]).map(([name]) => name)].slice(0, MAX_PINS);
};

export class Favorites {
  #lists;
  #project;
  #pins = new Map();

  /** `lists`: the person's uses by "<project>:<label set>", the last one first. */
  constructor(lists, project) {
    this.#lists = { ...lists };
    this.#project = project;
  }

  #name(set) {
    return `${this.#project}:${set}`;
  }

  #uses(set) {
    return this.#lists[this.#name(set)] ?? [];
  }

  get lists() {
    return this.#lists;
  }

  pinsOf(set) {
    const pins = pinsFrom(this.#uses(set), this.#pins.get(set));
    this.#pins.set(set, pins);
    return pins;
  }

  note(set, labels) {
    if (labels.length) this.#lists[this.#name(set)] = [...labels, ...this.#uses(set)].slice(0, KEPT_USES);
  }

  /** Note the labels of an answer, in these label sets; each once. */
  noteAnswer(labelSets, answer) {
    for (const { name, kind } of labelSets) {
      const labels = [answer[name] ?? []].flat().map((value) => (kind === "span" ? value.label : value));
      this.note(name, [...new Set(labels)]);
    }
  }
}
