// Where the answers to one document differ, place by place, and what each side says there. Pure, no DOM.
//   side {key, answer, isPerson}   row {id, set, form, label, spans, options: [{value, sides}], isSame}
//   form "value": a choice or a text · "label": one of several choices, yes or no · "spans": stretches that belong together
import { isSameValue } from "../desk/answer-compare.js";
import { isTwin, meets } from "../desk/span-rules.js";

const isSamePlace = (one, other) => one.start === other.start && one.end === other.end;

/** Two spans of one set that can't both be meant, or are the same span labeled or cut differently. */
const isLinked = (set) => (one, other) =>
  isSamePlace(one, other) || (meets(one, other) && (one.label === other.label || !set.overlap));

const clustersOf = (set, spans) => {
  const linked = isLinked(set);
  const clusters = [];
  for (const span of spans) {
    const met = clusters.filter((cluster) => cluster.some((other) => linked(span, other)));
    const joined = [...met.flat(), span];
    for (const cluster of met) clusters.splice(clusters.indexOf(cluster), 1);
    clusters.push(joined);
  }
  return clusters.sort((a, b) => Math.min(...a.map(({ start }) => start)) - Math.min(...b.map(({ start }) => start)));
};

const optionsFrom = (sides, valueOf) => {
  const options = [];
  for (const side of sides) {
    const value = valueOf(side);
    const known = options.find((option) => isSameValue(option.value, value));
    if (known) known.sides.push(side.key);
    else options.push({ value, sides: [side.key] });
  }
  return options;
};

const rowFrom = (row, sides, valueOf) => {
  const options = optionsFrom(sides, valueOf);
  const people = new Set(sides.filter(({ isPerson }) => isPerson).map(({ key }) => key));
  const isDecided = people.size > 1 ? options.some(({ sides: keys }) => [...people].every((key) => keys.includes(key))) : options.length < 2;
  return { ...row, options, isSame: isDecided };
};

const spanRows = (set, sides) => {
  const own = (side) => side.answer?.[set.name] ?? [];
  const linked = isLinked(set);
  return clustersOf(set, sides.flatMap(own)).map((spans, index) => {
    const isHere = (span) => spans.some((other) => linked(span, other));
    return rowFrom({ id: `${set.name}/${index}`, set, form: "spans", spans }, sides, (side) => own(side).filter(isHere));
  });
};

const labelRows = (set, sides) => {
  const said = set.labels.filter(({ name }) => sides.some(({ answer }) => answer?.[set.name]?.includes(name)));
  return said.map((label) => rowFrom({ id: `${set.name}/${label.name}`, set, form: "label", label: label.name, spans: [] }, sides,
    ({ answer }) => (answer?.[set.name]?.includes(label.name) ? [label.name] : [])));
};

/** Every place of the document's answers, in the order of the label sets. */
export const differenceRows = (sets, sides) => sets.flatMap((set) => {
  if (set.kind === "span") return spanRows(set, sides);
  if (set.kind === "choices") return labelRows(set, sides);
  const row = rowFrom({ id: set.name, set, form: "value", spans: [] }, sides, ({ answer }) => answer?.[set.name] ?? null);
  return row.options.every(({ value }) => isSameValue(value, null)) ? [] : [row];
});

/** What the answer in the making says at a row's place, in the form of its options. */
export const valueAt = (row, draft) => {
  const value = draft.valueOf(row.set.name);
  if (row.form === "value") return value || null;
  if (row.form === "label") return value?.includes(row.label) ? [row.label] : [];
  const linked = isLinked(row.set);
  return (value ?? []).filter((span) => row.spans.some((other) => linked(span, other)));
};

/** The label set's value once the answer says `option` at this place; `asOwn(span)` makes a span the reviewer's. */
export const withOption = (row, draft, option, asOwn) => {
  if (row.form === "value") return option.value ?? (row.set.kind === "text" ? "" : null);
  const value = draft.valueOf(row.set.name) ?? [];
  const here = valueAt(row, draft);
  if (row.form === "label") return [...value.filter((name) => name !== row.label), ...option.value];
  const kept = value.filter((span) => !here.includes(span));
  return [...kept, ...option.value.map((span) => here.find((other) => isTwin(other, span)) ?? asOwn(span, row.set))];
};

/** What became of the model's part of a row in a person's answer: the glossary's corrections. */
export const tagOf = (row, modelKey, personKey) => {
  const valueFor = (key) => row.options.find(({ sides }) => sides.includes(key))?.value ?? [];
  const [before, after] = [valueFor(modelKey), valueFor(personKey)].map((value) => [value ?? []].flat());
  if (isSameValue(before, after)) return "accepted";
  if (!before.length) return "added";
  if (!after.length) return "removed";
  if (row.form !== "spans") return row.set.kind === "text" ? "changed" : "relabeled";
  if (before.length > 1 || after.length > 1) return "changed";
  if (isSamePlace(before[0], after[0])) return "relabeled";
  return before[0].label === after[0].label ? "moved" : "changed";
};

/** What more than half of the people say at each place; elsewhere nothing, so that somebody decides. */
export const majorityAnswer = (sets, people) => {
  const answer = Object.fromEntries(sets.map((set) => [set.name, set.kind === "choice" ? null : set.kind === "text" ? "" : []]));
  for (const row of differenceRows(sets, people)) {
    const most = row.options.find(({ sides }) => 2 * sides.length > people.length);
    if (!most) continue;
    if (row.form === "value") answer[row.set.name] = most.value;
    else answer[row.set.name] = [...answer[row.set.name], ...most.value];
  }
  return answer;
};
