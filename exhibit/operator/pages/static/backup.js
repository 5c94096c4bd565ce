// The part of "Help" that keeps the table as one file and takes it back.
import { words } from "./controls.js";
import { showTrial } from "./live.js";
import { sendsFile } from "./files.js";
import { has, text } from "./texts.js";

const problem = document.getElementById("restore-problem");
const list = document.getElementById("restore-changes");

const named = (key) => (has(`names.${key}`) ? text(`names.${key}`) : key);

function told(value) {
  if (Array.isArray(value) && value.length) return value.map(told).join(", ");
  if (value === null || typeof value !== "object" || Array.isArray(value)) return words(value);
  if ("name" in value && "strength" in value) return `${value.name} ${value.strength}`;
  return Object.entries(value).map(([key, item]) => `${named(key)}: ${told(item)}`).join(", ");
}

function linesOf({ settings, scenes, schedule }) {
  const lines = settings.map(({ key, before, after }) =>
    text("site.saved", { name: named(key), before: told(before), after: told(after) }));
  for (const [name, what] of Object.entries(scenes)) lines.push(text(`files.scene_${what}`, { name }));
  if (schedule) lines.push(text("files.schedule_changed"));
  return lines.length ? lines : [text("files.no_difference")];
}

function show(lines) {
  list.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  list.hidden = !lines.length;
}

sendsFile(document.getElementById("restore"), {
  path: "/api/v1/restore",
  problem,
  done: (found, query) => {
    show(query ? linesOf(found) : []);
    if (query) return;
    if (found.on_trial.length) showTrial({ trial_left_s: found.confirm_within_s, trial_keys: found.on_trial });
    problem.textContent = text("files.restored", { scenes: found.scenes.length });
  },
});
