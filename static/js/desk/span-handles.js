// What a person takes the active span by: a handle at each edge to drag, and a small bar of buttons above it.
// Both lie in the overlay, so the text never moves. Whatever they do has a key as well.
const HANDLE_SIZE = 32;
const HANDLE_INSIDE = 8;
const ABOVE = 24;
const BELOW = 36;
const KEEP_FREE = 64;

export class SpanHandles {
  #root;
  #tools;
  #handles;
  #relabel;
  #caret;
  #on;
  #grip = null;
  #edges = null;

  /** `root` holds the two handles and the buttons. `on` hears {drag(edge, x, y), drop(), relabel(label index)}. */
  constructor(root, on, signal) {
    this.#root = root;
    this.#on = on;
    this.#tools = root.querySelector(".sa-tools");
    this.#caret = root.querySelector(".sa-caret");
    this.#relabel = root.querySelector(".sa-relabel");
    this.#handles = { start: root.querySelector("[data-edge=start]"), end: root.querySelector("[data-edge=end]") };
    for (const [edge, handle] of Object.entries(this.#handles)) this.#bind(edge, handle, signal);
    this.#relabel.addEventListener("change", () => on.relabel(Number(this.#relabel.value)), { signal });
    // A button here must not take the focus from the text, nor a native selection away.
    const keep = (event) => event.target.closest("button") && event.preventDefault();
    this.#tools.addEventListener("pointerdown", keep, { signal });
  }

  #bind(edge, handle, signal) {
    const listen = (type, listener) => handle.addEventListener(type, listener, { signal });
    listen("pointerdown", (event) => this.#take(edge, event));
    listen("pointermove", (event) => {
      if (this.#grip) this.#on.drag(edge, event.clientX - this.#grip.x, event.clientY - this.#grip.y);
    });
    listen("pointerup", () => this.#drop(true));
    listen("pointercancel", () => this.#drop(false));
    listen("lostpointercapture", () => this.#drop(false));
  }

  // While a handle is dragged nothing that lies over the text may catch the pointer.
  #take(edge, event) {
    if (event.button || !this.#edges) return;
    event.preventDefault();
    const { x, top, bottom } = this.#edges[edge];
    this.#grip = { x: event.clientX - x, y: event.clientY - (top + bottom) / 2 };
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#root.parentElement.classList.add("sa-dragging");
  }

  #drop(isMeant) {
    if (!this.#grip) return;
    this.#grip = null;
    this.#root.parentElement.classList.remove("sa-dragging");
    this.#on.drop(isMeant);
  }

  get box() {
    return this.#root.getBoundingClientRect();
  }

  /** Show the handles at these places on the page; `tools` says what the bar offers, or is null without one. */
  show({ edges, caret, box }, { names, tools }) {
    this.#edges = edges;
    for (const [edge, handle] of Object.entries(this.#handles)) {
      handle.setAttribute("aria-label", names[edge]);
      this.#placeHandle(handle, edge, edges[edge], box);
      handle.hidden = false;
    }
    this.#showCaret(caret, box);
    this.#tools.hidden = !tools;
    if (tools) this.#showTools(tools, edges, box);
  }

  /** Where the span would be split. */
  #showCaret(caret, box) {
    this.#caret.hidden = !caret;
    if (!caret) return;
    this.#caret.style.setProperty("left", `${caret.x - box.left - 1}px`);
    this.#caret.style.setProperty("top", `${caret.top - box.top}px`);
    this.#caret.style.setProperty("height", `${caret.bottom - caret.top}px`);
  }

  #placeHandle(handle, edge, { x, bottom }, box) {
    const inward = edge === "start" ? HANDLE_SIZE - HANDLE_INSIDE : HANDLE_INSIDE;
    handle.style.setProperty("left", `${x - box.left - inward}px`);
    handle.style.setProperty("top", `${bottom - box.top - 3}px`);
  }

  #showTools({ labels, chosen, isSuggested, canOverlap }, edges, box) {
    this.#relabel.replaceChildren(...labels.map((label) => new Option(label.title, label.index, false, label.index === chosen)));
    for (const [name, isShown] of [["accept_span", isSuggested], ["another_label", canOverlap]]) {
      this.#tools.querySelector(`[data-command=${name}]`).hidden = !isShown;
    }
    const { offsetWidth: width, offsetHeight: height } = this.#tools;
    const left = Math.max(0, Math.min(edges.start.x - box.left - HANDLE_INSIDE, box.width - width));
    const isRoom = edges.start.top - height - ABOVE > KEEP_FREE;
    const top = isRoom ? edges.start.top - box.top - height - ABOVE : edges.end.bottom - box.top + BELOW;
    this.#tools.style.setProperty("left", `${left}px`);
    this.#tools.style.setProperty("top", `${top}px`);
  }

  hide() {
    this.#edges = null;
    this.#tools.hidden = this.#caret.hidden = true;
    for (const handle of Object.values(this.#handles)) handle.hidden = true;
  }
}
