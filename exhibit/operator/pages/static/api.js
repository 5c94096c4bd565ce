// Requests to the table, and short messages about how they went.
import { text } from "./texts.js";

const UNDO_MS = 60000;

export class Refused extends Error {
  constructor(status, detail) {
    super(typeof detail === "string" ? detail : JSON.stringify(detail));
    this.status = status;
    this.detail = detail;
  }
}

export async function ask(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused(0, text("site.offline"));
  }
  const kind = answer.headers.get("Content-Type") ?? "";
  const found = kind.includes("json") && answer.status !== 204 ? await answer.json() : null;
  if (answer.ok) return found;
  if (answer.status === 401 && !location.pathname.startsWith("/login")) {
    location.assign("/login");
    throw new Refused(401, text("site.login_over"));
  }
  throw new Refused(answer.status, words(found?.detail) || `${text("site.failed")} (${answer.status})`);
}

// A request whose failure is told to the reader; returns undefined where it failed.
export async function attempt(method, path, body) {
  try {
    return (await ask(method, path, body)) ?? {};
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(error.message, { bad: true });
    return undefined;
  }
}

function words(detail) {
  if (!Array.isArray(detail)) return detail;
  return detail.map((item) => item.msg ?? item.message ?? String(item)).join("; ");
}

export function say(message, { bad = false, action, act } = {}) {
  // Only the last change can be undone here; Config has the history.
  if (action) for (const older of document.querySelectorAll(".toast.undo")) older.remove();
  const toast = document.createElement("div");
  toast.className = bad ? "toast bad" : "toast";
  toast.append(Object.assign(document.createElement("span"), { textContent: message }));
  if (action) {
    const button = Object.assign(document.createElement("button"), { textContent: action, type: "button" });
    button.addEventListener("click", () => { toast.remove(); act(); });
    toast.classList.add("undo");
    toast.append(button);
  }
  const toasts = document.getElementById("toasts");
  toasts.append(toast);
  while (toasts.children.length > 3) toasts.firstChild.remove();
  setTimeout(() => toast.remove(), action ? UNDO_MS : bad ? 15000 : 6000);
}
