// What bulk mode asks of the site.
import { callApi } from "../api-client.js";

const MOST_AT_ONCE = 500;
const SIMILAR_COUNT = 100;

export class BulkCalls {
  #api;
  #project;

  constructor({ api, project }) {
    this.#api = api;
    this.#project = `${api}projects/${project}/`;
  }

  async grid(question) {
    const asked = Object.entries(question).filter(([, value]) => value !== undefined && value !== null);
    return (await callApi("GET", `${this.#project}bulk/?${new URLSearchParams(asked)}`)).data;
  }

  /** Label the documents, 500 a call. `onStep(outcome, done)` hears of each call. A repeated call labels nothing twice. */
  async label(documents, answer, onStep) {
    for (let start = 0; start < documents.length; start += MOST_AT_ONCE) {
      const some = documents.slice(start, start + MOST_AT_ONCE);
      const body = { documents: some, ...answer, key: crypto.randomUUID() };
      const url = `${this.#project}bulk/`;
      const again = (error) => (error.isTemporary ? callApi("POST", url, { body }) : Promise.reject(error));
      const { data } = await callApi("POST", url, { body }).catch(again);
      onStep(data, start + some.length);
    }
  }

  async undo(labeling) {
    return (await callApi("POST", `${this.#api}bulk/${labeling}/undo/`)).data;
  }

  /** {results} or, while the texts are being compared, {embedded, total}. */
  async similar(document) {
    const body = { document, count: SIMILAR_COUNT, open: true };
    const { status, data } = await callApi("POST", `${this.#project}similar/`, { body });
    return status === 202 ? { isWorking: true, ...data } : data;
  }
}
