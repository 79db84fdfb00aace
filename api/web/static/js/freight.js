// Searches for visits and counts of loads: begun, followed, and what they found.
import { ask, newKey, session, state, t, toast } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";
import { foundBy } from "./freight_found.js";
import { lacksLaw, lawOf } from "./runs_law.js";
import { uploadForm } from "./runs_upload.js";

const PATHS = { visits: "/v1/visits/runs", loads: "/v1/loads/runs" };
const OVER = ["done", "failed", "cancelled"];
const EVERY_MS = 1500;
const box = document.getElementById("runs");
let runs = [];
let next = { visits: null, loads: null };
let fault = null;
let begun = false;
const followed = new Set();

const number = (n) => (n ?? 0).toLocaleString(session.lang === "zh" ? "zh-CN" : "en-GB");
const written = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, number(value)]));
const when = (iso) => new Intl.DateTimeFormat("sv-SE", { timeZone: state.timezone, dateStyle: "short", timeStyle: "short" }).format(new Date(iso));

function counts({ kind, counts: told }) {
  if (kind === "loads") {
    return html`<ul class="counts num"><li class="lead">${t("loads_sum", written(told))}</li><li>${t("loads_read", written(told))}</li></ul>
      ${told.rejects?.length ? html`<details><summary>${t("rejects", { n: told.rejects.length })}</summary><div class="holder" tabindex="0"><table><thead><tr><th scope="col">${t("rejected_file")}</th><th scope="col">${t("rejected_line")}</th><th scope="col">${t("rejected_field")}</th><th scope="col">${t("rejected_reason")}</th></tr></thead>
        <tbody>${told.rejects.map((row) => html`<tr><td>${row.file}</td><td class="num">${row.line ?? "–"}</td><td><code>${row.field ?? ""}</code></td><td>${row.reason}</td></tr>`)}</tbody></table></div></details>` : ""}`;
  }
  const visits = told.visits.visits;
  return html`<ul class="counts num"><li class="lead">${t("visits_sum", written({ all: visits.all, inside: visits.inside, unsure: visits.unsure, ambiguous: visits.ambiguous }))}</li>
    <li>${t("unlisted_sum", { n: number(told.unlisted.clusters.candidates) })}</li><li>${t("rows_read", written(told.rows))}</li></ul>`;
}

function faultText(error) {
  const place = [error.file && t("fault_file", { file: error.file }), error.line && t("fault_line", { line: error.line }), error.field && t("fault_field", { field: error.field })].filter(Boolean);
  return html`<p class="fault">${error.message}${place.length ? html`<br><code>${place.join(" · ")}</code>` : ""}</p>`;
}

function card(run) {
  const over = OVER.includes(run.state);
  return html`<article class="card run" data-id=${run.id} data-kind=${run.kind} data-state=${run.state}>
    <div class="head"><b>${t(`run_${run.kind}`)}</b><b class="num">${when(run.created_at)}</b><span class="statechip ${run.state}">${t(`state_${run.state}`)}</span></div>
    ${over ? "" : html`<div aria-live="polite"><progress aria-label=${t(`phase_${run.progress.phase}`)}></progress><p class="small num">${t(`phase_${run.progress.phase}`)} · ${t("read_so_far", { rows: number(run.progress.rows) })}</p></div>`}
    ${run.error ? faultText(run.error) : ""}
    ${run.counts ? counts(run) : ""}
    ${run.notes.length ? html`<details><summary>${t("notes")} (${run.notes.length})</summary><ul>${run.notes.map((line) => html`<li class="small">${line}</li>`)}</ul></details>` : ""}
    ${run.found ?? ""}
    <div class="row">
      ${run.state === "done" && !run.found ? html`<button type="button" class="button slim" @click=${() => show(run)}>${t("show_result")}</button>` : ""}
      ${run.state === "done" && run.kind === "visits" ? html`<a class="button slim" href="/enterprises/unlisted">${t("to_places")}</a>` : ""}
      ${state.may_upload && !over ? html`<button type="button" class="button slim danger" @click=${() => cancel(run)}>${t("cancel_run")}</button>` : ""}
    </div></article>`;
}

function draw() {
  if (!begun) box.replaceChildren();
  begun = true;
  render(fault ? html`<div class="state-line"><p class="fault">${t("list_failed", { message: fault })}</p><p><button type="button" class="button" @click=${load}>${t("retry")}</button></p></div>`
    : runs.length ? html`${runs.map(card)}${next.visits || next.loads ? html`<p><button type="button" class="button" @click=${load}>${t("more")}</button></p>` : ""}`
      : html`<div class="card state-line"><p><b>${t("list_empty")}</b></p><p>${t("list_empty_more")}</p></div>`, box);
}

function put(run) {
  const known = runs.find((each) => each.id === run.id);
  runs = [...runs.filter((each) => each !== known), { ...run, found: known?.found }].sort((a, b) => (a.id < b.id ? 1 : -1));
  draw();
  follow(run);
}

// Asks for a run until it is over; what did not change is answered in a word.
async function follow({ id, kind, state: now }) {
  if (OVER.includes(now) || followed.has(id)) return;
  followed.add(id);
  let etag = null;
  for (;;) {
    await new Promise((resolve) => { setTimeout(resolve, EVERY_MS); });
    try {
      const told = await ask("GET", `${PATHS[kind]}/${id}`, { headers: etag ? { "If-None-Match": etag } : {} });
      etag = told.etag ?? etag;
      if (told.body) put(told.body);
      if (told.body && OVER.includes(told.body.state)) break;
    } catch (error) {
      // what is refused once is refused again; the line, or a session, comes back. A state that stands is refused as 304.
      if (error.status !== 304 && error.status >= 400 && error.status < 500) break;
    }
  }
  followed.delete(id);
}

async function load() {
  fault = null;
  try {
    const asked = Object.keys(PATHS).filter((kind) => !begun || next[kind]);
    const told = await Promise.all(asked.map((kind) => ask("GET", `${PATHS[kind]}?limit=20${next[kind] ? `&cursor=${encodeURIComponent(next[kind])}` : ""}`)));
    next = { ...next, ...Object.fromEntries(asked.map((kind, n) => [kind, told[n].body.next])) };
    const found = told.flatMap(({ body }) => body.runs).filter((run) => !runs.some((each) => each.id === run.id));
    runs = [...runs, ...found].sort((a, b) => (a.id < b.id ? 1 : -1));
    runs.forEach(follow);
  } catch (error) {
    fault = error.message;
  }
  draw();
}

async function show(run) {
  try {
    const found = await foundBy(run);
    runs = runs.map((each) => (each.id === run.id ? { ...each, found } : each));
    draw();
  } catch (error) {
    toast(error.message);
  }
}

async function cancel(run) {
  try {
    put((await ask("POST", `${PATHS[run.kind]}/${run.id}/cancel`)).body);
    toast(t("cancelled"));
  } catch (error) {
    toast(error.message);
  }
}

function bodyOf(what, uploads, data) {
  const why = data.get("why").trim();
  if (what === "visits") return { uploads, crs: data.get("crs"), min_minutes: Number(data.get("minutes")), why, ...lawOf(data) };
  const given = { ...(data.get("drive_axles") ? { drive_axles: Number(data.get("drive_axles")) } : {}), ...(data.get("tyres") ? { tyres: data.get("tyres") } : {}) };
  return { uploads, time_zone: state.timezone, ...given, why };
}

const form = document.getElementById("upload");
if (form) {
  const what = () => new FormData(form).get("what");
  const kinds = () => (what() === "visits" ? ["traces", "vehicles", "permits", "sites"] : ["loads"]);
  const lacks = (data) => {
    if (what() !== "visits") return null;
    const lacking = lacksLaw(data);
    if (lacking) return lacking;
    return Number(data.get("minutes")) >= 1 && Number(data.get("minutes")) <= 1440 ? null : t("need_minutes");
  };
  const create = async (uploads, data) => (await ask("POST", PATHS[what()], { body: bodyOf(what(), uploads, data), key: newKey() })).body;
  const turned = () => { for (const each of form.querySelectorAll("[data-of]")) each.hidden = each.dataset.of !== what(); };
  const needed = () => (what() === "visits" ? ["traces", "vehicles"] : ["loads"]);
  const upload = uploadForm({ kept: "freight:upload", kinds, needed, many: ["traces", "loads"], lacks, create, begun: put, changed: turned });
  for (const each of form.querySelectorAll("[name=what]")) each.addEventListener("change", upload.changed);
}
load();
