// <desk-guidelines>: the guidelines beside the card, kept open across cards, with what changed since the last look marked.
import { callApi } from "../api-client.js";
import { savePreferences } from "./preferences.js";
import { SidePanel } from "./side-panel.js";

class DeskGuidelines extends HTMLElement {
  #desk;
  #panel;
  #number;
  #isChanged;

  join(desk) {
    this.#desk = desk;
    ({ number: this.#number, isChanged: this.#isChanged } = desk.boot.guidelinesVersion);
    this.#panel = new SidePanel("guidelines", desk, (isOpen, isDialog) => this.#onToggle(isOpen, isDialog));
    desk.commands.add({ name: "guidelines", keys: ["i"], group: "view", run: () => this.#panel.toggle() });
    desk.addEventListener("live", ({ detail }) => detail.type === "guidelines.changed" && this.#onChanged(detail.number));
    desk.addEventListener("card", () => this.#openAsBefore(), { once: true });
    this.#drawPill();
  }

  #openAsBefore() {
    const hasRoom = !matchMedia("(max-width: 1100px)").matches;
    if (this.#desk.boot.preferences?.guidelines_open && hasRoom && !this.#panel.isOpen) this.#panel.open();
  }

  #drawPill() {
    this.#desk.part("guidelines-changed").hidden = !this.#isChanged;
  }

  #onToggle(isOpen, isDialog) {
    for (const button of document.querySelectorAll("[data-command=guidelines]")) button.setAttribute("aria-expanded", String(isOpen));
    if (!isDialog) savePreferences({ guidelines_open: isOpen });
    if (isOpen) this.#noteSeen();
  }

  /** The marks stay until the page is loaded again: the person is reading them now. */
  #noteSeen() {
    this.#isChanged = false;
    this.#drawPill();
    if (!this.#number) return;
    const url = `${this.#desk.boot.api}projects/${this.#desk.boot.project.id}/guidelines/seen/`;
    callApi("POST", url, { body: { number: this.#number } }).catch(() => {}); // asked again when it is opened again
  }

  async #onChanged(number) {
    const answer = await fetch(this.#desk.boot.guidelinesVersion.panel, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const text = page.querySelector("[data-guidelines-text]");
    if (!text) return;
    this.#number = number;
    this.#desk.part("guidelines-text").replaceChildren(...text.childNodes);
    this.#isChanged = text.dataset.changed === "1";
    this.#drawPill();
    this.#desk.say(this.#desk.t("guidelines_changed"), true);
    if (this.#panel.isOpen) this.#noteSeen();
  }
}

customElements.define("desk-guidelines", DeskGuidelines);
