// The tiles of bulk mode: drawn from rows of the API, walked by keyboard as a grid.

const isHan = (text) => /\p{Script=Han}/u.test(text);

export class Tiles {
  #list;
  #template;
  #t;
  #rows = new Map();

  constructor(list, template, t) {
    this.#list = list;
    this.#template = template;
    this.#t = t;
  }

  get ids() {
    return [...this.#rows.keys()];
  }

  nameOf(id) {
    return this.#rows.get(id)?.row.external_id || `#${id}`;
  }

  clear() {
    this.#rows.clear();
    this.#list.replaceChildren();
  }

  /** `titleOf(label)` names a label as people read it. */
  add(rows, titleOf) {
    for (const row of rows) {
      if (this.#rows.has(row.id)) continue;
      const tile = this.#template.content.firstElementChild.cloneNode(true);
      this.#fill(tile, row, titleOf);
      this.#rows.set(row.id, { row, tile });
      this.#list.append(tile);
    }
    if (!this.#list.querySelector("[tabindex='0']")) this.#list.firstElementChild?.setAttribute("tabindex", "0");
  }

  #fill(tile, row, titleOf) {
    tile.dataset.id = row.id;
    const [name, sure] = [tile.querySelector("b"), tile.querySelector("small")];
    name.textContent = row.external_id || `#${row.id}`;
    const label = row.label ? titleOf(row.label) : this.#t("no_label");
    const key = row.similarity === undefined ? "confidence" : "similarity";
    const share = row.similarity ?? row.confidence;
    const percent = typeof share === "number" ? this.#t(key, { percent: Math.round(share * 100) }) : "";
    sure.textContent = [label, percent].filter(Boolean).join(" · ");
    const text = tile.querySelector(".bulk-text");
    text.textContent = row.excerpt;
    text.lang = row.language || (isHan(row.excerpt) ? "zh-Hans" : "en");
    const isCut = row.length > [...row.excerpt].length;
    this.note(tile, row.draft ? this.#t("draft") : isCut ? `… ${this.#t("cut", { count: row.length })}` : "", "");
  }

  note(tile, words, state) {
    tile.querySelector(".bulk-note").textContent = words;
    tile.dataset.state = state;
  }

  /** Say at the tile what became of its document. */
  tell(id, words, state) {
    const tile = this.#rows.get(id)?.tile;
    if (tile) this.note(tile, words, state);
  }

  /** Take tiles away; the one that has the focus hands it on to its neighbor. */
  remove(ids) {
    const focused = this.#list.ownerDocument.activeElement?.closest(".bulk-tile");
    const gone = new Set(ids);
    const after = focused && gone.has(Number(focused.dataset.id)) ? this.#heirOf(focused, gone) : null;
    for (const id of ids) {
      this.#rows.get(id)?.tile.remove();
      this.#rows.delete(id);
    }
    if (after) this.focus(after);
    else if (!this.#list.querySelector("[tabindex='0']")) this.#list.firstElementChild?.setAttribute("tabindex", "0");
  }

  #heirOf(tile, gone) {
    const all = [...this.#list.children];
    const stays = (each) => !gone.has(Number(each.dataset.id));
    const at = all.indexOf(tile);
    return all.slice(at).find(stays) ?? all.slice(0, at).findLast(stays);
  }

  markSelected(selection) {
    for (const [id, { tile }] of this.#rows) tile.setAttribute("aria-selected", String(selection.has(id)));
  }

  focus(tile) {
    this.#list.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    tile.setAttribute("tabindex", "0");
    tile.focus();
  }

  focusFirst() {
    const first = this.#list.querySelector("[tabindex='0']") ?? this.#list.firstElementChild;
    if (first) this.focus(first);
  }

  /** The tile that an arrow key leads to from this one. */
  neighbor(tile, key) {
    const all = [...this.#list.children];
    const at = all.indexOf(tile);
    const perRow = Math.max(1, all.filter((each) => each.offsetTop === all[0].offsetTop).length);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow, ArrowUp: -perRow, Home: -at, End: all.length - 1 - at }[key];
    return step === undefined ? null : (all[at + step] ?? null);
  }
}
