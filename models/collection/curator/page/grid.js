// The grid of items: shows them, and writes every decision at once.
import { chooseBox } from "./crop.js";

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
  tile.querySelector(".picture").addEventListener("click", act(toggle));
  tile.querySelector(".squaring").addEventListener("click", act(toggleSquaring));
  tile.querySelector(".recrop").addEventListener("click", act(recrop));
  tiles.set(item.item, tile);
  return tile;
}

function draw(item) {
  const tile = tiles.get(item.item) ?? makeTile(item);
  tile.className = item.decision;
  const kept = item.decision === "keep";
  const button = tile.querySelector(".picture");
  button.setAttribute("aria-pressed", String(kept));
  button.setAttribute("aria-label", `${item.item}: ${kept ? "kept" : `set aside, ${item.reason}`}`);
  const image = tile.querySelector("img");
  const address = item.page_image ? pictureAddress(item) : "";
  if (address && image.getAttribute("src") !== address) image.src = address;
  const width = `line ${item.line_width_px.toFixed(2)} px`;
  tile.querySelector(".what").textContent = `${kept ? "kept" : "set aside"}, ${width}`;
  tile.querySelector(".why").textContent = kept ? item.source : `${item.source}: ${item.reason}`;
  tile.querySelector(".squaring").textContent = item.squaring === "pad" ? "Padded" : "Cropped";
  for (const tool of tile.querySelectorAll(".tools button")) tool.disabled = !item.page_image;
  return tile;
}

function cause(item) {
  return item.reason.split(":")[0].replace(/^duplicate of .*/, "duplicate");
}

function chosen() {
  const show = document.querySelector("input[name=show]:checked").value;
  const reason = byId("reason").value;
  const sort = byId("sort").value;
  const some = [...items.values()].filter(
    (item) => (show === "all" || item.decision === show) && (!reason || cause(item) === reason),
  );
  if (sort !== "page") some.sort((one, other) => one[sort] - other[sort]);
  return some;
}

function count() {
  const kept = [...items.values()].filter((item) => item.decision === "keep").length;
  byId("count-all").textContent = `(${items.size})`;
  byId("count-keep").textContent = `(${kept})`;
  byId("count-drop").textContent = `(${items.size - kept})`;
}

function drawGrid() {
  grid.replaceChildren(...chosen().map(draw));
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
  say(`${changed.item}: ${changed.decision === "keep" ? "kept" : "set aside"}. Written.`);
}

const decide = (item, decision) => change(item, { decision });
const toggle = (item) => decide(item, item.decision === "keep" ? "drop" : "keep");
const toggleSquaring = (item) =>
  change(item, { squaring: item.squaring === "pad" ? "crop" : "pad" });

async function recrop(item) {
  const box = await chooseBox(`Re-crop ${item.item}`, item);
  if (box) await change(item, box);
}

async function addCrop(item) {
  const box = await chooseBox(`Another piece of ${item.source}`, item);
  if (!box) return;
  const added = await ask("PUT", "/api/crops", { page_image: item.page_image, ...box });
  await load();
  tiles.get(added.item)?.querySelector("button").focus();
  say(`${added.item} added.`);
}

const KEYS = {
  k: (item) => decide(item, "keep"),
  d: (item) => decide(item, "drop"),
  p: (item) => change(item, { squaring: "pad" }),
  c: (item) => change(item, { squaring: "crop" }),
  n: addCrop,
  Enter: recrop,
};

function step(tile, key) {
  const all = [...grid.children];
  const across = all.filter((other) => other.offsetTop === all[0].offsetTop).length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[key];
  all[all.indexOf(tile) + by]?.querySelector(".picture").focus();
}

grid.addEventListener("keydown", (event) => {
  const button = event.target.closest(".picture");
  if (!button || event.ctrlKey || event.metaKey || event.altKey) return;
  const tile = button.closest("article");
  if (event.key.startsWith("Arrow")) step(tile, event.key);
  else if (KEYS[event.key]) attempt(() => KEYS[event.key](items.get(tile.dataset.item)));
  else return;
  event.preventDefault();
});

for (const id of ["filter", "reason", "sort"]) byId(id).addEventListener("change", drawGrid);

byId("rebuild").addEventListener("click", () =>
  attempt(async () => {
    byId("rebuild").disabled = true;
    say("Writing the training set …");
    try {
      const made = await ask("PUT", "/api/training-set");
      say(`Training set written: ${made.kept} pictures, SHA-256 ${made.sha256}`);
    } finally {
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
