// Changes as YAML: checked line by line while they are typed, saved only when nothing is wrong.
import { ask, attempt, say } from "./api.js";
import { tellChange } from "./controls.js";
import { endTrial } from "./live.js";
import { text } from "./texts.js";

const CHECK_AFTER_MS = 350;
const area = document.getElementById("text"), lines = document.getElementById("lines");
const problems = document.getElementById("problems"), differences = document.getElementById("differences");
const save = document.getElementById("save");
let saved = area.value, due, asked = 0;

function element(name, words, children = []) {
  const made = Object.assign(document.createElement(name), words === null ? {} : { textContent: words });
  made.append(...children);
  return made;
}

function showLines(wrong = new Set()) {
  const count = area.value.split("\n").length;
  lines.replaceChildren(...Array.from({ length: count }, (_, index) => {
    const number = element("span", `${index + 1}\n`);
    if (wrong.has(index + 1)) number.className = "wrong";
    return number;
  }));
  lines.scrollTop = area.scrollTop;
}

function goTo(line) {
  const before = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const end = area.value.indexOf("\n", before);
  area.focus();
  area.setSelectionRange(before, end < 0 ? area.value.length : end);
}

function problemItem({ line, key, message }) {
  const item = element("li", null);
  if (line !== null) {
    const button = element("button", text("config.line", { line }));
    button.type = "button";
    button.className = "link";
    button.addEventListener("click", () => goTo(line));
    item.append(button);
  }
  const words = element("span", ` ${key ? `${key}: ` : ""}${message}`);
  words.lang = "en";
  item.append(words);
  return item;
}

function shown(value) {
  return value === null ? text("config.unset") : JSON.stringify(value);
}

function showDifferences(found) {
  if (!found.length) { differences.replaceChildren(); return; }
  const head = element("tr", null, ["key", "before", "after"].map((name) => {
    const cell = element("th", text(`config.${name}`));
    cell.scope = "col";
    return cell;
  }));
  const rows = found.map(({ key, before, after }) =>
    element("tr", null, [element("td", null, [element("code", key)]), element("td", shown(before)), element("td", shown(after))]));
  const title = element("h2", text("config.would_change"));
  differences.replaceChildren(title, element("table", null, [element("thead", null, [head]), element("tbody", null, rows)]));
}

function showProblems(found) {
  area.setAttribute("aria-invalid", String(found.length > 0));
  showLines(new Set(found.map((problem) => problem.line)));
  if (found.length) {
    const list = element("ul", null, found.map(problemItem));
    list.className = "mistakes";
    problems.replaceChildren(list);
    return;
  }
  problems.replaceChildren(element("p", text(area.value === saved ? "config.yaml_same" : "config.yaml_good")));
}

async function check() {
  const turn = ++asked;
  const found = await attempt("POST", "/api/v1/config/check", { text: area.value });
  if (!found || turn !== asked) return;
  showProblems(found.problems);
  showDifferences(found.differences);
  if (save) save.disabled = found.problems.length > 0 || area.value === saved;
}

area.addEventListener("input", () => {
  showLines();
  if (save) save.disabled = true;
  clearTimeout(due);
  due = setTimeout(check, CHECK_AFTER_MS);
});
area.addEventListener("scroll", () => { lines.scrollTop = area.scrollTop; });
document.getElementById("yaml").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const change = await ask("PUT", "/api/v1/config/overrides", { text: area.value, before: saved });
    const before = saved;
    saved = area.value;
    save.disabled = true;
    differences.replaceChildren();
    tellChange("YAML", text("config.yaml_saved"), change, () => { area.value = before; check(); });
  } catch (error) {
    if (Array.isArray(error.detail)) showProblems(error.detail);
    else say(error.message, { bad: true });
  }
});
showLines();
endTrial(() => location.reload());
