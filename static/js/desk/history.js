// What a person did in this sitting, step by step, across documents; pure, no DOM.
//   {document, changes: [{name, before, after, isTyping}], at}   an edit: snapshots of an AnswerDraft's label sets
//   {document, status}                                           a document was submitted or skipped
// What the model does meanwhile is no step.
const MAX_STEPS = 500;
const TYPING_PAUSE_MS = 3000;

const goesOn = (last, step) => {
  if (last?.document !== step.document || last.changes?.length !== 1 || step.changes?.length !== 1) return false;
  const [[one], [other]] = [last.changes, step.changes];
  return one.isTyping && other.isTyping && one.name === other.name && step.at - last.at < TYPING_PAUSE_MS;
};

const joinedStep = (last, step) => ({ ...step, changes: [{ ...step.changes[0], before: last.changes[0].before }] });

export class History {
  #done;
  #undone = [];

  constructor(steps = []) {
    this.#done = steps;
  }

  get steps() {
    return this.#done;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** A new step ends what could be redone. Typing that goes on is one step. */
  add(step) {
    this.#undone = [];
    const last = this.#done.at(-1);
    if (goesOn(last, step)) this.#done[this.#done.length - 1] = joinedStep(last, step);
    else this.#done = [...this.#done, step].slice(-MAX_STEPS);
  }

  /** The step to take back, or null. */
  undo() {
    return this.#move(this.#done, this.#undone);
  }

  /** The step to do again, or null. */
  redo() {
    return this.#move(this.#undone, this.#done);
  }

  #move(from, to) {
    const step = from.pop();
    if (step) to.push(step);
    return step ?? null;
  }

  /** Another answer took the place of this document's: what was done to the old one can't be taken back. */
  forget(document) {
    const isOther = (step) => step.document !== document || !step.changes;
    this.#done = this.#done.filter(isOther);
    this.#undone = this.#undone.filter(isOther);
  }
}
