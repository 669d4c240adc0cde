// An answer in words that people read: titles of labels, quotes of spans.
import { isSameValue } from "./answer-compare.js";
import { OffsetMap } from "./offsets.js";

/** Cuts code-point ranges out of a text. */
export const quoter = (text) => {
  const map = new OffsetMap(text ?? "");
  return ({ start, end }) => (text ?? "").slice(map.toUtf16(start), map.toUtf16(end));
};

const titleOf = (set, name) => set.labels?.find((label) => label.name === name)?.title || name;

/** One line for each thing that a value says: {words, quote?, isOnlyHere}, compared with `other`. */
export const valueLines = (set, value, other, quote) => {
  const [own, others] = [value, other].map((side) => (side === null || side === undefined || side === "" ? [] : [side].flat()));
  const isOnlyHere = (item) => !others.some((candidate) => isSameValue([item], [candidate]));
  return own.map((item) => {
    if (set.kind === "span") return { words: titleOf(set, item.label), quote: quote(item), isOnlyHere: isOnlyHere(item) };
    return { words: set.kind === "text" ? item : titleOf(set, item), isOnlyHere: isOnlyHere(item) };
  });
};

/** The whole answer in one line; spans are counted, for the text may not be at hand. */
export const answerInBrief = (sets, answer, t) =>
  sets
    .map((set) => {
      if (set.kind === "span") return answer[set.name]?.length ? t("spans", { count: answer[set.name].length }) : "";
      return valueLines(set, answer[set.name], null, () => "").map(({ words }) => words).join(", ");
    })
    .filter(Boolean)
    .join(" · ")
    .slice(0, 200);
