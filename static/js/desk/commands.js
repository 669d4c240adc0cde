// What a person can ask of the desk, by name: keys, buttons, the list of keys and the palette all read this one registry.
const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";

const letterOf = (event) => (event.key.length === 1 ? event.key.toLowerCase() : event.key);

export class Commands {
  #commands = new Map();
  #chosen;

  /** `chosen`: keys that this person gave to commands, {name: [key]}. */
  constructor(chosen = {}) {
    this.#chosen = chosen;
  }

  /** {name, keys, group, run, isReady?}. The title is the desk string `command_<name>`. */
  add(command) {
    this.#commands.set(command.name, { group: "view", isReady: () => true, ...command });
  }

  get all() {
    return [...this.#commands.values()];
  }

  keysOf(name) {
    return this.#chosen[name] ?? this.#commands.get(name)?.keys ?? [];
  }

  /** Every key that some command has, so that no label gets it. */
  get takenKeys() {
    return this.all.flatMap(({ name }) => this.keysOf(name));
  }

  /** Whether holding its key down goes on running it. */
  isRepeatable(name) {
    return name === "undo" || this.#commands.get(name)?.group === "spans";
  }

  /** Run the command of this name; false when there is none or it can't run now. */
  run(name) {
    const command = this.#commands.get(name);
    if (!command?.isReady()) return false;
    command.run();
    return true;
  }

  /** The command that this key press means, if any. Typing in a field and composing (IME) mean none. */
  commandFor(event) {
    const { target, key, ctrlKey, metaKey } = event;
    const isCommand = ctrlKey || metaKey;
    const inText = target.matches?.(TEXT_FIELDS);
    if (key === "Enter") return isCommand || !(inText || target.matches?.("button, a, summary")) ? "accept" : null;
    if (inText) return null;
    if (isCommand) return key.toLowerCase() === "z" ? "undo" : null;
    const letter = letterOf(event);
    return this.all.find(({ name }) => this.keysOf(name).includes(letter))?.name ?? null;
  }
}

/** The person is writing: into a field, or a word that the input method has not finished. */
export const isWriting = (event) => event.target.matches?.(TEXT_FIELDS) ?? false;

export const isComposing = (event) => event.isComposing || event.keyCode === 229;
