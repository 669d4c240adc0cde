// What a person can ask of the desk, by name: keys, buttons, the list of keys and the palette all read this one registry.
import { isCombination, isSingleKey, keyName } from "./keymap.js";

const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";
const PRESSED_BY_ENTER = "button, a, summary";
const LABEL = "label:";

/** Keys that a field for text needs for itself. */
const OF_FIELDS = new Set(["Ctrl+z", "Ctrl+Shift+z", "Ctrl+y"]);

/** The name under which a label's own key is kept. */
export const labelKeyName = (set, label) => `${LABEL}${set}/${label}`;

/** Event "change": a key, or whether single keys work, is another one now. */
export class Commands extends EventTarget {
  #commands = new Map();
  #chosen;
  #byKey = null;

  /** `keys`: what this person gave to commands and labels, {name: [key]}. */
  constructor({ keys = {}, single_keys: hasSingleKeys = true } = {}) {
    super();
    this.#chosen = { ...keys };
    this.hasSingleKeys = hasSingleKeys;
  }

  /** {name, keys, group, run, isReady?}. The title is the desk string `command_<name>`. */
  add(command) {
    this.#commands.set(command.name, { group: "view", keys: [], isReady: () => true, ...command });
    this.#byKey = null;
  }

  get all() {
    return [...this.#commands.values()];
  }

  get chosen() {
    return this.#chosen;
  }

  /** Every key of a command. Combinations stay, so that a command is never out of reach. */
  keysOf(name) {
    const own = this.#commands.get(name)?.keys ?? [];
    const chosen = this.#chosen[name];
    return chosen ? [...chosen, ...own.filter(isCombination)] : own;
  }

  /** The keys that work now. */
  liveKeysOf(name) {
    return this.keysOf(name).filter((key) => this.isLive(key));
  }

  isLive(key) {
    return this.hasSingleKeys || !(isSingleKey(key) || key === "Enter");
  }

  isChosen(name) {
    return name in this.#chosen;
  }

  /** Every key that some command has, so that no label gets it. */
  get takenKeys() {
    return this.all.flatMap(({ name }) => this.keysOf(name));
  }

  /** The key that this person gave to a label, if any. */
  chosenForLabel(set, label) {
    return this.#chosen[labelKeyName(set, label)]?.[0] ?? null;
  }

  get #keys() {
    this.#byKey ??= new Map(this.all.toReversed().flatMap(({ name }) => this.keysOf(name).map((key) => [key, name])));
    return this.#byKey;
  }

  ownerOf(key) {
    return this.#keys.get(key) ?? null;
  }

  /** Give commands and labels other keys, {name: [key]}; null gives a name its first keys back. */
  choose(changes) {
    for (const [name, keys] of Object.entries(changes)) {
      if (keys) this.#chosen[name] = keys;
      else delete this.#chosen[name];
    }
    this.#changed();
  }

  chooseSingleKeys(hasSingleKeys) {
    this.hasSingleKeys = hasSingleKeys;
    this.#changed();
  }

  #changed() {
    this.#byKey = null;
    this.dispatchEvent(new Event("change"));
  }

  /** Whether holding its key down goes on running it. */
  isRepeatable(name) {
    return name === "undo" || name === "redo" || this.#commands.get(name)?.group === "spans";
  }

  isReady(name) {
    return Boolean(this.#commands.get(name)?.isReady());
  }

  /** Run the command of this name; false when there is none or it can't run now. */
  run(name) {
    if (!this.isReady(name)) return false;
    this.#commands.get(name).run();
    return true;
  }

  /** The command that this key press means, if any. Typing in a field and composing (IME) mean none. */
  commandFor(event) {
    const key = keyName(event);
    const isText = isWriting(event);
    if (isText && (OF_FIELDS.has(key) || !(isCombination(key) || /^F\d+$/.test(key)))) return null;
    if (key === "Enter" && event.target.matches?.(PRESSED_BY_ENTER)) return null;
    return this.isLive(key) ? this.ownerOf(key) : null;
  }
}

/** The person is writing: into a field, or a word that the input method has not finished. */
export const isWriting = (event) => event.target.matches?.(TEXT_FIELDS) ?? false;

export const isComposing = (event) => event.isComposing || event.keyCode === 229;
