// Turns every name on the contact sheet into a field that writes the new name at once.
const note = document.createElement("p");
note.setAttribute("role", "status");
document.querySelector("h1").after(note);

for (const heading of document.querySelectorAll("[data-name]")) {
  const field = document.createElement("input");
  field.value = heading.dataset.name;
  field.maxLength = 40;
  field.setAttribute("aria-label", `Name of ${heading.dataset.name}`);
  heading.replaceChildren(field);
  field.addEventListener("change", () => rename(heading, field));
}

async function rename(heading, field) {
  const before = heading.dataset.name;
  const answer = await fetch(`/api/directions/${encodeURIComponent(before)}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: field.value }),
  }).catch(() => null);
  if (answer?.ok) {
    heading.dataset.name = field.value;
    note.textContent = `${before} is now called ${field.value}.`;
    return;
  }
  const reason = answer ? (await answer.json()).detail : "the page's program has ended";
  note.textContent = `Not renamed: ${typeof reason === "string" ? reason : "expected a name"}.`;
  field.value = before;
  field.focus();
}
