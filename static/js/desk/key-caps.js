// What buttons and captions show of the commands' keys: `data-command` runs a command, `data-key-of` only names its key.
import { capsOf, keyTitle, showKey } from "./keymap.js";

const capFor = (title) => {
  const cap = document.createElement("kbd");
  cap.textContent = title;
  return cap;
};

/** Put a cap for each key into an element: [Shift] [U]  [Ctrl] [Z]. */
export const fillCaps = (element, keys, nothing = "") => {
  const groups = keys.map((key) => {
    const group = document.createElement("span");
    group.className = "key";
    group.append(...capsOf(key).map(capFor));
    return group;
  });
  element.replaceChildren(...(groups.length ? groups : [nothing]));
};

const showNamedKey = (cap, [key]) => {
  cap.hidden = !key;
  cap.textContent = key ? keyTitle(key) : "";
};

/** Show the present keys everywhere; returns their titles for words that name them, {key_<command>: "U"}. */
export const showCommandKeys = (root, commands) => {
  for (const button of root.querySelectorAll("[data-command]")) showKey(button, commands.liveKeysOf(button.dataset.command));
  for (const cap of root.querySelectorAll("[data-key-of]")) showNamedKey(cap, commands.liveKeysOf(cap.dataset.keyOf));
  const titleOf = (name) => keyTitle(commands.liveKeysOf(name)[0] ?? commands.keysOf(name)[0] ?? "Ctrl+k");
  return Object.fromEntries(commands.all.map(({ name }) => [`key_${name}`, titleOf(name)]));
};
