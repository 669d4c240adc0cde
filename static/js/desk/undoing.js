// Undo and redo on the desk: one history over all documents of a sitting. What was in hand survives a reload.
import { History } from "./history.js";
import { newSpanId } from "./span-rules.js";

const KEPT_STEPS = 50;

/** Spans got new ids with the new page; those of kept steps must not meet them. */
const withOwnIds = (steps) => {
  const ids = new Map();
  const idFor = (id) => ids.get(id) ?? ids.set(id, newSpanId()).get(id);
  return JSON.parse(JSON.stringify(steps), (key, value) => (key === "id" && typeof value === "string" ? idFor(value) : value));
};

export class Undoing {
  #desk;
  #history = new History();
  #place;
  #isAgain = false;

  constructor(desk) {
    this.#desk = desk;
    this.#place = `desk-history-${desk.boot.project.id}`;
    desk.addEventListener("finished", ({ detail: { card, status } }) => this.#noteFinished(card, status));
    addEventListener("pagehide", () => this.#keep());
  }

  /** Take over what was done before the page was loaded again. */
  resume() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#place) ?? "[]");
      const isInHand = ({ document }) => this.#desk.queue.find(document);
      this.#history = new History(withOwnIds(kept.filter(isInHand)));
    } catch {
      // storage can be forbidden, or hold what an older version wrote: the history starts anew
    }
  }

  #keep() {
    try {
      const edits = this.#history.steps.filter(({ changes }) => changes).slice(-KEPT_STEPS);
      sessionStorage.setItem(this.#place, JSON.stringify(edits));
    } catch {
      // no room or no storage: undo ends at the reload
    }
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /** Record what was changed in this card's answer since the last call. */
  note(card) {
    const changes = card.draft.takeChanges();
    if (changes.length) this.#history.add({ document: card.id, changes, at: performance.now() });
  }

  #noteFinished(card, status) {
    if (!this.#isAgain) this.#history.add({ document: card.id, status });
    this.#isAgain = false;
  }

  forget(document) {
    this.#history.forget(document);
  }

  undo() {
    const step = this.#history.undo();
    if (!step) return this.#desk.back();
    if (!this.#bring(step)) return this.undo();
    if (!step.changes) {
      this.#desk.tell("reopened", step);
      return this.#desk.say(this.#desk.t("reopened"), true);
    }
    return this.#put(step.changes.toReversed(), "before", "undone");
  }

  redo() {
    const step = this.#history.redo();
    if (!step) return this.#desk.say(this.#desk.t("nothing_to_redo"), true);
    if (!this.#bring(step)) return this.redo();
    if (step.changes) return this.#put(step.changes, "after", "redone");
    this.#isAgain = true;
    this.#desk.finish(step.status);
    if (this.#isAgain) this.#history.undo(); // something is missing: not done again
    this.#isAgain = false;
    return true;
  }

  #bring({ document }) {
    return this.#desk.card?.id === document || this.#desk.jumpTo(document);
  }

  #put(changes, side, message) {
    const { draft } = this.#desk.card;
    for (const change of changes) draft.restore(change.name, change[side]);
    this.#desk.redraw();
    this.#desk.onEdit();
    this.#desk.say(this.#desk.t(message), true);
  }
}
