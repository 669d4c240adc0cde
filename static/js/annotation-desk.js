// <annotation-desk>: the annotation screen. Keeps documents lent ahead, shows one at a time with the model's answer applied,
// sends what the person decides through the outbox, and takes newer predictions in while the person works.
import { AnswerDraft } from "./answer-draft.js";
import { LiveSocket, Outbox } from "./connection.js";
import { DeskPanel, prepareLabels } from "./desk-panel.js";
import { DeskQueue } from "./desk-queue.js";
import { DeskStatus, part } from "./desk-status.js";
import "./span-annotator.js";

const DRAFT_PAUSE_MS = 1500;
const LOOK_AGAIN_MS = 20_000;
const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";

class AnnotationDesk extends HTMLElement {
  #boot;
  #sets;
  #queue;
  #annotator;
  #panel;
  #status;
  #outbox;
  #live;
  #keys = new Map();
  #draftTimer = 0;
  #listeners = new AbortController();

  connectedCallback() {
    this.#boot = JSON.parse(document.getElementById("desk-data").textContent);
    this.#sets = this.#boot.labelSets;
    this.#status = new DeskStatus(this.#boot);
    this.#queue = new DeskQueue(`${this.#boot.api}projects/${this.#boot.project.id}/queue/`, this.#sets);
    this.#bindLabels();
    this.#outbox = new Outbox(this.dataset.user);
    this.#live = new LiveSocket(this.#boot.live, this.#boot.since);
    this.#listen();
    this.#start();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#live.close();
  }

  #bindLabels() {
    const t = (key, values) => this.#status.t(key, values);
    this.#annotator = this.querySelector("span-annotator");
    this.#annotator.t = t;
    this.#annotator.labels = prepareLabels(this.#sets);
    const onChange = (name, value) => this.#onChoice(name, value);
    this.#panel = new DeskPanel(this, { labelSets: this.#sets, t, onChange, annotator: this.#annotator });
    this.#keys = this.#panel.keys;
  }

  #listen() {
    const { signal } = this.#listeners;
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(document, "keydown", (event) => this.#onKey(event));
    on(document, "click", (event) => this.#onCommand(event.target.closest("[data-command]")?.dataset.command));
    on(document, "visibilitychange", () => this.#onVisibility());
    on(this, "spans-change", ({ detail }) => this.#onSpans(detail));
    on(this, "span-select", ({ detail }) => this.#panel.markSpan(detail.id));
    on(this, "said", ({ detail }) => this.#status.say(detail.message, detail.visible));
    on(this.#outbox, "change", ({ detail }) => this.#status.showOutbox(detail));
    on(this.#outbox, "sent", ({ detail }) => this.#status.showSent(detail.item.body.status));
    on(this.#outbox, "conflict", ({ detail }) => this.#onConflict(detail));
    on(this.#outbox, "refused", ({ detail }) => this.#onRefused(detail));
    on(this.#live, "state", ({ detail }) => this.#status.showLive(detail));
    on(this.#live, "event", ({ detail }) => this.#onEvent(detail));
    on(this.#live, "resync", () => this.#fetchPredictions());
  }

  async #start() {
    const waiting = await this.#outbox.waiting();
    const unsent = new Map(waiting.map((item) => [item.documentId, item.body]));
    this.#queue.resume(this.#boot.assignments ?? (await this.#fetchAssignments()), unsent);
    if (this.#card) this.#show();
    this.#outbox.send();
    await this.#refill();
    setInterval(() => this.#refill(), LOOK_AGAIN_MS);
  }

  async #fetchAssignments() {
    return this.#queue.fetchAssignments().catch((error) => this.#onQueueError(error) ?? []);
  }

  #onQueueError(error) {
    if (error.isSignedOut) this.#status.showOutbox({ state: "signed-out", waiting: 0 });
    else this.#status.say(error.status ? error.message : this.#status.t("offline"), true);
  }

  async #refill() {
    const before = this.#card;
    const lent = (await this.#queue.refill().catch((error) => this.#onQueueError(error))) ?? 0;
    this.#status.countInHand(this.#queue.size, lent);
    if (!this.#card) this.#status.showEmpty();
    else if (!before) this.#show();
    else if (lent) this.#status.showNext(this.#queue.waiting);
  }

  get #card() {
    return this.#queue.current;
  }

  #show() {
    const card = this.#card;
    if (!card) return this.#status.showEmpty();
    this.#status.showCard(card);
    this.#annotator.load(card.document, card.draft.spans, this.#status.textOptions(card.document));
    this.#panel.show(card.draft);
    this.#status.showNext(this.#queue.waiting);
    card.startClock();
    return this.#annotator.view.focus({ preventScroll: true });
  }

  #redraw() {
    this.#annotator.show(this.#card.draft.spans);
    this.#panel.show(this.#card.draft);
    this.#status.showIdeas(this.#card.draft);
  }

  #onChoice(name, value) {
    if (!this.#card) return;
    this.#card.draft.change(name, value);
    this.#panel.update(name);
    this.#onEdit();
  }

  #onSpans({ spans, set }) {
    this.#card.draft.change(set, spans.filter((span) => span.set === set));
    this.#panel.update(set);
    this.#onEdit();
  }

  #onEdit() {
    this.#card.isDirty = true;
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.#saveDraft(), DRAFT_PAUSE_MS);
  }

  /** What was submitted once stays so until it is submitted again. */
  #saveDraft() {
    clearTimeout(this.#draftTimer);
    const card = this.#card;
    if (card?.isDirty && !card.isSubmitted) this.#send(card, "draft");
  }

  #send(card, status) {
    card.isDirty = false;
    const { draft } = card;
    const body = { answer: draft.answer, seconds: card.seconds, status };
    if (draft.prediction?.id) body.prediction = draft.prediction.id;
    const url = `${this.#boot.api}documents/${card.id}/annotation/`;
    return this.#outbox.add({ documentId: card.id, url, body, version: card.version });
  }

  #onVisibility() {
    if (document.visibilityState === "visible") return this.#card?.startClock();
    this.#card?.stopClock();
    return this.#saveDraft();
  }

  #finish(status) {
    const card = this.#card;
    if (!card) return;
    const [missing] = status === "submitted" ? card.draft.missing : [];
    if (missing) {
      this.#panel.demand(missing.name);
      this.#status.say(this.#status.t("missing", { name: missing.title || missing.name }), true);
      return;
    }
    clearTimeout(this.#draftTimer);
    card.stopClock();
    this.#send(card, status);
    this.#queue.finishCurrent();
    if (card.countOnce(status)) this.#status.countDone(card.seconds);
    this.#status.countInHand(this.#queue.size);
    this.#status.say(this.#status.t(status === "submitted" ? "sent_undo" : "skipped_undo"), true);
    this.#show();
    this.#refill();
  }

  #back() {
    this.#saveDraft();
    if (!this.#queue.reopen()) return this.#status.say(this.#status.t("nothing_before"), true);
    this.#show();
    return this.#status.say(this.#status.t("reopened"), true);
  }

  #undo() {
    if (!this.#card?.draft.undo()) return this.#back();
    this.#redraw();
    this.#onEdit();
    return this.#status.say(this.#status.t("undone"), true);
  }

  #onCommand(command) {
    const commands = {
      accept: () => this.#finish("submitted"),
      skip: () => this.#finish("skipped"),
      undo: () => this.#undo(),
      back: () => this.#back(),
      ideas: () => this.#viewIdeas(),
      help: () => part("help").showModal(),
      guidelines: () => part("guidelines").showModal(),
      granularity: () => this.#annotator.toggleGranularity(),
      again: () => this.#refill(),
      find: () => this.#panel.focusFilter(),
    };
    commands[command]?.();
  }

  #onKey(event) {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const isCommand = ctrlKey || metaKey;
    const inText = target.matches?.(TEXT_FIELDS);
    if (key === "Enter" && (isCommand || !(inText || target.matches?.("button, a, summary")))) return this.#run(event, "accept");
    if (key === "Escape" && inText) return this.#annotator.view.focus();
    if (inText) return;
    if (isCommand) return key.toLowerCase() === "z" && this.#run(event, "undo");
    const letter = key.length === 1 ? key.toLowerCase() : key;
    const command = { s: "skip", u: "undo", b: "back", v: "ideas", i: "guidelines", "?": "help", "/": "find" }[letter];
    if (command) return this.#run(event, command);
    if (!this.#card || event.repeat && this.#keys.has(letter)) return;
    const choose = this.#keys.get(letter);
    if (choose) choose();
    if (choose || this.#annotator.handleKey(letter.toLowerCase())) event.preventDefault();
  }

  #run(event, command) {
    event.preventDefault();
    if (!event.repeat || command === "undo") this.#onCommand(command);
  }

  async #onConflict({ item, error }) {
    const theirs = error.body.present ?? {};
    this.#outbox.noteVersion(item.documentId, theirs.version);
    const keepMine = await this.#status.askWhose();
    const card = this.#queue.findAnywhere(item.documentId);
    if (keepMine) this.#outbox.add({ documentId: item.documentId, url: item.url, body: item.body, version: theirs.version ?? null });
    else if (card && theirs.answer) {
      card.draft = new AnswerDraft(this.#sets, card.draft.prediction, theirs.answer);
      if (card === this.#card) this.#redraw();
    }
  }

  #onRefused({ item, error }) {
    if (this.#queue.reopen(item.documentId)) this.#show();
    const problem = error.body.errors?.[0]?.message ?? error.message;
    this.#status.say(this.#status.t("refused", { problem }), true);
  }

  #onEvent(event) {
    if (event.type === "prediction.updated") this.#onPrediction(event);
    else if (event.type === "queue.changed") this.#onQueueChanged(event.open);
    else if (event.type === "version.promoted") this.#status.showModel(event.number ?? event.version);
  }

  #onQueueChanged(open) {
    this.#status.countOpen(open);
    if (!this.#card && open) this.#refill();
  }

  #onPrediction({ document: of, prediction }) {
    const id = of?.id ?? of;
    const card = this.#queue.find(id);
    if (!card) return;
    if (prediction?.answer) this.#merge(card, prediction);
    else this.#fetchPredictions();
  }

  #merge(card, prediction) {
    if (prediction.id === card.draft.prediction?.id || card.isSubmitted) return;
    card.draft.merge(prediction);
    if (card !== this.#card) return;
    this.#redraw();
    this.#status.showPrediction(card);
    this.#status.announceMerge(card.draft);
  }

  async #fetchPredictions() {
    for (const { document: { id }, prediction } of await this.#fetchAssignments()) {
      const card = this.#queue.find(id);
      if (card && prediction) this.#merge(card, prediction);
    }
  }

  #viewIdeas() {
    const draft = this.#card?.draft;
    if (!draft?.ideas.length) return this.#status.say(this.#status.t("no_ideas"), true);
    return this.#status.listIdeas(draft, { panel: this.#panel, textOf: (span) => this.#annotator.textOf(span) }, (idea) => {
      draft.take(idea);
      this.#redraw();
      this.#onEdit();
    });
  }
}

customElements.define("annotation-desk", AnnotationDesk);
