// Other names of an enterprise: entered and taken back, each with whose word it is and why.
import { html } from "../vendor/lit-html/lit-html.js";
import { ask, newKey, state, t, toast } from "./base.js";
import { put } from "./enterprises-put.js";

const id = encodeURIComponent(state.enterprise);

// Opens the dialog; `name` is the alias to take back, none to enter one. `seen()` answers the registry's ETag as it was shown,
// `changed()` shows it again.
export function askAlias({ name = null, seen, changed }) {
  const dialog = document.createElement("dialog");
  const act = name === null ? "add" : "remove";
  let key = newKey();
  let working = false;
  const draw = (message = "") => put(html`<form @submit=${send}><h2 id="alias-title">${t(`alias_${act}_title`)}</h2>
    ${name === null ? html`<label>${t("alias_name")}<input name="name" required maxlength="200" autofocus></label>` : html`<p><b lang="zh-CN">${name}</b></p>`}
    <label>${t("alias_source")}<input name="source" required maxlength="200" aria-describedby="alias-source-note"></label><p class="small soft" id="alias-source-note">${t("alias_source_note")}</p>
    <label>${t("alias_why")}<textarea name="why" required maxlength="2000"></textarea></label>
    <p class="fault" role="alert">${message}</p>
    <div class="row end"><button type="button" class="button" @click=${() => dialog.close()}>${t("cancel")}</button><button class="button main">${t(`alias_${act}_go`)}</button></div></form>`, dialog);
  async function send(event) {
    event.preventDefault();
    if (working) return;
    working = true;
    const data = Object.fromEntries([...new FormData(event.target)].map(([field, value]) => [field, value.trim()]));
    try {
      await ask("POST", `/v1/enterprises/${id}/aliases${act === "remove" ? "/remove" : ""}`, { body: { ...data, name: name ?? data.name }, ifMatch: seen(), key });
      dialog.close();
      toast(t(`alias_${act}_done`));
      await changed();
    } catch (error) {
      key = newKey();
      draw(error.problem?.errors?.[0]?.message ?? error.message);
      // somebody else was first: the next try is against what stands then
      if (error.status === 412) await changed();
    } finally {
      working = false;
    }
  }
  dialog.setAttribute("aria-labelledby", "alias-title");
  dialog.addEventListener("close", () => dialog.remove());
  draw();
  document.body.append(dialog);
  dialog.showModal();
}
