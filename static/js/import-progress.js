// <import-progress>: follows one import.
import { ProgressFollower } from "./progress-follower.js";

class ImportProgress extends ProgressFollower {
  get follows() {
    return { type: "import.progress", key: "import" };
  }
}

customElements.define("import-progress", ImportProgress);
