// <run-progress>: follows one training run.
import { ProgressFollower } from "./progress-follower.js";

class RunProgress extends ProgressFollower {
  get follows() {
    return { type: "run.progress", key: "run" };
  }
}

customElements.define("run-progress", RunProgress);
