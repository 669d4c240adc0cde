// Which key a person wants for a command or a label, and who has it now. Pure: the registry decides, a dialog speaks.
import { labelKeyName } from "./commands.js";
import { isFree } from "./keymap.js";

export const TAKE_AWAY = new Set(["Delete", "Backspace"]);

/** What can have a key of its own: {id, title, keys}. Labels in long lists have places instead. */
export const keyOwners = (commands, labelSets, t) => {
  const ofCommands = commands.all.map(({ name }) => ({ id: name, title: t(`command_${name}`), keys: commands.keysOf(name) }));
  const ofLabels = labelSets.filter((set) => set.labels?.length && !set.placeKeys?.length).flatMap((set) =>
    set.labels.map((label) => ({ id: labelKeyName(set.name, label.name), title: label.title, keys: label.key ? [label.key] : [] })));
  return [...ofCommands, ...ofLabels];
};

const changesFor = (owner, key, other) => {
  const changes = { [owner.id]: key ? [key] : [] };
  if (other) changes[other.id] = owner.keys.filter((kept) => isFree(kept)).slice(0, 1);
  return changes;
};

/** {changes} when the key is free, {changes, other} when another one has it, {refused} when it can't be given away. */
export const planKey = (owner, key, owners) => {
  if (!isFree(key)) return { refused: key };
  const other = owners.find(({ id, keys }) => id !== owner.id && keys.includes(key));
  return { changes: changesFor(owner, key, other), other };
};

/** A label without a key of its own gets one dealt again. */
export const withoutEmptyLabels = (changes) =>
  Object.fromEntries(Object.entries(changes).map(([id, keys]) => [id, id.startsWith("label:") && !keys?.length ? null : keys]));
