// Everything the annotation screen tells a person: progress, what is saved, the model, the document's head, dialogs.
import { isVersion, modelName, wordingFor } from "./model-names.js";
import { isChinese, part, setText, Spoken } from "./spoken.js";

const PACE_MEMORY = 50;
const MAX_META = 3;
const UNCERTAIN_BELOW = 0.3;

const WORDS_OF_STATE = {
  "signed-out": "signed_out", "other-person": "other_person", offline: "offline_waiting", retrying: "retrying",
};

const shortMeta = (meta) =>
  Object.values(meta ?? {})
    .filter((value) => ["string", "number"].includes(typeof value) && String(value).length <= 40)
    .slice(0, MAX_META)
    .join(" · ");

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export class DeskStatus extends Spoken {
  #boot;
  #counts;
  #paces = [];
  #inHand = 0;
  #hearsCounts = false;
  #model;
  #liveState = "connecting";
  #prediction = null;
  #outbox = { state: "idle", waiting: 0, local: 0, isDurable: true };
  #result = "";

  constructor(boot) {
    super(boot);
    this.#boot = boot;
    this.#counts = { done: 0, open: 0, ...boot.counts };
    this.#model = boot.productionVersion;
    this.#showCounts();
    this.showLive("connecting");
    setInterval(() => this.#showAge(), 30_000);
  }

  // Progress

  #showCounts() {
    const { done } = this.#counts;
    const open = this.#counts.open + this.#inHand;
    part("done").textContent = done;
    part("total").textContent = done + open;
    const bar = part("progress");
    bar.max = Math.max(1, done + open);
    bar.value = done;
    const pace = this.#paces.length >= 3 ? median(this.#paces) : this.#boot.medianSeconds;
    const minutes = pace ? Math.ceil((open * pace) / 60) : 0;
    setText(part("eta"), minutes ? this.t("minutes_left", { count: minutes }) : "");
  }

  /** One document done, in so many seconds. */
  countDone(seconds) {
    this.#counts.done++;
    this.#paces = [...this.#paces, seconds].slice(-PACE_MEMORY);
    this.#showCounts();
  }

  /** What looked like a document of the queue was hidden gold: it was done before. */
  uncountDone() {
    this.#counts.done--;
    if (!this.#hearsCounts) this.#counts.open++;
    this.#showCounts();
  }

  /** How many documents are lent to this person. The site's own count of open ones leaves those out. */
  countInHand(count, newlyLent = 0) {
    this.#inHand = count;
    if (!this.#hearsCounts) this.#counts.open = Math.max(0, this.#counts.open - newlyLent);
    this.#showCounts();
  }

  countOpen(open) {
    if (typeof open !== "number") return;
    this.#hearsCounts = true;
    this.#counts.open = open;
    this.#showCounts();
  }

  // Saved or not

  showOutbox(detail) {
    this.#outbox = detail;
    this.#showSaved();
  }

  /** What came of the last save: a key of the strings, nothing where the person has to decide. */
  noteResult(key) {
    this.#result = key;
    this.#showSaved();
  }

  #showSaved() {
    const { state, waiting, local, isDurable } = this.#outbox;
    const isOut = state === "signed-out" || state === "other-person";
    part("signed-out").hidden = !isOut;
    part("saved").dataset.state = state;
    part("fragile").hidden = isDurable;
    if (isOut) part("signed-out-text").textContent = this.t(WORDS_OF_STATE[state], { count: waiting });
    if (isOut) setText(part("saved"), this.t("kept", { count: waiting }));
    else if (WORDS_OF_STATE[state] && waiting) setText(part("saved"), this.t(WORDS_OF_STATE[state], { count: waiting }));
    else if (waiting) setText(part("saved"), this.t("saving"));
    else if (local) setText(part("saved"), this.t("change_not_sent"));
    else setText(part("saved"), this.#result ? this.t(this.#result) : "");
  }

  // The model

  showLive(state) {
    this.#liveState = state;
    part("live").dataset.state = state;
    const model = this.#model ? this.t("model", { version: this.#model }) : this.t("no_model");
    const words = { open: this.t("live"), denied: this.t("not_live") }[state] ?? this.t("reconnecting");
    part("live-text").textContent = `${words} · ${model}`;
  }

  showModel(version) {
    if (version && typeof version !== "object") this.#model = version;
    this.showLive(this.#liveState);
  }

  showPrediction({ draft }) {
    this.#prediction = draft.prediction;
    if (isVersion(this.#prediction) && this.#prediction.version > (this.#model ?? 0)) this.showModel(this.#prediction.version);
    this.#showAge();
    const margin = draft.smallestMargin;
    setText(part("why"), margin < UNCERTAIN_BELOW ? this.t("uncertain", { margin: margin.toFixed(2) }) : "");
    this.showIdeas(draft);
  }

  #showAge() {
    const made = Date.parse(this.#prediction?.created_at ?? "");
    if (!this.#prediction) return setText(part("version"), "");
    const name = modelName(this.#prediction, this.t);
    if (Number.isNaN(made)) return setText(part("version"), name);
    const minutes = Math.min(0, Math.round((made - Date.now()) / 60_000));
    const format = new Intl.RelativeTimeFormat(this.#boot.language || "en", { numeric: "auto" });
    const [count, unit] = minutes > -60 ? [minutes, "minute"] : minutes > -2880 ? [minutes / 60, "hour"] : [minutes / 1440, "day"];
    return setText(part("version"), `${name}, ${format.format(Math.round(count), unit)}`);
  }

  announceMerge({ prediction, ideas }) {
    this.say(ideas.length ? this.#ideasOf(prediction, ideas) : this.t(wordingFor("updated", prediction), prediction), true);
  }

  #ideasOf(prediction, { length: count }) {
    return this.t(wordingFor("ideas", prediction), { count, version: prediction.version });
  }

  showIdeas({ prediction, ideas }) {
    part("ideas-open").hidden = !ideas.length;
    if (ideas.length) part("ideas-text").textContent = this.#ideasOf(prediction, ideas);
  }

  // The card

  showCard(card) {
    const { document: shown } = card;
    part("empty").hidden = true;
    part("work").hidden = false;
    part("bar").hidden = false;
    part("title").textContent = shown.external_id || `#${shown.id}`;
    setText(part("meta"), shortMeta(shown.meta));
    part("blind").hidden = !card.isBlind;
    this.showPrediction(card);
  }

  showNext(cards) {
    part("next").hidden = !cards.length;
    part("next-list").replaceChildren(...cards.map(({ document: { external_id: name, id, text } }) => {
      const row = document.createElement("li");
      const [title, start] = [document.createElement("span"), document.createElement("span")];
      title.textContent = name || `#${id}`;
      start.textContent = text.slice(0, 160);
      start.lang = isChinese(text) ? "zh-Hans" : "en";
      row.append(title, start);
      return row;
    }));
  }

  showEmpty() {
    part("work").hidden = true;
    part("bar").hidden = true;
    part("loading").hidden = true;
    part("empty").hidden = false;
    part("nothing").hidden = false;
  }

  // Dialogs

  /** List what a newer version would change; `onTake(idea)` hears which ones the person wants. */
  listIdeas(draft, { panel, textOf }, onTake) {
    const dialog = part("ideas");
    const rows = draft.ideas.map((idea) => {
      const row = part("idea-row").content.firstElementChild.cloneNode(true);
      const names = [idea.span?.label ?? idea.value].flat().map((name) => panel.labelOf(idea.set.name, name)?.title ?? name);
      row.querySelector("b").textContent = idea.span ? `“${textOf(idea.span)}”: ${names}` : names.join(", ");
      const score = typeof idea.score === "number" ? `, ${Math.round(idea.score * 100)}%` : "";
      row.querySelector("small").textContent = `${idea.set.title || idea.set.name}${score}`;
      row.querySelector("button").addEventListener("click", () => {
        onTake(idea);
        row.remove();
        if (!draft.ideas.length) dialog.close();
      });
      return row;
    });
    part("ideas-list").replaceChildren(...rows);
    dialog.showModal();
  }
}
