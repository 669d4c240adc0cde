// What a page for answering tells a person, whichever it is: words in their language, what screen readers hear, the toast.
export const part = (name) => document.getElementById(`desk-${name}`);

const TOAST_MS = 3500;

export const isChinese = (text) => /\p{Script=Han}/u.test(text.slice(0, 500));

/** Show a text in its element, or hide the element without one. */
export const setText = (element, text) => {
  if (element && element.textContent !== text) element.textContent = text;
  element?.toggleAttribute("hidden", !text);
};

export class Spoken {
  #strings;
  #plural;
  #toastTimer = 0;
  /** What stands on the keys of commands, {key_<name>: "U"}: words may name them. */
  keyTitles = {};

  constructor({ strings, language }) {
    this.#strings = strings;
    this.#plural = new Intl.PluralRules(language || "en");
  }

  /** A text of the interface, with {name} replaced by values. A `count` picks the key's plural form. */
  t = (key, values = {}) => {
    const plural = "count" in values ? `${key}_${this.#plural.select(values.count)}` : key;
    const text = this.#strings[plural] ?? this.#strings[`${key}_other`] ?? this.#strings[key] ?? key;
    return text.replaceAll(/\{(\w+)\}/g, (whole, name) => values[name] ?? this.keyTitles[name] ?? whole);
  };

  /** Tell screen readers, and everybody when it should be seen. */
  say(message, isVisible = false) {
    part("said").textContent = message;
    if (!isVisible) return;
    const show = (words) => {
      setText(part("toast"), words);
      document.body.toggleAttribute("data-toast", Boolean(words));
    };
    show(message);
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => show(""), TOAST_MS);
  }

  /** How a document's text is to be shown: its language, and the names of its parts. */
  textOptions({ meta, text }) {
    const language = meta?.language ?? meta?.lang ?? (isChinese(text) ? "zh-Hans" : "en");
    return { language, roleTitle: (role) => this.#strings[`role_${role}`] ?? role };
  }
}
