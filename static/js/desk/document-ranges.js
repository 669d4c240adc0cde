// Ranges of the document on the desk from code points, for marks that the annotator itself knows nothing of.
import { OffsetMap, textSegments } from "./offsets.js";

export class DocumentRanges {
  #map;
  #segments;

  /** `view` shows the document's text: one block a segment, one text node a block. */
  constructor(view, { text, parts = [] }) {
    this.#map = new OffsetMap(text);
    const blocks = [...view.querySelectorAll(".sa-part")];
    this.#segments = textSegments(text, this.#map, parts).map((segment, place) => ({ ...segment, node: blocks[place]?.firstChild }));
  }

  /** UTF-16 offsets [start, end] of a stretch given in code points. */
  offsets({ start, end }) {
    return [this.#map.toUtf16(start), this.#map.toUtf16(end)];
  }

  /** A range of the page, or null for a stretch that is not shown. */
  rangeOf(stretch) {
    const [start, end] = this.offsets(stretch);
    const segment = this.#segments.findLast((candidate) => candidate.start <= start);
    const limit = segment?.node?.data.length ?? 0;
    if (end - segment?.start > limit || start - segment?.start >= limit) return null;
    const [startContainer, endContainer] = [segment.node, segment.node];
    return new StaticRange({ startContainer, startOffset: start - segment.start, endContainer, endOffset: end - segment.start });
  }
}
