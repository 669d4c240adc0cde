// Everything drawn for <span-annotator>: text, fills and label buttons, the cursor, the active span's handles.
// Spans are drawn when they change, the cursor on every key.
import { SpanHandles } from "./span-handles.js";
import { SpanOverlay } from "./span-overlay.js";
import { TextView } from "./text-view.js";

const HIDDEN_ABOVE = 90;
const HIDDEN_BELOW = 180;

export class SpanCanvas {
  #overlay;
  #handles;
  #resize;

  /** `describe(span)` names a span; `pulls` hears the handles. */
  constructor(element, { describe, pulls, onResize, signal }) {
    const layers = { under: element.querySelector(".sa-under"), over: element.querySelector(".sa-over") };
    const view = element.querySelector(".sa-text");
    this.page = new TextView(view);
    this.#overlay = new SpanOverlay(layers, this.page, describe);
    this.#handles = new SpanHandles(element.querySelector(".sa-active"), pulls, signal);
    const redraw = () => {
      this.#overlay.redraw();
      onResize();
    };
    this.#resize = new ResizeObserver(redraw);
    this.#resize.observe(view);
    document.fonts?.addEventListener("loadingdone", redraw, { signal });
  }

  stop() {
    this.#resize.disconnect();
    this.clear();
  }

  clear() {
    this.#overlay.drawCursor(null);
    this.#overlay.clear();
  }

  setText(...text) {
    this.clear();
    this.page.setText(...text);
  }

  drawSpans(spans) {
    this.#overlay.draw(spans);
  }

  /** Where a UTF-16 range lies, line by line; null for none. */
  measureCursor(range) {
    return this.#overlay.measureCursor(range);
  }

  /** Show these lines as the cursor, or none. */
  drawCursor(lines) {
    this.#overlay.drawCursor(lines);
  }

  /** Where the handles of a range stand. */
  measure(range, caret) {
    return { edges: this.page.edgesOf(...range), caret: caret && this.page.edgesOf(...caret).start, box: this.#handles.box };
  }

  /** Put the handles and the bar of one span at `places`, or put them away. */
  drawActive(span, places, words) {
    this.#overlay.markActive(span?.id ?? null);
    if (span) this.#handles.show(places, words);
    else this.#handles.hide();
  }

  scrollTo(range) {
    const { top, bottom } = this.page.rectOf(...range);
    const isOutside = top < HIDDEN_ABOVE || bottom > innerHeight - HIDDEN_BELOW;
    if (isOutside) scrollBy({ top: top - innerHeight / 2, behavior: "instant" });
  }
}
