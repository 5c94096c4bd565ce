// Sending a file as it is: a bundle, or a backup of the whole table.
import { Refused, say } from "./api.js";
import { text } from "./texts.js";

// Sends the file of a form and calls `done` with the answer; what is wrong stands in `problem`.
// A button with `data-query` asks for something else of the same file.
export function sendsFile(form, { path, problem, done }) {
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [input] = form.elements, buttons = form.querySelectorAll("button");
    const file = input.files[0], query = event.submitter?.dataset.query ?? "";
    if (!file) return;
    for (const button of buttons) button.disabled = true;
    problem.textContent = text("files.sending", { name: file.name });
    try {
      const answer = await fetch(path + query, { method: "POST", body: file, headers: { "Content-Type": "application/zip" } });
      const found = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Refused(answer.status, found.detail ?? text("site.failed"));
      problem.textContent = "";
      if (!query) say(text("files.taken", { name: file.name }));
      done(found, query);
    } catch (error) {
      problem.textContent = error instanceof Refused ? error.message : text("files.broken");
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  });
}
