// Whether two answers say the same, whatever the order in which they say it.
const canonicalSpan = ({ start, end, label }) => [start, end, label].join(" ");

const canonicalValue = (value) => {
  if (value === null || value === undefined || value.length === 0) return "null";
  if (!Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(value.map((item) => (typeof item === "object" ? canonicalSpan(item) : item)).sort());
};

export const isSameValue = (one, other) => canonicalValue(one) === canonicalValue(other);

export const isSameAnswer = (one, other) => {
  const names = new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})]);
  return [...names].every((name) => isSameValue(one?.[name], other?.[name]));
};
