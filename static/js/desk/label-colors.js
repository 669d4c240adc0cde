// The colors of labels, in both themes.
const HUES = [45, 258, 155, 5, 305, 95, 210, 330, 125, 25, 280, 180];

const isColor = (color) => /^[#a-z0-9(),.%\s-]+$/i.test(color ?? "") && CSS.supports("color", color);

/** A label's color in both themes: its own hue, with a lightness that stays readable on the panel. */
const labelColor = (label) => {
  const raw = isColor(label.color) ? label.color : `oklch(60% .16 ${HUES[label.index % HUES.length]})`;
  const light = `oklch(from ${raw} clamp(.42, l, .52) clamp(.05, c, .18) h)`;
  const dark = `oklch(from ${raw} clamp(.72, l, .82) clamp(.04, c, .15) h)`;
  return `light-dark(${light}, ${dark})`;
};

/** Adopt one sheet with a variable `--l-<index>` for each label. Names of labels never reach CSS. */
export const adoptLabelColors = (labels) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:root{${labels.map((label) => `--l-${label.index}:${labelColor(label)};`).join("")}}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};
