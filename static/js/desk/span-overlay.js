// What <span-annotator> draws on its text without touching it: fills are CSS custom highlights, bars and label buttons lie
// in an overlay, so the text never reflows. Fills change when spans change; the cursor changes on every key: kept apart.

const HAS_HIGHLIGHTS = typeof Highlight === "function" && Boolean(CSS.highlights);
const CURSOR = "sa-cursor";
const CHIP_HEIGHT = 15;
const LEVEL_STEP = 4;
const MAX_CHIP_SHIFT = 60;
const HUES = [45, 258, 155, 5, 305, 95, 210, 330, 125, 25, 280, 180];

const isColor = (color) => /^[#a-z0-9(),.%\s-]+$/i.test(color ?? "") && CSS.supports("color", color);

/** A label's color in both themes: its own hue, with a lightness that stays readable on the panel. */
const labelColor = (label) => {
  const raw = isColor(label.color) ? label.color : `oklch(60% .16 ${HUES[label.index % HUES.length]})`;
  const light = `oklch(from ${raw} clamp(.42, l, .52) clamp(.05, c, .18) h)`;
  const dark = `oklch(from ${raw} clamp(.72, l, .82) clamp(.04, c, .15) h)`;
  return `light-dark(${light}, ${dark})`;
};

const fill = (name, color, strength) =>
  `::highlight(${name}){background-color:color-mix(in oklch, ${color} ${strength}, transparent)}`;

/** Adopt one sheet with a variable `--l-<index>` and the fills of each label. Names of labels never reach CSS. */
export const adoptLabelColors = (labels) => {
  const variables = labels.map((label) => `--l-${label.index}:${labelColor(label)};`).join("");
  const fills = labels.map(({ index }) => {
    const color = `var(--l-${index})`;
    return fill(`sa-${index}`, color, "var(--sa-fill, 26%)") + fill(`sa-weak-${index}`, color, "var(--sa-fill-weak, 11%)");
  });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:root{${variables}}${fills.join("")}::highlight(${CURSOR}){background-color:var(--sa-cursor)}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};

const caretAt = (x, y) => {
  if (document.caretPositionFromPoint) {
    const position = document.caretPositionFromPoint(x, y);
    return position && { node: position.offsetNode, offset: position.offset };
  }
  const range = document.caretRangeFromPoint?.(x, y);
  return range && { node: range.startContainer, offset: range.startOffset };
};

/** Give overlapping spans different levels, so that their bars don't cover each other. */
const withLevels = (spans) => {
  const ends = [];
  return spans.map((span) => {
    let level = 0;
    while (ends[level] > span.start16) level++;
    ends[level] = span.end16;
    return { ...span, level };
  });
};

export class SpanOverlay {
  #layer;
  #segments = [];
  #spans = [];
  #drawn = new Map();
  #chips = new Map();
  #fills = new Map();
  #frame = "";
  #activeId = null;
  #describe;

  /** `layer` is the overlay element; `describe(span)` gives {name, spoken} for a span's label button. */
  constructor(layer, describe) {
    this.#layer = layer;
    this.#describe = describe;
  }

  /** Put each segment ({role, start, end}, UTF-16 units) into a text node of its own. A caption is no part of the text. */
  setText(view, text, segments, roleTitle) {
    this.#segments = segments.map((segment) => ({ ...segment, node: new Text(text.slice(segment.start, segment.end)) }));
    view.replaceChildren(...this.#segments.map(({ role, node }) => {
      const block = document.createElement("div");
      block.className = "sa-part";
      if (segments.length > 1 && role) block.dataset.role = roleTitle(role);
      block.append(node);
      return block;
    }));
    this.clear();
  }

  segmentAt(offset) {
    return this.#segments.findLast((segment) => segment.start <= offset) ?? this.#segments[0];
  }

  /** UTF-16 offset in the document of a DOM position, or null outside the text. */
  offsetOf(node, offset) {
    const segment = this.#segments.find((candidate) => candidate.node === node);
    return segment ? segment.start + offset : null;
  }

  offsetAtPoint(x, y) {
    const caret = caretAt(x, y);
    return caret ? this.offsetOf(caret.node, caret.offset) : null;
  }

  /** UTF-16 {start, end} of what is selected in the text; one is null when that end lies outside of it. */
  nativeSelection() {
    const selection = getSelection();
    if (!selection?.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const start = this.offsetOf(range.startContainer, range.startOffset);
    const end = this.offsetOf(range.endContainer, range.endOffset);
    return start === null && end === null ? null : { start, end };
  }

  rectOf(start, end) {
    return this.#range(start, end).getBoundingClientRect();
  }

  #bounds(start, end) {
    const { node, start: base } = this.segmentAt(start);
    const limit = node.data.length;
    return { node, from: Math.min(start - base, limit), to: Math.min(end - base, limit) };
  }

  #range(start, end) {
    const { node, from, to } = this.#bounds(start, end);
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    return range;
  }

  #staticRange(start, end) {
    const { node, from, to } = this.#bounds(start, end);
    return new StaticRange({ startContainer: node, startOffset: from, endContainer: node, endOffset: to });
  }

  /** Spans are {id, start16, end16, suggested, index (of the label), ...}, sorted. Unchanged spans keep their elements. */
  draw(spans) {
    this.#spans = withLevels(spans);
    const box = this.#layer.getBoundingClientRect();
    const frame = `${box.width} ${box.left}`;
    if (frame !== this.#frame) this.#forgetMarks();
    this.#frame = frame;
    const missing = this.#dropStale();
    const measured = missing.map(([key, span]) => [key, span, [...this.#range(span.start16, span.end16).getClientRects()]]);
    for (const [key, span, rects] of measured) this.#drawMarks(key, span, rects, box);
    if (measured.length) this.#declutter();
    this.#drawFills();
    this.markActive(this.#activeId);
  }

  redraw() {
    this.#forgetMarks();
    if (this.#segments.length) this.draw(this.#spans);
  }

  #forgetMarks() {
    this.#layer.replaceChildren();
    this.#drawn.clear();
    this.#chips.clear();
  }

  #dropStale() {
    const wanted = new Map(this.#spans.map((span) =>
      [[span.id, span.start16, span.end16, span.index, span.suggested, span.level].join(), span]));
    for (const [key, marks] of this.#drawn) {
      if (wanted.has(key)) continue;
      for (const mark of marks) mark.remove() ?? this.#chips.delete(mark);
      this.#drawn.delete(key);
    }
    return [...wanted].filter(([key]) => !this.#drawn.has(key));
  }

  #drawMarks(key, span, rects, box) {
    const marks = rects.filter((rect) => rect.width > 0).map((rect) => this.#bar(span, rect, box));
    if (rects.length) marks.unshift(this.#chip(span, rects[0], box));
    this.#layer.append(...marks);
    this.#drawn.set(key, marks);
  }

  #place(element, span, left, top) {
    element.dataset.id = span.id;
    element.style.setProperty("left", `${left}px`);
    element.style.setProperty("top", `${top}px`);
    element.style.setProperty("--c", `var(--l-${span.index})`);
    element.classList.toggle("suggested", span.suggested);
    return element;
  }

  #bar(span, rect, box) {
    const bar = document.createElement("i");
    bar.className = "sa-bar";
    bar.style.setProperty("width", `${rect.width}px`);
    return this.#place(bar, span, rect.left - box.left, rect.bottom - box.top + 1 + span.level * LEVEL_STEP);
  }

  #chip(span, rect, box) {
    const { name, spoken } = this.#describe(span);
    const chip = document.createElement("button");
    chip.type = "button";
    chip.tabIndex = -1;
    chip.className = "sa-chip";
    chip.textContent = span.suggested ? `${name} ?` : name;
    chip.setAttribute("aria-label", spoken);
    const [x, y] = [rect.left - box.left, rect.top - box.top - CHIP_HEIGHT];
    this.#chips.set(chip, { element: chip, x, y, left: x, folded: false });
    return this.#place(chip, span, x, y);
  }

  /** Label buttons on one line never overlap: shift right while there is room, else fold to a dot. */
  #declutter() {
    const limit = this.#layer.clientWidth;
    const chips = [...this.#chips.values()];
    for (const chip of chips) chip.width ??= chip.element.offsetWidth; // all reads before the first write
    chips.sort((a, b) => a.y - b.y || a.x - b.x);
    const lineEnds = new Map();
    for (const chip of chips) {
      const line = Math.round(chip.y / CHIP_HEIGHT);
      const x = Math.max(chip.x, (lineEnds.get(line) ?? -3) + 3);
      const folded = x - chip.x > MAX_CHIP_SHIFT || (x + chip.width > limit && chip.x < x);
      const width = folded ? 8 : chip.width;
      const left = Math.max(0, Math.min(x, limit - width));
      if (chip.folded !== folded) chip.element.classList.toggle("fold", (chip.folded = folded));
      if (chip.left !== left) chip.element.style.setProperty("left", `${(chip.left = left)}px`);
      lineEnds.set(line, left + width);
    }
  }

  #drawFills() {
    if (!HAS_HIGHLIGHTS) return;
    const wanted = new Map();
    for (const span of this.#spans) {
      const name = `${span.suggested ? "sa-weak-" : "sa-"}${span.index}`;
      if (!wanted.has(name)) wanted.set(name, []);
      wanted.get(name).push(span);
    }
    for (const name of this.#fills.keys()) {
      if (!wanted.has(name)) CSS.highlights.delete(name) && this.#fills.delete(name);
    }
    for (const [name, spans] of wanted) {
      const signature = spans.map((span) => `${span.start16}:${span.end16}`).join();
      if (this.#fills.get(name) === signature) continue;
      CSS.highlights.set(name, new Highlight(...spans.map((span) => this.#staticRange(span.start16, span.end16))));
      this.#fills.set(name, signature);
    }
  }

  /** The cursor or selection; null hides it. Without the Highlight API a frame in the overlay takes its place. */
  drawCursor(selection) {
    this.#layer.querySelector(".sa-cursor")?.remove();
    if (!HAS_HIGHLIGHTS) return selection && this.#drawCursorFrame(...selection);
    if (!selection) return CSS.highlights.delete(CURSOR);
    const highlight = new Highlight(this.#staticRange(...selection));
    highlight.priority = 9;
    return CSS.highlights.set(CURSOR, highlight);
  }

  #drawCursorFrame(start, end) {
    const box = this.#layer.getBoundingClientRect();
    const rect = this.rectOf(start, end);
    const frame = document.createElement("i");
    frame.className = "sa-cursor";
    for (const [name, value] of [["left", rect.left - box.left], ["top", rect.top - box.top], ["width", rect.width], ["height", rect.height]]) {
      frame.style.setProperty(name, `${value}px`);
    }
    this.#layer.append(frame);
  }

  markActive(id) {
    this.#activeId = id;
    for (const mark of this.#layer.querySelectorAll(".on")) mark.classList.remove("on");
    if (id === null) return;
    for (const mark of this.#layer.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) mark.classList.add("on");
  }

  clear() {
    this.#forgetMarks();
    this.#spans = [];
    if (!HAS_HIGHLIGHTS) return;
    for (const name of [...this.#fills.keys(), CURSOR]) CSS.highlights.delete(name);
    this.#fills.clear();
  }
}
