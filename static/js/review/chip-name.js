// What the label button of a span says under review: what became of the model's span there.
const isThere = (one) => (other) => one.start === other.start && one.end === other.end;

/** `name` of a span as the model gave it, with a sign where the person added, moved or relabeled it. */
export const chipName = (item, span, { name, titleOf, t }) => {
  const row = item?.rows.find(({ set, spans }) => set.name === span.set && spans.some(isThere(span)));
  if (!row || item.isAdjudication || !item.model) return name;
  const before = row.options.find(({ sides }) => sides.includes(item.model.key))?.value ?? [];
  if (before.some((other) => isThere(span)(other) && other.label === span.label)) return name;
  if (!before.length) return t("chip_added", { name });
  const [{ label }] = before;
  return label === span.label ? t("chip_moved", { name }) : t("chip_relabeled", { name, before: titleOf(label) });
};
