// <desk-run>: whether the model is learning right now, and how far it is. Quiet when it is not.
import { callApi } from "../api-client.js";

const ACTIVE_STATES = new Set(["queued", "running"]);

class DeskRun extends HTMLElement {
  #desk;

  join(desk) {
    this.#desk = desk;
    desk.addEventListener("live", ({ detail }) => detail.type === "run.progress" && this.#show(detail));
    desk.addEventListener("card", () => this.#load(), { once: true });
    desk.live.addEventListener("resync", () => this.#load());
  }

  async #load() {
    const { data } = await callApi("GET", `${this.#desk.boot.api}projects/${this.#desk.boot.project.id}/runs/?limit=1`).catch(() => ({}));
    this.#show(data?.results?.[0] ?? { state: "none" });
  }

  #show({ state, progress = 0 }) {
    const isActive = ACTIVE_STATES.has(state);
    const words = state === "queued" ? this.#desk.t("run_queued") : this.#desk.t("run_training", { percent: Math.round(progress * 100) });
    this.#desk.part("run").hidden = !isActive;
    this.#desk.part("run").textContent = isActive ? words : "";
  }
}

customElements.define("desk-run", DeskRun);
