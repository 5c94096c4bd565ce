// The page "Now": state, pictures, plots and orders.
import { ask, attempt, say } from "./api.js";
import { endTrial, listen } from "./live.js";
import { Plot } from "./plot.js";
import { has, number, text } from "./texts.js";

const at = (id) => document.getElementById(id);
const plots = { fps: new Plot("fps", 1), latency: new Plot("latency"), temperature: new Plot("temperature") };

listen("state", (state) => {
  at("banner").dataset.state = state.state;
  at("word").textContent = text(`state.${state.state}`);
  at("means").textContent = meaning(state);
  showReasons(state.reasons);
  if (state.state === "offline") return;
  at("simulated").hidden = !state.engine.simulated;
  at("listening").hidden = !state.sound.listening;
  at("tokens").hidden = !state.tokens.length;
  at("tokens").querySelector("span").textContent = state.tokens.map(tokenText).join("; ");
  at("recalled").hidden = !state.engine.recalled.length;
  at("recalled").querySelector("span").textContent = state.engine.recalled.join("; ");
  plot(state);
  showTakeHome(state.takehome);
  press("freeze", state.stage.state === "frozen");
  press("blank", state.stage.state === "blank");
  showFacts(state);
});

function meaning({ state, reasons }) {
  const means = text(`state.${state}_means`);
  const well = (state === "showing" || state === "idle") && !reasons.length;
  return well ? `${means} ${text("state.nothing_to_do")}` : means;
}

function tokenText({ number: id, does, name, angle_deg: angle }) {
  const what = does ? `${does} ${name}`.trim() : text("now.token_unbound");
  return text("now.token", { number: id, what, angle: Math.round(angle) });
}

const A_SECOND_MS = 1000;
let plottedAt = 0;

// A page that was hidden, or rests beside another window, has missed some seconds: the table has not.
async function plot(state) {
  const late = Date.now() - plottedAt > 2 * A_SECOND_MS;
  plottedAt = Date.now();
  const kept = late ? await ask("GET", "/api/v1/recent").catch(() => null) : null;
  for (const [name, shown] of Object.entries(plots)) if (kept) shown.begin(kept[name]);
  if (!kept) {
    plots.fps.add(state.fps);
    plots.latency.add(state.latency_p95_ms);
    plots.temperature.add(state.machine.temperature_c);
  }
  showTemperature(state.machine.temperature_c);
}

function showTemperature(hottest) {
  const card = at("plot-temperature");
  card.classList.toggle("without", hottest === null);
  if (hottest === null) card.querySelector(".range").textContent = text("now.no_temperature");
}

let shownReasons = "";

// Left alone while they are the same, so that they can be read and copied.
function showReasons(reasons) {
  const words = JSON.stringify(reasons);
  if (words === shownReasons) return;
  shownReasons = words;
  at("reasons").replaceChildren(...reasons.map(reasonItem));
}

function reasonItem({ code, text: words }) {
  const item = document.createElement("li");
  const advice = has(`advice.${code}`) ? text(`advice.${code}`) : text("advice.other");
  item.append(
    Object.assign(document.createElement("strong"), { textContent: words }),
    Object.assign(document.createElement("span"), { textContent: advice }),
  );
  return item;
}

let answered = null;

// What became of an order is known only when the table has said so.
function showTakeHome({ state, last }) {
  const button = at("take-home");
  if (button) button.hidden = state === "off";
  if (answered !== null && last.number !== answered && last.by === "page") say(text(`takehome.${last.code}`));
  answered = last.number;
}

function press(id, on) {
  at(id)?.setAttribute("aria-pressed", String(on));
}

function memoryOf(processes) {
  const running = Object.entries(processes).filter(([, found]) => found.pid !== null);
  return running.map(([name, found]) => `${name} ${number(Math.round(found.memory_mb ?? 0))}`).join(" · ");
}

function showFacts({ engine, processes, rss_mb_peak: memory }) {
  const facts = {
    bundle: engine.bundle,
    camera: engine.camera,
    provider: engine.provider,
    frames: engine.frames_captured === undefined ? undefined : `${number(engine.frames_captured)} / ${number(engine.frames_dropped)}`,
    memory: memory == null ? undefined : `${number(memory)} MB (${memoryOf(processes)})`,
    restarts: Object.entries(processes).map(([name, found]) => `${name} ${found.restarts}`).join(" · "),
  };
  for (const [name, value] of Object.entries(facts)) at(`fact-${name}`).textContent = value || "–";
}

for (const toggle of document.querySelectorAll(".toggle")) {
  toggle.addEventListener("click", async () => {
    const on = toggle.getAttribute("aria-pressed") !== "true";
    if (await attempt("POST", toggle.dataset.post, { on })) press(toggle.id, on);
  });
}

at("take-home")?.addEventListener("click", async () => {
  if (await attempt("POST", "/api/v1/takehome")) say(text("now.take_home_asked"));
});

const sure = at("sure");
let ordered = null;
for (const button of document.querySelectorAll("[data-order]")) {
  button.addEventListener("click", () => {
    ordered = button;
    const [name, means] = button.querySelectorAll("strong, small");
    at("sure-what").textContent = `${means.textContent}.`;
    at("sure-yes").textContent = name.textContent;
    sure.showModal();
    at("sure-no").focus();
  });
}
at("sure-no").addEventListener("click", () => sure.close());
at("sure-yes").addEventListener("click", async () => {
  sure.close();
  const done = await attempt("POST", ordered.dataset.order, JSON.parse(ordered.dataset.body));
  if (done) say(text("now.asked", { what: at("sure-yes").textContent }));
});

const large = at("large");
for (const button of document.querySelectorAll(".enlarge")) {
  button.addEventListener("click", () => {
    const small = button.querySelector("img"), img = large.querySelector("img");
    img.alt = small.alt;
    // A browser shares one stream between images of the same address.
    img.src = small.src;
    large.showModal();
  });
}
at("large-close").addEventListener("click", () => large.close());
large.addEventListener("click", (event) => { if (event.target === large) large.close(); });
large.addEventListener("close", () => large.querySelector("img").removeAttribute("src"));
endTrial(() => {});
