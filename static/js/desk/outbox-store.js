// Where unsent saves wait: rows that outlive the tab.
const promised = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Rows in IndexedDB, or in memory where the browser forbids that. */
export class OutboxStore {
  #database = null;
  #memory = new Map();
  #lastId = 0;

  async open() {
    try {
      const request = indexedDB.open("collabweb", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "id", autoIncrement: true });
      this.#database = await promised(request);
    } catch {
      this.#database = null;
    }
  }

  #rows(mode) {
    return this.#database.transaction("outbox", mode).objectStore("outbox");
  }

  all() {
    return this.#database ? promised(this.#rows("readonly").getAll()) : Promise.resolve([...this.#memory.values()]);
  }

  async put(row) {
    if (this.#database) return promised(this.#rows("readwrite").put(row));
    const id = row.id ?? ++this.#lastId;
    this.#memory.set(id, { ...row, id });
    return id;
  }

  delete(id) {
    return this.#database ? promised(this.#rows("readwrite").delete(id)) : Promise.resolve(this.#memory.delete(id));
  }
}
