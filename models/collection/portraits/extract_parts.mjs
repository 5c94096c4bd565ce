// Extract the drawn parts of the two CC0 design sets into parts.json, beside this file.
//
// Only whoever updates parts.json needs this (and node >= 18):
//   npm install --prefix /tmp/parts @dicebear/lorelei@9.4.3 @dicebear/notionists@9.4.3
//   node extract_parts.mjs /tmp/parts > parts.json
//
// Every part becomes an SVG fragment with holes: {part:NAME} where another part goes,
// {ink:NAME} where the colour of NAME goes.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const packages = process.argv[2];
const LEFT_OUT = { lorelei: [], notionists: ["gesture", "body", "bodyIcon"] };

async function extract(set) {
  const root = resolve(join(packages, "node_modules", "@dicebear", set));
  const load = (file) => import(pathToFileURL(join(root, "lib", file)));
  const { meta } = await load("index.js");
  const groups = await load("components/index.js");
  const holes = Object.fromEntries(
    Object.keys(groups).map((name) => [name, { name, value: () => `{part:${name}}` }]),
  );
  const inks = new Proxy({}, { get: (_, name) => `{ink:${String(name)}}` });
  const parts = {};
  for (const [name, variants] of Object.entries(groups)) {
    if (LEFT_OUT[set].includes(name)) continue;
    const drawn = Object.entries(variants).map(([id, draw]) => [id, draw(holes, inks)]);
    parts[name] = Object.fromEntries(drawn.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
  const { title, creator, source, license } = meta;
  return {
    package: `@dicebear/${set}`, version, title, creator, source, license,
    ...placement(root, parts), parts,
  };
}

// Where the outermost parts go, in drawing order; the package has it in the template of `create`.
function placement(root, parts) {
  const template = readFileSync(join(root, "lib", "index.js"), "utf8");
  const [, viewBox] = template.match(/viewBox: '([^']+)'/);
  const layers = [...template.matchAll(/translate\(([^)]+)\)">\$\{[^}]*?components\.(\w+)\) ===/g)]
    .map(([, translate, part]) => ({ part, translate }))
    .filter(({ part }) => part in parts);
  return { viewBox, layers };
}

const sets = {};
for (const set of Object.keys(LEFT_OUT)) sets[set] = await extract(set);
process.stdout.write(JSON.stringify(sets, null, 1) + "\n");
