// Everything the review page tells a person: words, progress, the document's head, what is not kept yet.
import { isChinese, part, setText, Spoken } from "../desk/spoken.js";

const MOST_COUNTED = 1000;

export class ReviewStatus extends Spoken {
  #times;

  constructor({ strings, language }) {
    super({ strings, language });
    this.#times = new Intl.DateTimeFormat(language || "en", { dateStyle: "medium", timeStyle: "short" });
  }

  showCounts(done, waiting) {
    part("done").textContent = done;
    const words = waiting >= MOST_COUNTED ? this.t("many_waiting", { number: MOST_COUNTED - 1 }) : this.t("waiting", { count: waiting });
    part("waiting").textContent = words;
    Object.assign(part("progress"), { max: Math.max(1, done + waiting), value: done });
  }

  showUnsaved(count) {
    setText(part("unsaved"), count ? this.t("waiting_to_save", { count }) : "");
  }

  showItem(item) {
    const { data } = item;
    for (const [name, isThere] of [["empty", false], ["work", true], ["bar", true]]) part(name).hidden = !isThere;
    part("title").textContent = item.name;
    const names = data.answers.map(({ user }) => user.name).join(", ");
    setText(part("people"), names && this.t("people", { names }));
    setText(part("reason"), this.t(`reason_${data.reason}`));
    setText(part("rounds"), data.rounds ? this.t("rounds", { count: data.rounds }) : "");
    setText(part("version"), item.model ? this.#sideName(item.model) : "");
    part("blind").hidden = !item.isHidden;
    part("send-back").hidden = item.isAdjudication || item.isHidden;
    this.#showVerdict(item);
    this.showDecide(item);
  }

  #showVerdict(item) {
    const agrees = item.agreesWithFirst;
    const isOne = agrees !== null && !item.isAdjudication;
    setText(part("verdict"), isOne ? (agrees ? this.t("you_agree", { name: item.person.name }) : this.t("you_differ")) : "");
  }

  /** What Enter does now. */
  showDecide(item) {
    const key = item.isHidden ? "compare_button" : item.isAdjudication ? "settle_button" : item.isChanged ? "correct_button" : "accept_button";
    part("decide").textContent = this.t(key);
  }

  /** `textOf(stretch)` is what a comment is about. */
  showTalk({ data, document: { text } }, textOf) {
    part("talk").hidden = !data.comments.length;
    part("talk-list").replaceChildren(...data.comments.map((comment) => {
      const row = part("talk-row").content.firstElementChild.cloneNode(true);
      row.querySelector(".comment-by").textContent = comment.by.name;
      row.querySelector(".comment-at").textContent = this.#times.format(new Date(comment.at));
      row.querySelector(".comment-text").textContent = comment.text;
      const quote = row.querySelector(".comment-quote");
      quote.lang = isChinese(text) ? "zh-Hans" : "en";
      setText(quote, comment.start === null ? "" : `“${textOf(comment)}”`);
      return row;
    }));
  }

  /** No document on the page; `isAsking`: the next may come in a moment. */
  showEmpty(isAsking) {
    const parts = { work: false, bar: false, empty: true, loading: isAsking, nothing: !isAsking };
    for (const [name, isThere] of Object.entries(parts)) part(name).hidden = !isThere;
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
