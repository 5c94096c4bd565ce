// Tokens on the page "Help": made, shown once, and taken back.
import { ask, attempt } from "./api.js";
import { text } from "./texts.js";

const at = (id) => document.getElementById(id);
const list = at("tokens"), dialog = at("revoke");
let leaving = null;

function showList() {
  at("no-tokens").hidden = list.children.length > 0;
}

function rowOf(name, role) {
  const row = at("token-row").content.firstElementChild.cloneNode(true);
  row.dataset.token = name;
  row.querySelector("strong").textContent = name;
  row.querySelector("small").textContent = text(`tokens.${role}`);
  row.querySelector(".sr").textContent = text("tokens.revoke_of", { name });
  return row;
}

at("token-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = at("token-name").value.trim(), role = at("token-role").value;
  at("token-problem").textContent = "";
  try {
    const made = await ask("POST", "/api/v1/tokens", { name, role });
    list.append(rowOf(name, role));
    showList();
    at("token-made-name").textContent = name;
    at("token-secret").textContent = made.token;
    at("token-made").hidden = false;
    event.target.reset();
    at("token-copy").focus();
  } catch (error) {
    at("token-problem").textContent = error.message;
    at("token-name").focus();
  }
});
at("token-copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(at("token-secret").textContent);
    at("token-copy").textContent = text("tokens.copied");
  } catch {
    // Without the right to copy it is selected, to be copied by hand.
    getSelection().selectAllChildren(at("token-secret"));
  }
});

list.addEventListener("click", (event) => {
  const row = event.target.closest("[data-revoke]")?.closest("[data-token]");
  if (!row) return;
  leaving = row;
  at("revoke-what").textContent = text("tokens.revoke_means", { name: row.dataset.token });
  dialog.showModal();
  at("revoke-no").focus();
});
at("revoke-no").addEventListener("click", () => dialog.close());
at("revoke-yes").addEventListener("click", async () => {
  dialog.close();
  if (!await attempt("DELETE", `/api/v1/tokens/${encodeURIComponent(leaving.dataset.token)}`)) return;
  leaving.remove();
  showList();
  at("token-name").focus();
});
