// Which key gives which label, and what else the desk needs to know of each label.
import { adoptLabelColors } from "./span-overlay.js";

const ROWS = { few: "zxc", first: "qwertyo", second: "hjl" };
const FEW = 3;
const LONG = 12;

/** So many labels that they are listed likeliest first, with keys for the first places instead of for labels. */
const isLong = (set) => set.kind !== "span" && set.labels?.length > LONG;

/** Give labels the keys their project asks for, then digits to spans, Z X C to short choices, Q W E R T to the first
 *  long one. Commands keep their keys. Sets `key` on each label. */
const assignKeys = (labelSets, commandKeys) => {
  const taken = new Set(commandKeys);
  const claim = (label, key) => {
    label.key = key && key.length === 1 && !taken.has(key) ? key : "";
    if (label.key) taken.add(label.key);
  };
  const all = labelSets.flatMap((set) => set.labels ?? []);
  for (const label of all) claim(label, label.key?.toLowerCase());
  const free = { ...ROWS };
  for (const set of labelSets) {
    const labels = set.labels ?? [];
    const row = set.kind === "span" ? "digits" : labels.length <= FEW && free.few ? "few" : free.first ? "first" : "second";
    const keys = row === "digits" ? "123456789" : (free[row] ?? "");
    if (set.kind === "text" || labels.every((label) => label.key)) continue;
    free[row] = "";
    const open = [...keys].filter((key) => !taken.has(key));
    if (isLong(set)) set.placeKeys = open.map((key) => taken.add(key) && key);
    else for (const label of labels) if (!label.key) claim(label, open.shift());
  }
};

/** Complete the label sets in place (keys, titles, index) and return the labels that <span-annotator> offers. */
export const prepareLabels = (labelSets, commandKeys) => {
  assignKeys(labelSets, commandKeys);
  let index = 0;
  for (const set of labelSets) {
    Object.assign(set, { maxSpans: set.maxSpans ?? set.max_spans ?? 0, partRole: set.partRole ?? set.part_role ?? "" });
    for (const label of set.labels ?? []) Object.assign(label, { index: index++, title: label.title || label.name });
  }
  const ofSpans = labelSets.filter((set) => set.kind === "span").flatMap((set) =>
    set.labels.map((label) => ({ ...label, set: set.name, overlap: set.overlap, maxSpans: set.maxSpans, partRole: set.partRole })));
  adoptLabelColors(ofSpans);
  return ofSpans;
};
