// <desk-picker>: a label by its letters, beside the place it is for: the selected words, or a button.
import { Combobox } from "./combobox.js";
import { fillCaps } from "./key-caps.js";
import { favoritesFirst, hasManyLabels } from "./label-keys.js";

const MARGIN = 8;

class DeskPicker extends HTMLElement {
  #desk;
  #box;
  #panel;
  #combobox;
  #onPick = null;
  #before = null;

  join(desk) {
    this.#desk = desk;
    this.#panel = this.querySelector("[popover]");
    this.#combobox = new Combobox(this, (item) => this.#pick(item));
    this.#box = this.querySelector("input");
    desk.commands.add({ name: "find", keys: ["/"], group: "answer", run: () => this.#findLabel(), isReady: () => Boolean(desk.card) });
    desk.pickLabel = (request) => this.#open(request);
    this.#panel.addEventListener("keydown", (event) => event.key === "Escape" && this.#leave(event));
    this.#box.addEventListener("blur", () => this.#panel.matches(":popover-open") && this.#panel.hidePopover());
    desk.addEventListener("card", () => this.#panel.matches(":popover-open") && this.#panel.hidePopover());
  }

  /** The filter of a long list, or beside selected words the labels they can have. */
  #findLabel() {
    const { annotator, panel, boot } = this.#desk;
    const ofSpans = boot.labelSets.filter((set) => set.kind === "span" && set.labels.length);
    const isInText = document.activeElement === annotator.view && annotator.selection;
    const anchor = () => annotator.rectOf(...annotator.selection);
    const onPick = (set, label) => panel.applyLabel(set.name, label.name);
    if (isInText && ofSpans.some(hasManyLabels)) return this.#open({ sets: ofSpans, anchor: anchor(), onPick });
    if (panel.focusFilter()) return null;
    return this.#open({ sets: boot.labelSets.filter((set) => set.labels?.length), anchor: isInText ? anchor() : null, onPick: (set, label) => this.#choose(set, label) });
  }

  #choose(set, label) {
    const { panel } = this.#desk;
    if (set.kind === "span") panel.applyLabel(set.name, label.name);
    else panel.choose(set.name, label.name);
  }

  #open({ sets, anchor, onPick }) {
    this.#before = document.activeElement;
    this.#onPick = onPick;
    const hasOne = sets.length === 1;
    const items = sets.flatMap((set) => favoritesFirst(set, this.#desk.favorites).map((label) => ({
      set, label, title: label.title, detail: hasOne ? "" : set.title || set.name, words: label.name,
      fill: (option) => this.#fill(option, set, label),
    })));
    this.#panel.showPopover();
    this.#combobox.open(items);
    this.#place(anchor ?? this.#desk.annotator.view.getBoundingClientRect());
  }

  #fill(option, set, label) {
    if (set.kind === "span") {
      option.classList.add("chip");
      option.style.setProperty("--c", `var(--l-${label.index})`);
    }
    const caps = document.createElement("span");
    caps.className = "key-caps";
    if (label.key) fillCaps(caps, [label.key]);
    option.append(caps);
  }

  #place(anchor) {
    const { offsetWidth: width, offsetHeight: height } = this.#panel;
    const left = Math.max(MARGIN, Math.min(anchor.left, innerWidth - width - MARGIN));
    const below = anchor.bottom + MARGIN;
    const top = below + height < innerHeight ? below : Math.max(MARGIN, anchor.top - height - MARGIN);
    this.#panel.style.setProperty("left", `${left}px`);
    this.#panel.style.setProperty("top", `${top}px`);
  }

  #leave(event) {
    event?.preventDefault();
    event?.stopPropagation();
    const before = this.#before;
    if (this.#panel.matches(":popover-open")) this.#panel.hidePopover();
    before?.focus({ preventScroll: true });
  }

  #pick({ set, label }) {
    this.#leave();
    this.#onPick(set, label);
  }
}

customElements.define("desk-picker", DeskPicker);
