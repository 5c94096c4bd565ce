// The page "Log": what happened since it was opened is a press away.
import { endTrial, listen } from "./live.js";
import { text } from "./texts.js";

const fresh = document.getElementById("fresh");
let count = 0;
listen("log", () => {
  count += 1;
  fresh.hidden = false;
  fresh.textContent = text("log.fresh", { count });
});
fresh.addEventListener("click", () => location.reload());

// Times stand in the page as UTC; the reader's clock is the museum's.
const { lang } = document.documentElement;
const locale = lang === "en" ? "en-GB" : lang;
for (const time of document.querySelectorAll("time")) {
  time.textContent = new Date(time.dateTime).toLocaleString(locale, { dateStyle: "short", timeStyle: "medium" });
}
endTrial(() => {});
