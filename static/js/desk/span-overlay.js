// What lies under and over the text without touching it: fills with their bars and the cursor below, label buttons above.
// So the text never reflows, and the browser paints it once: custom highlights made it paint all of a long text again at
// every key. Unchanged spans keep their elements.
const CHIP_HEIGHT = 15;
const BAR = 4;
const LEVEL_STEP = 4;
const DEEPEST_LEVEL = 5;
const MAX_CHIP_SHIFT = 60;

/** Give overlapping spans different levels, so that their bars don't cover each other. */
const withLevels = (spans) => {
  const ends = [];
  return spans.map((span) => {
    let level = 0;
    while (ends[level] > span.start16) level++;
    ends[level] = span.end16;
    return { ...span, level: Math.min(level, DEEPEST_LEVEL) };
  });
};

const keyOf = (span) => [span.id, span.start16, span.end16, span.index, span.suggested, span.level].join();

export class SpanOverlay {
  #under;
  #over;
  #view;
  #describe;
  #spans = [];
  #drawn = new Map();
  #frame = "";
  #activeId = null;
  #cursorFrames = [];
  #widths = new Map();

  /** `under` and `over` lie behind and before the text; `describe(span)` gives {name, spoken} for a label button. */
  constructor({ under, over }, view, describe) {
    this.#under = under;
    this.#over = over;
    this.#view = view;
    this.#describe = describe;
  }

  /** Spans are {id, start16, end16, suggested, index (of the label), ...}, sorted. */
  draw(spans) {
    this.#spans = withLevels(spans);
    const box = this.#over.getBoundingClientRect();
    const frame = `${box.width} ${box.height}`;
    if (frame !== this.#frame) this.clear();
    this.#frame = frame;
    const missing = this.#dropStale();
    const measured = missing.map(([key, span]) => [key, span, this.#view.rectsOf(span.start16, span.end16)]);
    const made = measured.map(([key, span, rects]) => this.#makeMarks(key, span, rects, box));
    this.#under.append(...made.flatMap(({ fills }) => fills));
    this.#over.append(...made.flatMap(({ chip }) => (chip ? [chip.element] : [])));
    if (measured.length) this.#declutter(box.width);
  }

  redraw() {
    this.clear();
    this.#widths.clear();
    this.draw(this.#spans);
  }

  clear() {
    this.#under.replaceChildren(...this.#cursorFrames);
    this.#over.replaceChildren();
    this.#drawn.clear();
  }

  #dropStale() {
    const wanted = new Map(this.#spans.map((span) => [keyOf(span), span]));
    for (const [key, { marks }] of this.#drawn) {
      if (wanted.has(key)) continue;
      for (const mark of marks) mark.remove();
      this.#drawn.delete(key);
    }
    return [...wanted].filter(([key]) => !this.#drawn.has(key));
  }

  #makeMarks(key, span, rects, box) {
    const fills = rects.filter((rect) => rect.width > 0).map((rect) => this.#fill(span, rect, box));
    const chip = rects.length ? this.#chip(span, rects[0], box) : null;
    const made = { id: span.id, fills, chip, marks: chip ? [chip.element, ...fills] : fills };
    this.#drawn.set(key, made);
    return made;
  }

  #place(element, span, left, top) {
    element.dataset.id = span.id;
    element.style.setProperty("left", `${left}px`);
    element.style.setProperty("top", `${top}px`);
    element.style.setProperty("--c", `var(--l-${span.index})`);
    element.classList.toggle("suggested", span.suggested);
    element.classList.toggle("on", span.id === this.#activeId);
    return element;
  }

  /** A fill and the bar at its foot; spans over each other have their bars at different heights. */
  #fill(span, rect, box) {
    const fill = document.createElement("i");
    fill.className = "sa-fill";
    fill.style.setProperty("width", `${rect.width}px`);
    fill.style.setProperty("height", `${rect.height + BAR + span.level * LEVEL_STEP}px`);
    return this.#place(fill, span, rect.left - box.left, rect.top - box.top);
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
    this.#place(chip, span, x, y);
    return { element: chip, x, y, left: x, folded: false };
  }

  // Asking for a width lays out the page; equal names are equally wide.
  #widthOf({ element }) {
    const { textContent: name } = element;
    if (!this.#widths.has(name)) this.#widths.set(name, element.offsetWidth);
    return this.#widths.get(name);
  }

  /** Label buttons on one line never overlap: shift right while there is room, else fold to a dot. */
  #declutter(limit) {
    const chips = [...this.#drawn.values()].map(({ chip }) => chip).filter(Boolean);
    for (const chip of chips) chip.width ??= this.#widthOf(chip); // all reads before the first write
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

  markActive(id) {
    if (id === this.#activeId) return;
    for (const drawn of this.#drawn.values()) {
      if (drawn.id !== id && drawn.id !== this.#activeId) continue;
      for (const mark of drawn.marks) mark.classList.toggle("on", drawn.id === id);
    }
    this.#activeId = id;
  }

  measureCursor(range) {
    if (!range) return null;
    const box = this.#under.getBoundingClientRect();
    const placed = ({ left, top, width, height }) => ({ left: left - box.left, top: top - box.top, width, height });
    return this.#view.rectsOf(...range).map(placed);
  }

  /** Mark lines as cursor or selection; null takes the mark away. */
  drawCursor(lines) {
    const frames = this.#cursorFrames;
    const count = lines?.length ?? 0;
    while (frames.length > count) frames.pop().remove();
    while (frames.length < count) frames.push(this.#newFrame());
    lines?.forEach((places, line) => {
      for (const [name, value] of Object.entries(places)) frames[line].style.setProperty(name, `${value}px`);
    });
  }

  #newFrame() {
    const frame = document.createElement("i");
    frame.className = "sa-cursor";
    this.#under.append(frame);
    return frame;
  }
}
