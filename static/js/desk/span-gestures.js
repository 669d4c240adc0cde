// Mouse, pen and touch on the text: dragging over words, the native handles of touch, and presses at a place.
export class SpanGestures {
  #view;
  #on;
  #isDown = false;
  #isTouch = false;

  /** `on` hears {range(start, end): null for an end outside of the text, press(offset, event)}. */
  constructor(element, view, on, signal) {
    this.#view = view;
    this.#on = on;
    const listen = (target, type, listener) => target.addEventListener(type, listener, { signal });
    listen(element, "pointerdown", (event) => this.#onDown(event));
    listen(document, "pointerup", (event) => this.#onUp(event));
    listen(document, "pointercancel", () => (this.#isDown = false));
    listen(document, "selectionchange", () => this.#isTouch && this.#takeNativeSelection());
  }

  #onDown(event) {
    this.#isDown = event.button === 0;
    this.#isTouch = event.pointerType !== "mouse";
  }

  // A drag may end anywhere on the page.
  #onUp(event) {
    if (!this.#isDown) return;
    this.#isDown = false;
    if (this.#takeNativeSelection()) {
      if (!this.#isTouch) getSelection().removeAllRanges();
      return;
    }
    const offset = this.#view.offsetAtPoint(event.clientX, event.clientY);
    if (offset !== null) this.#on.press(offset, event);
  }

  /** Take over what is selected in the text. False when nothing is. */
  #takeNativeSelection() {
    const native = this.#view.nativeSelection;
    return native !== null && this.#on.range(native.start, native.end);
  }

  /** Give up what is selected natively: the element shows its own handles from here on. */
  release() {
    if (this.#view.nativeSelection) getSelection().removeAllRanges();
  }
}
