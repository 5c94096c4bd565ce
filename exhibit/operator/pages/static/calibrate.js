// The page "Calibration": begins steps, says what the guide says, and hands it what people press.
import { ask, attempt } from "./api.js";
import { tellChange } from "./controls.js";
import { endTrial, watch } from "./live.js";
import { has, text } from "./texts.js";

const LOOK_EVERY_MS = 400, STARTS_WITHIN_MS = 120000, LEAP_PX = 10;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const panel = document.getElementById("guide");
let shown = "";
let running = false;

async function look() {
  if (!document.hidden) {
    const found = await ask("GET", "/api/v1/calibration").catch(() => null);
    if (found) show(found);
  }
  setTimeout(look, LOOK_EVERY_MS);
}

function show({ steps, guide }) {
  running = guide !== null;
  document.getElementById("finish").hidden = !running;
  for (const { name, done } of steps) {
    const card = document.querySelector(`[data-step=${name}]`);
    card.dataset.ok = String(done);
    say(card.querySelector("[data-verdict]"), text(done ? "calibrate.done" : "calibrate.todo"));
  }
  const step = guide?.step ?? "";
  panel.hidden = step === "" && !guide?.error;
  const saved = document.getElementById("saved");
  saved.hidden = !guide?.saved.length || step !== "";
  if (!saved.hidden) say(saved, text("calibrate.saved", { step: text(`calibrate.${guide.saved.at(-1)}`), words: guide.words || text("calibrate.done") }));
  refuse(guide?.error ?? "");
  if (step !== shown) { shown = step; watch(); if (step) panel.scrollIntoView({ block: "start" }); }
  if (!guide || step === "") return;
  say(document.getElementById("guide-title"), text(`calibrate.${step}`));
  say(document.getElementById("told"), has(`calibrate.${guide.code}`) ? text(`calibrate.${guide.code}`, guide.values) : guide.code);
  panel.querySelector("[data-do=accept]").disabled = !guide.ready;
  better(guide.code === "light_exposure" ? guide.values.exposure : null);
  const stepwise = step === "projector" && guide.method !== "automatic";
  panel.querySelector("[data-do=skip]").hidden = !stepwise;
  panel.querySelector("[data-do=back]").hidden = !stepwise;
  document.getElementById("pad").hidden = guide.method !== "mesh";
}

// The exposure at which paper is likely to be as bright as it should be.
function better(exposure) {
  document.getElementById("better").hidden = exposure === null || !document.querySelector("[data-key='camera.exposure']");
  const button = document.getElementById("set-exposure");
  button.dataset.exposure = String(exposure);
  if (exposure !== null) say(button, text("calibrate.set_exposure", { exposure }));
}

async function setExposure() {
  const box = document.querySelector("[data-key='camera.exposure']");
  const after = Number(document.getElementById("set-exposure").dataset.exposure);
  const change = await attempt("PATCH", "/api/v1/settings", { camera: { exposure: after } });
  if (change) tellChange(box.dataset.name, [box.dataset.value, after], change, null);
}

function refuse(error) {
  const place = document.getElementById("refused");
  place.hidden = error === "";
  say(place, error);
}

// Left alone while it is the same: a reader of screens would say it every time.
function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

const order = (given) => attempt("POST", "/api/v1/calibration", given);

async function begin(step, method) {
  const buttons = document.querySelectorAll("[data-begin]");
  for (const button of buttons) button.disabled = true;
  try { await start(step, method); } finally { for (const button of buttons) button.disabled = false; }
}

async function start(step, method) {
  if (!running && (await attempt("POST", "/api/v1/calibration/guide")) === undefined) return;
  const until = Date.now() + STARTS_WITHIN_MS;
  while (!running && Date.now() < until) {
    const found = await ask("GET", "/api/v1/calibration").catch(() => null);
    if (found) show(found);
    if (!running) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const { value, valueAsNumber } = document.getElementById("ruler");
  const measured = value === "" ? {} : { ruler_mm: valueAsNumber };
  await order({ do: "begin", step, method, new_marks: document.getElementById("new-marks").checked, ...measured });
}

function move(dx, dy, far) {
  const by = far ? LEAP_PX : 1;
  order({ do: "move", dx: dx * by, dy: dy * by });
}

for (const button of document.querySelectorAll("[data-begin]")) {
  button.addEventListener("click", () => begin(button.dataset.begin, button.dataset.method));
}
for (const button of panel.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => {
    // Pressed twice, it would take the next cross with the disc on this one.
    if (button.dataset.do === "accept") button.disabled = true;
    order({ do: button.dataset.do });
  });
}
for (const button of panel.querySelectorAll("[data-dx]")) {
  button.addEventListener("click", () => move(Number(button.dataset.dx), Number(button.dataset.dy), document.getElementById("leap").checked));
}
document.getElementById("finish").addEventListener("click", () => order({ do: "end" }));
document.addEventListener("keydown", (event) => {
  if (document.getElementById("pad").hidden || panel.hidden || !(event.key in KEYS)) return;
  event.preventDefault();
  move(...KEYS[event.key], event.shiftKey);
});

document.getElementById("set-exposure").addEventListener("click", setExposure);

look();
endTrial(() => location.reload());
