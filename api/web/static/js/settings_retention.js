// What is kept how long, what a purge would remove now, and what is held back.
import { ask, newKey, state, t, toast } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { askForm } from "./desk_dialogs.js";
import { empty, everything, when } from "./office.js";
import { askWhy, told } from "./settings_dialogs.js";
import { keptTable } from "./settings_kept.js";
import { askPurge } from "./settings_purge.js";

let box = null;
let kept = null;
let holds = [];

const hold = () => askForm({
  title: t("hold_new"), go: t("hold_new"),
  body: html`<label>${t("hold_lead")}<input name="lead" maxlength="64" autocomplete="off" autofocus></label><label>${t("hold_until")}<input name="until" type="date"></label><label>${t("why")}<textarea name="why" maxlength="2000"></textarea></label>`,
  submit: told(async (data) => {
    const why = data.get("why").trim();
    if (!why) throw new Error(t("why_needed"));
    await ask("POST", "/v1/retention/holds", { body: { lead_id: data.get("lead").trim(), why, until: `${data.get("until")}T00:00:00+08:00` }, key: newKey() });
    toast(t("held"));
    await load();
    return true;
  }),
});

const release = (each) => askWhy({ title: t("hold_release_of", { lead: each.lead_id }), go: t("hold_release"), more: each.why, act: async (why) => { await ask("POST", `/v1/retention/holds/${each.id}/release`, { body: { why }, key: newKey() }); toast(t("released")); await load(); } });

function draw() {
  const due = [["purge_tracks", kept.tracks], ["purge_closed", kept.closed_leads], ["purge_lapsed", kept.lapsed_leads], ["purge_permits", kept.permits], ["purge_drafts", kept.drafts]].filter(([, n]) => n);
  render(html`<section class="card"><h3>${t("purge")}</h3>${due.length ? html`<ul class="bullets">${due.map(([key, n]) => html`<li>${t(key, { n })}</li>`)}</ul>${state.may_change && !kept.purging ? html`<p class="row"><button type="button" class="button danger" id="purge" @click=${() => askPurge({ kept, due, begun: watched })}>${t("purge_now")}</button></p>` : nothing}` : html`<p>${t("purge_none")}</p>`}<p role="status" id="purging">${kept.purging ? t("purge_going") : ""}</p></section>
    <section class="card"><div class="cardhead"><h3>${t("holds")}</h3>${state.may_change ? html`<button type="button" class="button" @click=${hold}>${t("hold_new")}</button>` : nothing}</div>${holds.length ? html`<ul class="enactments">${holds.map((each) => html`<li><div><code>${each.lead_id}</code> <span class="num soft">${when(each.created_at)} – ${when(each.until)}</span><q lang="zh-CN">${each.why}</q></div>${state.may_change ? html`<button type="button" class="button slim" aria-label=${t("hold_release_of", { lead: each.lead_id })} @click=${() => release(each)}>${t("hold_release")}</button>` : nothing}</li>`)}</ul>` : empty(t("holds_none"))}</section>
    ${keptTable(kept)}`, box);
}

// Looks until the purge is over: as long as this part of the settings is shown.
async function watched() {
  await load();
  while (kept.purging && box.querySelector("#purging")) {
    await new Promise((resolve) => { setTimeout(resolve, 2000); });
    await load().catch(() => undefined); // the next look may succeed
  }
  if (!kept.purging) toast(t("purge_done"));
}

async function load() {
  const [one, other] = await Promise.all([ask("GET", "/v1/retention"), everything("/v1/retention/holds", "holds")]);
  kept = one.body;
  holds = other;
  draw();
}

export async function show(into) {
  box = into;
  box.replaceChildren();
  await load();
}
