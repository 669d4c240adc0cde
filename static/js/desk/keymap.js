// Keys by name: "a", "Shift+a", "?", "Delete", "Ctrl+z" (Cmd counts as Ctrl). A letter is meant whatever Caps Lock says.
const CAPS = { Delete: "Del", Escape: "Esc", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Backspace: "⌫" };
const SPOKEN = { Ctrl: "Control", " ": "Space" };
const NOT_FOR_COMMANDS = /^(Tab|Escape|Enter|Space|Home|End|Page.*|Arrow.*|Control|Shift|Alt|AltGraph|Meta|OS|CapsLock|NumLock|Dead|Process|Compose|Unidentified|ContextMenu)$/;

const isLetter = (key) => key.length === 1 && key.toLowerCase() !== key.toUpperCase();

/** On a keyboard of another script the place of the key counts. */
const plainKey = ({ key, code }) => {
  if (key === " ") return "Space";
  if (key.length > 1) return key;
  return key > "~" && /^Key[A-Z]$/.test(code ?? "") ? code[3].toLowerCase() : key.toLowerCase();
};

/** Characters such as { need AltGr on some keyboards; it is no modifier then. */
const isAltGraph = (event) => event.getModifierState?.("AltGraph") ?? false;

export const hasAlt = (event) => event.altKey && !isAltGraph(event);

export const keyName = (event) => {
  const key = plainKey(event);
  const hasControl = (event.ctrlKey || event.metaKey) && !isAltGraph(event);
  const hasShift = event.shiftKey && (key.length > 1 || isLetter(key));
  return `${hasControl ? "Ctrl+" : ""}${hasShift ? "Shift+" : ""}${key}`;
};

const partsOf = (name) => (name.length === 1 ? [name] : name.split(/\+(?=.)/));

/** What stands on the caps: ["Shift", "U"]. */
export const capsOf = (name) => partsOf(name).map((part) => CAPS[part] ?? (part.length === 1 ? part.toUpperCase() : part));

export const keyTitle = (name) => capsOf(name).join("+");

/** As aria-keyshortcuts wants it. */
export const spokenKey = (name) => partsOf(name).map((part) => SPOKEN[part] ?? (isLetter(part) ? part.toUpperCase() : part)).join("+");

export const isCombination = (name) => name.startsWith("Ctrl+");

/** A letter, digit or sign, with or without Shift: what a person can switch off (WCAG 2.1.4). */
export const isSingleKey = (name) => name.replace(/^Shift\+(?=.)/, "").length === 1;

/** Whether a person may give this key to a command. */
export const isFree = (name) => !isCombination(name) && !NOT_FOR_COMMANDS.test(name.replace(/^Shift\+(?=.)/, ""));

/** Show the first of these keys on the cap inside an element, and say it to screen readers. */
export const showKey = (element, keys) => {
  const [key] = keys;
  const cap = element.querySelector("kbd");
  if (cap) {
    cap.hidden = !key;
    cap.textContent = key ? keyTitle(key) : "";
  }
  const keyed = element.querySelector("input[type=radio], input[type=checkbox]") ?? element;
  if (key) keyed.setAttribute("aria-keyshortcuts", keys.map(spokenKey).join(" "));
  else keyed.removeAttribute("aria-keyshortcuts");
};
