// The text on the page: one text node for each part, and the way between places on the page and UTF-16 offsets.

const caretAt = (x, y) => {
  if (document.caretPositionFromPoint) {
    const position = document.caretPositionFromPoint(x, y);
    return position && { node: position.offsetNode, offset: position.offset };
  }
  const range = document.caretRangeFromPoint?.(x, y);
  return range && { node: range.startContainer, offset: range.startOffset };
};

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1eeff}]/u;

export class TextView {
  #segments = [];
  #element;

  constructor(element) {
    this.#element = element;
  }

  /** Put each segment ({role, start, end}, UTF-16 units) into a text node of its own. A caption is no part of the text. */
  setText(text, segments, roleTitle) {
    this.#segments = segments.map((segment) => ({ ...segment, node: new Text(text.slice(segment.start, segment.end)) }));
    this.#element.replaceChildren(...this.#segments.map(({ role, node }) => {
      const block = document.createElement("div");
      block.className = "sa-part";
      block.dir = "auto";
      if (segments.length > 1 && role) block.dataset.role = roleTitle(role);
      block.append(node);
      return block;
    }));
  }

  #segmentAt(offset) {
    return this.#segments.findLast((segment) => segment.start <= offset) ?? this.#segments[0];
  }

  isRightToLeft(offset) {
    return getComputedStyle(this.#segmentAt(offset).node.parentElement).direction === "rtl";
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
  get nativeSelection() {
    const selection = getSelection();
    if (!selection?.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const start = this.offsetOf(range.startContainer, range.startOffset);
    const end = this.offsetOf(range.endContainer, range.endOffset);
    return start === null && end === null ? null : { start, end };
  }

  #bounds(start, end) {
    const { node, start: base } = this.#segmentAt(start);
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

  rectOf(start, end) {
    return this.#range(start, end).getBoundingClientRect();
  }

  rectsOf(start, end) {
    return [...this.#range(start, end).getClientRects()];
  }

  /** Where the edges of a range stand on the page: {x, top, bottom} of its start and of its end. */
  edgesOf(start, end) {
    const rects = this.rectsOf(start, end).filter((rect) => rect.width > 0);
    const [first, last] = [rects[0] ?? this.rectOf(start, end), rects.at(-1) ?? this.rectOf(start, end)];
    const { node, from, to } = this.#bounds(start, end);
    const [head, tail] = [node.data.slice(from, from + 2), node.data.slice(Math.max(from, to - 2), to)];
    return {
      start: { x: RIGHT_TO_LEFT.test(head) ? first.right : first.left, top: first.top, bottom: first.bottom },
      end: { x: RIGHT_TO_LEFT.test(tail) ? last.left : last.right, top: last.top, bottom: last.bottom },
    };
  }
}
