// <desk-sent-back>: what a reviewer said who sent the document on the desk back, until it is submitted again.
class DeskSentBack extends HTMLElement {
  #desk;
  #strip = this.querySelector("div");

  join(desk) {
    this.#desk = desk;
    desk.addEventListener("card", ({ detail }) => this.#show(detail));
    desk.addEventListener("finished", ({ detail: { card, status } }) => status === "submitted" && this.#forget(card));
    desk.addEventListener("live", ({ detail }) => this.#onLive(detail));
    this.#part("quote").addEventListener("click", () => this.#select());
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  get #said() {
    return this.#desk.card?.assignment.annotation?.sent_back ?? null;
  }

  #show() {
    const said = this.#said;
    this.#strip.hidden = !said;
    if (!said) return;
    this.#part("by").textContent = this.#desk.t("sent_back_by", { name: said.by.name });
    this.#part("text").textContent = said.text;
    this.#part("quote").hidden = said.start === null;
    this.#part("quote").textContent = said.start === null ? "" : `“${this.#desk.annotator.textOf(said)}”`;
  }

  #forget({ assignment }) {
    if (assignment.annotation) assignment.annotation.sent_back = null;
  }

  #select() {
    const { start, end } = this.#said;
    this.#desk.annotator.selectStretch(start, end);
  }

  async #onLive({ type, verdict, user }) {
    const desk = this.#desk;
    if (type !== "review.made" || verdict !== "send_back" || user !== Number(desk.element.dataset.user)) return;
    const hadCard = Boolean(desk.card);
    const unsent = await desk.outbox.unsent();
    const count = await desk.queue.fetchSentBack(unsent).catch((error) => desk.onQueueError(error));
    if (!count) return;
    const { by } = desk.queue.all.at(-1).assignment.annotation.sent_back;
    desk.status.countInHand(desk.queue.size, count);
    if (hadCard) desk.status.showNext(desk.queue.waiting);
    else desk.show();
    desk.say(desk.t("sent_back_new", { name: by.name }), true);
  }
}

customElements.define("desk-sent-back", DeskSentBack);
