// <annotation-desk>: the annotation screen. Boots the desk, lets its features join, and hands on keys, clicks and news.
import { LiveSocket } from "../live-socket.js";
import { isComposing, isWriting } from "./commands.js";
import { Desk } from "./desk.js";
import "./desk-changes.js";
import "./span-annotator.js";

const LOOK_AGAIN_MS = 20_000;

class AnnotationDesk extends HTMLElement {
  #desk;
  #labelKeys = new Map();
  #listeners = new AbortController();
  #rounds = 0;

  connectedCallback() {
    const boot = JSON.parse(document.getElementById("desk-data").textContent);
    this.#desk = new Desk(this, boot);
    this.#desk.live = new LiveSocket(boot.live, boot.since);
    this.#addCommands();
    for (const feature of this.querySelectorAll("[data-feature]")) {
      customElements.upgrade(feature);
      feature.join(this.#desk);
    }
    this.#desk.bindLabels();
    this.#labelKeys = this.#desk.panel.keys;
    this.#listen();
    this.#start();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    clearInterval(this.#rounds);
    this.#desk.live.close();
  }

  #addCommands() {
    const desk = this.#desk;
    const add = (group, name, keys, run) => desk.commands.add({ group, name, keys, run });
    add("answer", "accept", ["Enter"], () => desk.finish("submitted"));
    add("answer", "skip", ["s"], () => desk.finish("skipped"));
    add("answer", "undo", ["u"], () => desk.undo());
    add("answer", "back", ["b"], () => desk.back());
    add("answer", "find", ["/"], () => desk.panel.focusFilter());
    add("spans", "next_span", ["n"], () => desk.annotator.step(1));
    add("spans", "previous_span", ["p"], () => desk.annotator.step(-1));
    add("spans", "accept_span", ["a"], () => desk.annotator.accept());
    add("spans", "remove_span", ["Delete", "Backspace"], () => desk.annotator.remove());
    add("spans", "end_left", ["["], () => desk.annotator.nudge("end", -1));
    add("spans", "end_right", ["]"], () => desk.annotator.nudge("end", 1));
    add("spans", "start_left", ["{"], () => desk.annotator.nudge("start", -1));
    add("spans", "start_right", ["}"], () => desk.annotator.nudge("start", 1));
    add("spans", "granularity", ["g"], () => desk.annotator.toggleGranularity());
    add("view", "ideas", ["v"], () => desk.viewIdeas());
    add("view", "guidelines", ["i"], () => desk.part("guidelines").showModal());
    add("view", "help", ["?"], () => desk.part("help").showModal());
    add("view", "again", [], () => desk.refill());
  }

  #listen() {
    const { signal } = this.#listeners;
    const desk = this.#desk;
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(document, "keydown", (event) => this.#onKey(event));
    on(document, "click", (event) => this.#onClick(event));
    on(document, "visibilitychange", () => this.#onVisibility());
    on(this, "spans-change", ({ detail }) => desk.changeSpans(detail));
    on(this, "span-select", ({ detail }) => desk.panel.markSpan(detail.id));
    on(this, "said", ({ detail }) => desk.say(detail.message, detail.visible));
    on(desk.outbox, "change", ({ detail }) => desk.status.showOutbox(detail));
    on(desk.outbox, "sent", ({ detail }) => this.#onSent(detail));
    on(desk.outbox, "conflict", ({ detail }) => this.#onConflict(detail));
    on(desk.outbox, "refused", ({ detail }) => this.#onRefused(detail));
    on(desk.live, "state", ({ detail }) => desk.status.showLive(detail));
    on(desk.live, "event", ({ detail }) => this.#onEvent(detail));
    on(desk.live, "resync", () => desk.fetchPredictions());
  }

  async #start() {
    const desk = this.#desk;
    const waiting = await desk.outbox.waiting();
    const unsent = new Map(waiting.map((item) => [item.documentId, item.body]));
    const inHand = desk.boot.assignments ?? (await desk.queue.fetchAssignments().catch((error) => desk.onQueueError(error)));
    desk.queue.resume(inHand ?? [], unsent);
    if (desk.card) desk.show();
    desk.outbox.send();
    await desk.refill();
    this.#rounds = setInterval(() => desk.refill(), LOOK_AGAIN_MS);
  }

  #onVisibility() {
    if (document.visibilityState === "visible") return this.#desk.card?.startClock();
    this.#desk.card?.stopClock();
    return this.#desk.saveDraft();
  }

  #onClick(event) {
    const name = event.target.closest("[data-command]")?.dataset.command;
    if (name) this.#desk.commands.run(name);
  }

  #onKey(event) {
    if (isComposing(event) || event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    const desk = this.#desk;
    const name = desk.commands.commandFor(event);
    if (name) {
      event.preventDefault();
      if (!event.repeat || desk.commands.isRepeatable(name)) desk.commands.run(name);
    } else if (event.key === "Escape" && isWriting(event)) desk.annotator.view.focus();
    else if (!isWriting(event) && !event.ctrlKey && !event.metaKey && desk.card) this.#onLabelKey(event);
  }

  #onLabelKey(event) {
    const choose = this.#labelKeys.get(event.key.toLowerCase());
    if (choose && event.repeat) return;
    choose?.();
    if (choose || this.#desk.annotator.applyKey(event.key.toLowerCase())) event.preventDefault();
  }

  #onSent({ item, data }) {
    this.#desk.status.showSent(item.body.status);
    this.#desk.tell("saved", { item, data });
  }

  async #onConflict({ item, error }) {
    const { outbox, status } = this.#desk;
    const theirs = error.body.present ?? {};
    outbox.noteVersion(item.documentId, theirs.version);
    const { documentId, url, body } = item;
    if (await status.askWhose()) outbox.add({ documentId, url, body, version: theirs.version ?? null });
    else this.#desk.adopt(documentId, theirs.answer);
  }

  #onRefused({ item, error }) {
    if (this.#desk.queue.reopen(item.documentId)) this.#desk.show();
    const problem = error.body.errors?.[0]?.message ?? error.message;
    this.#desk.say(this.#desk.t("refused", { problem }), true);
  }

  #onEvent(event) {
    const desk = this.#desk;
    if (event.type === "prediction.updated") desk.onPrediction(event);
    else if (event.type === "queue.changed") this.#onQueueChanged(event.open);
    else if (event.type === "version.promoted") desk.status.showModel(event.number ?? event.version);
    desk.tell("live", event);
  }

  #onQueueChanged(open) {
    this.#desk.status.countOpen(open);
    if (!this.#desk.card && open) this.#desk.refill();
  }
}

customElements.define("annotation-desk", AnnotationDesk);
