// Which tiles of a list are selected: by click, by Shift as a range, by keyboard.

export class Selection {
  #ids = [];
  #chosen = new Set();
  #anchor = null;

  /** The ids shown, in order; what is no longer there is no longer selected. */
  show(ids) {
    this.#ids = ids;
    this.#chosen = new Set([...this.#chosen].filter((id) => ids.includes(id)));
    if (!ids.includes(this.#anchor)) this.#anchor = null;
  }

  get ids() {
    return this.#ids.filter((id) => this.#chosen.has(id));
  }

  get size() {
    return this.#chosen.size;
  }

  has(id) {
    return this.#chosen.has(id);
  }

  toggle(id) {
    if (!this.#chosen.delete(id)) this.#chosen.add(id);
    this.#anchor = id;
  }

  /** Everything from the tile touched last up to this one. */
  extendTo(id) {
    const [from, to] = [this.#ids.indexOf(this.#anchor ?? id), this.#ids.indexOf(id)].sort((a, b) => a - b);
    for (const each of this.#ids.slice(from, to + 1)) this.#chosen.add(each);
    this.#anchor ??= id;
  }

  all() {
    this.#chosen = new Set(this.#ids);
  }

  clear() {
    this.#chosen.clear();
    this.#anchor = null;
  }
}
