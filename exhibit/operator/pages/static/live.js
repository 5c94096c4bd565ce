// What every page shows of the running table: its state, what is on trial, live pictures.
import { ask, attempt } from "./api.js";
import { has, text } from "./texts.js";

const REST_BEGINS_MS = 100, REST_LOOK_MS = 3000;
const listeners = { state: [], settings: [], arrival: [], log: [] };
// A browser keeps six connections to one address for all its windows together. The window that was
// used last has its streams; the others rest, and look now and then.
const windows = new BroadcastChannel("live");
let resting = null;
let source = null;
let lost = false;

// Settings are at work once every process of the table says their generation, or a newer one.
let arrival = { generation: 0, waiting_for: [] };
let awaited = [];

export function whenArrived(generation, act) {
  awaited.push({ generation, act });
  settle(arrival);
}

function settle(found) {
  arrival = found;
  const isThere = ({ generation }) => arrival.waiting_for.length === 0 && arrival.generation >= generation;
  const there = awaited.filter(isThere);
  awaited = awaited.filter((one) => !isThere(one));
  for (const { act } of there) act();
}

export function listen(event, listener) {
  listeners[event].push(listener);
}

function connect() {
  source = new EventSource("/api/v1/events");
  for (const event of Object.keys(listeners)) {
    source.addEventListener(event, (message) => {
      const data = JSON.parse(message.data);
      for (const listener of listeners[event]) listener(data);
    });
  }
  source.onopen = () => {
    catchUp();
    if (lost) { lost = false; watch(); }
  };
  source.onerror = () => {
    lost = true;
    showState({ state: "offline", reasons: [], trial_left_s: null });
    if (source.readyState === EventSource.CLOSED) {
      source.close();
      // A login that is over answers 401, which leads to the login page.
      setTimeout(() => ask("GET", "/api/v1/state").catch(() => {}).then(reconnect), 3000);
    }
  };
}

// Settings may have changed while this window was loaded, hidden or rested.
async function catchUp() {
  const found = await ask("GET", "/api/v1/settings").catch(() => null);
  if (found) for (const listener of listeners.settings) listener({ changed: flat(found.effective) });
}

function flat(layer, above = "") {
  return Object.entries(layer).reduce((found, [name, value]) => {
    const inside = value !== null && typeof value === "object" && !Array.isArray(value);
    return { ...found, ...(inside ? flat(value, `${above}${name}.`) : { [above + name]: value }) };
  }, {});
}

function reconnect() {
  if (!document.hidden && !resting && source.readyState === EventSource.CLOSED) connect();
}

function rest() {
  if (resting) return;
  resting = setInterval(async () => {
    if (document.hidden) return;
    const state = await ask("GET", "/api/v1/state").catch(() => null);
    if (state && resting) for (const listener of listeners.state) listener(state);
  }, REST_LOOK_MS);
  source.close();
  watch();
}

function wake() {
  if (document.hidden) return;
  windows.postMessage("the others rest");
  if (resting) {
    clearInterval(resting);
    resting = null;
    watch();
  }
  reconnect();
}

function showState(state) {
  const pill = document.getElementById("pill");
  pill.dataset.state = state.state;
  document.getElementById("pill-word").textContent = text(`state.${state.state}`);
  showTrial(state);
  if (state.safe_mode !== undefined) document.getElementById("safe-mode").hidden = !state.safe_mode;
  if (state.settings) { settle(state.settings); showWaiting(state.settings.waiting_for); }
  if (state.state === "offline") for (const listener of listeners.state) listener(state);
}

function showWaiting(names) {
  const banner = document.getElementById("waiting");
  banner.hidden = names.length === 0;
  if (!banner.hidden) banner.textContent = text("site.waiting_for", { names: names.join(", ") });
}

export function showTrial({ trial_left_s: left, trial_keys: keys }) {
  const banner = document.getElementById("trial");
  banner.hidden = left === null || left === undefined;
  if (banner.hidden) return;
  document.getElementById("trial-text").textContent = text("site.trial", { keys: keys.map((key) => (has(`names.${key}`) ? text(`names.${key}`) : key)).join(", "), seconds: Math.ceil(left) });
}

// Streams end when the page is hidden: a browser keeps only six connections to one address.
export function watch() {
  for (const img of document.querySelectorAll("img[data-live]")) {
    clearTimeout(img.again);
    img.onload = null;
    img.onerror = () => lookNowAndThen(img);
    // A stream goes on until the picture that replaces it has come: it is ended first, or the windows
    // would wait for each other's connections.
    if (document.hidden || resting) img.removeAttribute("src");
    if (document.hidden) continue;
    if (resting) img.again = setTimeout(lookNowAndThen, REST_BEGINS_MS, img);
    else img.src = `/api/v1/pictures/${img.dataset.live}.mjpeg?${Date.now()}`;
  }
}

// Where no further stream is served, one picture a second is.
function lookNowAndThen(img) {
  const next = () => {
    if (document.hidden) return;
    img.src = `/api/v1/pictures/${img.dataset.live}.jpg?${Date.now()}`;
  };
  img.onload = () => { img.again = setTimeout(next, 1000); };
  img.onerror = () => { img.onload = null; img.again = setTimeout(watch, 3000); };
  next();
}

export function endTrial(done) {
  for (const [id, path] of [["trial-keep", "confirm"], ["trial-revert", "revert"]]) {
    document.getElementById(id)?.addEventListener("click", async () => {
      const change = await attempt("POST", `/api/v1/settings/${path}`);
      if (change) { showTrial({ trial_left_s: null }); done(change); }
    });
  }
}

document.getElementById("safe-mode-leave")?.addEventListener("click", async () => {
  if (await attempt("POST", "/api/v1/safe-mode", { on: false })) location.reload();
});
document.getElementById("logout").addEventListener("click", async () => {
  await attempt("POST", "/api/v1/logout");
  location.assign("/login");
});
document.addEventListener("visibilitychange", () => {
  watch();
  if (document.hidden) source.close();
  else wake();
});
windows.onmessage = rest;
addEventListener("focus", wake);
addEventListener("pagehide", () => source.close());
// The picture of the stage is the projector's, which hangs below the table or is turned.
function showHung({ mirror, rotate }) {
  const ways = [mirror ? text("site.mirrored") : "", rotate ? text("site.turned", { angle: rotate }) : ""].filter(Boolean);
  for (const caption of document.querySelectorAll("[data-hung]")) {
    caption.hidden = !ways.length;
    caption.querySelector("span").textContent = ways.join(", ");
  }
}

listen("arrival", settle);
listen("state", ({ stage }) => { if (stage) showHung(stage); });
listen("state", (state) => { if (state.state !== "offline") showState(state); });
windows.postMessage("the others rest");
connect();
watch();
