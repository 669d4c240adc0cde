// Everything the review page tells a person: words, progress, the document's head, what is not kept yet.
export const reviewPart = (name) => document.getElementById(`desk-${name}`);

const TOAST_FOR_MS = 3500;
const MOST_COUNTED = 1000;

const put = (element, text) => {
  element.textContent = text;
  element.hidden = !text;
};

const isChineseText = (text) => /\p{Script=Han}/u.test(text.slice(0, 500));

export class ReviewStatus {
  #strings;
  #plural;
  #times;
  #toastTimer = 0;
  /** What stands on the keys of commands, {key_<name>: "U"}: words may name them. */
  keyTitles = {};

  constructor({ strings, language }) {
    this.#strings = strings;
    this.#plural = new Intl.PluralRules(language || "en");
    this.#times = new Intl.DateTimeFormat(language || "en", { dateStyle: "medium", timeStyle: "short" });
  }

  t = (key, values = {}) => {
    const plural = "count" in values ? `${key}_${this.#plural.select(values.count)}` : key;
    const text = this.#strings[plural] ?? this.#strings[`${key}_other`] ?? this.#strings[key] ?? key;
    return text.replaceAll(/\{(\w+)\}/g, (whole, name) => values[name] ?? this.keyTitles[name] ?? whole);
  };

  /** Tell screen readers, and everybody when it should be seen. */
  say(message, isVisible = false) {
    reviewPart("said").textContent = message;
    if (!isVisible) return;
    put(reviewPart("toast"), message);
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => put(reviewPart("toast"), ""), TOAST_FOR_MS);
  }

  showCounts(done, waiting) {
    reviewPart("done").textContent = done;
    const words = waiting >= MOST_COUNTED ? this.t("many_waiting", { number: MOST_COUNTED - 1 }) : this.t("waiting", { count: waiting });
    reviewPart("waiting").textContent = words;
    Object.assign(reviewPart("progress"), { max: Math.max(1, done + waiting), value: done });
  }

  showUnsaved(count) {
    put(reviewPart("unsaved"), count ? this.t("waiting_to_save", { count }) : "");
  }

  textOptions({ meta, text }) {
    const language = meta?.language ?? meta?.lang ?? (isChineseText(text) ? "zh-Hans" : "en");
    return { language, roleTitle: (role) => this.#strings[`role_${role}`] ?? role };
  }

  showItem(item) {
    const { data } = item;
    for (const [name, isThere] of [["empty", false], ["work", true], ["bar", true]]) reviewPart(name).hidden = !isThere;
    reviewPart("title").textContent = item.name;
    const names = data.answers.map(({ user }) => user.name).join(", ");
    put(reviewPart("people"), names && this.t("people", { names }));
    put(reviewPart("reason"), this.t(`reason_${data.reason}`));
    put(reviewPart("rounds"), data.rounds ? this.t("rounds", { count: data.rounds }) : "");
    put(reviewPart("version"), item.model ? this.#sideName(item.model) : "");
    reviewPart("blind").hidden = !item.isHidden;
    reviewPart("send-back").hidden = item.isAdjudication || item.isHidden;
    this.#showVerdict(item);
    this.showDecide(item);
  }

  #showVerdict(item) {
    const agrees = item.agreesWithFirst;
    const isOne = agrees !== null && !item.isAdjudication;
    put(reviewPart("verdict"), isOne ? (agrees ? this.t("you_agree", { name: item.person.name }) : this.t("you_differ")) : "");
  }

  /** What Enter does now. */
  showDecide(item) {
    const key = item.isHidden ? "compare_button" : item.isAdjudication ? "settle_button" : item.isChanged ? "correct_button" : "accept_button";
    reviewPart("decide").textContent = this.t(key);
  }

  /** `textOf(stretch)` is what a comment is about. */
  showTalk({ data, document: { text } }, textOf) {
    reviewPart("talk").hidden = !data.comments.length;
    reviewPart("talk-list").replaceChildren(...data.comments.map((comment) => {
      const row = reviewPart("talk-row").content.firstElementChild.cloneNode(true);
      row.querySelector(".comment-by").textContent = comment.by.name;
      row.querySelector(".comment-at").textContent = this.#times.format(new Date(comment.at));
      row.querySelector(".comment-text").textContent = comment.text;
      const quote = row.querySelector(".comment-quote");
      quote.lang = isChineseText(text) ? "zh-Hans" : "en";
      put(quote, comment.start === null ? "" : `“${textOf(comment)}”`);
      return row;
    }));
  }

  /** No document on the page; `isAsking`: the next may come in a moment. */
  showEmpty(isAsking) {
    const parts = { work: false, bar: false, empty: true, loading: isAsking, nothing: !isAsking };
    for (const [name, isThere] of Object.entries(parts)) reviewPart(name).hidden = !isThere;
  }

  #sideName({ version }) {
    return typeof version === "number" ? this.t("model_side_version", { version }) : this.t("model_side");
  }

  /** How a side is called. */
  nameOf(side) {
    if (side.isPerson) return side.name;
    return side.key === "you" ? this.t("your_first") : this.#sideName(side);
  }
}
