// Every version of the registry, and the way back to one.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { ask, newKey, session, t, texts, toast } from "./base.js";
import { put } from "./enterprises-put.js";

const byId = (id) => document.getElementById(id);
const dialog = byId("undo");
const time = new Intl.DateTimeFormat(session.lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" });
let wanted = null;

const what = (act) => (`act_${act}` in texts ? t(`act_${act}`) : act);

const line = (row, place) => html`<li>
  <p class="row"><strong>${t("version", { n: row.number })}</strong> <span>${what(row.act)}</span>${place === 0 ? html` <span class="tag has">${t("counts")}</span>` : nothing}
  ${row.same_as ? html`<span class="soft small">${t("same_as", { n: row.same_as })}</span>` : nothing}</p>
  <p class="small soft num">${time.format(new Date(row.made_at))} · ${t("holds", row.facts)}</p>
  ${row.why ? html`<p class="small">${row.why}</p>` : nothing}
  ${place === 0 ? nothing : html`<p><button type="button" class="button" @click=${() => open(row.number)} aria-label="${t("restore")} ${row.number}">${t("restore")}</button></p>`}
</li>`;

// Draws the list; answers what takes the last change back, or undefined where there is nothing to take back.
export async function showVersions() {
  try {
    const { body } = await ask("GET", "/v1/enterprises/registry/versions?limit=30");
    const before = body.versions[0]?.before;
    put(html`${before ? html`<p><button type="button" class="button" @click=${() => open(before)}>${t("undo_last")}</button></p>` : nothing}
      <ol class="history" reversed>${body.versions.map(line)}</ol>`, byId("versions"));
    return before ? () => open(before) : undefined;
  } catch (error) {
    put(html`<p class="fault">${error.message}</p><p><button type="button" class="button" @click=${showVersions}>${t("retry")}</button></p>`, byId("versions"));
    return undefined;
  }
}

function open(number) {
  wanted = { number, key: newKey() };
  byId("undo-what").textContent = t("undo_what", { n: number });
  byId("undo-fault").textContent = "";
  dialog.showModal();
}

byId("undo-no").addEventListener("click", () => dialog.close());
dialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("undo-yes").disabled = true;
  try {
    const { etag } = await ask("GET", "/v1/enterprises/registry");
    const { body } = await ask("POST", "/v1/enterprises/registry/restore", { body: { version: wanted.number, why: byId("undo-why").value.trim() }, ifMatch: etag, key: wanted.key });
    byId("undo-why").value = "";
    dialog.close();
    toast(t("written", { n: body.number }));
    await showVersions();
  } catch (error) {
    byId("undo-fault").textContent = error.message;
    wanted.key = newKey();
  } finally {
    byId("undo-yes").disabled = false;
  }
});
