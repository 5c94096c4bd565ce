// Texts in the reader's language, put into the page by the server.
const sections = JSON.parse(document.getElementById("texts").textContent);

export function text(key, values = {}) {
  const [section, name] = key.split(/\.(.*)/s);
  const found = sections[section]?.[name] ?? key;
  return found.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function has(key) {
  const [section, name] = key.split(/\.(.*)/s);
  return sections[section]?.[name] !== undefined;
}

export const number = (value, digits = 0) =>
  value.toLocaleString(document.documentElement.lang, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });

const MOST_DIGITS = 4;

// Two numbers with as many digits as it takes to tell them apart.
export function pair(before, after) {
  for (let digits = 0; digits <= MOST_DIGITS; digits += 1) {
    const both = [number(before, digits), number(after, digits)];
    const exact = Number(before.toFixed(digits)) === before && Number(after.toFixed(digits)) === after;
    if (exact || (digits > 0 && both[0] !== both[1])) return both;
  }
  return [number(before, MOST_DIGITS), number(after, MOST_DIGITS)];
}
