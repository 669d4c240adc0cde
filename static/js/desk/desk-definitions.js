// <desk-definitions>: what a label means, shown while the label has the focus or the pointer. Esc puts it away.
const HOVER_PAUSE_MS = 250;
const LEAVE_PAUSE_MS = 150;

class DeskDefinitions extends HTMLElement {
  #tip;
  #timer = 0;

  join(desk) {
    this.#tip = desk.part("definition");
    this.#describe(desk);
    const { element } = desk;
    const later = (pause, run) => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(run, pause);
    };
    element.addEventListener("pointerover", ({ target }) => {
      if (target === this.#tip) return clearTimeout(this.#timer);
      const owner = target.closest?.("[data-definition]");
      return owner ? later(HOVER_PAUSE_MS, () => this.#show(owner)) : later(LEAVE_PAUSE_MS, () => this.#hide());
    });
    element.addEventListener("pointerleave", () => later(LEAVE_PAUSE_MS, () => this.#hide()));
    element.addEventListener("focusin", ({ target }) => {
      const owner = target.matches(":focus-visible") && target.closest("[data-definition]");
      if (owner) later(0, () => this.#show(owner));
      else this.#hide();
    });
    element.addEventListener("focusout", () => this.#hide());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#hide());
    addEventListener("scroll", () => this.#hide(), { passive: true });
  }

  /** Each label is described by its definition, for screen readers too, in place of a title that only a mouse finds. */
  #describe({ boot, element }) {
    const definitions = new Map(boot.labelSets.flatMap((set) => set.labels.map((label) => [`${set.name}/${label.name}`, label.definition])));
    for (const owner of element.querySelectorAll("[data-label]")) {
      const set = owner.closest("[data-set]")?.dataset.set;
      const text = definitions.get(`${set}/${owner.dataset.label}`);
      owner.removeAttribute("title");
      if (text) this.#addDescription(owner, text);
    }
  }

  #addDescription(owner, text) {
    const description = document.createElement("span");
    description.id = `desk-means-${this.childElementCount}`;
    description.hidden = true;
    description.textContent = text;
    this.append(description);
    owner.dataset.definition = description.id;
    const field = owner.matches("button") ? owner : owner.querySelector("input");
    field?.setAttribute("aria-describedby", description.id);
  }

  #show(owner) {
    this.#tip.textContent = document.getElementById(owner.dataset.definition)?.textContent ?? "";
    if (!this.#tip.textContent || !owner.isConnected) return;
    if (!this.#tip.matches(":popover-open")) this.#tip.showPopover();
    const [box, tip] = [owner.getBoundingClientRect(), this.#tip.getBoundingClientRect()];
    const left = Math.max(8, Math.min(box.left, innerWidth - tip.width - 8));
    const isRoomBelow = box.bottom + 8 + tip.height < innerHeight;
    this.#tip.style.setProperty("left", `${left}px`);
    this.#tip.style.setProperty("top", `${isRoomBelow ? box.bottom + 6 : Math.max(8, box.top - tip.height - 6)}px`);
  }

  #hide() {
    clearTimeout(this.#timer);
    if (this.#tip.matches(":popover-open")) this.#tip.hidePopover();
  }
}

customElements.define("desk-definitions", DeskDefinitions);
