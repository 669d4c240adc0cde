// The comments of one document as a list: whose, when, about which stretch, and what one may do with one's own.
export class CommentThread {
  #list;
  #row;
  #desk;
  #times;

  /** `list` gets a copy of `row` for each comment. */
  constructor(list, row, desk) {
    this.#list = list;
    this.#row = row;
    this.#desk = desk;
    this.#times = new Intl.DateTimeFormat(desk.boot.language, { dateStyle: "medium", timeStyle: "short" });
  }

  /** Comments in the wire form; one that waits to be sent has `isWaiting` and no id. `textOf(comment)` is its stretch. */
  show(comments, { own, textOf }) {
    this.#list.replaceChildren(...comments.map((comment) => this.#rowFor(comment, own, textOf)));
  }

  #rowFor(comment, own, textOf) {
    const row = this.#row.content.firstElementChild.cloneNode(true);
    const find = (name) => row.querySelector(`.comment-${name}`);
    row.dataset.id = comment.id ?? "";
    find("by").textContent = comment.user.name;
    find("at").textContent = comment.isWaiting ? this.#desk.t("comment_waiting") : this.#times.format(new Date(comment.created_at));
    find("edited").hidden = !comment.edited_at;
    find("text").textContent = comment.text;
    find("quote").hidden = comment.start === null;
    if (comment.start !== null) find("quote").textContent = `“${textOf(comment)}”`;
    find("own").hidden = comment.isWaiting || comment.user.id !== own;
    return row;
  }
}
