// Controls for settings: tried while they move, saved when they rest, and every change can be undone.
import { ask, attempt, say } from "./api.js";
import { listen, showTrial, whenArrived } from "./live.js";
import { text } from "./texts.js";

const TRY_EVERY_MS = 40;

const nested = (key, value) => key.split(".").reduceRight((inner, name) => ({ [name]: inner }), value);

// Sends the newest value only: while one request is on its way, later values replace each other.
export function latest(send) {
  let waiting, busy = false, sending = Promise.resolve();
  const run = async () => {
    if (busy) return;
    busy = true;
    while (waiting !== undefined) {
      const value = waiting;
      waiting = undefined;
      sending = send(value).catch(() => {});
      await sending;
      await new Promise((done) => setTimeout(done, TRY_EVERY_MS));
    }
    busy = false;
  };
  const offer = (value) => { waiting = value; run(); };
  // Resolves when nothing is on its way: what is tried must not overtake what is saved.
  offer.end = () => { waiting = undefined; return sending; };
  return offer;
}

export function words(value, unit = "") {
  if (typeof value === "boolean") return text(value ? "site.on" : "site.off");
  if (value === null || value === "" || value?.length === 0) return text("site.empty");
  if (Array.isArray(value)) return value.join(", ");
  return `${value} ${unit}`.trim();
}

export function tellChange(name, before, change, undo) {
  const key = Object.keys(change.changed)[0];
  if (change.on_trial.length) {
    showTrial({ trial_left_s: change.confirm_within_s, trial_keys: change.on_trial });
    say(text("site.on_trial_now", { name }));
  } else if (change.shadowed.length) {
    say(text("site.shadowed"));
  } else if (key !== undefined || before) {
    say(before, { action: text("site.undo"), act: undo });
  }
  const names = change.restarts.filter((process) => process !== "table");
  if (names.length) say(text("site.restarts", { names: names.join(", ") }));
  if (change.restarts.includes("table")) say(text("site.restarts_table"));
}

class Control {
  constructor(box) {
    this.box = box;
    this.key = box.dataset.key;
    this.kind = box.dataset.kind;
    this.saved = JSON.parse(box.dataset.value);
    this.file = JSON.parse(box.dataset.file);
    this.inputs = [...box.querySelectorAll(".control-body input, .control-body select")];
    this.offer = latest((value) => ask("POST", "/api/v1/settings/preview", nested(this.key, value)));
    for (const input of this.inputs) {
      input.addEventListener("input", () => this.move(input));
      input.addEventListener("change", () => this.save(this.read(input)));
    }
    box.querySelector(".reset")?.addEventListener("click", () => this.reset());
  }

  read(input) {
    if (this.kind === "switch") return input.checked;
    const value = input.value.trim();
    if (this.kind === "list") return value.split(",").map((item) => item.trim()).filter(Boolean);
    if (value === "" && "optional" in this.box.dataset) return null;
    if (this.kind === "slider" || this.kind === "number") return value === "" ? null : Number(value);
    return this.kind === "choice" && typeof this.saved === "number" ? Number(value) : value;
  }

  move(input) {
    if (this.kind !== "slider" && this.kind !== "colour") return;
    const value = this.read(input);
    for (const other of this.inputs) if (other !== input) other.value = value;
    if (value !== null && "liveSetting" in this.box.dataset) this.offer(value);
  }

  async save(value) {
    await this.offer.end();
    const before = this.saved, source = this.box.dataset.source;
    const change = await attempt("PATCH", "/api/v1/settings", nested(this.key, value));
    if (!change) { this.show(before, source); return; }
    const trial = change.on_trial.includes(this.key);
    this.show(value, trial ? "trial" : "overrides");
    this.await(change);
    const message = text("site.saved", { name: this.box.dataset.name, before: words(before), after: words(value, this.box.dataset.unit) });
    tellChange(this.box.dataset.name, message, change, () => (source === "file" ? this.reset() : this.save(before)));
  }

  async reset() {
    const before = this.saved;
    const change = await attempt("POST", "/api/v1/settings/reset", { keys: [this.key] });
    if (!change) return;
    this.show(this.file, "file");
    this.await(change);
    const message = text("site.saved", { name: this.box.dataset.name, before: words(before), after: words(this.file, this.box.dataset.unit) });
    tellChange(this.box.dataset.name, message, change, () => this.save(before));
  }

  // What is saved is not at work yet: the processes of the table take it, and say so.
  await(change) {
    const tag = this.box.querySelector(".arriving");
    tag.hidden = false;
    this.awaited = change.generation;
    whenArrived(change.generation, () => { tag.hidden = this.awaited === change.generation; });
  }

  show(value, source) {
    this.saved = value;
    for (const input of this.inputs) {
      if (this.kind === "switch") input.checked = value;
      else if (this.kind === "list") input.value = value.join(", ");
      else input.value = value ?? "";
    }
    this.box.dataset.source = source;
    const same = source === "file";
    const tag = this.box.querySelector(".source"), reset = this.box.querySelector(".reset");
    tag.hidden = same;
    if (!same) tag.textContent = text(`source.${source}`);
    if (reset) {
      const nothing = same || JSON.stringify(value) === JSON.stringify(this.file);
      if (nothing && document.activeElement === reset) this.inputs[0].focus();
      reset.hidden = nothing;
    }
  }
}

const all = new Map();
for (const box of document.querySelectorAll(".control")) all.set(box.dataset.key, new Control(box));

// Somebody else, a scene or the schedule may change what holds.
listen("settings", ({ changed }) => {
  for (const [key, value] of Object.entries(changed)) {
    const control = all.get(key);
    if (!control || control.box.contains(document.activeElement)) continue;
    if (JSON.stringify(control.saved) !== JSON.stringify(value)) {
      control.show(value, JSON.stringify(value) === JSON.stringify(control.file) ? "file" : "overrides");
    }
  }
});
