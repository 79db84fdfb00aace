// One application: what is asked, what the program finds on it, and what becomes of it.
import { ask, newKey, Refused, session, state, t, toast } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { decisions } from "./application_decide.js";
import { drawRoute } from "./application_map.js";
import { showFile } from "./application_files.js";
import { askForm } from "./desk_dialogs.js";
import { byId, failed, faultOf, query, said, waiting, when } from "./office.js";
import { certificates, clockChip, facts, files, granted, history, stateChip, whoOf } from "./permit_facts.js";

const path = `/v1/permits/${state.id}`;
const ORDER = ["problem", "unknown", "info", "ok"];
let whole = null;
let etag = null;
let found = null;
let events = [];

const form = decisions(byId("steps"), { act });

function head() {
  const { clock } = whole;
  render(html`<div class="headline"><h1><span lang="zh-CN">${whole.application.holder?.name ?? t("title")}</span></h1>${stateChip(whole.state)}
    ${whole.permit_no ? html`<b class="num">${whole.permit_no}</b>` : nothing}
    ${whole.retroactive ? html`<span class="chip warn">${t("retroactive")}</span>` : nothing}
    ${whole.state === "submitted" || clock.paused ? html`${clockChip(clock)}${clock.due_at ? html`<span class="soft small">${t("due_days", { n: clock.working_days })} · <span class="num">${t("due_at", { at: when(clock.due_at) })}</span></span>` : nothing}${clock.warnings.length ? html`<span class="soft small">${t("clock_unknown")}</span>` : nothing}` : nothing}
    ${whole.plates === "masked" ? html`<span class="chip">${t("masked")}</span>` : nothing}</div>`, byId("head"));
}

function line(each) {
  const text = said(each);
  return html`<li class="finding ${each.finding}"><p>${text}</p><p class="small soft">${t("source", { source: session.lang === "zh" ? each.source : each.source_en })}</p>
    ${["problem", "unknown"].includes(each.finding) && can("return") ? html`<button type="button" class="linklike" aria-label=${t("into_reason_of", { text })} @click=${() => { form.addReason(text); toast(t("into_reason_done")); }}>${t("into_reason")}</button>` : nothing}</li>`;
}

function narrower() {
  const offer = form.offer(whole, found);
  if (!offer) return nothing;
  return html`<div class="offer"><h3>${t("narrower")}</h3>
    ${offer.roads ? html`<p lang="zh-CN">${t("narrower_roads", { roads: offer.roads.join(t("separator")) })}</p>` : nothing}
    ${offer.windows ? html`<p class="num">${t("narrower_windows", { windows: offer.windows.join("  ") })}</p>` : nothing}
    ${offer.nameless ? html`<p>${t("narrower_nameless", { n: offer.nameless })}</p>` : nothing}
    ${offer.lacking.length ? html`<p class="fault">${t("narrower_lacking", { roads: offer.lacking.join(t("separator")) })}</p>` : nothing}
    ${can("approve") && (offer.roads || offer.windows) ? html`<button type="button" class="button" id="take" @click=${() => { form.take(offer); toast(t("narrower_taken")); }}>${t("narrower_take")}</button>` : nothing}</div>`;
}

const can = (action) => whole.possible.includes(action);

function findings() {
  const lines = ORDER.map((finding) => [finding, found.lines.filter((each) => each.finding === finding)]).filter(([, rows]) => rows.length);
  render(html`<p class="counts">${ORDER.map((name) => html`<span class="count ${name}"><b class="num">${found.counts[name]}</b> ${t(`finding_${name}`)}</span>`)}</p>
    ${narrower()}
    ${lines.map(([finding, rows]) => {
      const list = html`<ul class="findings">${rows.map(line)}</ul>`;
      return finding === "ok" ? html`<details data-paper><summary>${t("finding_ok")} (${rows.length})</summary>${list}</details>` : list;
    })}`, byId("found"));
}

async function assess() {
  if (!state.may_assess) {
    drawRoute(byId("map"), byId("legend"), whole.application.route, null);
    byId("found").dataset.ready = "yes";
    return;
  }
  render(html`<p class="state-line" role="status">${t("found_loading")}</p>`, byId("found"));
  try {
    const seen = whole.state === "submitted" ? null : events.findLast((event) => event.assessment_id)?.assessment_id;
    found = (await ask("GET", `${path}/assessment${query({ assessment_id: seen })}`)).body;
    findings();
    form.assessed(found);
  } catch (error) {
    render(failed(error, error.status === 403 ? null : assess), byId("found"));
  }
  byId("found").dataset.ready = "yes";
  drawRoute(byId("map"), byId("legend"), whole.application.route, found);
}

async function steps() {
  if (can("approve") || can("return")) { form.show(whole, found); return; }
  const stops = ["suspend", "resume", "revoke"].filter(can);
  let told = null;
  if (whole.permit_no && state.may_see_plates) told = await ask("GET", `${path}/certificate`).then(({ body }) => body, () => null);
  render(html`${whole.approval ? html`<h3>${t("granted")}</h3>${granted(whole.approval)}` : nothing}
    ${told ? html`<h3>${t("certificate")}</h3>${certificates(told)}` : nothing}
    ${stops.length ? html`<p class="row">${stops.map((action) => html`<button type="button" class="button ${action === "revoke" ? "danger" : ""}" data-act=${action} @click=${() => stop(action)}>${t(action)}</button>`)}</p>` : nothing}
    ${!stops.length && !whole.approval ? html`<p class="soft">${t("not_yours")}</p>` : nothing}`, byId("steps"));
}

const stop = (action) => askForm({
  title: t(action), go: t(action), danger: action === "revoke",
  body: html`<p class="soft">${t(`${action}_more`)}</p><label>${t("reason")}<textarea name="why" maxlength="2000" autofocus></textarea></label>`,
  submit: async (data, dialog) => {
    const reason = data.get("why").trim();
    if (!reason) {
      dialog.elements.namedItem("why").setAttribute("aria-invalid", "true");
      throw new Error(t("reason_needed"));
    }
    await act(action, { reason });
  },
});

// Takes a step in the state that was seen; where somebody was first, that is said and nothing typed is lost.
async function act(action, body) {
  try {
    const { body: told } = await ask("POST", `${path}/${action}`, { body, ifMatch: etag, key: newKey() });
    form.forget();
    toast(t(`did_${action}`, { number: told.permit_no }));
    render(nothing, byId("meanwhile"));
    await load();
  } catch (error) {
    const late = error instanceof Refused && (error.status === 412 || error.problem.code?.startsWith("step."));
    if (!late) throw new Error(faultOf(error));
    await meanwhile();
    throw new Error(error.message);
  }
}

async function meanwhile() {
  const before = events.length;
  await read();
  const last = events.length > before ? events.at(-1) : null;
  render(html`<div class="banner">${last ? t("meanwhile", { who: whoOf(last), at: when(last.at), act: t(`act_${last.action}`) }) : t("meanwhile_changed")}
    ${last?.reason ? html`<q lang="zh-CN">${last.reason}</q>` : nothing} ${t("meanwhile_kept", { state: t(`state_${whole.state}`) })}</div>`, byId("meanwhile"));
  byId("meanwhile").scrollIntoView({ block: "nearest" });
  told();
  assess();
}

async function read() {
  const [one, past] = await Promise.all([ask("GET", path), ask("GET", `${path}/history`)]);
  whole = one.body;
  etag = one.etag;
  events = past.body.events;
}

function told() {
  head();
  render(facts(whole.application), byId("asked"));
  render(history(events), byId("history"));
  render(html`${files(whole.attachments, state.may_open_files, showFile)}${whole.attachments.length && !state.may_open_files ? html`<p class="small soft">${t("no_files_for_you")}</p>` : nothing}`, byId("files"));
}

async function load() {
  try {
    await read();
    told();
    await steps();
    assess();
  } catch (error) {
    render(failed(error, load), byId("asked"));
    render(waiting(), byId("steps"));
  }
  byId("steps").dataset.ready = "yes";
}

for (const id of ["asked", "found", "steps"]) byId(id).replaceChildren(); // what stood there until the script was here
byId("head").replaceChildren();
load();
