// One's own applications.
import { ask, newKey, t } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { byId, empty, everything, failed, waiting, when } from "./office.js";
import { clockChip, join, stateChip } from "./permit_facts.js";

const box = byId("found");
const WORD = { draft: "go_on", returned: "correct" };

async function begin(path, body) {
  byId("fault").textContent = "";
  try {
    const { body: made } = await ask("POST", path, { body, key: newKey() });
    location.assign(`/apply/${made.id}`);
  } catch (error) {
    byId("fault").textContent = error.message;
  }
}

function one(row) {
  const name = row.plates.length ? join(row.plates) : row.holder ?? t("unnamed");
  return html`<li class="mine"><div><b lang="zh-CN">${name}</b> ${stateChip(row.state)} ${row.state === "submitted" ? clockChip(row) : nothing}
    <p class="soft small">${[row.permit_no, row.days ? `${row.days.from} – ${row.days.to}` : null, t("changed", { at: when(row.changed_at) })].filter(Boolean).join(" · ")}</p></div>
    <div class="row"><a class="button ${row.state in WORD ? "main" : ""}" href="/apply/${row.id}" aria-label="${t(WORD[row.state] ?? "look")} ${name}">${t(WORD[row.state] ?? "look")}</a>${row.state === "draft" ? nothing : html`<button type="button" class="button" aria-label="${t("copy")} ${name}" @click=${() => begin(`/v1/permits/${row.id}/copy`)}>${t("copy")}</button>`}</div></li>`;
}

async function load() {
  render(waiting(), box);
  try {
    const rows = await everything("/v1/permits", "permits");
    render(rows.length ? html`<ul class="plain-list">${rows.map(one)}</ul>` : empty(t("mine_none"), t("mine_none_more")), box);
  } catch (error) {
    render(failed(error, load), box);
  }
  box.dataset.ready = "yes";
}

byId("begin").addEventListener("click", () => begin("/v1/permits", {}));
box.replaceChildren();
load();
