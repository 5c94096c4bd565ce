// Controls for settings: tried while they move, saved when they rest, and every change can be undone.
import { ask, attempt, say } from "./api.js";
import { listen, showTrial, whenArrived } from "./live.js";
import { pair, text } from "./texts.js";
import { remember, undo } from "./undo.js";

const TRY_EVERY_MS = 40;
// A key that is pressed again and again is one change: saved when it has rested this long.
const REST_MS = 600;

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

// Saves what an input says once it rests, and at once when it is left.
export function whenResting(input, save) {
  let timer = null;
  const now = () => {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    save();
  };
  input.addEventListener("change", () => { clearTimeout(timer); timer = setTimeout(now, REST_MS); });
  // A key that is held, or that goes on, has not rested.
  input.addEventListener("input", () => { if (timer !== null) { clearTimeout(timer); timer = setTimeout(now, REST_MS); } });
  for (const event of ["blur", "pointerup"]) input.addEventListener(event, () => setTimeout(now));
  addEventListener("pagehide", now);
  return { end: () => { clearTimeout(timer); timer = null; } };
}

export function words(value, unit = "") {
  if (typeof value === "boolean") return text(value ? "site.on" : "site.off");
  if (value === null || value === "" || value?.length === 0) return text("site.empty");
  if (Array.isArray(value)) return value.join(", ");
  return `${value} ${unit}`.trim();
}

// Says what a change did, and keeps the step back; a step back itself is not one to take back.
export function tellChange(name, [before, after], change, back) {
  if (change.on_trial.length) {
    showTrial({ trial_left_s: change.confirm_within_s, trial_keys: change.on_trial });
    say(text("site.on_trial_now", { name }));
  } else if (change.shadowed.length) {
    say(text("site.shadowed"));
  } else if (before !== after) {
    const message = text("site.saved", { name, before, after });
    if (back) { remember(name, back); say(message, { action: text("site.undo"), act: undo }); } else say(message);
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
    // The value of inputs that are moved is theirs until it has been saved.
    this.moved = 0;
    this.heard = 0;
    this.resting = [];
    for (const input of this.inputs) {
      input.addEventListener("input", () => { this.moved += 1; this.move(input); });
      const save = () => this.save(this.read(input));
      if (this.kind === "slider" || this.kind === "number") this.resting.push(whenResting(input, save));
      else input.addEventListener("change", save);
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

  async save(value, goesBack = true) {
    const moved = this.moved, before = this.saved, source = this.box.dataset.source;
    await this.offer.end();
    const change = await attempt("PATCH", "/api/v1/settings", nested(this.key, value));
    if (!change) { this.show(before, source); return; }
    this.end(value, change.on_trial.includes(this.key) ? "trial" : "overrides", moved, change);
    const back = () => (source === "file" ? this.reset(false) : this.save(before, false));
    this.tell(before, value, change, goesBack ? back : null);
  }

  async reset(goesBack = true) {
    for (const input of this.resting) input.end();
    const moved = this.moved, before = this.saved;
    const change = await attempt("POST", "/api/v1/settings/reset", { keys: [this.key] });
    if (!change) return;
    this.end(this.file, "file", moved, change);
    this.tell(before, this.file, change, goesBack ? () => this.save(before, false) : null);
  }

  tell(before, after, change, back) {
    const { name, unit } = this.box.dataset;
    const numbers = typeof before === "number" && typeof after === "number";
    const both = numbers ? pair(before, after) : [words(before), words(after)];
    tellChange(name, [both[0], `${both[1]} ${unit}`.trim()], change, before === after ? null : back);
  }

  // Whoever moved on while it was saved has the newer value in hand; and an answer that is late may
  // be older than what a scene has made of it since.
  end(value, source, moved, change) {
    const inHand = moved !== this.moved;
    if (this.heard <= change.generation) this.show(value, source, inHand);
    this.await(change);
  }

  // What is saved is not at work yet: the processes of the table take it, and say so.
  await(change) {
    const tag = this.box.querySelector(".arriving");
    tag.hidden = false;
    this.awaited = change.generation;
    whenArrived(change.generation, () => { tag.hidden = this.awaited === change.generation; });
  }

  show(value, source, inHand = false) {
    this.saved = value;
    for (const input of inHand ? [] : this.inputs) {
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
listen("settings", ({ changed, generation = 0 }) => {
  for (const [key, value] of Object.entries(changed)) {
    const control = all.get(key);
    if (!control || control.box.contains(document.activeElement)) continue;
    control.heard = Math.max(control.heard, generation);
    if (JSON.stringify(control.saved) !== JSON.stringify(value)) {
      control.show(value, JSON.stringify(value) === JSON.stringify(control.file) ? "file" : "overrides");
    }
  }
});
