// <desk-comments>: the talk about the document on the desk, beside it or in a dialog. What is written waits in the browser.
import { callApi } from "../api-client.js";
import { CommentThread } from "./comment-thread.js";
import { KeptCalls } from "./kept-calls.js";
import { SidePanel } from "./side-panel.js";

class DeskComments extends HTMLElement {
  #desk;
  #calls;
  #panel;
  #thread;
  #form;
  #own;
  #comments = new Map();
  #drafts = new Map();
  #editing = null;
  #about = null;
  #shown = null;

  join(desk) {
    this.#desk = desk;
    this.#own = Number(desk.element.dataset.user);
    this.#calls = desk.keptCalls ??= new KeptCalls(this.#own);
    this.#panel = new SidePanel("comments", desk, (isOpen) => this.#onToggle(isOpen));
    this.#thread = new CommentThread(desk.part("thread"), desk.part("comment-row"), desk);
    this.#form = desk.part("comment-form");
    desk.commands.add({ name: "comments", keys: ["k"], group: "view", run: () => this.#panel.toggle(), isReady: () => Boolean(desk.card) });
    desk.addEventListener("card", () => this.#onCard());
    desk.addEventListener("empty", () => this.#panel.isDialog && this.#panel.close());
    desk.addEventListener("live", ({ detail }) => this.#onLive(detail));
    desk.live.addEventListener("resync", () => this.#panel.isOpen && this.#load());
    this.#calls.addEventListener("sent", ({ detail }) => this.#onSent(detail));
    this.#calls.addEventListener("refused", ({ detail }) => this.#onRefused(detail));
    this.#calls.addEventListener("change", () => this.#draw());
    this.#form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.#desk.annotator.addEventListener("span-select", () => this.#panel.isOpen && this.#offerStretch());
    this.#form.addEventListener("keydown", (event) => this.#onFormKey(event));
    desk.part("thread").addEventListener("click", (event) => this.#onThreadClick(event));
    this.#calls.send();
  }

  get #url() {
    return `${this.#desk.boot.api}documents/${this.#desk.card.id}/comments/`;
  }

  get #field() {
    return this.#form.elements.text;
  }

  #onToggle(isOpen) {
    this.#desk.part("comments-open").setAttribute("aria-expanded", String(isOpen));
    if (!isOpen || !this.#desk.card) return;
    this.#load();
    this.#offerStretch();
    this.#field.focus();
  }

  #onCard() {
    if (this.#shown) this.#drafts.set(this.#shown, this.#field.value);
    const { card } = this.#desk;
    this.#shown = card.id;
    this.#comments = new Map();
    this.#editing = null;
    this.#field.value = this.#drafts.get(card.id) ?? "";
    this.#about = null;
    this.#drawAbout();
    if (this.#panel.isOpen) this.#load();
    this.#draw();
  }

  async #load() {
    const { card } = this.#desk;
    if (!card) return;
    const { data } = await callApi("GET", `${this.#url}?limit=500`).catch(() => ({}));
    if (!data || card !== this.#desk.card) return;
    this.#comments = new Map(data.results.map((comment) => [comment.id, comment]));
    card.assignment.comments = this.#comments.size;
    this.#draw();
  }

  #waiting() {
    const { card } = this.#desk;
    const calls = this.#calls.waiting.filter(({ method, url }) => method === "POST" && card && url === this.#url);
    const user = { id: this.#own, name: this.#desk.t("you") };
    return calls.map(({ body }) => ({ start: null, end: null, ...body, user, isWaiting: true }));
  }

  #draw() {
    const { card } = this.#desk;
    const waiting = this.#waiting();
    const shown = [...[...this.#comments.values()].sort((a, b) => a.id - b.id), ...waiting];
    this.#desk.part("comment-count").textContent = (card?.assignment.comments || 0) + waiting.length || "";
    this.#desk.part("no-comments").hidden = shown.length > 0;
    const textOf = ({ start, end }) => this.#desk.annotator.textOf({ start, end });
    this.#thread.show(shown, { own: this.#own, textOf });
  }

  // The stretch that a new comment is about

  #offerStretch() {
    const { start, end, isResting } = this.#desk.annotator.stretch ?? { start: 0, end: 0 };
    this.#about = end > start ? { start, end } : null;
    this.#drawAbout(!isResting);
  }

  #drawAbout(isChosen = false) {
    const { about } = this.#form.elements;
    about.checked = isChosen && Boolean(this.#about);
    about.closest("label").hidden = !this.#about;
    this.#desk.part("comment-quote").textContent = this.#about ? this.#desk.annotator.textOf(this.#about) : "";
  }

  #onFormKey(event) {
    const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!isSend) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #onSubmit(event) {
    event.preventDefault();
    const text = this.#field.value;
    if (!text.trim() || !this.#desk.card) return;
    if (this.#editing) this.#calls.add({ method: "PATCH", url: this.#urlOf(this.#editing), body: { text } });
    else this.#calls.add({ method: "POST", url: this.#url, body: { text, ...(this.#form.elements.about.checked ? this.#about : {}) } });
    this.#field.value = "";
    this.#editing = null;
    this.#about = null;
    this.#drawAbout();
    this.#draw();
  }

  #urlOf(id) {
    return `${this.#desk.boot.api}comments/${id}/`;
  }

  #onThreadClick({ target }) {
    const comment = this.#comments.get(Number(target.closest("li")?.dataset.id));
    if (!comment) return;
    if (target.closest(".comment-quote")) this.#jumpTo(comment);
    const action = target.closest("[data-do]")?.dataset.do;
    if (action === "delete") this.#calls.add({ method: "DELETE", url: this.#urlOf(comment.id) });
    if (action !== "edit") return;
    this.#editing = comment.id;
    this.#field.value = comment.text;
    this.#field.focus();
  }

  #jumpTo({ start, end }) {
    if (this.#panel.isDialog) this.#panel.close();
    this.#desk.annotator.selectStretch(start, end);
  }

  // What comes back

  #onSent({ call, data }) {
    if (data?.document && data.text !== undefined && "deleted" in data) this.#take(data);
    if (call.method === "DELETE") this.#drop(Number(call.url.match(/comments\/(\d+)\//)?.[1]));
    this.#draw();
  }

  #onRefused({ call, error }) {
    if (!call.url.includes("/comments/")) return;
    if (call.body?.text && !this.#field.value) this.#field.value = call.body.text;
    this.#desk.say(this.#desk.t("comment_refused", { problem: error.body.errors?.[0]?.message ?? error.message }), true);
    this.#draw();
  }

  #onLive(event) {
    if (event.type !== "comment.added" && event.type !== "comment.changed") return;
    const { comment } = event;
    if (comment.deleted) this.#drop(comment.id, comment.document);
    else this.#take(comment, event.type === "comment.added");
    this.#draw();
  }

  /** Each comment is counted once, whether the answer to its call or the event came first. */
  #take(comment, isNews = false) {
    const card = this.#desk.queue.findAnywhere(comment.document);
    if (!card) return;
    card.talk ??= new Set();
    const isCurrent = card === this.#desk.card;
    const isKnown = card.talk.has(comment.id) || (isCurrent && this.#comments.has(comment.id));
    card.talk.add(comment.id);
    if (isCurrent) this.#comments.set(comment.id, comment);
    if (isKnown || comment.edited_at) return;
    card.assignment.comments = (card.assignment.comments ?? 0) + 1;
    if (isCurrent && isNews && comment.user.id !== this.#own) this.#desk.say(this.#desk.t("comment_new", { name: comment.user.name }), true);
  }

  #drop(id, documentId = this.#desk.card?.id) {
    const card = this.#desk.queue.findAnywhere(documentId);
    if (!card || card.gone?.has(id)) return;
    (card.gone ??= new Set()).add(id);
    card.assignment.comments = Math.max(0, (card.assignment.comments ?? 0) - 1);
    if (card === this.#desk.card) this.#comments.delete(id);
  }
}

customElements.define("desk-comments", DeskComments);
