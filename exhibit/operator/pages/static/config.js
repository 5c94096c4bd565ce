// The page "Config": all settings, the file, and the history.
import "./controls.js";
import { attempt } from "./api.js";
import { endTrial } from "./live.js";
import { text } from "./texts.js";

const find = document.getElementById("find");
find?.addEventListener("input", () => {
  const wanted = find.value.trim().toLowerCase();
  let count = 0;
  for (const section of document.querySelectorAll(".section")) {
    let any = false;
    for (const box of section.querySelectorAll(".control")) {
      const match = `${box.dataset.key} ${box.textContent}`.toLowerCase().includes(wanted);
      box.hidden = !match;
      any ||= match;
      count += match;
    }
    section.hidden = !any;
    if (wanted) section.open = any;
  }
  document.getElementById("found").textContent = wanted ? text("config.found", { count }) : "";
});

for (const button of document.querySelectorAll("[data-restore]")) {
  button.addEventListener("click", async () => {
    if (await attempt("POST", `/api/v1/config/history/${button.dataset.restore}/restore`)) location.reload();
  });
}

endTrial(() => location.reload());
