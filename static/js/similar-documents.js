// <similar-documents>: asks which documents are like data-document until the texts are embedded, then shows them.
import { callApi } from "./api-client.js";

const ASK_AGAIN_MS = 1500;
const COUNT = 50;

class SimilarDocuments extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    this.#ask();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  async #ask() {
    try {
      const body = { document: Number(this.dataset.document), count: COUNT };
      const { status, data } = await callApi("POST", this.dataset.url, { body });
      if (status === 202) this.#wait(data);
      else this.#show(data.results);
    } catch (error) {
      if (error.isTemporary) this.#timer = setTimeout(() => this.#ask(), 2 * ASK_AGAIN_MS);
      else this.#say(error.status === 404 ? this.dataset.failed : error.message || this.dataset.failed);
    }
  }

  #wait({ embedded, total }) {
    if (total) this.querySelector("progress").value = embedded / total;
    this.#timer = setTimeout(() => this.#ask(), ASK_AGAIN_MS);
  }

  #show(results) {
    if (!results.length) return this.#say(this.dataset.none);
    const next = new URL(this.dataset.next, location.href);
    next.searchParams.set("ids", results.map((row) => row.document).join(","));
    location.replace(next);
  }

  #say(words) {
    this.querySelector("[data-words]").textContent = words;
    this.querySelector("progress").hidden = true;
  }
}

customElements.define("similar-documents", SimilarDocuments);
