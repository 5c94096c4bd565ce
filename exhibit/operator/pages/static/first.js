// The page "First steps": how each of them stands, looked at again and again.
import "./controls.js";
import { ask } from "./api.js";
import { endTrial } from "./live.js";
import { text } from "./texts.js";

const LOOK_EVERY_MS = 2000;

async function look() {
  if (!document.hidden) {
    const steps = await ask("GET", "/api/v1/first-steps").catch(() => []);
    for (const { name, ok, code, values } of steps) {
      const card = document.querySelector(`[data-step=${name}]`);
      card.dataset.ok = String(ok);
      say(card.querySelector("[data-verdict]"), text(ok ? "first.done" : "first.todo"));
      say(card.querySelector("[data-words]"), text(`first.${code}`, values));
    }
  }
  setTimeout(look, LOOK_EVERY_MS);
}

// Left alone while it is the same: a reader of screens would say it every time.
function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

look();
endTrial(() => location.reload());
