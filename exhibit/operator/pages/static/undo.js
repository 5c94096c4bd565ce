// The way back: every change made on this page since it was opened, the last one first.
import { text } from "./texts.js";

const MOST = 100;
const steps = [];
const button = document.getElementById("undo");
let going = false;

// Keeps how to take a change back: `back` makes the change that does it.
export function remember(name, back) {
  steps.push({ name, back });
  if (steps.length > MOST) steps.shift();
  show();
}

export async function undo() {
  if (going || !steps.length) return;
  going = true;
  for (const toast of document.querySelectorAll(".toast.undo")) toast.remove();
  const step = steps.pop();
  show();
  try { await step.back(); } finally { going = false; }
}

function show() {
  if (!button) return;
  const last = steps.at(-1);
  button.hidden = !last;
  if (last) button.querySelector("span").textContent = text("site.undo_last", { name: last.name, count: steps.length });
}

button?.addEventListener("click", undo);
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  // A field that is typed into has an undo of its own.
  if (event.target.matches("textarea, input:not([type=range], [type=checkbox], [type=color])")) return;
  event.preventDefault();
  undo();
});
