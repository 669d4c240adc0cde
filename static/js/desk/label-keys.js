// Which key gives which label, and what else the desk needs to know of each label.
import { adoptLabelColors } from "./label-colors.js";

const ROWS = { few: "zxc", first: "qwertyo", second: "hjl" };
const FEW = 3;
const LONG = 12;

/** So many labels that a person looks for one by its letters. */
export const hasManyLabels = (set) => set.labels?.length > LONG;

/** Listed with the favorites first and then the likeliest, with keys for the first places instead of for labels. */
const hasPlaces = (set) => set.kind !== "span" && hasManyLabels(set);

const rowOf = (set, free) => {
  if (set.kind === "span") return "digits";
  if (set.labels.length <= FEW && free.few) return "few";
  return free.first ? "first" : "second";
};

/** Give labels the keys that the person chose, then those their project asks for, then digits to spans, Z X C to short
 *  choices, Q W E R T to the first long one. Commands keep their keys. Sets `key` on each label, `placeKeys` on sets. */
export const dealKeys = (labelSets, commands, favorites) => {
  const taken = new Set(commands.takenKeys);
  const claim = (label, key) => {
    label.key = key && !taken.has(key) && commands.isLive(key) ? key : "";
    if (label.key) taken.add(label.key);
  };
  const labeled = labelSets.filter((set) => set.labels?.length);
  const all = labeled.flatMap((set) => set.labels.map((label) => [set, label]));
  for (const [, label] of all) label.askedKey ??= label.key?.length === 1 ? label.key.toLowerCase() : "";
  for (const [set, label] of all) claim(label, commands.chosenForLabel(set.name, label.name));
  for (const [, label] of all) if (!label.key) claim(label, label.askedKey);
  dealRows(labeled, { taken, claim, commands, favorites });
};

const dealRows = (labelSets, { taken, claim, commands, favorites }) => {
  const free = { ...ROWS };
  for (const set of labelSets) {
    const row = rowOf(set, free);
    const keys = row === "digits" ? "123456789" : (free[row] ?? "");
    set.placeKeys = [];
    if (set.labels.every((label) => label.key)) continue;
    free[row] = "";
    const open = [...keys].filter((key) => !taken.has(key) && commands.isLive(key));
    if (hasPlaces(set)) set.placeKeys = open.map((key) => taken.add(key) && key);
    else for (const label of favoritesFirst(set, favorites)) if (!label.key) claim(label, open.shift());
  }
};

/** A short list keeps the order that its project gave it. */
export const favoritesFirst = (set, favorites) => {
  if (!hasManyLabels(set)) return set.labels;
  const pins = favorites.pinsOf(set.name);
  const rank = ({ name }) => (pins.includes(name) ? pins.indexOf(name) : pins.length);
  return [...set.labels].sort((a, b) => rank(a) - rank(b));
};

/** Complete the label sets in place: titles, indexes, colors. */
export const prepareLabels = (labelSets) => {
  let index = 0;
  for (const set of labelSets) {
    Object.assign(set, { maxSpans: set.maxSpans ?? set.max_spans ?? 0, partRole: set.partRole ?? set.part_role ?? "" });
    for (const label of set.labels ?? []) Object.assign(label, { index: index++, title: label.title || label.name });
  }
  adoptLabelColors(spanLabels(labelSets));
};

/** The labels that <span-annotator> offers. */
export const spanLabels = (labelSets) =>
  labelSets.filter((set) => set.kind === "span").flatMap((set) =>
    set.labels.map((label) => ({ ...label, set: set.name, overlap: set.overlap, maxSpans: set.maxSpans, partRole: set.partRole })));
