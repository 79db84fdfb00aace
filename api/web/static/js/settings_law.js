// Notices and zones: what answers now, what did, and the files that can.
import { ask, newKey, state, t, toast } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { askForm } from "./desk_dialogs.js";
import { empty, everything, faultOf, when } from "./office.js";
import { askWhy, told } from "./settings_dialogs.js";

const FIRST = "TRUCKBAN_NOTICES"; // the reason that the service itself gives when it first starts
let box = null;
let enactments = [];
let documents = [];
let fault = "";
let people = {};
let adding = false;

const named = (sha) => documents.find((each) => each.sha256 === sha);
const tag = (each) => `"${each.id}-${each.version}"`;
const standing = (each) => !each.undone_at && (!each.until || Date.parse(each.until) > Date.now());
const who = (id) => (id === "program" ? t("program") : people[id] ?? id);

function change(each, action) {
  askWhy({
    title: t(action), more: t(`${action}_more`), danger: action === "end",
    act: async (why) => {
      await ask("POST", `/v1/in-force/${each.id}/${action}`, { body: { why }, ifMatch: tag(each) });
      toast(t(action === "undo" ? "undone" : "ended"));
      await load();
    },
  });
}

function row(each) {
  const title = (sha) => named(sha)?.title ?? sha.slice(0, 12);
  const zone = each.zone_sha256 ? [each.zone_sha256, ...(each.other_zones_sha256 ?? [])].map(title).join(t("separator")) : t("zone_built_in");
  const now = standing(each);
  const coming = Date.parse(each.since) > Date.now();
  return html`<li class=${each.undone_at ? "gone" : ""}><div><b lang="zh-CN">${named(each.notice_sha256)?.title ?? state.notices[each.notice]?.title ?? each.notice}</b>
      ${each.undone_at ? html`<span class="chip">${t("undone")}</span>` : coming ? html`<span class="chip warn">${t("scheduled")}</span>` : now ? nothing : html`<span class="chip">${t("ended")}</span>`}
      <p class="small soft"><span class="num">${Date.parse(each.since) > 0 ? when(each.since) : t("from_start")} – ${each.until ? when(each.until) : t("open_end")}</span> · ${t("zone")}${t("dash")}<span lang="zh-CN">${zone}</span> · ${t("made_by")}${t("dash")}${who(each.made_by)}</p>
      <p class="small">${each.why === FIRST && each.made_by === "program" ? html`<span class="soft">${t("first_start")}</span>` : html`<q lang="zh-CN">${each.why}</q>`}</p><p class="small soft">${each.notice} · ${t("hash")} <code title=${each.notice_sha256}>${each.notice_sha256.slice(0, 16)}…</code></p></div>
    ${state.may_change && now ? html`<span class="actions"><button type="button" class="button slim" @click=${() => change(each, "undo")}>${t("undo")}</button><button type="button" class="button slim" @click=${() => change(each, "end")}>${t("end")}</button></span>` : nothing}</li>`;
}

// A zone's file by its name, with its notice where several places call theirs alike.
function zoneName(each, zones) {
  const alone = zones.filter(({ title }) => title === each.title).length === 1;
  return alone || !each.facts.notice?.id ? each.title : `${each.title} · ${each.facts.notice.id}`;
}

function enact(document_) {
  const zones = documents.filter((each) => each.kind === "zone");
  return askForm({
    title: t("enact_title", { title: document_.title }), go: t("enact_go"),
    body: html`<p class="small soft">${document_.name} · ${t("hash")} <code title=${document_.sha256}>${document_.sha256.slice(0, 16)}…</code></p><p class="soft">${t("enact_more")}</p><label>${t("enact_zone")}<select name="zone"><option value="">${t("zone_built_in")}</option>${zones.map((each) => html`<option value=${each.sha256}>${zoneName(each, zones)}</option>`)}</select></label>
      ${zones.length > 1 ? html`<fieldset class="codes"><legend>${t("enact_others")}</legend>${zones.map((each) => html`<label><input type="checkbox" name="others" value=${each.sha256}> <span>${zoneName(each, zones)} <code>${each.sha256.slice(0, 8)}</code></span></label>`)}</fieldset>` : nothing}
      <label>${t("enact_since")}<input type="datetime-local" name="since"></label><label>${t("why")}<textarea name="why" maxlength="2000"></textarea></label>`,
    submit: told(async (data) => {
      const why = data.get("why").trim();
      if (!why) throw new Error(t("why_needed"));
      const others = data.getAll("others").filter((sha) => sha !== data.get("zone"));
      const since = data.get("since") ? `${data.get("since")}:00+08:00` : null;
      await ask("POST", "/v1/in-force", { body: { notice_sha256: document_.sha256, zone_sha256: data.get("zone") || null, ...(others.length ? { other_zones_sha256: others } : {}), since, why }, key: newKey() });
      toast(t("enacted"));
      await load();
      return true;
    }),
  });
}

async function add(event) {
  event.preventDefault();
  if (adding) return; // clicked twice
  const form = event.target;
  const [file] = form.elements.namedItem("file").files;
  fault = "";
  if (!file) fault = html`${t("document_file_needed")}`;
  else {
    adding = true;
    try {
      const { body } = await ask("POST", `/v1/documents?kind=${form.elements.namedItem("kind").value}`, { body: file, headers: { "Content-Type": "application/octet-stream" }, key: newKey() });
      toast(t("document_added", { name: body.title }));
      form.reset();
      await load();
      return;
    } catch (error) {
      const lines = error.problem?.lines ?? [];
      const errors = error.problem?.errors ?? [];
      fault = html`${errors.length ? error.message : faultOf(error)}<ul>${errors.map(({ field, message }, n) => html`<li>${lines[n] ? t("document_line", { line: lines[n], field, message }) : t("document_field", { field, message })}</li>`)}</ul>`;
    } finally {
      adding = false;
    }
  }
  draw();
}

const file = (each) => html`<tr><td data-label=${t("documents")}><b lang="zh-CN">${each.title}</b><br><span class="small soft">${t(`document_${each.kind}`)} · ${each.name} · ${t("bytes", { n: Math.ceil(each.size / 1024) })} · ${t("added", { at: when(each.added_at) })}</span></td><td data-label=${t("hash")}><code title=${each.sha256}>${each.sha256.slice(0, 16)}…</code></td>
  <td data-label=""><span class="actions"><a class="button slim" href="/v1/documents/${each.sha256}/content" download aria-label="${t("download")} ${each.title}">${t("download")}</a>${state.may_change && each.kind === "notice" ? html`<button type="button" class="button slim" @click=${() => enact(each)} aria-label=${t("enact_title", { title: each.title })}>${t("enact")}</button>` : nothing}</span></td></tr>`;

function draw() {
  const now = enactments.filter((each) => standing(each) && Date.parse(each.since) <= Date.now());
  const others = enactments.filter((each) => !now.includes(each));
  render(html`<section class="card"><h3>${t("now_in_force")}</h3>${now.length ? html`<ul class="enactments">${now.map(row)}</ul>` : empty(t("in_force_none"))}
      ${others.length ? html`<details><summary>${t("past_and_coming")} (${others.length})</summary><ul class="enactments">${others.map(row)}</ul></details>` : nothing}</section>
    <section class="card flush"><div class="cardhead"><h3>${t("documents")}</h3></div>${documents.length ? html`<table class="stack"><tbody>${documents.map(file)}</tbody></table>` : empty(t("documents_none"))}</section>
    ${state.may_change ? html`<section class="card"><h3>${t("document_add")}</h3><form class="form" id="add" novalidate @submit=${add}><div class="pair"><label>${t("document_kind")}<select name="kind"><option value="notice">${t("document_notice")}</option><option value="zone">${t("document_zone")}</option></select></label>
      <label>${t("document_file")}<input type="file" name="file" accept=".yaml,.yml,.json,.geojson"></label></div><div class="fault" role="alert">${fault}</div><p class="row end"><button class="button main">${t("document_check")}</button></p></form></section>` : nothing}`, box);
}

async function load() {
  const [one, other, accounts] = await Promise.all([everything("/v1/in-force", "enactments"), everything("/v1/documents", "documents"), everything("/v1/accounts", "items")]);
  enactments = one;
  documents = other;
  people = Object.fromEntries(accounts.map((each) => [each.id, each.name]));
  draw();
}

export async function show(into) {
  box = into;
  fault = "";
  box.replaceChildren();
  await load();
}
