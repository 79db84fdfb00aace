// The runs: how far each is, what it counted, what it left.
import { ask, newKey, session, state, t, toast } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { readCsv } from "./csv.js";
import { alertsOf, beginAlerts, emptiedAlerts, lacksAlerts, refusedAlert } from "./runs_alerts.js";
import { lacksLaw, lawOf } from "./runs_law.js";
import { uploadForm } from "./runs_upload.js";

const box = document.getElementById("runs");
let placeholder = true; // what the server wrote: lit-html adds to it
const OVER = ["done", "failed", "cancelled"];
const KEPT = "runs:upload";
const SHOWN = 200;
let runs = [];
let next = null;
let fault = null;
const followed = new Map();

const number = (n) => (n ?? 0).toLocaleString(session.lang === "zh" ? "zh-CN" : "en-GB");
const written = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, number(value)]));
const when = (iso) => new Intl.DateTimeFormat("sv-SE", { timeZone: state.timezone, dateStyle: "short", timeStyle: "short" }).format(new Date(iso));
const seconds = (run) => Math.max(1, Math.round((Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000));

function faultText(error) {
  const place = [error.file && t("fault_file", { file: error.file }), error.line && t("fault_line", { line: error.line }), error.field && t("fault_field", { field: error.field })].filter(Boolean);
  return html`<p class="fault">${error.message}${place.length ? html`<br><code>${place.join(" · ")}</code>` : ""}</p>`;
}

// Of a notice with several zones each check is about one.
const zoneOf = (run) => (state.zones ?? []).filter(([, sha256]) => sha256 === run.zone).map(([name]) => ` · ${name}`).join("");

function counts({ rows, fixes, duplicates, vehicles, passages, leads, gaps }) {
  return html`<ul class="counts num">
    <li class="lead">${t("leads_sum", { n: number(leads) })}</li>
    <li>${t("rows_sum", written(rows))}</li>
    <li>${t("fixes_sum", written({ used: rows.used, fixes, duplicates }))}</li>
    <li>${t("vehicles_sum", written({ all: vehicles.in_traces, known: vehicles.in_traces_known, unknown: vehicles.in_traces_unknown }))}</li>
    <li>${t("passages_sum", written(passages))}</li>
    ${gaps ? html`<li class="soft">${t("gaps_sum", { n: number(gaps) })}</li>` : ""}</ul>`;
}

function card(run) {
  const { progress } = run;
  return html`<article class="card run" data-id=${run.id} data-state=${run.state}>
    <div class="head"><b class="num">${when(run.created_at)}</b><span class="statechip ${run.state}">${t(`state_${run.state}`)}</span><span class="soft" lang="zh-CN">${state.notices[run.notice] ?? run.notice}${zoneOf(run)}</span>
      <span class="soft small num">${run.options.crs.toUpperCase()} · ≥ ${Math.round(run.options.min_probability * 100)}%${run.options.permits === "store" ? ` · ${t("with_store")}` : ""}${run.state === "done" ? ` · ${t("took", { n: number(seconds(run)) })}` : ""}</span></div>
    ${OVER.includes(run.state) ? "" : html`<div aria-live="polite"><progress max="1" value=${progress.share ?? nothing} aria-label=${t(`phase_${progress.phase}`)}></progress>
      <p class="small num">${t(`phase_${progress.phase}`)}${progress.share === null ? "" : ` · ${Math.round(progress.share * 100)}%`} · ${t("so_far", written({ rows: progress.rows, vehicles: progress.vehicles, leads: progress.leads }))}</p></div>`}
    ${run.error ? faultText(run.error) : ""}
    ${run.notes.length ? html`<div class="notes" role="note"><b>${t("notes")}</b><ul>${run.notes.map((each) => html`<li>${each}</li>`)}</ul><p class="small">${t("notes_note")}</p></div>` : ""}
    ${run.counts ? counts(run.counts) : ""}
    <div class="row">
      ${run.state === "done" ? html`<a class="button slim" href="/desk?run=${run.id}">${t("to_leads")}</a>` : ""}
      ${run.files.includes("report.html") ? html`<a class="button slim" href="/v1/traces/runs/${run.id}/files/report.html" target="_blank">${t("to_report")}</a>` : ""}
      ${run.counts?.rows.rejected && run.files.includes("rejected.csv") && state.may_see_plates ? html`<button type="button" class="button slim" @click=${() => rejected(run)}>${t("to_rejected")} (${number(run.counts.rows.rejected)})</button>` : ""}
      ${state.may_upload && !OVER.includes(run.state) ? html`<button type="button" class="button slim danger" @click=${() => cancel(run)}>${t("cancel_run")}</button>` : ""}
    </div></article>`;
}

function draw() {
  if (placeholder) box.replaceChildren();
  placeholder = false;
  render(fault ? html`<div class="state-line"><p class="fault">${t("list_failed", { message: fault })}</p><p><button type="button" class="button" @click=${() => load()}>${t("retry")}</button></p></div>`
    : runs.length ? html`${runs.map(card)}${next ? html`<p><button type="button" class="button" @click=${() => load()}>${t("more")}</button></p>` : ""}`
      : html`<div class="card state-line"><p><b>${t("list_empty")}</b></p><p>${t("list_empty_more")}</p></div>`, box);
}

function put(run) {
  runs = runs.some((each) => each.id === run.id) ? runs.map((each) => (each.id === run.id ? run : each)) : [run, ...runs];
  draw();
  follow(run);
}

// Follows a run until it is over; the browser connects again by itself and is told what it missed.
function follow(run) {
  if (OVER.includes(run.state)) {
    followed.get(run.id)?.close();
    followed.delete(run.id);
    return;
  }
  if (followed.has(run.id)) return;
  const source = new EventSource(`/v1/traces/runs/${run.id}/events`);
  followed.set(run.id, source);
  source.addEventListener("run", (event) => put(JSON.parse(event.data)));
  source.addEventListener("error", async () => {
    if (source.readyState !== EventSource.CLOSED) return;
    followed.delete(run.id);
    // an answer that is no stream: it is over, or the session ended, which asking takes care of
    const { body } = await ask("GET", `/v1/traces/runs/${run.id}`).catch(() => ({ body: null }));
    if (body) put(body);
    else setTimeout(() => follow(run), 5000);
  });
}

async function load() {
  fault = null;
  try {
    const { body } = await ask("GET", `/v1/traces/runs?limit=20${next ? `&cursor=${encodeURIComponent(next)}` : ""}`);
    runs = [...runs, ...body.runs.filter((run) => !runs.some((each) => each.id === run.id))];
    next = body.next;
    runs.forEach(follow);
  } catch (error) {
    fault = error.message;
  }
  draw();
}

async function cancel(run) {
  try {
    put((await ask("POST", `/v1/traces/runs/${run.id}/cancel`)).body);
    toast(t("cancelled"));
  } catch (error) {
    toast(error.message);
  }
}

function rejected(run) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "widedialog" });
  const where = (why) => `/v1/traces/runs/${run.id}/files/rejected.csv?${new URLSearchParams({ why })}`;
  const drawn = ({ rows = null, why = "", message = "" } = {}) => render(html`<form @submit=${show}><h2>${t("rejected_title")}</h2>
    ${rows ? html`<p>${t("rejected_some", { n: number(rows.length) })}</p><div class="holder" tabindex="0"><table><thead><tr><th>${t("rejected_file")}</th><th>${t("rejected_line")}</th><th>${t("rejected_field")}</th><th>${t("rejected_reason")}</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr><td>${row.file}</td><td class="num">${row.line}</td><td><code>${row.field}</code></td><td>${row.reason}</td></tr>`)}</tbody></table></div><p><a class="button" href=${where(why)} download>${t("download")}</a></p>`
    : html`<p class="soft">${t("rejected_why")}</p><label>${t("why")}<input name="why" required maxlength="500" autofocus></label>`}
    <p class="fault" role="alert">${message}</p>
    <div class="row end"><button type="button" class="button" @click=${() => dialog.close()}>${t("close")}</button>${rows ? "" : html`<button class="button main">${t("show")}</button>`}</div></form>`, dialog);
  async function show(event) {
    event.preventDefault();
    const why = new FormData(event.target).get("why").trim();
    if (!why) return;
    try {
      const { body } = await ask("GET", where(why));
      const [, ...rows] = readCsv(body.replace(/^\uFEFF/, ""));
      drawn({ why, rows: rows.slice(0, SHOWN).map(([file, line, field, zh, en]) => ({ file, line, field, reason: session.lang === "zh" ? zh : en })) });
    } catch (error) {
      drawn({ message: error.message });
    }
  }
  dialog.addEventListener("close", () => dialog.remove());
  drawn();
  document.body.append(dialog);
  dialog.showModal();
}

async function create(uploads, data) {
  const body = { uploads, crs: data.get("crs"), min_probability: Number(data.get("least")), why: data.get("why").trim(), ...(data.get("permits") ? { permits: data.get("permits") } : {}), ...lawOf(data), ...alertsOf(data) };
  try {
    return (await ask("POST", "/v1/traces/runs", { body, key: newKey() })).body;
  } catch (error) {
    refusedAlert(error, data);
    throw error;
  }
}

const lacks = (data) => lacksLaw(data) ?? lacksAlerts(data);

if (document.getElementById("upload")) {
  beginAlerts(JSON.parse(localStorage.getItem(KEPT) ?? "null")?.given ?? {});
  uploadForm({ kept: KEPT, kinds: () => ["traces", "vehicles", "permits", "sites"], needed: () => ["traces", "vehicles"], many: ["traces"], create, begun: put, changed: emptiedAlerts, lacks });
}
load();
