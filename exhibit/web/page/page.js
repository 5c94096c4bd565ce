"use strict";

const SMALL_EVERY_MS = 300;
const STATE_EVERY_MS = 1000;
const byId = (id) => document.getElementById(id);
const WORDS = {
  picture: "the drawing's answer",
  attract: "attract loop, nobody draws",
  clean: "a fresh sheet",
  lingering: "the last picture, its sheet is gone",
  frozen: "frozen by the operator",
  blank: "blank, by the operator",
  starting: "starting",
};

// One picture in flight per view: a slow connection makes it slower, never longer.
function keepFresh(id, path) {
  const image = byId(id);
  const load = () => { image.src = `${path}?${Date.now()}`; };
  const next = () => setTimeout(load, SMALL_EVERY_MS);
  image.addEventListener("load", next);
  image.addEventListener("error", next);
  load();
}

function showFacts(state) {
  const facts = {
    Stage: WORDS[state.stage] || state.stage,
    Camera: state.camera,
    Artist: state.bundle,
    "Runs on": state.provider,
    "Stage rate": state.fps && `${state.fps.toFixed(1)} Hz`,
    "Camera to light": state.camera_to_light_p95_ms && `${Math.round(state.camera_to_light_p95_ms)} ms (p95)`,
  };
  const rows = [];
  for (const [name, value] of Object.entries(facts)) {
    if (!value) continue;
    const dt = document.createElement("dt");
    const dd = document.createElement("dd");
    dt.textContent = name;
    dd.textContent = value;
    rows.push(dt, dd);
  }
  byId("facts").replaceChildren(...rows);
  byId("faults").replaceChildren(...state.faults.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
}

function showNotice(state) {
  const notice = byId("notice");
  notice.className = "";
  if (!state.stage_alive) {
    notice.textContent = "The stage is not running at the moment.";
    notice.className = "lost";
  } else if (!state.engine_alive) {
    notice.textContent = "The engine is starting; the attract loop plays meanwhile.";
  } else if (state.simulated) {
    notice.textContent = "Simulated table: no camera is in use, a simulated visitor draws.";
    notice.className = "simulated";
  } else {
    notice.textContent = "Live from the table.";
  }
}

function showStage(state) {
  const turned = state.rotate ? `rotate(${-state.rotate}deg)` : "";
  byId("stage").style.transform = `${state.mirror ? "scaleX(-1)" : ""} ${turned}`.trim();
  byId("stage-caption").textContent = state.mirror
    ? "The projection as the visitor sees it (the projector below the table gets it mirrored)"
    : "The projection as the visitor sees it";
}

async function look() {
  try {
    const state = await (await fetch("state.json")).json();
    showNotice(state);
    showFacts(state);
    showStage(state);
  } catch {
    byId("notice").textContent = "The table has been switched off.";
    byId("notice").className = "lost";
  }
  setTimeout(look, STATE_EVERY_MS);
}

byId("stage").addEventListener("error", () => {
  setTimeout(() => { byId("stage").src = `stage.mjpg?${Date.now()}`; }, STATE_EVERY_MS);
});
keepFresh("camera", "camera.jpg");
keepFresh("ink", "ink.jpg");
look();
