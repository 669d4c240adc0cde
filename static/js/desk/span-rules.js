// The rules for spans, pure: no DOM. A span is {id, set, label, start, end, source, status, score}: offsets in code points,
// source "model" or "human", status "suggested" until a person confirms it.
let lastId = 0;

export const newSpanId = () => `span-${++lastId}`;

export const meets = (one, other) => one.start < other.end && other.start < one.end;

export const isTwin = (one, other) => one.label === other.label && one.start === other.start && one.end === other.end;

/** The spans after this one is placed: in a label set without overlap it replaces what it meets. */
export const placeSpan = (spans, span, { overlap, maxSpans }) => {
  const gives = (other) => maxSpans === 1 || isTwin(other, span) || (meets(other, span) && !overlap);
  return [...spans.filter((other) => other.id !== span.id && !(other.set === span.set && gives(other))), span];
};

/** The next span (direction 1) or the one before (-1), from the active one or else from a UTF-16 offset. */
export const neighborOf = (spans, activeId, from, direction) => {
  const count = spans.length;
  const active = spans.findIndex((span) => span.id === activeId);
  if (active >= 0) return spans[(active + direction + count) % count];
  const following = spans.findIndex((span) => span.start16 >= from);
  if (direction > 0) return spans[Math.max(0, following)];
  return spans[((following < 0 ? count : following) - 1 + count) % count];
};

/** The spans over the UTF-16 range [from, to), innermost first. */
export const stackOver = (spans, from, to) =>
  spans.filter((span) => span.start16 <= from && to <= span.end16).sort((a, b) => a.end16 - a.start16 - (b.end16 - b.start16));

/** How far [start, end] in code points the edges of a span may go: in a label set without overlap a span that a person
 *  confirmed is never pushed aside; a suggestion gives way. */
export const roomFor = (spans, span, { overlap, maxSpans }) => {
  const solid = overlap || maxSpans === 1 ? [] : spans.filter((other) =>
    other.set === span.set && other.id !== span.id && other.status !== "suggested" && !meets(other, span));
  const before = solid.filter((other) => other.end <= span.start).map((other) => other.end);
  const after = solid.filter((other) => other.start >= span.end).map((other) => other.start);
  return [Math.max(0, ...before), Math.min(Infinity, ...after)];
};

/** The nearest span of the same label beside this one: the one that follows, else the one before. */
export const mergePartner = (spans, span) => {
  const same = spans.filter((other) => other.id !== span.id && other.set === span.set && other.label === span.label);
  const following = same.filter((other) => other.start >= span.start).sort((a, b) => a.start - b.start);
  const preceding = same.filter((other) => other.start < span.start).sort((a, b) => b.end - a.end);
  return following[0] ?? preceding[0] ?? null;
};
