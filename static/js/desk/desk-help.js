// <desk-help>: the list of all keys as they are now, made from the registry, and the place to change them.
import { isComposing, labelKeyName } from "./commands.js";
import { TAKE_AWAY, keyOwners, planKey, withoutEmptyLabels } from "./key-editor.js";
import { isCombination, keyName, keyTitle } from "./keymap.js";
import { fillCaps } from "./key-caps.js";
import { savePreferences } from "./preferences.js";

const GROUPS = ["answer", "spans", "view"];
const MOVES = { keys_move: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], keys_extend: ["Shift+ArrowLeft", "Shift+ArrowRight"] };

class DeskHelp extends HTMLElement {
  #desk;
  #dialog;
  #isChanging = false;
  #pressed = null;

  join(desk) {
    this.#desk = desk;
    this.#dialog = this.querySelector("dialog");
    desk.commands.add({ name: "help", keys: ["?"], group: "view", run: () => this.#open() });
    this.#dialog.addEventListener("keydown", (event) => this.#onKey(event));
    this.#dialog.addEventListener("click", (event) => this.#onClick(event));
    this.#dialog.addEventListener("cancel", (event) => this.#pressed && event.preventDefault());
    this.#part("search").addEventListener("input", () => this.#filter());
    this.#part("single-keys").addEventListener("change", ({ target }) => this.#switchSingleKeys(target.checked));
  }

  #part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  #do(name) {
    return this.querySelector(`[data-do=${name}]`);
  }

  #open() {
    this.#isChanging = false;
    this.#note("");
    this.#part("search").value = "";
    this.#part("single-keys").checked = this.#desk.commands.hasSingleKeys;
    this.#draw();
    this.#dialog.showModal();
    this.#part("search").focus();
  }

  // The list

  get #owners() {
    return keyOwners(this.#desk.commands, this.#desk.boot.labelSets, this.#desk.t);
  }

  #draw() {
    const { commands, t } = this.#desk;
    this.#do("change").setAttribute("aria-pressed", String(this.#isChanging));
    this.#do("reset").hidden = !this.#isChanging;
    const named = commands.all.map((command) => ({ ...command, group: GROUPS.includes(command.group) ? command.group : "view" }));
    const rowsOf = (group) => named.filter((command) => command.group === group).map(({ name }) =>
      this.#row({ id: name, title: t(`command_${name}`), keys: commands.liveKeysOf(name) }));
    const moves = Object.entries(MOVES).map(([key, keys]) => this.#row({ title: t(key), keys, isFixed: true }));
    const groups = GROUPS.map((group) => this.#group(t(`group_${group}`), [...rowsOf(group), ...(group === "spans" ? moves : [])]));
    this.#part("groups").replaceChildren(...groups, ...this.#labelGroups());
    this.#filter();
  }

  #labelGroups() {
    const { t, boot } = this.#desk;
    return boot.labelSets.filter((set) => set.labels?.length).map((set) => {
      const places = set.placeKeys?.length ? [this.#row({ title: t("key_places"), keys: set.placeKeys, isFixed: true })] : [];
      const keyed = set.labels.filter((label) => label.key || (this.#isChanging && !places.length));
      const rows = keyed.map((label) => this.#row({ id: labelKeyName(set.name, label.name), title: label.title, keys: label.key ? [label.key] : [] }));
      return this.#group(set.title || set.name, [...places, ...rows]);
    });
  }

  #group(title, rows) {
    const group = this.#part("group").content.firstElementChild.cloneNode(true);
    group.querySelector("h3").textContent = title;
    group.querySelector("ul").append(...rows);
    return group;
  }

  #row({ id, title, keys, isFixed = false }) {
    const { t, commands } = this.#desk;
    const row = this.#part("row").content.firstElementChild.cloneNode(true);
    const [change, first] = [row.querySelector("[data-do=press]"), row.querySelector("[data-do=first]")];
    row.querySelector(".key-title").textContent = title;
    const canChange = this.#isChanging && !isFixed;
    const shown = canChange ? keys.filter((key) => !isCombination(key)) : keys;
    fillCaps(canChange ? change : row.querySelector(".key-caps"), shown, t("no_key"));
    change.hidden = !canChange;
    first.hidden = !canChange || !commands.isChosen(id);
    if (isFixed) return row;
    row.dataset.owner = id;
    change.setAttribute("aria-label", t("change_key_of", { title, keys: shown.map(keyTitle).join(", ") || t("no_key") }));
    first.setAttribute("aria-label", t("reset_key_of", { title }));
    return row;
  }

  #filter() {
    const words = this.#part("search").value.trim().toLocaleLowerCase().split(/\s+/);
    let count = 0;
    for (const group of this.querySelectorAll(".key-group")) {
      const title = group.querySelector("h3").textContent;
      const rows = [...group.querySelectorAll("li")];
      for (const row of rows) row.hidden = !words.every((word) => `${title} ${row.textContent}`.toLocaleLowerCase().includes(word));
      group.hidden = rows.every((row) => row.hidden);
      count += rows.filter((row) => !row.hidden).length;
    }
    this.#part("none").hidden = count > 0;
    if (words[0]) this.#desk.say(this.#desk.t("commands_found", { count }));
  }

  #note(message) {
    this.#part("note").textContent = message;
    this.#part("note").hidden = !message;
  }

  // Changing

  #onClick({ target }) {
    const button = target.closest("[data-do]");
    if (!button) return;
    const id = button.closest("[data-owner]")?.dataset.owner;
    const actions = {
      change: () => this.#turn(), reset: () => this.#resetAll(), press: () => this.#await(id), first: () => this.#save({ [id]: null }, id),
      swap: () => this.#settle(true), keep: () => this.#settle(false),
    };
    actions[button.dataset.do]();
  }

  #turn() {
    this.#isChanging = !this.#isChanging;
    this.#stop();
    this.#draw();
    this.#do("change").focus();
  }

  #resetAll() {
    const { commands, t } = this.#desk;
    this.#save(Object.fromEntries(Object.keys(commands.chosen).map((id) => [id, null])));
    this.#note(t("keys_reset"));
  }

  #rowOf(id) {
    return this.querySelector(`[data-owner="${CSS.escape(id)}"]`);
  }

  #await(id) {
    this.#stop();
    const owner = this.#owners.find((candidate) => candidate.id === id);
    this.#pressed = { owner };
    this.#rowOf(id).classList.add("pressing");
    this.#rowOf(id).querySelector("[data-do=press]").textContent = this.#desk.t("press_a_key");
    this.#note(this.#desk.t("press_for", { title: owner.title }));
  }

  #stop() {
    this.#pressed = null;
    this.#note("");
    this.querySelector(".key-conflict")?.remove();
  }

  #onKey(event) {
    if (isComposing(event)) return;
    const isAwaiting = this.#pressed && !this.#pressed.plan;
    if (isAwaiting) this.#take(event);
    else if (event.key === "Escape" && this.#pressed) this.#settle(false, event.preventDefault());
  }

  /** The next key is the new one; Tab and combinations go on as ever. */
  #take(event) {
    const key = keyName(event);
    if (["Tab", "Shift+Tab", "Control", "Shift", "Alt", "Meta"].includes(event.key) || isCombination(key)) return;
    event.preventDefault();
    const { owner } = this.#pressed;
    if (key === "Escape") return this.#settle(false);
    if (TAKE_AWAY.has(key)) return this.#save({ [owner.id]: [] }, owner.id, this.#desk.t("key_taken_away", { title: owner.title }));
    return this.#plan(key);
  }

  #plan(key) {
    const { owner } = this.#pressed;
    const plan = planKey(owner, key, this.#owners);
    const words = { title: owner.title, key: keyTitle(key), other: plan.other?.title };
    if (plan.refused) return this.#note(this.#desk.t("key_is_fixed", words));
    Object.assign(this.#pressed, { plan, words });
    return plan.other ? this.#ask(plan, words) : this.#settle(true);
  }

  #ask({ changes, other }, words) {
    const question = this.#part("conflict").content.firstElementChild.cloneNode(true);
    question.querySelector("span").textContent = this.#desk.t(changes[other.id].length ? "key_conflict" : "key_conflict_take", words);
    this.#rowOf(this.#pressed.owner.id).after(question);
    this.#note("");
    question.querySelector("[data-do=swap]").focus();
  }

  #settle(isYes) {
    const { owner, plan, words } = this.#pressed;
    const { t } = this.#desk;
    this.#stop();
    if (isYes) return this.#save(plan.changes, owner.id, t("key_set", words));
    this.#draw();
    this.#note(t("key_kept", { title: owner.title }));
    return this.#rowOf(owner.id).querySelector("[data-do=press]").focus();
  }

  #save(changes, id = null, message = "") {
    const { commands } = this.#desk;
    this.#stop();
    commands.choose(withoutEmptyLabels(changes));
    savePreferences({ keys: { ...commands.chosen } });
    this.#draw();
    this.#note(message);
    (id ? this.#rowOf(id).querySelector("[data-do=press]") : this.#do("change")).focus();
  }

  #switchSingleKeys(isOn) {
    const { commands, t } = this.#desk;
    commands.chooseSingleKeys(isOn);
    savePreferences({ single_keys: isOn });
    this.#draw();
    this.#note(t(isOn ? "single_keys_on" : "single_keys_off"));
  }
}

customElements.define("desk-help", DeskHelp);
