// <desk-twins>: near-duplicates of the document on the desk, with what differs; one answer for all, one undo.
import { callApi } from "../api-client.js";

const CONTEXT_CHARS = 60;
const EQUAL_CHARS = 160;

/** A long stretch that both texts share says little: only what stands next to a difference is shown. */
const shortened = (text, isFirst, isLast) => {
  const points = [...text];
  if (isFirst && isLast) return points.length > EQUAL_CHARS ? `${points.slice(0, EQUAL_CHARS).join("")}…` : text;
  if (points.length <= 2 * CONTEXT_CHARS) return text;
  const head = isFirst ? "" : points.slice(0, CONTEXT_CHARS).join("");
  return `${head} … ${isLast ? "" : points.slice(-CONTEXT_CHARS).join("")}`;
};

const pieceNode = ({ kind, text }, index, pieces) => {
  if (kind === "same") return document.createTextNode(shortened(text, index === 0, index === pieces.length - 1));
  const node = document.createElement(kind === "added" ? "ins" : "del");
  node.textContent = text;
  return node;
};

class DeskTwins extends HTMLElement {
  #desk;
  #twins = [];
  #last = null;

  join(desk) {
    this.#desk = desk;
    const isReady = () => Boolean(desk.card && this.#checked.length);
    desk.commands.add({ name: "label_together", keys: ["d"], group: "answer", run: () => this.#together(), isReady });
    desk.addEventListener("card", () => this.#onCard());
    desk.addEventListener("empty", () => this.#show([]));
    desk.addEventListener("reopened", ({ detail }) => this.#onReopened(detail.document));
  }

  get #checked() {
    const isOn = ({ row }) => row.querySelector("input").checked;
    return this.#twins.filter(isOn).map(({ id }) => id);
  }

  #urlFor(card) {
    return `${this.#desk.boot.api}documents/${card.id}/near-duplicates/`;
  }

  async #onCard() {
    const { card } = this.#desk;
    this.#show([]);
    if (!card.assignment.has_near_duplicates || card.isBlind) return;
    const { data } = await callApi("GET", this.#urlFor(card)).catch(() => ({}));
    if (data && card === this.#desk.card) this.#show(data.results.filter(({ is_open: isOpen }) => isOpen));
  }

  #show(found) {
    const desk = this.#desk;
    this.#twins = found.map((twin) => ({ id: twin.document.id, row: this.#row(twin) }));
    desk.part("twins").hidden = !found.length;
    desk.part("twins-title").textContent = found.length ? desk.t("twins", { count: found.length }) : "";
    desk.part("twins-list").replaceChildren(...this.#twins.map(({ row }) => row));
  }

  #row({ document: twin, similarity, is_equal_text: isEqual, pieces }) {
    const row = this.#desk.part("twin").content.firstElementChild.cloneNode(true);
    row.querySelector("input").checked = isEqual;
    row.querySelector("b").textContent = twin.external_id || `#${twin.id}`;
    const words = isEqual ? ["twin_equal"] : ["twin_near", { percent: Math.floor(similarity * 100) }];
    row.querySelector("small").textContent = this.#desk.t(...words);
    const text = row.querySelector(".twin-text");
    text.lang = this.#desk.status.textOptions(twin).language;
    text.append(...(pieces.length ? pieces : [{ kind: "same", text: twin.text }]).map(pieceNode));
    return row;
  }

  /** Submit the card as ever, and give its answer to the others that are checked. */
  async #together() {
    const desk = this.#desk;
    const { card } = desk;
    const body = { documents: this.#checked, answer: card.draft.answer, key: crypto.randomUUID() };
    const url = this.#urlFor(card);
    const inHand = card.draft.missing.length ? [] : body.documents.filter((id) => this.#setAside(id));
    desk.finish("submitted");
    if (desk.card === card) return; // something is missing: nothing was sent
    const again = (error) => (error.isTemporary ? callApi("POST", url, { body }) : Promise.reject(error));
    const answer = await callApi("POST", url, { body }).catch(again).catch((error) => this.#onFailure(error, inHand));
    if (!answer) return;
    this.#last = { document: card.id, labeling: answer.data.id, inHand };
    const isDone = new Set(answer.data.labeled_documents);
    await this.#putBack(inHand.filter((id) => !isDone.has(id)));
    this.#tell(answer.data);
  }

  #onFailure(error, inHand) {
    this.#putBack(inHand);
    const problem = error.status ? (error.body.errors?.[0]?.message ?? error.message) : this.#desk.t("offline");
    this.#desk.say(this.#desk.t("together_failed", { problem }), true);
  }

  #tell({ labeled, drafts, refused }) {
    const { t } = this.#desk;
    const words = [
      labeled && t("together", { count: labeled }),
      drafts && t("together_drafts", { count: drafts }),
      refused.length && t("together_refused", { count: refused.length }),
    ];
    this.#desk.say(words.filter(Boolean).join(" · "), true);
  }

  /** Take a document that waits behind the card out of the way; false when it is not in hand. */
  #setAside(id) {
    const { queue } = this.#desk;
    if (!queue.find(id)) return false;
    queue.bring(id);
    queue.finishCurrent();
    return true;
  }

  /** Documents in hand come back behind the card, with what the site keeps of them now. */
  async #putBack(ids) {
    const desk = this.#desk;
    const { card } = desk;
    for (const id of ids) desk.queue.bring(id);
    if (card && ids.length) desk.queue.bring(card.id);
    if (!card && ids.length) desk.show();
    desk.card?.startClock();
    if (!ids.length) return;
    const rows = await desk.queue.fetchAssignments().catch(() => []);
    for (const { document: { id }, annotation } of rows) {
      if (ids.includes(id) && annotation) desk.adopt(id, annotation.answer);
    }
  }

  /** Undo brought the card back: the others go back, too. */
  async #onReopened(of) {
    if (this.#last?.document !== of) return;
    const { labeling, inHand } = this.#last;
    this.#last = null;
    const url = `${this.#desk.boot.api}bulk/${labeling}/undo/`;
    const { data } = await callApi("POST", url).catch((error) => this.#onUndoFailure(error, of, { labeling, inHand }));
    if (!data) return;
    await this.#putBack(inHand);
    this.#desk.say(this.#desk.t("together_undone", { count: data.undone }), true);
    this.#onCard();
  }

  #onUndoFailure(error, of, last) {
    this.#last = { document: of, ...last };
    const problem = error.status ? error.message : this.#desk.t("offline");
    this.#desk.say(this.#desk.t("together_failed", { problem }), true);
    return {};
  }
}

customElements.define("desk-twins", DeskTwins);
