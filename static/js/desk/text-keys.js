// The keys that move the cursor through the text: arrows by word or character and by line, Home, End; Shift extends.
const IN_WORK = 229; // what browsers send while an input method composes

export class TextKeys {
  #view;
  #page;
  #cursorOf;
  #onMove;

  /** `cursorOf()` gives the present TextCursor; `onMove(stayedInside)` hears each move. */
  constructor(view, page, { cursorOf, onMove, signal }) {
    this.#view = view;
    this.#page = page;
    this.#cursorOf = cursorOf;
    this.#onMove = onMove;
    view.addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  #onKey(event) {
    const { key, shiftKey } = event;
    if (event.isComposing || event.keyCode === IN_WORK || event.altKey) return;
    const cursor = this.#cursorOf();
    if (key !== "ArrowUp" && key !== "ArrowDown") cursor.column = null;
    const right = this.#page.isRightToLeft(cursor.focusUnit?.[0] ?? 0) ? -1 : 1;
    const moves = {
      ArrowRight: () => cursor.moveBy(right, shiftKey),
      ArrowLeft: () => cursor.moveBy(-right, shiftKey),
      ArrowDown: () => this.#moveLine(cursor, 1, shiftKey),
      ArrowUp: () => this.#moveLine(cursor, -1, shiftKey),
      Home: () => cursor.moveTo(0, shiftKey),
      End: () => cursor.moveToEnd(shiftKey),
    };
    if (!moves[key] || ((event.ctrlKey || event.metaKey) && key.startsWith("Arrow"))) return;
    event.preventDefault();
    this.#onMove(moves[key]());
  }

  #moveLine(cursor, direction, extend) {
    const unit = cursor.focusUnit;
    if (!unit) return true;
    const rect = this.#page.rectOf(...unit);
    cursor.column ??= rect.left + rect.width / 2;
    const height = parseFloat(getComputedStyle(this.#view).lineHeight);
    const offset = this.#page.offsetAtPoint(cursor.column, rect.top + rect.height / 2 + direction * height);
    return offset === null || cursor.moveToOffset(offset, extend);
  }
}
