// Login, and claiming a new table.
import { ask } from "./api.js";

const form = document.getElementById("door");
const problem = document.getElementById("problem");
const button = form.querySelector("button");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  button.disabled = true;
  const body = Object.fromEntries(
    form.dataset.send.split(" ").map((name) => [name, form.elements[name].value.trim()]),
  );
  try {
    await ask("POST", form.getAttribute("action"), body);
    // A table that has just been claimed is new: it is led through its first steps.
    location.assign(form.getAttribute("action").endsWith("/claim") ? "/first" : "/");
  } catch (error) {
    problem.textContent = error.message;
    button.disabled = false;
    form.elements.password.focus();
  }
});
document.getElementById("show").addEventListener("change", (event) => {
  for (const input of form.querySelectorAll("[autocomplete$=password]")) {
    input.type = event.target.checked ? "text" : "password";
  }
});
form.elements.password.focus();
