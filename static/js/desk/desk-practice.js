// <desk-practice>: documents with known answers on the same desk, before the queue opens: a gate, a strip with the
// progress, and after each answer what it was worth. Enter goes on.
import { FeedbackWords } from "./practice-feedback.js";
import { PracticeRound } from "./practice-round.js";

const inPercent = (share) => `${Math.round(100 * share)}%`;

class DeskPractice extends HTMLElement {
  #desk;
  #round;
  #words;
  #gate;
  #panel;
  #isNeeded = false;
  #isSending = false;
  #shown = null;
  #loading = null;
  #next = () => {};

  join(desk) {
    this.#desk = desk;
    this.#round = new PracticeRound(desk.boot);
    this.#words = new FeedbackWords(desk.boot.labelSets, desk.t);
    [this.#gate, this.#panel] = [desk.part("practice-gate"), desk.part("practice-feedback")];
    desk.deliver = (card, status) => card.isPractice && this.#deliver(card, status);
    desk.commands.add({ name: "practice", group: "document", keys: [], isReady: () => !desk.card?.isPractice, run: () => this.#start(true) });
    desk.addEventListener("practice-needed", ({ detail }) => this.#onNeeded(detail));
    desk.addEventListener("empty", () => this.#showGate());
    desk.addEventListener("card", ({ detail }) => this.#onCard(detail));
    this.#gate.querySelector("[data-go]").addEventListener("click", () => this.#next());
    this.#gate.querySelector("[data-again]").addEventListener("click", () => this.#start(true));
    this.#panel.querySelector("[data-go]").addEventListener("click", () => this.#goOn());
    if (new URLSearchParams(location.search).has("practice")) this.#startOnceLoaded();
  }

  // Before and after a round

  /** The desk shows its own first card, or that there is none, before practice takes its place. */
  #startOnceLoaded() {
    const once = new AbortController();
    for (const type of ["card", "empty"]) {
      this.#desk.addEventListener(type, () => [once.abort(), this.#start(true)], { signal: once.signal });
    }
  }

  #onNeeded(progress) {
    this.#isNeeded = true;
    this.#desk.queue.isPaused = true;
    const mark = inPercent(progress.pass_mark);
    const title = this.#desk.t("practice_first", { count: progress.of });
    this.#say(title, this.#desk.t("practice_first_text", { mark }), progress.done ? "practice_go_on" : "practice_start");
    this.#next = () => this.#start();
    this.#round.progress = progress;
    if (!this.#desk.card) this.#showGate();
  }

  #say(title, text, go) {
    this.#shown = { title, text, go };
  }

  #showGate() {
    this.#gate.hidden = !this.#shown;
    if (!this.#shown) return;
    const { title, text, go, hasAgain } = this.#shown;
    this.#desk.part("nothing").hidden = true;
    this.#gate.querySelector("h1").textContent = title;
    this.#gate.querySelector("p").textContent = text;
    const button = this.#gate.querySelector("[data-go]");
    button.textContent = this.#desk.t(go);
    this.#gate.querySelector("[data-again]").hidden = !hasAgain;
    this.hidden = true;
    button.focus();
  }

  async #start(again = false) {
    const assignment = await this.#ask(again);
    if (assignment) this.#put(assignment);
    else if (assignment === null && this.#round.progress.passed) this.#openQueue();
    else if (assignment === null) this.#desk.say(this.#desk.t("practice_none"), true);
  }

  /** undefined where the site could not be reached. */
  #ask(again = false, done = null) {
    return this.#round.next(done, again).catch((error) => this.#desk.onQueueError(error));
  }

  #put(assignment) {
    this.#shown = null;
    this.#gate.hidden = true;
    this.#desk.queue.isPaused = true;
    if (!this.#desk.queue.bring(assignment.document.id)) this.#desk.queue.open(assignment, null);
    this.#desk.show();
  }

  async #openQueue() {
    await this.#loading;
    this.#shown = null;
    this.#gate.hidden = true;
    this.hidden = true;
    this.#isNeeded = false;
    this.#desk.queue.isPaused = false;
    if (this.#desk.card) this.#desk.show();
    this.#desk.refill();
  }

  // A document and its feedback

  #onCard(card) {
    this.hidden = !card.isPractice;
    this.#panel.hidden = true;
    if (card.isPractice) this.#drawProgress();
  }

  #drawProgress() {
    const { done, of, score, pass_mark: share } = this.#round.progress;
    const words = score === null ? "practice_begin" : "practice_so_far";
    const values = { done, of, score: inPercent(score ?? 0), mark: inPercent(share) };
    this.querySelector("[data-progress]").textContent = this.#desk.t(words, values);
    const bar = this.querySelector("progress");
    [bar.max, bar.value] = [Math.max(1, of), done];
  }

  #deliver(card, status) {
    if (!this.#panel.hidden) this.#goOn();
    else if (status !== "submitted") this.#desk.say(this.#desk.t("practice_no_skip"), true);
    else if (!this.#isSending) this.#send(card);
    return true;
  }

  async #send(card) {
    this.#isSending = true;
    card.stopClock();
    try {
      const feedback = await this.#round.answer(card);
      if (card === this.#desk.card) this.#showFeedback(feedback);
    } catch (error) {
      this.#onRefused(card, error);
    } finally {
      this.#isSending = false;
    }
  }

  /** An item that was taken out, or a round that is over in another tab: go on with what there is now. */
  #onRefused(card, error) {
    card.startClock();
    if (error.isSignedOut) this.#desk.onQueueError(error);
    else if (error.isTemporary) this.#desk.say(this.#desk.t("practice_not_sent"), true);
    else {
      this.#desk.say(error.body?.errors?.[0]?.message ?? error.message, true);
      this.#round.forget();
      this.#goOn();
    }
  }

  #showFeedback(feedback) {
    this.#drawProgress();
    this.#words.draw(this.#panel, feedback);
    this.#panel.hidden = false;
    this.#desk.part("bar").hidden = true;
    this.#desk.say(this.#words.said(feedback));
    this.#panel.querySelector("h2").focus();
    if (feedback.progress.is_over && feedback.progress.passed && this.#isNeeded) this.#loadQueue();
  }

  /** The queue is open from this moment: its first documents are here before the person goes on. */
  #loadQueue() {
    this.#desk.queue.isPaused = false;
    this.#loading = this.#desk.refill();
  }

  async #goOn() {
    const { card } = this.#desk;
    const { progress } = this.#round;
    if (!card?.isPractice) return;
    if (progress.is_over) this.#leave(card);
    else await this.#change(card);
  }

  async #change(card) {
    const assignment = await this.#ask(false, card.id);
    if (assignment === undefined) return;
    this.#drop(card);
    if (assignment) this.#put(assignment);
    else this.#openQueue();
  }

  #drop(card) {
    this.#desk.queue.drop(card.id);
    this.#desk.undoing.forget(card.id);
  }

  #leave(card) {
    const { passed, score, pass_mark: share } = this.#round.progress;
    const mustRepeat = this.#isNeeded && !passed;
    const values = { score: inPercent(score), mark: inPercent(share) };
    const [title, text] = mustRepeat ? ["practice_failed", "practice_failed_text"] : ["practice_passed", "practice_passed_text"];
    this.#say(this.#desk.t(title, values), this.#desk.t(text, values), mustRepeat ? "practice_another" : "practice_to_queue");
    this.#shown.hasAgain = !this.#isNeeded;
    this.#next = () => (mustRepeat ? this.#start() : this.#openQueue());
    this.#drop(card);
    this.#round.forget();
    this.#desk.status.showEmpty();
    this.#panel.hidden = true;
    this.#showGate();
  }
}

customElements.define("desk-practice", DeskPractice);
