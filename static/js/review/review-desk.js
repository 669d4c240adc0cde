// <review-desk>: the review page. Boots the work, names its commands, and hands on keys, clicks and changes.
import { isComposing, isWriting } from "../desk/commands.js";
import "../desk/desk-help.js";
import { hasAlt, isSingleKey, keyName } from "../desk/keymap.js";
import "../desk/span-annotator.js";
import { ReviewWork } from "./review-work.js";
import { SendBack } from "./send-back.js";

const LOOK_EVERY_MS = 20_000;

class ReviewDesk extends HTMLElement {
  #work;
  #sendBack;
  #listeners = new AbortController();
  #rounds = 0;

  connectedCallback() {
    const boot = JSON.parse(document.getElementById("desk-data").textContent);
    this.#work = new ReviewWork(this, boot);
    this.#sendBack = new SendBack(this.#work);
    this.#addCommands();
    for (const feature of this.querySelectorAll("[data-feature]")) {
      customElements.upgrade(feature);
      feature.join(this.#work);
    }
    this.#work.bindLabels();
    this.#listen();
    this.#start();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    clearInterval(this.#rounds);
  }

  async #start() {
    const work = this.#work;
    await work.refill();
    this.#rounds = setInterval(() => work.refill(), LOOK_EVERY_MS);
  }

  #addCommands() {
    const work = this.#work;
    const { annotator, differences } = work;
    const add = (group, name, keys, run) => work.commands.add({ group, name, keys, run });
    add("answer", "decide", ["Enter", "Ctrl+Enter"], () => work.decide());
    add("answer", "send_back", ["s"], () => this.#sendBack.open());
    add("answer", "undo_review", ["u", "Ctrl+z"], () => work.undo());
    add("answer", "next_review", ["Shift+n", "."], () => work.step(1));
    add("answer", "previous_review", ["Shift+p", ","], () => work.step(-1));
    add("answer", "next_difference", ["d"], () => differences.step(1));
    add("answer", "previous_difference", ["Shift+d"], () => differences.step(-1));
    add("answer", "take_model", ["m"], () => work.takeAll(work.item?.model));
    add("answer", "take_person", ["i"], () => work.takeAll(work.item?.person));
    add("spans", "next_span", ["n"], () => annotator.step(1));
    add("spans", "previous_span", ["p"], () => annotator.step(-1));
    add("spans", "accept_span", ["a"], () => annotator.accept());
    add("spans", "remove_span", ["Delete", "Backspace"], () => annotator.remove());
    add("spans", "end_left", ["["], () => annotator.nudge("end", -1));
    add("spans", "end_right", ["]"], () => annotator.nudge("end", 1));
    add("spans", "start_left", ["{"], () => annotator.nudge("start", -1));
    add("spans", "start_right", ["}"], () => annotator.nudge("start", 1));
    add("spans", "move_span_left", ["<"], () => annotator.move(-1));
    add("spans", "move_span_right", [">"], () => annotator.move(1));
    add("spans", "split_span", ["\\", "|"], () => annotator.split());
    add("spans", "merge_span", ["+"], () => annotator.merge());
    add("spans", "another_label", ["="], () => annotator.addNextLabel());
    add("spans", "granularity", ["g"], () => annotator.toggleGranularity());
    add("view", "find", ["/"], () => work.panel.focusFilter());
    add("view", "again", [], () => work.refill());
  }

  #listen() {
    const { signal } = this.#listeners;
    const work = this.#work;
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(document, "keydown", (event) => this.#onKey(event));
    on(document, "click", ({ target }) => this.#onClick(target));
    on(document, "visibilitychange", () => (document.hidden ? work.item?.card.stopClock() : work.item?.card.startClock()));
    on(this, "spans-change", ({ detail }) => work.changeSpans(detail));
    on(this, "span-select", ({ detail }) => work.panel.markSpan(detail.id));
    on(this, "said", ({ detail }) => work.say(detail.message, detail.visible));
  }

  #onClick(target) {
    const name = target.closest("[data-command]")?.dataset.command;
    if (name) this.#work.commands.run(name);
  }

  #onKey(event) {
    if (isComposing(event) || event.defaultPrevented || hasAlt(event) || document.querySelector("dialog[open]")) return;
    const { commands, annotator, item } = this.#work;
    const name = commands.commandFor(event);
    if (name) {
      event.preventDefault();
      if (!event.repeat || commands.isRepeatable(name)) commands.run(name);
    } else if (event.key === "Escape" && (isWriting(event) || event.target.closest(".difference"))) annotator.view.focus();
    else if (!isWriting(event) && item) this.#onOtherKey(event);
  }

  #onOtherKey(event) {
    const { differences, panel, annotator, commands } = this.#work;
    const digit = Number(/^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1]);
    if (digit && event.target.closest(".difference")) {
      event.preventDefault();
      if (event.shiftKey) this.#work.takeAll(differences.sideAt(digit));
      else differences.press(digit);
      return;
    }
    const key = keyName(event);
    if (!isSingleKey(key) || !commands.hasSingleKeys) return;
    const choose = panel.keys.get(key);
    if (choose && event.repeat) return;
    choose?.();
    if (choose || annotator.applyKey(key, event)) event.preventDefault();
  }
}

customElements.define("review-desk", ReviewDesk);
