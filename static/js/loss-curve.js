// <loss-curve>: draws the loss of a running training anew as it goes on. Inside: what the server has drawn so far.
//   data-url, data-live, data-id, data-state as in progress-follower.js; data-width, data-height: of the drawing
import { callApi } from "./api-client.js";
import { LiveSocket } from "./live-socket.js";

const REDRAW_MS = 2000;
const ACTIVE = new Set(["queued", "running"]);

class LossCurve extends HTMLElement {
  #live = null;
  #timer = 0;
  #isStale = true;

  connectedCallback() {
    if (!ACTIVE.has(this.dataset.state)) return;
    if (this.dataset.live) {
      this.#live = new LiveSocket(this.dataset.live);
      this.#live.addEventListener("event", ({ detail }) => this.#onEvent(detail));
    }
    this.#timer = setInterval(() => this.#redraw(), REDRAW_MS);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
    this.#live?.close();
  }

  #onEvent(event) {
    if (event.type === "run.progress" && String(event.run) === this.dataset.id) this.#isStale = true;
  }

  /** Events are many and carry no curve: it is read at most once in a while, and only when something happened. */
  async #redraw() {
    const isDue = this.#isStale || this.#live?.state !== "open";
    if (!isDue || document.visibilityState !== "visible") return;
    this.#isStale = false;
    const answer = await callApi("GET", this.dataset.url).catch(() => null);
    if (answer) this.draw(answer.data.metrics?.losses ?? []);
  }

  /** `losses`: [step, loss] pairs, oldest first. */
  draw(losses) {
    if (losses.length < 2) return;
    const [width, height] = [Number(this.dataset.width), Number(this.dataset.height)];
    const [first, last] = [losses[0][0], losses.at(-1)[0]];
    const top = Math.max(...losses.map(([, loss]) => loss)) || 1;
    const place = ([step, loss]) =>
      `${(((step - first) / Math.max(1, last - first)) * width).toFixed(1)},${(height - (loss / top) * height).toFixed(1)}`;
    this.querySelector("polyline").setAttribute("points", losses.map(place).join(" "));
    this.querySelector("[data-top]").textContent = top.toFixed(2);
    this.querySelector("[data-first]").textContent = first;
    this.querySelector("[data-last]").textContent = last;
    this.querySelector("tbody").replaceChildren(...losses.toReversed().map(rowOf));
  }
}

function rowOf([step, loss]) {
  const row = document.createElement("tr");
  const [head, cell] = [document.createElement("th"), document.createElement("td")];
  head.scope = "row";
  head.textContent = step;
  cell.className = "num";
  cell.textContent = loss.toFixed(3);
  row.append(head, cell);
  return row;
}

customElements.define("loss-curve", LossCurve);
