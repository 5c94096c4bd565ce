// The page "Help": the daily checklist, and another password.
import { ask } from "./api.js";
import { endTrial } from "./live.js";

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
endTrial(() => {});
