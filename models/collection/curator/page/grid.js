// The grid of items: shows them, and writes every decision at once.
import { chooseBox } from "./crop.js";
import { selection } from "./selection.js";

const byId = (id) => document.getElementById(id);
const grid = byId("grid");
const status = byId("status");
const items = new Map();
const tiles = new Map();

function say(text, problem = false) {
  status.textContent = text;
  status.classList.toggle("problem", problem);
}

async function ask(method, path, body) {
  const options = { method, headers: {} };
  if (body) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options);
  const content = await answer.json();
  if (!answer.ok) {
    const detail = content.detail;
    throw new Error(typeof detail === "string" ? detail : "this change is not possible");
  }
  return content;
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    say(error.message, true);
  }
}

function pictureAddress(item) {
  const box = [item.left, item.top, item.right, item.bottom, item.squaring].join("-");
  return `/api/pictures/${encodeURIComponent(item.item)}?${box}`;
}

function makeTile(item) {
  const tile = byId("tile").content.firstElementChild.cloneNode(true);
  tile.dataset.item = item.item;
  const act = (action) => () => attempt(() => action(items.get(item.item)));
  tile.querySelector(".picture").addEventListener("click", (event) => {
    if (event.shiftKey || event.ctrlKey || event.metaKey) choose(item.item, event.shiftKey);
    else act(toggle)();
  });
  tile.querySelector(".choose").addEventListener("click", (event) => choose(item.item, event.shiftKey));
  tile.querySelector(".squaring").addEventListener("click", act(toggleSquaring));
  tile.querySelector(".recrop").addEventListener("click", act(recrop));
  tile.querySelector(".whole").addEventListener("click", act(dropPage));
  tiles.set(item.item, tile);
  return tile;
}

function draw(item) {
  const tile = tiles.get(item.item) ?? makeTile(item);
  tile.className = item.decision;
  drawChoice(item.item, tile);
  const kept = item.decision === "keep";
  const button = tile.querySelector(".picture");
  button.setAttribute("aria-pressed", String(kept));
  button.setAttribute("aria-label", `${item.item}: ${kept ? "kept" : `set aside, ${item.reason}`}`);
  const image = tile.querySelector("img");
  const address = item.page_image ? pictureAddress(item) : "";
  if (address && image.getAttribute("src") !== address) image.src = address;
  const padded = item.squaring === "pad";
  const how = `${padded ? "padded" : "cropped"}, line ${item.line_width_px.toFixed(2)} px`;
  tile.querySelector(".what").textContent = `${kept ? "kept" : "set aside"}, ${how}`;
  tile.querySelector(".why").textContent = kept ? item.source : `${item.source}: ${item.reason}`;
  const squaring = tile.querySelector(".squaring");
  squaring.textContent = padded ? "Crop" : "Pad";
  squaring.title = padded ? "Cut the ends off to make it square" : "Add paper to make it square";
  for (const tool of tile.querySelectorAll(".tools button")) tool.disabled = !item.page_image;
  return tile;
}

function drawChoice(name, tile) {
  const box = tile.querySelector(".choose");
  box.checked = selection.has(name);
  box.disabled = !items.get(name).page_image;
  box.setAttribute("aria-label", `Choose ${name}`);
  tile.classList.toggle("chosen", box.checked);
}

function drawSelection() {
  for (const [name, tile] of tiles) if (items.has(name)) drawChoice(name, tile);
  byId("choice").hidden = !selection.size;
  byId("count-chosen").textContent = `${selection.size} chosen`;
}

function choose(name, range) {
  if (range) selection.upTo(name, decidable());
  else selection.toggle(name);
  drawSelection();
}

function chooseNone() {
  selection.clear();
  drawSelection();
}

function cause(item) {
  return item.reason.split(":")[0].replace(/^duplicate of .*/, "duplicate");
}

function shown() {
  const show = document.querySelector("input[name=show]:checked").value;
  const reason = byId("reason").value;
  const sort = byId("sort").value;
  const some = [...items.values()].filter(
    (item) => (show === "all" || item.decision === show) && (!reason || cause(item) === reason),
  );
  if (sort !== "page") some.sort((one, other) => one[sort] - other[sort]);
  return some;
}

const decidable = () =>
  shown()
    .filter((item) => item.page_image)
    .map((item) => item.item);

function count() {
  const kept = [...items.values()].filter((item) => item.decision === "keep").length;
  byId("count-all").textContent = `(${items.size})`;
  byId("count-keep").textContent = `(${kept})`;
  byId("count-drop").textContent = `(${items.size - kept})`;
}

function drawGrid() {
  selection.only(decidable());
  grid.replaceChildren(...shown().map(draw));
  drawSelection();
  count();
}

function drawReasons() {
  const select = byId("reason");
  const causes = new Set([...items.values()].map(cause).filter(Boolean));
  for (const name of [...causes].sort()) select.add(new Option(name, name));
}

async function change(item, changes) {
  const changed = await ask("PUT", `/api/items/${encodeURIComponent(item.item)}`, changes);
  items.set(changed.item, changed);
  draw(changed);
  count();
  byId("undo").disabled = false;
  say(`${changed.item}: ${changed.decision === "keep" ? "kept" : "set aside"}. Written.`);
}

const decide = (item, decision) => change(item, { decision });
const toggle = (item) => decide(item, item.decision === "keep" ? "drop" : "keep");
const toggleSquaring = (item) =>
  change(item, { squaring: item.squaring === "pad" ? "crop" : "pad" });

async function decideAll(some, decision, what) {
  const names = some.filter((item) => item.page_image && item.decision !== decision);
  if (!names.length) {
    say(`${what}: nothing to change.`);
    return;
  }
  const body = { items: names.map((item) => item.item), decision };
  const { items: changed } = await ask("PUT", "/api/items", body);
  for (const item of changed) {
    items.set(item.item, item);
    draw(item);
  }
  count();
  byId("undo").disabled = false;
  const done = decision === "keep" ? "kept" : "set aside";
  say(`${what}: ${changed.length} ${done}. Written; Undo takes all of it back.`);
}

async function decideChosen(decision) {
  const some = selection.all().map((name) => items.get(name));
  await decideAll(some, decision, "The chosen ones");
  chooseNone();
}

// Of several that are chosen, a key that decides means all of them.
const decideHere = (item, decision) =>
  selection.has(item.item) ? decideChosen(decision) : decide(item, decision);

const onPage = (item) => [...items.values()].filter((o) => o.page_image === item.page_image);
const dropPage = (item) => decideAll(onPage(item), "drop", item.source);

async function undo() {
  const { items: restored, removed } = await ask("PUT", "/api/undo");
  for (const item of restored) items.set(item.item, item);
  for (const name of removed) items.delete(name);
  drawGrid();
  say(`Undone: ${[...restored.map((item) => item.item), ...removed].join(", ")}.`);
}

async function recrop(item) {
  const box = await chooseBox(`Re-crop ${item.item}`, item);
  if (box) await change(item, box);
}

async function addCrop(item) {
  const box = await chooseBox(`Another piece of ${item.source}`, item);
  if (!box) return;
  const added = await ask("PUT", "/api/crops", { page_image: item.page_image, ...box });
  await load();
  byId("undo").disabled = false;
  tiles.get(added.item)?.querySelector("button").focus();
  say(`${added.item} added.`);
}

const KEYS = {
  k: (item) => decideHere(item, "keep"),
  d: (item) => decideHere(item, "drop"),
  s: (item) => choose(item.item, false),
  p: (item) => change(item, { squaring: "pad" }),
  c: (item) => change(item, { squaring: "crop" }),
  n: addCrop,
  u: undo,
  x: dropPage,
  Enter: recrop,
  Escape: chooseNone,
};

function step(tile, key, choosing) {
  const all = [...grid.children];
  const across = all.filter((other) => other.offsetTop === all[0].offsetTop).length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[key];
  const next = all[all.indexOf(tile) + by];
  if (!next) return;
  next.querySelector(".picture").focus();
  if (choosing) {
    selection.startAt(tile.dataset.item);
    choose(next.dataset.item, true);
  }
}

grid.addEventListener("keydown", (event) => {
  const button = event.target.closest(".picture");
  if (!button || event.ctrlKey || event.metaKey || event.altKey) return;
  const tile = button.closest("article");
  if (event.key.startsWith("Arrow")) step(tile, event.key, event.shiftKey);
  else if (KEYS[event.key]) attempt(() => KEYS[event.key](items.get(tile.dataset.item)));
  else return;
  event.preventDefault();
});

// Shift chooses pictures here, no text.
grid.addEventListener("mousedown", (event) => {
  if (event.shiftKey) event.preventDefault();
});

for (const id of ["filter", "reason", "sort"]) byId(id).addEventListener("change", drawGrid);

byId("undo").addEventListener("click", () => attempt(undo));
byId("keep-shown").addEventListener("click", () =>
  attempt(() => decideAll(shown(), "keep", "All shown")),
);
byId("drop-shown").addEventListener("click", () =>
  attempt(() => decideAll(shown(), "drop", "All shown")),
);

byId("keep-chosen").addEventListener("click", () => attempt(() => decideChosen("keep")));
byId("drop-chosen").addEventListener("click", () => attempt(() => decideChosen("drop")));
byId("choose-none").addEventListener("click", chooseNone);

async function showProgress() {
  const { title, done, total } = await ask("GET", "/api/training-set");
  if (title) say(`Writing the training set: ${title}${total ? ` ${done} of ${total}` : ""} …`);
}

byId("rebuild").addEventListener("click", () =>
  attempt(async () => {
    byId("rebuild").disabled = true;
    say("Writing the training set …");
    const watch = setInterval(() => showProgress().catch(() => {}), 500);
    try {
      const made = await ask("PUT", "/api/training-set");
      say(`Training set written: ${made.kept} pictures, SHA-256 ${made.sha256}`);
    } finally {
      clearInterval(watch);
      byId("rebuild").disabled = false;
    }
  }),
);

async function load() {
  const all = await ask("GET", "/api/items");
  byId("name").textContent = `${all.name}: ${all.framing}s at ${all.resolution} px`;
  document.title = `Curate ${all.name}`;
  items.clear();
  for (const item of all.items) items.set(item.item, item);
  drawGrid();
}

attempt(async () => {
  await load();
  drawReasons();
  say(`${items.size} items. Click a picture to keep it or set it aside.`);
});
