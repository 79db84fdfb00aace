// Dialogs: a form in a <dialog>, whose reasons are kept while they are written.
import { t } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";

// Opens a form; `submit(data, form)` closes it unless it throws, whose message is then said. Resolves to what submit gave, or null.
export function askForm({ title, body, go, danger = false, submit, ready }) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "widedialog";
    dialog.setAttribute("aria-labelledby", "dialog-title");
    const opener = document.activeElement;
    let result = null;
    render(html`<form novalidate>
      <h2 id="dialog-title">${title}</h2>
      ${body}
      <p class="fault" role="alert"></p>
      <div class="row end"><button type="button" class="button" data-cancel>${t("cancel")}</button><button class="button ${danger ? "danger" : "main"}">${go}</button></div>
    </form>`, dialog);
    const form = dialog.querySelector("form");
    const fault = dialog.querySelector(".fault");
    const button = form.querySelector("button:not([type])");
    dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      fault.textContent = "";
      button.disabled = true;
      try {
        result = await submit(new FormData(form), form);
        dialog.close();
      } catch (error) {
        fault.textContent = error.message;
        form.querySelector("[aria-invalid]")?.focus();
      } finally {
        button.disabled = false;
      }
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      opener?.focus?.({ preventScroll: true });
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    ready?.(form);
  });
}

// What is written is kept for this lead until it is used: in this tab only.
export function keepDraft(form, name) {
  const field = form.elements.namedItem("why");
  const key = `draft:${name}`;
  const kept = sessionStorage.getItem(key);
  if (kept && !field.value) field.value = kept;
  field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
  form.addEventListener("drafted", () => sessionStorage.setItem(key, field.value));
  return () => sessionStorage.removeItem(key);
}

export function sayKeys(rows) {
  const dialog = document.createElement("dialog");
  render(html`<h2>${t("keys_title")}</h2><table class="keytable"><tbody>${rows.map(([keys, text]) => html`<tr><td>${keys.map((key, n) => html`${n ? " " : ""}<kbd>${key}</kbd>`)}</td><td>${text}</td></tr>`)}</tbody></table>
    <form method="dialog" class="row end"><button class="button" autofocus>${t("close")}</button></form>`, dialog);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

// Runs an act for a key, unless somebody types or a dialog stands open.
export function onKeys(acts) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest?.("input:not([type=checkbox], [type=radio], [type=range]), select, textarea");
    if (typing) {
      if (event.key === "Escape") typing.blur();
      return;
    }
    if (event.target.closest?.(".map") && event.key.startsWith("Arrow")) return;
    if (event.target.matches?.("input[type=range]") && event.key.startsWith("Arrow")) return;
    const act = acts[event.key];
    if (act && act(event) !== false) event.preventDefault();
  });
}
