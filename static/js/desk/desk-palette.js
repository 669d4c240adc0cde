// <desk-palette>: every command, label and document on the desk by its name, the last used ones first.
import { Combobox } from "./combobox.js";
import { fillCaps } from "./key-caps.js";

const RECENT = "desk-palette-recent";
const KEPT = 8;

const recentIds = () => {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]");
  } catch {
    return []; // storage can be forbidden
  }
};

const noteRecent = (id) => {
  try {
    localStorage.setItem(RECENT, JSON.stringify([id, ...recentIds().filter((other) => other !== id)].slice(0, KEPT)));
  } catch {
    // see recentIds()
  }
};

class DeskPalette extends HTMLElement {
  #desk;
  #dialog;
  #box;

  join(desk) {
    this.#desk = desk;
    this.#dialog = this.querySelector("dialog");
    this.#box = new Combobox(this, (item) => this.#pick(item));
    desk.commands.add({ name: "palette", keys: ["Ctrl+k"], group: "view", run: () => this.#open() });
    this.#dialog.addEventListener("click", ({ target }) => target === this.#dialog && this.#dialog.close());
  }

  #open() {
    const recent = recentIds();
    const rank = ({ id }) => (recent.includes(id) ? recent.indexOf(id) : KEPT);
    const items = [...this.#commands(), ...this.#labels(), ...this.#documents()].map((item) => ({ ...item, fill: (option) => this.#caps(option, item) }));
    this.#dialog.showModal();
    this.#box.open(items.sort((a, b) => rank(a) - rank(b)));
  }

  #caps(option, { keys }) {
    const caps = document.createElement("span");
    caps.className = "key-caps";
    if (keys?.length) fillCaps(caps, keys.slice(0, 1));
    option.append(caps);
  }

  /** The focus is where it was before; then the command runs. */
  #pick(item) {
    this.#dialog.close();
    if (item.isKept !== false) noteRecent(item.id);
    item.run();
  }

  #commands() {
    const { commands, t } = this.#desk;
    const groupTitle = (group) => t(["answer", "spans"].includes(group) ? `group_${group}` : "group_view");
    const open = commands.all.filter(({ name }) => name !== "palette" && commands.isReady(name));
    return open.map(({ name, group }) => ({
      id: name, title: t(`command_${name}`), detail: groupTitle(group), words: name, keys: commands.liveKeysOf(name), run: () => commands.run(name),
    }));
  }

  #labels() {
    const { panel, boot, card } = this.#desk;
    if (!card) return [];
    return boot.labelSets.flatMap((set) => (set.labels ?? []).map((label) => ({
      id: `label:${set.name}/${label.name}`, title: label.title, detail: set.title || set.name, words: label.name, keys: label.key ? [label.key] : [],
      run: () => (set.kind === "span" ? panel.applyLabel(set.name, label.name) : panel.choose(set.name, label.name)),
    })));
  }

  #documents() {
    const { queue, t } = this.#desk;
    return [...queue.waiting, ...queue.past].map(({ id, document: { external_id: name, text } }) => ({
      id: `document:${id}`, title: name || `#${id}`, detail: `${t("group_document")}: ${text.slice(0, 60)}`, isKept: false,
      run: () => this.#desk.jumpTo(id),
    }));
  }
}

customElements.define("desk-palette", DeskPalette);
