// <desk-flag>: ask somebody to look at the document on the desk, with a reason; the same key takes it back.
import { callApi } from "../api-client.js";
import { KeptCalls } from "./kept-calls.js";

class DeskFlag extends HTMLElement {
  #desk;
  #calls;
  #dialog;
  #own;

  join(desk) {
    this.#desk = desk;
    this.#own = Number(desk.element.dataset.user);
    this.#calls = desk.keptCalls ??= new KeptCalls(this.#own);
    this.#dialog = desk.part("flag");
    desk.commands.add({ name: "flag", keys: ["f"], group: "view", run: () => this.#toggleFlag(), isReady: () => Boolean(desk.card) });
    desk.addEventListener("card", () => this.#onCard());
    desk.addEventListener("live", ({ detail }) => this.#onLive(detail));
    this.#dialog.addEventListener("close", () => this.#onClose());
    this.#dialog.addEventListener("keydown", (event) => this.#onDialogKey(event));
    this.#calls.addEventListener("sent", ({ detail }) => this.#onSent(detail));
    this.#calls.addEventListener("refused", ({ detail }) => this.#onRefused(detail));
  }

  #urlFor(card) {
    return `${this.#desk.boot.api}documents/${card.id}/flag/`;
  }

  #flagsOf(card) {
    return (card.flags ?? []).filter((flag) => !flag.resolved_at);
  }

  #ownFlag(card) {
    return this.#flagsOf(card).find((flag) => flag.user.id === this.#own);
  }

  #onCard() {
    const { card } = this.#desk;
    const kept = this.#calls.waiting.find(({ url }) => url === this.#urlFor(card));
    if (kept) this.#putOwn(card, kept.method === "PUT" ? kept.body.reason : null);
    else if (card.assignment.flagged && !card.flags) this.#load(card);
    this.#draw();
  }

  async #load(card) {
    const { data } = await callApi("GET", this.#urlFor(card)).catch(() => ({}));
    if (!data) return;
    card.flags = data.flags;
    card.assignment.flagged = this.#flagsOf(card).length > 0;
    if (card === this.#desk.card) this.#draw();
  }

  #putOwn(card, reason) {
    const others = (card.flags ?? []).filter((flag) => flag.user.id !== this.#own);
    const mine = { user: { id: this.#own, name: this.#desk.t("you") }, reason, resolved_at: null };
    card.flags = reason === null ? others : [...others, mine];
    card.assignment.flagged = this.#flagsOf(card).length > 0;
  }

  #draw() {
    const { card } = this.#desk;
    const [own, flags] = [this.#ownFlag(card), this.#flagsOf(card)];
    const { t } = this.#desk;
    const words = flags.map(({ user, reason }) => t(reason ? "flagged_because" : "flagged_by", { name: user.name, reason }));
    const text = words.join(" · ") || (card.assignment.flagged ? t("flagged") : "");
    const pill = this.#desk.part("flagged");
    pill.hidden = !text;
    pill.textContent = text && `⚑ ${text}`;
    this.#desk.part("flag-open").setAttribute("aria-pressed", String(Boolean(own)));
  }

  #toggleFlag() {
    const { card } = this.#desk;
    if (this.#ownFlag(card)) return this.#send(card, null);
    this.#dialog.returnValue = "";
    this.#dialog.querySelector("textarea").value = "";
    return this.#dialog.showModal();
  }

  #onDialogKey(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.#dialog.close("flag");
  }

  #onClose() {
    const { card } = this.#desk;
    if (card && this.#dialog.returnValue === "flag") this.#send(card, this.#dialog.querySelector("textarea").value.trim());
    this.#desk.annotator.view.focus({ preventScroll: true });
  }

  /** `reason` null takes the flag back. */
  #send(card, reason) {
    this.#putOwn(card, reason);
    this.#draw();
    const url = this.#urlFor(card);
    if (reason === null) this.#calls.add({ method: "DELETE", url, slot: url });
    else this.#calls.add({ method: "PUT", url, slot: url, body: { reason } });
    this.#desk.say(this.#desk.t(reason === null ? "flag_taken_back" : "flag_kept"), true);
  }

  #onSent({ call }) {
    if (call.url.endsWith("/flag/")) this.#desk.say(this.#desk.t(call.method === "PUT" ? "flag_sent" : "flag_taken_back"));
  }

  #onRefused({ call, error }) {
    if (!call.url.endsWith("/flag/")) return;
    this.#desk.say(this.#desk.t("flag_refused", { problem: error.body.errors?.[0]?.message ?? error.message }), true);
    const card = this.#desk.queue.findAnywhere(Number(call.url.match(/documents\/(\d+)\//)?.[1]));
    if (card) this.#load(card);
  }

  #onLive({ type, document: of, flagged }) {
    if (type !== "document.changed" || flagged === undefined) return;
    const card = this.#desk.queue.findAnywhere(of);
    if (!card) return;
    card.assignment.flagged = flagged;
    card.flags = flagged ? card.flags : [];
    if (card === this.#desk.card) {
      this.#draw();
      this.#load(card);
    } else card.flags = undefined;
  }
}

customElements.define("desk-flag", DeskFlag);
