// <bulk-grid>: many documents side by side; select, label all at once, take it back with one key.
import { BulkCalls } from "./bulk/bulk-calls.js";
import { BulkLabels } from "./bulk/bulk-labels.js";
import { Selection } from "./bulk/selection.js";
import { Tiles } from "./bulk/tiles.js";

const ASK_AGAIN_MS = 1000;
const part = (name) => document.getElementById(`bulk-${name}`);

class BulkGrid extends HTMLElement {
  #boot;
  #calls;
  #tiles;
  #labels;
  #plural;
  #selection = new Selection();
  #done = [];
  #question = {};
  #cursor = null;
  #isBusy = false;
  #round = 0;
  #listeners = new AbortController();

  connectedCallback() {
    this.#boot = JSON.parse(document.getElementById("bulk-data").textContent);
    this.#plural = new Intl.PluralRules(this.#boot.language);
    this.#calls = new BulkCalls(this.#boot);
    this.#tiles = new Tiles(part("tiles"), part("tile"), this.#t);
    this.#labels = new BulkLabels(part("labels"), (value, title) => this.#label(value, title), this.#t);
    const { signal } = this.#listeners;
    const on = (target, type, listener) => target.addEventListener(type, listener, { signal });
    on(part("set"), "change", () => this.#open());
    on(part("order"), "change", () => this.#open(this.#question.label));
    on(part("groups"), "click", ({ target }) => this.#onGroup(target.closest("button")));
    on(part("tiles"), "click", (event) => this.#onTile(event));
    on(this, "click", ({ target }) => this.#run(target.closest("[data-bulk]")?.dataset.bulk));
    on(document, "keydown", (event) => this.#onKey(event));
    this.#open();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#round++;
  }

  #t = (key, values = {}) => {
    const { strings } = this.#boot;
    const plural = "count" in values ? `${key}_${this.#plural.select(values.count)}` : key;
    const text = strings[plural] ?? strings[`${key}_other`] ?? strings[key] ?? key;
    return text.replaceAll(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };

  get #set() {
    return this.#boot.labelSets.find(({ name }) => name === part("set").value) ?? this.#boot.labelSets[0];
  }

  #titleOf = (label) => this.#set.labels.find(({ name }) => name === label)?.title || label;

  #say(...messages) {
    part("said").textContent = messages.filter(Boolean).join(" · ");
  }

  #fail(error) {
    const problem = error.body?.errors?.[0]?.message ?? error.message;
    this.#say(error.status ? this.#t("failed", { problem }) : this.#t("offline"));
  }

  // What is shown

  async #open(label) {
    this.#labels.show(this.#set);
    part("similar").hidden = true;
    part("groups").hidden = false;
    this.#question = { label_set: this.#set.name, order: part("order").value, label };
    await this.#load();
  }

  async #load(cursor = null) {
    const round = ++this.#round;
    const grid = await this.#calls.grid({ ...this.#question, cursor }).catch((error) => this.#fail(error));
    if (!grid || round !== this.#round) return;
    if (!cursor) this.#tiles.clear();
    this.#cursor = grid.next_cursor;
    if (!this.#question.ids) this.#showGroups(grid);
    const alike = this.#question.similarity;
    const rows = alike ? grid.results.map((row) => ({ ...row, similarity: alike.get(row.id) })) : grid.results;
    this.#tiles.add(rows, this.#titleOf);
    part("more").hidden = !grid.next_cursor;
    part("empty").hidden = this.#tiles.ids.length > 0;
    this.#onSelected();
  }

  #showGroups({ groups, looked_at: count }) {
    this.#question.label ??= groups[0]?.label;
    part("window").textContent = count ? this.#t("looked_at", { count }) : "";
    part("groups").replaceChildren(...groups.map(({ label, count: size }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn small";
      button.dataset.label = label;
      button.setAttribute("aria-pressed", String(label === this.#question.label));
      const number = document.createElement("b");
      number.className = "num";
      number.textContent = size;
      button.append(label ? this.#titleOf(label) : this.#t("no_label"), " ", number);
      return button;
    }));
  }

  #onGroup(button) {
    if (!button || button.getAttribute("aria-pressed") === "true") return;
    // The buttons are drawn anew: the focus stays with the one that was pressed, if it has not moved on.
    this.#open(button.dataset.label).then(() => {
      if (document.activeElement === document.body) part("groups").querySelector("[aria-pressed=true]")?.focus();
    });
  }

  // Similar documents

  async #showSimilar() {
    const [id, ...others] = this.#selection.size ? this.#selection.ids : [this.#focusedId];
    if (!id || others.length) return this.#say(this.#t("pick_one"));
    const name = this.#tiles.nameOf(id);
    const round = ++this.#round;
    let found = await this.#askSimilar(id);
    while (found?.isWorking && round === this.#round) {
      this.#showEmbedding(found);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      found = await this.#askSimilar(id);
    }
    part("embedding").hidden = true;
    if (!found || round !== this.#round) return undefined;
    if (!found.results.length) return this.#say(this.#t("none_similar"));
    const similarity = new Map([[id, 1], ...found.results.map((row) => [row.document, row.similarity])]);
    this.#question = { label_set: this.#set.name, ids: [...similarity.keys()].join(","), similarity };
    part("groups").hidden = true;
    part("similar").hidden = false;
    part("similar-title").textContent = this.#t("similar_to", { name });
    part("window").textContent = "";
    await this.#load();
    return this.#tiles.focusFirst();
  }

  #askSimilar(id) {
    return this.#calls.similar(id).catch((error) => this.#fail(error));
  }

  #showEmbedding({ embedded: done, total }) {
    part("similar").hidden = false;
    part("embedding").hidden = false;
    part("embedding").max = Math.max(1, total);
    part("embedding").value = done;
    part("similar-title").textContent = this.#t("embedding", { done, total });
  }

  // Selecting

  get #focusedId() {
    return Number(document.activeElement?.closest(".bulk-tile")?.dataset.id) || null;
  }

  #onTile(event) {
    const tile = event.target.closest(".bulk-tile");
    if (!tile) return;
    const id = Number(tile.dataset.id);
    if (event.shiftKey) this.#selection.extendTo(id);
    else this.#selection.toggle(id);
    getSelection()?.removeAllRanges();
    this.#tiles.focus(tile);
    this.#onSelected();
  }

  #onSelected() {
    this.#selection.show(this.#tiles.ids);
    this.#tiles.markSelected(this.#selection);
    const { size: count } = this.#selection;
    part("count").textContent = count ? this.#t("selected", { count }) : this.#t("selected_none");
  }

  #onKey(event) {
    if (event.isComposing || event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const tile = event.target.closest?.(".bulk-tile");
    const isDone = tile ? this.#onTileKey(event, tile) : false;
    if (isDone || this.#onPageKey(event)) event.preventDefault();
  }

  #onTileKey(event, tile) {
    const id = Number(tile.dataset.id);
    if (event.key === " ") {
      if (event.shiftKey) this.#selection.extendTo(id);
      else this.#selection.toggle(id);
      this.#onSelected();
      return true;
    }
    const next = this.#tiles.neighbor(tile, event.key);
    if (!next) return false;
    this.#tiles.focus(next);
    if (event.shiftKey) {
      if (!this.#selection.size) this.#selection.toggle(id);
      this.#selection.extendTo(Number(next.dataset.id));
      this.#onSelected();
    }
    return true;
  }

  #onPageKey(event) {
    const key = event.key.toLowerCase();
    const isCtrl = event.ctrlKey || event.metaKey;
    if (isCtrl && key === "a") this.#selection.all();
    else if (isCtrl && key === "z") this.#undo();
    else if (isCtrl) return false;
    else if (key === "escape") this.#selection.clear();
    else if (key === "u") this.#undo();
    else if (key === "l") this.#showSimilar();
    else return this.#labels.press(event);
    this.#onSelected();
    return true;
  }

  #run(name) {
    if (name === "undo") this.#undo();
    else if (name === "similar") this.#showSimilar();
    else if (name === "more") this.#load(this.#cursor);
    else if (name === "groups") this.#open();
  }

  // Labeling

  async #label(value, title) {
    const documents = this.#selection.ids;
    if (!documents.length) return this.#say(this.#t("select_first"));
    if (Array.isArray(value) && !value.length) return this.#say(this.#t("choose_first"));
    if (this.#isBusy) return undefined;
    this.#setBusy(true);
    const outcomes = [];
    const total = documents.length;
    this.#say(this.#t("labeling", { done: 0, total }));
    const answer = { label_set: this.#set.name, value, accept_rest: part("rest")?.checked ?? true };
    const onStep = (outcome, done) => {
      outcomes.push(outcome);
      this.#say(this.#t("labeling", { done, total }));
    };
    const error = await this.#calls.label(documents, answer, onStep).then(() => null, (problem) => problem);
    this.#setBusy(false);
    if (outcomes.length) this.#done.push(outcomes.map(({ id }) => id));
    this.#showOutcomes(outcomes, title);
    return error && this.#fail(error);
  }

  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    part("tiles").setAttribute("aria-busy", String(isBusy));
  }

  #showOutcomes(outcomes, label) {
    const gone = outcomes.flatMap((outcome) => outcome.labeled_documents);
    const drafts = outcomes.flatMap((outcome) => outcome.draft_documents);
    const refused = outcomes.flatMap((outcome) => outcome.refused);
    for (const id of drafts) this.#tiles.tell(id, `${this.#t("draft")}: ${label}`, "draft");
    for (const { document: id, message } of refused) this.#tiles.tell(id, message, "refused");
    this.#selection.clear();
    this.#tiles.remove(gone);
    this.#onSelected();
    const say = (key, { length: count }) => (count ? this.#t(key, { count, label }) : "");
    this.#say(say("labeled", gone), say("drafts", drafts), say("refused", refused));
    this.#countAgain();
  }

  async #countAgain() {
    if (this.#question.ids) {
      part("empty").hidden = this.#tiles.ids.length > 0;
      return;
    }
    if (!this.#tiles.ids.length) return this.#open();
    const grid = await this.#calls.grid({ ...this.#question, limit: 1 }).catch((error) => this.#fail(error));
    if (grid) this.#showGroups(grid);
  }

  async #undo() {
    const ids = this.#done.pop();
    if (!ids) return this.#say(this.#t("nothing_to_undo"));
    const outcomes = [];
    for (const id of ids.toReversed()) {
      const outcome = await this.#calls.undo(id).catch((error) => this.#fail(error));
      if (!outcome) {
        this.#done.push(ids);
        return undefined;
      }
      outcomes.push(outcome);
    }
    const count = outcomes.reduce((sum, { undone }) => sum + undone, 0);
    const kept = outcomes.reduce((sum, { refused }) => sum + refused.length, 0);
    await this.#load();
    this.#tiles.focusFirst();
    return this.#say(this.#t("undone", { count }), kept ? this.#t("kept_newer", { count: kept }) : "");
  }
}

customElements.define("bulk-grid", BulkGrid);
