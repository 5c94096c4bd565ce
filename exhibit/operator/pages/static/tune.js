// The page "Tune": settings, scenes, directions, bundles.
import { attempt, ask, say } from "./api.js";
import { latest, tellChange, whenResting } from "./controls.js";
import { sendsFile } from "./files.js";
import { endTrial, listen } from "./live.js";
import { number, pair, text } from "./texts.js";

const at = (id) => document.getElementById(id);

// Directions
class Direction {
  constructor(box) {
    this.box = box;
    this.name = box.dataset.direction;
    this.path = `/api/v1/directions/${encodeURIComponent(this.name)}`;
    [this.slider, this.field] = box.querySelectorAll(".control-body input");
    this.saved = Number(this.field.value);
    this.offer = latest((strength) => ask("POST", `${this.path}/preview`, { strength }));
    this.moved = 0;
    this.heard = 0;
    this.resting = [this.slider, this.field].map((input) => {
      input.addEventListener("input", () => this.move(input));
      return whenResting(input, () => this.save(Number(input.value)));
    });
    this.kept = this.modulation();
    this.where = box.querySelector("[data-part]");
    this.where?.addEventListener("change", () => this.give());
    box.querySelector("[data-zero]")?.addEventListener("click", () => this.save(0));
    const details = box.querySelector("details");
    details.addEventListener("change", () => { this.showFields(); this.save(this.saved); });
    details.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.matches("[data-point-add]")) this.addPoint();
      if (button?.matches("[data-point-remove]")) { button.closest(".entry").remove(); this.save(this.saved); }
    });
    this.showFields();
    this.mark(this.saved);
  }

  moves(name) { return this.box.querySelector(`.moves [name=${name}]`); }

  // A schedule has times and strengths in place of depth and period.
  showFields() {
    const scheduled = this.moves("kind").value === "schedule";
    this.box.querySelector(".points").hidden = !scheduled;
    for (const name of ["depth", "period_s"]) this.moves(name).closest("label").hidden = scheduled;
  }

  addPoint() {
    const list = this.box.querySelector("[data-points]");
    list.append(this.box.querySelector(".points template").content.cloneNode(true));
    list.lastElementChild.querySelector("input").focus();
  }

  modulation() {
    const rows = [...this.box.querySelectorAll("[data-points] .entry")];
    const points = rows.map((row) => ({
      at: row.querySelector("[name=at]").value,
      strength: Number(row.querySelector("[name=strength]").value),
    }));
    return {
      kind: this.moves("kind").value,
      depth: Number(this.moves("depth").value),
      period_s: Number(this.moves("period_s").value),
      points: points.filter((point) => point.at),
    };
  }

  // An input that is being typed into is left alone: set from here, it would never say "change".
  mark(strength, from) {
    const { low, high } = this.box.dataset;
    for (const input of [this.slider, this.field]) if (input !== from) input.value = strength;
    this.box.querySelector(".unsafe").hidden = strength >= Number(low) && strength <= Number(high);
  }

  move(input) {
    this.moved += 1;
    const strength = Number(input.value);
    this.mark(strength, input);
    this.offer(strength);
  }

  async save(strength, modulation = this.modulation(), goesBack = true) {
    for (const input of this.resting) input.end();
    const moved = this.moved, before = this.saved, movedBy = this.kept;
    await this.offer.end();
    const change = await attempt("PUT", this.path, { strength, modulation });
    if (!change) { this.mark(before); return; }
    if (this.heard <= change.generation) {
      this.saved = strength;
      this.kept = modulation;
      // Whoever moved on while it was saved has the newer value in hand.
      if (moved === this.moved) this.mark(strength);
      if (!goesBack) this.showModulation(modulation);
    }
    const same = JSON.stringify(movedBy) === JSON.stringify(modulation);
    const both = same ? pair(before, strength) : [this.how(movedBy), this.how(modulation)];
    const back = () => this.save(before, movedBy, false);
    tellChange(this.name, both, change, goesBack && (before !== strength || !same) ? back : null);
  }

  // Somebody else, a scene or the schedule may have moved it.
  hear(used, generation) {
    if (this.box.contains(document.activeElement)) return;
    this.heard = Math.max(this.heard, generation);
    this.saved = used?.strength ?? 0;
    this.mark(this.saved);
    const moved = used?.modulation ?? { kind: "none", depth: 0, period_s: this.kept.period_s, points: [] };
    this.kept = moved;
    this.showModulation(moved);
    if (this.where) this.where.value = used?.part || this.where.dataset.part;
  }

  // An appearance goes to another part as it is set.
  async give() {
    const change = await attempt("PUT", this.path, { strength: this.saved, part: this.where.value });
    if (change) say(`${this.name}: ${this.where.selectedOptions[0].text}`);
  }

  how({ kind, depth, period_s: period, points }) {
    if (kind === "none") return text("tune.none");
    const parts = kind === "schedule" ? points.map((p) => `${p.at} ${p.strength}`) : [`±${depth}`, `${period} s`];
    return [text(`tune.${kind}`), ...parts].join(" ");
  }

  showModulation({ kind, depth, period_s: period, points }) {
    this.moves("kind").value = kind;
    this.moves("depth").value = depth;
    this.moves("period_s").value = period;
    const list = this.box.querySelector("[data-points]");
    list.replaceChildren(...points.map((point) => {
      const row = this.box.querySelector(".points template").content.cloneNode(true);
      row.querySelector("[name=at]").value = point.at;
      row.querySelector("[name=strength]").value = point.strength;
      return row;
    }));
    this.showFields();
  }
}

const directions = [...document.querySelectorAll("[data-direction]")].map((box) => new Direction(box));
listen("state", (state) => {
  for (const direction of directions) {
    const now = state.engine?.strengths?.[direction.name];
    const moving = now !== undefined && Math.abs(now - direction.saved) > 0.05;
    direction.box.querySelector("[data-now]").textContent = moving ? text("tune.now_at", { value: number(now, 1) }) : "";
  }
  for (const chip of document.querySelectorAll("[data-scene]")) {
    if (state.scene !== undefined) chip.setAttribute("aria-pressed", String(chip.dataset.scene === state.scene));
  }
});

listen("settings", ({ changed, generation = 0 }) => {
  const used = changed["editing.directions"];
  if (used) for (const direction of directions) direction.hear(used.find((one) => one.name === direction.name), generation);
});

// Scenes
const sceneAt = (name) => `/api/v1/scenes/${encodeURIComponent(name)}`;
for (const chip of document.querySelectorAll("[data-scene]")) {
  chip.addEventListener("click", async () => {
    if (await attempt("POST", `${sceneAt(chip.dataset.scene)}/switch`)) {
      for (const other of document.querySelectorAll("[data-scene]")) other.setAttribute("aria-pressed", String(other === chip));
      say(text("tune.scene_begins", { name: chip.dataset.scene }));
    }
  });
}
for (const button of document.querySelectorAll("[data-scene-delete]")) {
  button.addEventListener("click", async () => {
    if (!confirm(text("tune.scene_delete_sure", { name: button.dataset.sceneDelete }))) return;
    if (await attempt("DELETE", sceneAt(button.dataset.sceneDelete))) location.reload();
  });
}
at("keep-scene")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const bundle = at("scene-bundle").checked ? at("bundles").dataset.inUse : null;
  const name = at("scene-name").value.trim();
  const taken = [...document.querySelectorAll("[data-scene]")].some((chip) => chip.dataset.scene === name);
  if (taken && !confirm(text("tune.scene_replace_sure", { name }))) return;
  if (await attempt("PUT", sceneAt(name), { fade_s: Number(at("scene-fade").value), bundle })) location.reload();
});

// Schedule
const entries = at("entries");
at("entry-add")?.addEventListener("click", () => {
  entries.append(at("entry-row").content.cloneNode(true));
  entries.lastElementChild.querySelector("input").focus();
});
entries?.addEventListener("click", (event) => {
  event.target.closest("[data-entry-remove]")?.closest(".entry").remove();
});
const scheduleNow = () => [...entries.querySelectorAll(".entry")].map((row) => ({
  at: row.querySelector("[name=at]").value,
  scene: row.querySelector("[name=scene]").value,
  days: [...row.querySelectorAll(".day input:checked")].map((day) => day.value),
}));
let scheduleRead = entries && scheduleNow();
at("schedule")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wanted = scheduleNow();
  if (!(await attempt("PUT", "/api/v1/schedule", { entries: wanted, before: scheduleRead }))) return;
  scheduleRead = wanted;
  say(text("tune.schedule_saved"));
});

// Bundles
const bundles = at("bundles"), bundleStatus = at("bundle-status");
for (const button of document.querySelectorAll("[data-bundle]")) {
  button.addEventListener("click", async () => {
    if (await attempt("POST", "/api/v1/bundles/use", { bundle: button.dataset.bundle })) follow(button.dataset.bundle);
  });
}

async function follow(name) {
  bundleStatus.textContent = text("tune.bundle_opening", { name });
  for (const button of document.querySelectorAll("[data-bundle]")) button.disabled = true;
  const found = await ask("GET", "/api/v1/bundles").catch(() => ({ opening: name }));
  if (found.opening) { setTimeout(follow, 1000, name); return; }
  if (found.refused) {
    bundleStatus.textContent = text("tune.bundle_refused", { reason: found.refused });
    for (const button of document.querySelectorAll("[data-bundle]")) button.disabled = false;
    return;
  }
  // Another bundle has other directions.
  location.reload();
}
for (const button of document.querySelectorAll("[data-bundle-delete]")) {
  button.addEventListener("click", async () => {
    if (await attempt("DELETE", `/api/v1/bundles/${encodeURIComponent(button.dataset.bundleDelete)}`)) location.reload();
  });
}
sendsFile(at("bundle-upload"), { path: "/api/v1/bundles/upload", problem: at("upload-problem"), done: () => location.reload() });
if (bundles.dataset.opening) follow(bundles.dataset.opening);

endTrial(() => location.reload());
