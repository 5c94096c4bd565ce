// The part of "Help" that keeps the table as one file and takes it back.
import { showTrial } from "./live.js";
import { sendsFile } from "./files.js";
import { text } from "./texts.js";

const problem = document.getElementById("restore-problem");
sendsFile(document.getElementById("restore"), {
  path: "/api/v1/restore",
  problem,
  done: (change) => {
    if (change.on_trial.length) showTrial({ trial_left_s: change.confirm_within_s, trial_keys: change.on_trial });
    problem.textContent = text("files.restored", { scenes: change.scenes.length });
  },
});
