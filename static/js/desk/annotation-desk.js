// <annotation-desk>: the annotation screen. Boots the desk, lets its features join, and hands on keys, clicks and news.
import { LiveSocket } from "../live-socket.js";
import { isComposing, isWriting } from "./commands.js";
import { Desk } from "./desk.js";
import "./desk-changes.js";
import "./desk-comments.js";
import "./desk-definitions.js";
import "./desk-feedback.js";
import "./desk-find.js";
import "./desk-flag.js";
import "./desk-guidelines.js";
import "./desk-help.js";
import "./desk-kept.js";
import "./desk-merge.js";
import "./desk-palette.js";
import "./desk-people.js";
import "./desk-practice.js";
import "./desk-picker.js";
import "./desk-run.js";
import "./desk-sent-back.js";
import "./desk-twins.js";
import "./desk-why.js";
import { hasAlt, isSingleKey, keyName } from "./keymap.js";
import "./span-annotator.js";

const LOOK_AGAIN_MS = 20_000;

class AnnotationDesk extends HTMLElement {
  #desk;
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
    add("answer", "accept", ["Enter", "Ctrl+Enter"], () => desk.finish("submitted"));
    add("answer", "skip", ["s"], () => desk.finish("skipped"));
    add("answer", "undo", ["u", "Ctrl+z"], () => desk.undoing.undo());
    add("answer", "redo", ["Shift+u", "Ctrl+Shift+z", "Ctrl+y"], () => desk.undoing.redo());
    add("answer", "back", ["b"], () => desk.back());
    add("spans", "next_span", ["n"], () => desk.annotator.step(1));
    add("spans", "previous_span", ["p"], () => desk.annotator.step(-1));
    add("spans", "accept_span", ["a"], () => desk.annotator.accept());
    add("spans", "remove_span", ["Delete", "Backspace"], () => desk.annotator.remove());
    add("spans", "end_left", ["["], () => desk.annotator.nudge("end", -1));
    add("spans", "end_right", ["]"], () => desk.annotator.nudge("end", 1));
    add("spans", "start_left", ["{"], () => desk.annotator.nudge("start", -1));
    add("spans", "start_right", ["}"], () => desk.annotator.nudge("start", 1));
    add("spans", "move_span_left", ["<"], () => desk.annotator.move(-1));
    add("spans", "move_span_right", [">"], () => desk.annotator.move(1));
    add("spans", "split_span", ["\\", "|"], () => desk.annotator.split());
    add("spans", "merge_span", ["+"], () => desk.annotator.merge());
    add("spans", "another_label", ["="], () => desk.annotator.addNextLabel());
    add("spans", "granularity", ["g"], () => desk.annotator.toggleGranularity());
    add("view", "ideas", ["v"], () => desk.viewIdeas());
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
    desk.saving.listen(signal);
    on(desk.live, "state", ({ detail }) => desk.status.showLive(detail));
    on(desk.live, "event", ({ detail }) => this.#onEvent(detail));
    on(desk.live, "resync", () => desk.fetchPredictions());
  }

  async #start() {
    const desk = this.#desk;
    const ask = () => desk.queue.fetchAssignments().catch((error) => desk.onQueueError(error));
    await desk.saving.start(async () => desk.boot.assignments ?? ask());
    desk.undoing.resume();
    if (desk.card) desk.show();
    await desk.refill();
    this.#rounds = setInterval(() => desk.refill(), LOOK_AGAIN_MS);
  }

  #onVisibility() {
    if (document.visibilityState === "visible") this.#desk.card?.startClock();
    else this.#desk.card?.stopClock();
  }

  #onClick(event) {
    const name = event.target.closest("[data-command]")?.dataset.command;
    if (name) this.#desk.commands.run(name);
  }

  #onKey(event) {
    if (isComposing(event) || event.defaultPrevented || hasAlt(event) || document.querySelector("dialog[open]")) return;
    const desk = this.#desk;
    const name = desk.commands.commandFor(event);
    if (name) {
      event.preventDefault();
      if (!event.repeat || desk.commands.isRepeatable(name)) desk.commands.run(name);
    } else if (event.key === "Escape" && isWriting(event)) desk.annotator.view.focus();
    else if (!isWriting(event) && desk.card) this.#onLabelKey(event);
  }

  #onLabelKey(event) {
    const desk = this.#desk;
    const key = keyName(event);
    if (!isSingleKey(key) || !desk.commands.hasSingleKeys) return;
    const choose = desk.panel.keys.get(key);
    if (choose && event.repeat) return;
    choose?.();
    if (choose || desk.annotator.applyKey(key, event)) event.preventDefault();
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
