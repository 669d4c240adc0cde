// <desk-people>: who else has this project's annotation screen open.
const SHOWN_CIRCLES = 3;

/** One or two letters that stand for a name; a Chinese name is known by its last two characters. */
const initialsOf = (name) => {
  if (/^\p{Script=Han}+$/u.test(name)) return [...name].slice(-2).join("");
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
};

class DeskPeople extends HTMLElement {
  #desk;

  join(desk) {
    this.#desk = desk;
    desk.addEventListener("live", ({ detail }) => detail.type === "presence.changed" && this.#show(detail));
    this.#show(desk.boot.presence ?? { people: [], count: 0 });
  }

  #show({ people, count }) {
    const own = Number(this.#desk.element.dataset.user);
    const others = people.filter(({ id }) => id !== own);
    const rest = Math.max(0, count - (people.length - others.length) - 1);
    const button = this.#desk.part("people-open");
    button.hidden = !others.length;
    if (!others.length) return;
    const [{ name }] = others;
    this.#desk.part("people-words").textContent = rest ? this.#desk.t("people_here", { name, count: rest }) : this.#desk.t("person_here", { name });
    this.#desk.part("people-circles").replaceChildren(...this.#circles(others, rest));
    this.#desk.part("people-list").replaceChildren(...others.map((person) => this.#item(person.name)));
    const unnamed = rest + 1 - others.length;
    if (unnamed > 0) this.#desk.part("people-list").append(this.#item(this.#desk.t("people_more", { count: unnamed })));
  }

  #circles(others, rest) {
    const shown = others.slice(0, SHOWN_CIRCLES).map(({ name }) => this.#circle(initialsOf(name)));
    const more = rest + 1 - shown.length;
    return more > 0 ? [...shown, this.#circle(`+${more}`)] : shown;
  }

  #circle(text) {
    const circle = document.createElement("span");
    circle.className = "person";
    circle.textContent = text;
    return circle;
  }

  #item(text) {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }
}

customElements.define("desk-people", DeskPeople);
