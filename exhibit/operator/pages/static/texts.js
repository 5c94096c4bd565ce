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

const ENOUGH_DIGITS = 2, MOST_DIGITS = 4;
const short = (value, digits) => value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits });

// Two numbers with as many digits as it takes to tell them apart.
export function pair(before, after) {
  for (let digits = ENOUGH_DIGITS; digits < MOST_DIGITS; digits += 1) {
    const both = [short(before, digits), short(after, digits)];
    if (before === after || both[0] !== both[1]) return both;
  }
  return [short(before, MOST_DIGITS), short(after, MOST_DIGITS)];
}
