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
