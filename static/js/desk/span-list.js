// The list of spans beside the text: one row a span, to select, accept or remove it.
export const percent = (probability) => `${Math.round(probability * 100)}%`;

// Of so many rows some stay in view, however little room there is.
const MANY_ROWS = 4;

export class SpanList {
  #annotator;
  #labelOf;
  #t;
  #rows = new Map();
  #marked = null;
  #toMark = null;
  #isDue = false;
  #list = document.getElementById("desk-spans");
  #root = this.#list?.closest(".span-list");
  #count = document.getElementById("desk-span-count");

  constructor(annotator, labelOf, t) {
    this.#annotator = annotator;
    this.#labelOf = labelOf;
    this.#t = t;
    this.#list?.addEventListener("click", (event) => this.#onSpanRow(event));
  }

  // The text shows a new span first: the list beside it follows once that frame is painted.
  showSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => setTimeout(() => this.#isDue && this.show()));
  }

  // A span keeps its row: only what differs is written.
  show() {
    if (!this.#list) return;
    this.#isDue = false;
    this.#showRows();
    this.#showMarked();
  }

  #showRows() {
    const { spans } = this.#annotator;
    this.#count.textContent = spans.length;
    const kept = new Set(spans.map((span) => span.id));
    for (const [id, row] of this.#rows) if (!kept.has(id)) row.element.remove() ?? this.#rows.delete(id);
    let before = null;
    for (const span of spans) {
      const row = this.#rows.get(span.id) ?? this.#newRow(span.id);
      const isInPlace = before ? before.nextElementSibling === row.element : this.#list.firstElementChild === row.element;
      if (!isInPlace) this.#list.insertBefore(row.element, before ? before.nextElementSibling : this.#list.firstElementChild);
      this.#fillRow(row, span);
      before = row.element;
    }
    this.#root.classList.toggle("long", spans.length >= MANY_ROWS);
    document.getElementById("desk-no-spans").hidden = spans.length > 0;
  }

  #newRow(id) {
    const element = document.getElementById("desk-span-row").content.firstElementChild.cloneNode(true);
    const row = { element, signature: "" };
    this.#rows.set(id, row);
    return row;
  }

  #fillRow(row, span) {
    const label = this.#labelOf(span.set, span.label);
    const text = this.#annotator.textOf(span);
    const signature = [span.id, text, span.label, span.status].join("\n");
    if (row.signature === signature) return;
    row.signature = signature;
    const { element } = row;
    element.dataset.id = span.id;
    element.classList.toggle("suggested", span.suggested);
    element.style.setProperty("--c", `var(--l-${label?.index ?? 0})`);
    element.querySelector("b").textContent = text;
    element.querySelector("small").textContent = label?.title ?? span.label;
    element.querySelector(".p").textContent = span.suggested ? (span.score === null ? "?" : percent(span.score)) : "✓";
    const accept = element.querySelector("[data-do=accept]");
    accept.hidden = !span.suggested;
    accept.setAttribute("aria-label", this.#t("accept_span", { span: text }));
    element.querySelector("[data-do=remove]").setAttribute("aria-label", this.#t("remove_span", { span: text }));
  }

  mark(id) {
    this.#toMark = id;
    if (!this.#isDue) this.#showMarked();
  }

  #showMarked() {
    const marked = this.#rows.get(this.#toMark)?.element ?? null;
    if (marked === this.#marked) return;
    this.#marked?.classList.remove("on");
    this.#marked = marked;
    if (!this.#marked) return;
    this.#marked.classList.add("on");
    // In the frame the page is laid out anyway; here it would be once more.
    requestAnimationFrame(() => this.#scrollToMarked());
  }

  #scrollToMarked() {
    if (!this.#marked) return;
    const [box, place] = [this.#list.getBoundingClientRect(), this.#marked.getBoundingClientRect()];
    if (place.top < box.top || place.bottom > box.bottom) this.#list.scrollTop += place.top - box.top - 40;
  }

  #onSpanRow(event) {
    const button = event.target.closest("button");
    const id = button?.closest("[data-id]")?.dataset.id;
    if (!id) return;
    if (button.dataset.do === "accept") this.#annotator.accept(id);
    else if (button.dataset.do === "remove") this.#annotator.remove(id);
    else this.#annotator.select(id);
    this.#annotator.view.focus({ preventScroll: true });
  }
}
