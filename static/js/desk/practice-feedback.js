// Draws what an answer was worth beside gold: the note, what differs, what was right, what the labels mean.
const HAN = /\p{Script=Han}/u;

const percentOf = (share) => `${Math.round(100 * share)}%`;

const isWrong = ({ kind }) => kind !== "accepted";

const plain = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
};

/** Words of a document, in their own language. */
const quoted = (text) => {
  const quote = plain("q", "", text);
  quote.lang = HAN.test(text) ? "zh-Hans" : "en";
  return quote;
};

export class FeedbackWords {
  #sets;
  #t;

  constructor(labelSets, t) {
    this.#sets = labelSets;
    this.#t = t;
  }

  /** In one line: how right it was. */
  summary({ is_right: isRight, score }) {
    if (isRight) return this.#t("feedback_all_right");
    return score > 0 ? this.#t("feedback_partly", { score: percentOf(score) }) : this.#t("feedback_none");
  }

  said(feedback) {
    const count = feedback.differences.filter(isWrong).length;
    return count ? this.#t("feedback_said", { summary: this.summary(feedback), count }) : this.summary(feedback);
  }

  setTitle(name) {
    return this.#sets.find((set) => set.name === name)?.title || name;
  }

  labelTitle(setName, name) {
    const set = this.#sets.find((candidate) => candidate.name === setName);
    return set?.labels.find((label) => label.name === name)?.title || name;
  }

  /** A label, or the quoted words and their label. */
  value(setName, value) {
    if (value === null || value === undefined) return [];
    if (typeof value !== "object") return [plain("b", "", this.labelTitle(setName, value))];
    return [quoted(value.text), " ", plain("span", "pill", this.labelTitle(setName, value.label))];
  }

  /** Fill the parts of `root` that are marked with data-feedback. */
  draw(root, feedback) {
    const part = (name) => root.querySelector(`[data-feedback="${name}"]`);
    const wrong = feedback.differences.filter(isWrong);
    const right = feedback.differences.filter((difference) => !isWrong(difference));
    part("title").textContent = this.summary(feedback);
    root.dataset.right = String(feedback.is_right);
    part("note").hidden = !feedback.note;
    part("note-text").textContent = feedback.note;
    part("wrong").hidden = !wrong.length;
    part("wrong-list").replaceChildren(...wrong.map((difference) => this.#difference(difference)));
    part("right").hidden = !right.length;
    part("right-list").replaceChildren(...right.map((difference) => this.#accepted(difference)));
    this.#drawDefinitions(part, feedback.definitions);
  }

  #difference({ label_set: set, kind, yours, expected }) {
    const row = document.createElement("li");
    row.append(plain("span", "feedback-set", `${this.setTitle(set)}: ${this.#t(`feedback_${kind}`)}`));
    const sides = [["feedback_yours", yours], ["feedback_expected", expected]];
    for (const [words, value] of sides.filter(([, side]) => side !== null)) {
      const line = plain("span", words === "feedback_yours" ? "feedback-yours" : "feedback-expected", "");
      line.append(plain("small", "", this.#t(words)), " ", ...this.value(set, value));
      row.append(line);
    }
    return row;
  }

  #accepted({ label_set: set, expected }) {
    const row = document.createElement("li");
    row.append(plain("span", "feedback-set", this.setTitle(set)), " ", ...this.value(set, expected));
    return row;
  }

  #drawDefinitions(part, definitions) {
    const found = Object.entries(definitions).flatMap(([set, labels]) =>
      Object.entries(labels).filter(([, words]) => words).map(([label, words]) => [this.labelTitle(set, label), words]),
    );
    part("definitions").hidden = !found.length;
    const rows = found.flatMap(([title, words]) => [plain("dt", "", title), plain("dd", "", words)]);
    part("definitions-list").replaceChildren(...rows);
  }
}
