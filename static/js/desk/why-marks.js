// The words of an explanation, marked in the text: a fill and an underline that grows with the word's share, solid for
// the label, wavy against it. CSS custom highlights with names of their own: spans, the cursor and the text stay as they are.
// Where colours are forced, every highlight looks the same; lines keep their strength.
const canHighlight = () => typeof Highlight === "function" && Boolean(CSS.highlights) && !matchMedia("(forced-colors: active)").matches;
const WHY_LEVELS = 3;
const whyName = (isFor, level) => `desk-why-${isFor ? "for" : "against"}-${level}`;
const ALL_WHY_NAMES = [true, false].flatMap((isFor) => Array.from({ length: WHY_LEVELS }, (_, level) => whyName(isFor, level + 1)));

/** 1 to 3: how strong a word is beside the strongest one. */
export const whyLevel = (weight, strongest) => Math.max(1, Math.ceil(WHY_LEVELS * (Math.abs(weight) / strongest)));

export class WhyMarks {
  #annotator;
  #hasHighlights = canHighlight();
  #layer = null;
  #boxes = [];

  constructor(annotator) {
    this.#annotator = annotator;
    if (!this.#hasHighlights) addEventListener("resize", () => this.#drawBoxes(this.#boxes));
  }

  /** Mark these words, {start, end, weight} in code points, and no others. */
  draw(words, ranges) {
    const strongest = Math.max(...words.map(({ weight }) => Math.abs(weight)));
    const marks = words.map((word) => ({ isFor: word.weight > 0, level: whyLevel(word.weight, strongest), word }));
    if (!this.#hasHighlights) return this.#drawBoxes(marks.map((mark) => ({ ...mark, offsets: ranges.offsets(mark.word) })));
    for (const name of ALL_WHY_NAMES) CSS.highlights.delete(name);
    for (const { isFor, level, word } of marks) {
      const range = ranges.rangeOf(word);
      if (range) this.#highlight(whyName(isFor, level)).add(range);
    }
    return undefined;
  }

  clear() {
    if (!this.#hasHighlights) return this.#drawBoxes([]);
    for (const name of ALL_WHY_NAMES) CSS.highlights.delete(name);
    return undefined;
  }

  #highlight(name) {
    if (!CSS.highlights.has(name)) {
      const highlight = new Highlight();
      highlight.priority = -1; // below what find marks
      CSS.highlights.set(name, highlight);
    }
    return CSS.highlights.get(name);
  }

  // Without highlights: lines under the words, in a layer over the text.

  #drawBoxes(boxes) {
    this.#boxes = boxes;
    this.#layer?.remove();
    if (!boxes.length) return;
    this.#layer = document.createElement("div");
    this.#layer.className = "why-layer";
    this.#annotator.append(this.#layer);
    const origin = this.#layer.getBoundingClientRect();
    this.#layer.append(...boxes.map((box) => this.#line(box, origin)));
  }

  #line({ isFor, level, offsets }, origin) {
    const { left, bottom, width } = this.#annotator.rectOf(...offsets);
    const line = document.createElement("i");
    line.className = isFor ? "why-line" : "why-line against";
    line.dataset.level = level;
    line.style.setProperty("left", `${left - origin.left}px`);
    line.style.setProperty("top", `${bottom - origin.top - 4}px`);
    line.style.setProperty("width", `${width}px`);
    return line;
  }
}
