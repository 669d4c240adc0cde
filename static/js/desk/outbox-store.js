// Where unsent saves wait: rows that outlive the tab.
const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const byId = (one, other) => one.id - other.id;

/** Rows in IndexedDB; those it does not take (no room, private mode) stay in memory until it does. */
export class OutboxStore {
  #database = null;
  #inMemory = new Map();

  /** False while some row, or every row to come, would be gone with the tab. */
  get isDurable() {
    return this.#database !== null && this.#inMemory.size === 0;
  }

  get hasOnlyInMemory() {
    return this.#inMemory.size > 0;
  }

  async open() {
    try {
      const request = indexedDB.open("collabweb", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "id", autoIncrement: true });
      this.#database = await promised(request);
      this.#database.onversionchange = () => this.#database?.close();
      this.#database.onclose = () => { this.#database = null; };
    } catch {
      this.#database = null;
    }
  }

  #merged(rows) {
    return [...rows.filter(({ id }) => !this.#inMemory.has(id)), ...this.#inMemory.values()].sort(byId);
  }

  async all() {
    if (!this.#database) await this.open();
    if (!this.#database) return this.#merged([]);
    const rows = this.#database.transaction("outbox").objectStore("outbox");
    return this.#merged(await promised(rows.getAll()));
  }

  /** Change rows in one transaction: `change(rows)` gives {put, remove} and runs a second time if the disk refuses. */
  async update(change, durability = "relaxed") {
    if (!this.#database) await this.open();
    try {
      if (this.#database) return await this.#onDisk(change, durability);
    } catch {
      // The rows that the disk did not take stay below.
    }
    return this.#aside(change);
  }

  #onDisk(change, durability) {
    const transaction = this.#database.transaction("outbox", "readwrite", { durability });
    const store = transaction.objectStore("outbox");
    return new Promise((resolve, reject) => {
      let result;
      const write = (rows) => {
        result = change(this.#merged(rows));
        const { put = [], remove = [] } = result;
        for (const row of [...this.#inMemory.values(), ...put]) store.put(row);
        for (const id of remove) store.delete(id);
        transaction.commit?.();
      };
      transaction.oncomplete = () => resolve(this.#forget(result));
      transaction.onabort = () => reject(transaction.error);
      store.getAll().onsuccess = ({ target }) => {
        try {
          write(target.result);
        } catch (error) {
          transaction.abort();
          reject(error);
        }
      };
    });
  }

  #forget(result) {
    this.#inMemory.clear();
    return result;
  }

  async #aside(change) {
    const rows = await this.all().catch(() => this.#merged([]));
    const result = change(rows);
    for (const row of result.put ?? []) this.#inMemory.set(row.id, row);
    for (const id of result.remove ?? []) {
      this.#inMemory.delete(id);
      await this.#deleteOnDisk(id);
    }
    return result;
  }

  // A full disk still takes what makes room.
  async #deleteOnDisk(id) {
    try {
      if (this.#database) await promised(this.#database.transaction("outbox", "readwrite").objectStore("outbox").delete(id));
    } catch {
      // Sent again later with the same key, which the site knows.
    }
  }
}
