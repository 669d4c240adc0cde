// <desk-kept>: answers that wait in this browser for the person to decide: in conflict, refused, no longer lent.
import { answerInBrief } from "./answer-words.js";

const ACTIONS = {
  conflict: ["compare", "discard"],
  refused: ["open", "discard"],
  gone: ["again", "discard"],
  kept: ["open", "submit", "discard"],
};

class DeskKept extends HTMLElement {
  #desk;
  #rows = [];
  #dialog = this.querySelector("dialog");
  #list = this.querySelector("[data-list]");

  join(desk) {
    this.#desk = desk;
    desk.commands.add({ name: "kept", keys: [], group: "view", run: () => this.#open(), isReady: () => this.#rows.length > 0 });
    desk.outbox.addEventListener("change", () => this.#update());
    this.#list.addEventListener("click", (event) => this.#onClick(event));
  }

  async #update() {
    this.#rows = await this.#desk.outbox.kept();
    const strip = this.querySelector("[data-strip]");
    strip.hidden = !this.#rows.length;
    if (this.#rows.length) this.querySelector("[data-count]").textContent = this.#desk.t("kept_here", { count: this.#rows.length });
    if (this.#dialog.open) this.#draw();
  }

  #open() {
    this.#draw();
    this.#dialog.showModal();
  }

  #draw() {
    if (!this.#rows.length) return this.#dialog.close();
    return this.#list.replaceChildren(...this.#rows.map((row) => this.#row(row)));
  }

  #row(row) {
    const { boot, t } = this.#desk;
    const item = this.querySelector("[data-row-template]").content.firstElementChild.cloneNode(true);
    item.dataset.id = row.id;
    item.querySelector("[data-title]").textContent = row.title;
    item.querySelector("[data-why]").textContent = t(`kept_${row.state}`, { problem: row.problem ?? "" });
    item.querySelector("[data-answer]").textContent = answerInBrief(boot.labelSets, row.body.answer, t);
    const format = new Intl.DateTimeFormat(boot.language, { dateStyle: "medium", timeStyle: "short" });
    item.querySelector("[data-when]").textContent = format.format(row.savedAt ?? row.id / 1000);
    for (const button of item.querySelectorAll("button")) {
      button.hidden = !ACTIONS[row.state].includes(button.dataset.do);
      button.setAttribute("aria-label", `${button.textContent.trim()}: ${row.title}`);
    }
    return item;
  }

  #onClick({ target }) {
    const button = target.closest("button");
    const row = this.#rows.find(({ id }) => String(id) === button?.closest("[data-id]").dataset.id);
    if (!row) return;
    if (button.dataset.do === "discard") this.#discard(button, row);
    else this.#act(button.dataset.do, row);
  }

  // What is discarded is gone for good: it takes a second press.
  #discard(button, row) {
    if (button.dataset.sure) {
      this.#desk.outbox.discard(row.id);
      return;
    }
    button.dataset.sure = "yes";
    button.textContent = this.#desk.t("discard_sure");
    button.setAttribute("aria-label", `${button.textContent}: ${row.title}`);
  }

  #act(name, row) {
    const { outbox, saving, element } = this.#desk;
    if (name === "again") return outbox.decide(row.id);
    if (name === "submit") return outbox.decide(row.id, { status: "submitted" });
    this.#dialog.close();
    return name === "compare" ? element.querySelector("desk-merge").open(row) : saving.open(row);
  }
}

customElements.define("desk-kept", DeskKept);
