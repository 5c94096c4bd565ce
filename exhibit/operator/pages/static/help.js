// The page "Help": the daily checklist, and another password.
import { ask, attempt } from "./api.js";
import { endTrial } from "./live.js";
import { text } from "./texts.js";

const today = new Date().toDateString();
let ticked = {};
try {
  const kept = JSON.parse(localStorage.getItem("checklist"));
  if (kept?.day === today) ticked = kept.ticked;
} catch { /* What is kept here is a convenience. */ }
for (const box of document.querySelectorAll("[data-check]")) {
  box.checked = ticked[box.dataset.check] ?? false;
  box.addEventListener("change", () => {
    ticked[box.dataset.check] = box.checked;
    localStorage.setItem("checklist", JSON.stringify({ day: today, ticked }));
  });
}

document.getElementById("password-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = (id) => document.getElementById(id).value.trim();
  try {
    await ask("POST", "/api/v1/password", { password: field("old"), new_password: field("new") });
    location.assign("/login");
  } catch (error) {
    document.getElementById("problem").textContent = error.message;
  }
});

document.getElementById("notices-test")?.addEventListener("click", async ({ currentTarget: button }) => {
  button.disabled = true;
  const found = await attempt("POST", "/api/v1/notices/test");
  button.disabled = false;
  if (!Array.isArray(found)) return;
  const lines = found.map(({ channel, fault }) => fault ?? text("notices.sent", { channel }));
  document.getElementById("notices-result").replaceChildren(
    ...lines.map((words) => Object.assign(document.createElement("li"), { textContent: words })),
  );
});
endTrial(() => {});
