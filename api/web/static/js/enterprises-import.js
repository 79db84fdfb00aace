// A file, what it would change, and the word to write it. Nothing is written that was not shown.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { ask, newKey, session, t, toast } from "./base.js";
import { showVersions } from "./enterprises-versions.js";
import { put } from "./enterprises-put.js";

const byId = (id) => document.getElementById(id);
const form = byId("import");
const fields = { list: ["issued", "valid_from", "doc_no", "title"], sites: ["crs", "source", "date"] };
const paths = { list: "/v1/enterprises/import", sites: "/v1/enterprises/sites" };
const MORE = "rename";
let kind = "list";
let file = null;
let shown = null;
let chosen = new Set();
let key = newKey();

function choose(next) {
  kind = next;
  for (const each of ["list", "sites"]) {
    const tab = byId(`tab-${each}`);
    tab.setAttribute("aria-selected", String(each === kind));
    tab.tabIndex = each === kind ? 0 : -1;
    byId(`said-${each}`).hidden = each !== kind;
  }
  byId("panel").setAttribute("aria-labelledby", `tab-${kind}`);
  byId("file-hint").textContent = t(`file_${kind}`);
  forget();
}

function forget() {
  shown = null;
  chosen = new Set();
  byId("preview").hidden = true;
  byId("fault").textContent = "";
}

function query() {
  const said = new URLSearchParams({ file_name: file.name });
  for (const name of fields[kind]) if (form.elements[name].value.trim()) said.append(name, form.elements[name].value.trim());
  if (kind === "list") for (const pair of chosen) said.append(MORE, pair);
  return said;
}

const said = (error) => {
  const first = error.problem?.errors?.[0];
  return first && first.message !== error.message ? `${error.message} ${first.message}` : error.message;
};

// The words that are confirmed are those of the preview, whatever stands in the form by then.
async function look() {
  byId("fault").textContent = "";
  if (!file) {
    byId("fault").textContent = t("no_file");
    byId("file").focus();
    return false;
  }
  byId("look").disabled = true;
  try {
    const asked = query();
    const { body, etag } = await ask("POST", `${paths[kind]}/preview?${asked}`, { body: file, headers: { "Content-Type": "application/octet-stream" } });
    shown = { body, etag, asked, file, kind };
    key = newKey();
    draw();
    return true;
  } catch (error) {
    byId("preview").hidden = true;
    byId("fault").textContent = said(error);
    const field = error.problem?.errors?.[0]?.field?.split(".").pop();
    form.elements[field]?.focus();
    return false;
  } finally {
    byId("look").disabled = false;
  }
}

const names = (title, tag, rows) => (rows.length ? html`<div><h3><span class="tag ${tag}">${title}</span></h3><ul lang="zh-CN" tabindex="0" aria-label=${title}>${rows}</ul></div>` : nothing);

function ofList({ draft, change }) {
  const perhaps = [...change.perhaps_renamed];
  return html`
    <p><strong lang="zh-CN">${t("list_of", { title: draft.doc_no ? `${draft.title} ${draft.doc_no}` : draft.title, since: draft.valid_from, n: draft.count })}</strong>
      ${change.against ? html`<span class="soft"> · ${t("against", { old: change.against })}</span>` : nothing}</p>
    <p class="chips"><span class="tag plus">${t("added", { n: change.added.length })}</span><span class="tag minus">${t("removed", { n: change.removed.length })}</span><span class="tag turn">${t("renamed", { n: change.renamed.length })}</span><span class="tag">${t("unchanged", { n: change.unchanged })}</span></p>
    ${perhaps.length || chosen.size ? html`<fieldset class="perhaps notice"><legend><strong>${t("perhaps")}</strong></legend>
      ${[...chosen].map((pair) => pick(pair, null))}
      ${perhaps.map((one) => pick(`${one.from}=${one.to}`, one.why))}</fieldset>` : nothing}
    <div class="diff">
      ${names(t("added", { n: change.added.length }), "plus", change.added.map((name) => html`<li>${name}${change.returned.includes(name) ? html` <span class="soft small">${t("returned")}</span>` : nothing}</li>`))}
      ${names(t("removed", { n: change.removed.length }), "minus", change.removed.map((name) => html`<li>${name}</li>`))}
      ${names(t("renamed", { n: change.renamed.length }), "turn", change.renamed.map((one) => html`<li>${one.from} → <strong>${one.to}</strong> <span class="soft small" lang=${session.lang}>${one.why}</span></li>`))}
    </div>
    ${draft.unused_columns.length ? html`<p class="soft small">${t("unused", { names: draft.unused_columns.join(", ") })}</p>` : nothing}`;
}

function pick(pair, why) {
  const [before, to] = pair.split("=");
  return html`<label><input type="checkbox" .checked=${chosen.has(pair)} @change=${(event) => rename(pair, event.target.checked)}><span><span lang="zh-CN">${before} → ${to}</span>${why ? html` <span class="soft small">${why}</span>` : nothing}</span></label>`;
}

async function rename(pair, on) {
  if (on) chosen.add(pair);
  else chosen.delete(pair);
  const done = await look();
  if (!done) {
    if (on) chosen.delete(pair);
    else chosen.add(pair);
  }
}

const ofSites = ({ sites, added, replaced }) => html`
  <p class="chips"><span class="tag plus">${t("added", { n: added })}</span><span class="tag turn">${t("replaced", { n: replaced })}</span></p>
  <div class="diff"><ul tabindex="0" aria-label=${t("tab_sites")}>${sites.map((one) => html`<li><span lang="zh-CN">${one.name}</span> <span class="soft small num">${one.site.geometry.type} · ${one.site.crs} · ${one.site.source} · ${one.site.date}</span>${one.replaces ? html` <span class="tag turn">${t("replaces")}</span>` : nothing}</li>`)}</ul></div>`;

function draw() {
  put(shown.kind === "list" ? ofList(shown.body) : ofSites(shown.body), byId("difference"));
  const first = byId("preview").hidden;
  byId("preview").hidden = false;
  byId("confirm-fault").textContent = "";
  if (first) byId("preview").focus({ preventScroll: false });
}

byId("confirm").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("go").disabled = true;
  try {
    const asked = new URLSearchParams(shown.asked);
    asked.append("token", shown.body.token);
    asked.append("why", byId("why").value.trim());
    const { body } = await ask("POST", `${paths[shown.kind]}?${asked}`, { body: shown.file, ifMatch: shown.etag, key, headers: { "Content-Type": "application/octet-stream" } });
    byId("why").value = "";
    byId("file").value = "";
    file = null;
    forget();
    const undo = await showVersions();
    toast(t("written", { n: body.number }), { action: undo, label: t("undo"), seconds: 15 });
    byId("versions-title").scrollIntoView({ block: "nearest" });
  } catch (error) {
    if (error.status === 412 || error.status === 409) {
      await look();
      await showVersions();
      byId("confirm-fault").textContent = t("stale");
    } else byId("confirm-fault").textContent = said(error);
  } finally {
    byId("go").disabled = false;
  }
});

form.addEventListener("submit", (event) => { event.preventDefault(); look(); });
for (const each of ["list", "sites"]) {
  byId(`tab-${each}`).addEventListener("click", () => choose(each));
  byId(`tab-${each}`).addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const other = each === "list" ? "sites" : "list";
    choose(other);
    byId(`tab-${other}`).focus();
  });
}
function take(next) {
  file = next ?? null;
  forget();
}
byId("file").addEventListener("change", (event) => take(event.target.files[0]));
const drop = byId("drop");
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  byId("file").files = event.dataTransfer.files;
  take(event.dataTransfer.files[0]);
});
showVersions();
