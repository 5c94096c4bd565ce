// What every page shows of the running table: its state, what is on trial, live pictures.
import { ask, attempt } from "./api.js";
import { text } from "./texts.js";

const listeners = { state: [], settings: [], log: [] };
let source = null;
let lost = false;

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
  source.onopen = () => { if (lost) { lost = false; watch(); } };
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

function reconnect() {
  if (!document.hidden && source.readyState === EventSource.CLOSED) connect();
}

function showState(state) {
  const pill = document.getElementById("pill");
  pill.dataset.state = state.state;
  document.getElementById("pill-word").textContent = text(`state.${state.state}`);
  showTrial(state);
  if (state.state === "offline") for (const listener of listeners.state) listener(state);
}

export function showTrial({ trial_left_s: left, trial_keys: keys }) {
  const banner = document.getElementById("trial");
  banner.hidden = left === null || left === undefined;
  if (banner.hidden) return;
  document.getElementById("trial-text").textContent = text("site.trial", { keys: keys.join(", "), seconds: Math.ceil(left) });
}

// Streams end when the page is hidden: a browser keeps only six connections to one address.
export function watch() {
  for (const img of document.querySelectorAll("img[data-live]")) {
    clearTimeout(img.again);
    img.onerror = () => lookNowAndThen(img);
    if (document.hidden) img.removeAttribute("src");
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

document.getElementById("logout").addEventListener("click", async () => {
  await attempt("POST", "/api/v1/logout");
  location.assign("/login");
});
document.addEventListener("visibilitychange", () => {
  watch();
  if (document.hidden) source.close();
  else reconnect();
});
addEventListener("pagehide", () => source.close());
listen("state", (state) => { if (state.state !== "offline") showState(state); });
connect();
watch();
