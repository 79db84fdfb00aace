// The applicant's form: one step at a time, saved as one goes; what was handed in is shown.
import { ask, newKey, state, t, toast } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { fieldsOf, formOf, lackingOf, stepOf } from "./apply_model.js";
import { RouteMap } from "./apply_map.js";
import { needOf } from "./apply_need.js";
import { path, Saver } from "./apply_saving.js";
import { STEPS, TEMPLATES } from "./apply_steps.js";
import { askForm } from "./desk_dialogs.js";
import { PlaceField } from "./driver_place.js";
import { byId, failed, faultOf, query, today, when } from "./office.js";
import { certificates, clockChip, facts, files, granted, history, stateChip } from "./permit_facts.js";

let whole = null;
let events = [];
let form = null;
let step = "holder";
let saved = "saved";
let serverFaults = {};
let shipperTimer = null;

const ui = {
  limits: null, attachments: [], roadNote: "", fileNote: "", fileFault: "", submitFault: "", shipper: null, need: null,
  fields: () => fieldsOf(form),
  draw,
  typed(field) {
    for (const name of Object.keys(serverFaults)) if (name === field || name.startsWith(field.split(/[.[]/)[0])) delete serverFaults[name];
    ui.submitFault = "";
    ui.need = null;
    if (field === "shipper.name") ui.askShipper();
    saver.soon();
    soonDraw();
  },
  fault: (field) => serverFaults[field] ?? localFaults()[field] ?? "",
  focus: (id) => byId(id)?.focus(),
  go,
  lacking: () => lackingOf(fieldsOf(form)).map((field) => {
    const number = field.match(/\d+/);
    return { step: stepOf(field), words: number ? t("field_vehicle_type", { n: Number(number[0]) + 1 }) : t(`field_${field}`) };
  }),
  toggleRoad(name) {
    form.roads = form.roads.includes(name) ? form.roads.filter((each) => each !== name) : [...form.roads, name];
    ui.typed("route");
    draw();
  },
  addRoad() {
    const input = byId("road-add");
    const name = input.value.trim();
    if (!name) return;
    ui.roadNote = state.roads.includes(name) ? "" : t("road_unknown", { name });
    if (!form.roads.includes(name)) ui.toggleRoad(name);
    input.value = "";
    input.focus();
    draw();
  },
  setPoints(points) { form.points = points; ui.typed("route"); draw(); },
  askShipper() {
    clearTimeout(shipperTimer);
    const name = form.shipper.name.trim();
    if (!name) { ui.shipper = null; return; }
    shipperTimer = setTimeout(async () => {
      ui.shipper = "asking";
      draw();
      const days = form.from && form.to >= form.from ? { on: form.from, to: form.to } : {};
      ui.shipper = await ask("GET", `/v1/enterprises/shippers${query({ name, ...days })}`).then(({ body }) => body, () => null);
      draw();
    }, 400);
  },
  async addFiles(input) {
    ui.fileFault = "";
    const kind = t(`file_kind_${byId("file-kind").value}`);
    for (const file of [...input.files]) {
      if (file.size > state.file_bytes) { ui.fileFault = t("file_too_large", { name: file.name, n: Math.floor(state.file_bytes / 1e6) }); continue; }
      ui.fileNote = t("file_sending", { name: file.name });
      draw();
      try {
        const { body } = await saver.act("POST", `/v1/attachments${query({ permit: state.id, name: file.name, kind })}`, { body: file, headers: { "Content-Type": "application/octet-stream" } });
        ui.attachments = [...ui.attachments, body];
      } catch (error) {
        ui.fileFault = `${file.name}${t("dash")}${faultOf(error)}`;
      }
    }
    ui.fileNote = "";
    input.value = "";
    draw();
  },
  async removeFile(file) {
    ui.fileFault = "";
    try {
      await saver.act("DELETE", `/v1/attachments/${file.id}`);
      ui.attachments = ui.attachments.filter((each) => each !== file);
    } catch (error) {
      ui.fileFault = error.message;
    }
    draw();
  },
  async askNeed() {
    const fields = fieldsOf(form);
    if (!fields.vehicles.length || !fields.route || !fields.days) ui.need = { error: t("need_first") };
    else {
      ui.need = "asking";
      draw();
      ui.need = await needOf(fields).catch((error) => ({ error: faultOf(error) }));
    }
    draw();
  },
  map: new RouteMap({ toggled: (name) => ui.toggleRoad(name), drawn: (points) => ui.setPoints(points) }),
};

const saver = new Saver({
  fields: () => fieldsOf(form),
  form: () => form,
  changed(word, error) {
    saved = word;
    if (word === "fault") serverFaults = faultsOf(error);
    if (word === "conflict") conflict();
    draw();
  },
});

// The service's faults by the form's fields: vehicles without a plate were not sent.
function faultsOf(error) {
  const sent = form.vehicles.map((each, number) => (each.plate.trim() ? number : null)).filter((number) => number !== null);
  const found = {};
  for (const { field, message } of error.problem?.errors ?? []) {
    const name = field.replace(/^(body|application)\.?/, "").replace(/^vehicles\[(\d+)\]/, (_all, n) => `vehicles[${sent[n] ?? n}]`);
    found[name] = message;
  }
  return found;
}

function localFaults() {
  const found = {};
  form.vehicles.forEach((each, n) => {
    for (const [name, least, key, factor] of [["length_mm", 1000, "fault_metres", 1000], ["gross_mass_kg", 300, "fault_tonnes", 1000]]) {
      const typed = each[name].trim();
      if (!typed) continue;
      const value = Number(typed.replace(",", "."));
      if (!Number.isFinite(value) || value <= 0) found[`vehicles[${n}].${name}`] = t("fault_number");
      else if (value < least) found[`vehicles[${n}].${name}`] = t(key, { given: typed, meant: Math.round(value * factor) });
      else if (!/^\d+$/.test(typed)) found[`vehicles[${n}].${name}`] = t("fault_number");
    }
  });
  if (form.from && form.to && form.to < form.from) found["days.to"] = t("fault_days");
  if (form.from && form.from < today() && !form.late.trim()) found["days.from"] = t("fault_past");
  if (form.windows.some(({ from, to }) => Boolean(from) !== Boolean(to))) found.windows = t("fault_hours");
  return found;
}

let drawTimer = null;
function soonDraw() {
  clearTimeout(drawTimer);
  drawTimer = setTimeout(draw, 250);
}

function statusOf(name) {
  const fields = fieldsOf(form);
  const faults = { ...localFaults(), ...serverFaults };
  if (Object.keys(faults).some((field) => stepOf(field) === name)) return "fault";
  const lacking = lackingOf(fields);
  if (name === "check") return lacking.length ? "lacking" : "";
  if (name === "files") return ui.attachments.length ? "done" : "";
  return lacking.some((field) => stepOf(field) === name) ? "lacking" : "done";
}

function stepper(name, number) {
  const status = statusOf(name);
  const words = status ? t(`step_${status}`) : "";
  return html`<li class=${status === "fault" ? "fault-step" : status}><button type="button" aria-current=${name === step ? "step" : nothing} @click=${() => go(name)}><i aria-hidden="true">${status === "done" ? "✓" : status === "fault" ? "!" : number + 1}</i><span class="words">${t(`step_${name}`)}<small>${words}</small></span></button></li>`;
}

function limit(name, key) {
  const own = ui.limits[name];
  if (own.value === null) return nothing;
  return html`<li title=${own.source}>${t(key, { n: own.value })}${own.assumption ? html` <span class="soft small">${t("needed_assumption")}</span>` : nothing}</li>`;
}

function draw() {
  clearTimeout(drawTimer);
  if (!form) return;
  const at = STEPS.indexOf(step);
  const lacking = ui.lacking();
  render(html`<div class="applying">
    <nav aria-label=${t("steps")}><ol class="stepper">${STEPS.map(stepper)}</ol></nav>
    <form class="card step" novalidate autocomplete="off" @submit=${(event) => { event.preventDefault(); if (step === "check") submit(); else go(STEPS[at + 1]); }}>
      <p class="soft small">${t("step_of", { n: at + 1, all: STEPS.length })}</p><h2 id="step-title" tabindex="-1">${t(`step_${step}`)}</h2>
      ${STEPS.map((name) => (name === step ? html`<div class="form" data-step=${name}>${TEMPLATES[name](ui, form)}</div>` : nothing))}
      <div class="stepfoot">${at ? html`<button type="button" class="button" @click=${() => go(STEPS[at - 1])}>${t("previous_step")}</button>` : nothing}<button class="button main" ?disabled=${step === "check" && lacking.length > 0}>${t(step === "check" ? "submit" : "next_step")}</button></div>
    </form>
    <aside class="card aside" aria-label=${t("needed")}><p class="saved ${saved}" role="status">${t(saved === "fault" ? "not_saved_fault" : saved === "conflict" ? "not_saved" : saved)}</p>
      ${lacking.length ? html`<h3>${t("lacking")}</h3><ul>${lacking.map((each) => html`<li>${each.words}</li>`)}</ul>` : html`<p>${t("lacking_none")}</p>`}
      <h3>${t("needed")}</h3><ul><li>${t("needed_licence")}</li><li>${t("needed_proof")}</li>${limit("max_vehicles", "needed_max_vehicles")}${limit("max_days", "needed_max_days")}${limit("working_days", "needed_working_days")}${ui.limits.retroactive_days.value === null ? html`<li>${t("needed_late")}</li>` : nothing}</ul>
      <button type="button" class="button slim" @click=${withdraw}>${t("withdraw")}</button></aside></div>`, byId("body"));
  if (step === "where") places();
}

// Fields for places are looked up as one types; the map stands only on its own step.
function places() {
  for (const input of byId("body").querySelectorAll("[data-place]:not([role])")) {
    const at = () => form.trips[Number(input.dataset.trip)];
    const end = input.dataset.place;
    const label = end === "origin" ? "from" : "to";
    const fault = (text) => { const name = `trips[${input.dataset.trip}].${end}`; if (text) serverFaults[name] = text; else delete serverFaults[name]; soonDraw(); };
    const field = new PlaceField(input, fault);
    input.addEventListener("input", () => { if (!at()) return; at()[label] = input.value; at()[end] = null; saver.soon(); });
    input.addEventListener("change", () => { if (!at() || !field.chosen) return; at()[label] = input.value; at()[end] = field.chosen.end; ui.typed("trips"); });
    input.addEventListener("blur", () => setTimeout(() => { if (at() && !at()[end] && input.value.trim()) field.resolve("").catch(() => undefined); }, 200));
  }
  const box = byId("map");
  if (box && !box.dataset.opened) {
    box.dataset.opened = "yes";
    ui.map.map = null;
    ui.map.open(box);
  }
  ui.map.set(form.how, form.roads, form.points);
}

function go(name) {
  step = name;
  history_(name);
  draw();
  byId("step-title").focus({ preventScroll: true });
  scrollTo({ top: 0 });
  if (name === "purpose" && form.shipper.name.trim() && !ui.shipper) ui.askShipper();
  if (saved !== "saved" && saved !== "conflict") saver.save();
}
const history_ = (name) => globalThis.history.replaceState(null, "", `#${name}`);

async function submit() {
  ui.submitFault = "";
  if (!(await saver.save())) { draw(); return; }
  try {
    await saver.act("POST", `${path}/submit`, { body: {} });
    saver.forget();
    toast(t("submitted"));
    form = null;
    await load();
    scrollTo({ top: 0 });
  } catch (error) {
    serverFaults = faultsOf(error);
    ui.submitFault = faultOf(error);
    draw();
  }
}

const withdraw = () => askForm({
  title: t("withdraw"), go: t("withdraw"), danger: true, body: html`<p>${t("withdraw_more")}</p>`,
  submit: async () => {
    const tag = form ? saver.etag : whole.etag;
    await ask("POST", `${path}/withdraw`, { body: {}, ifMatch: tag, key: newKey() });
    saver.forget();
    form = null;
    toast(t("withdrawn"));
    await load();
  },
});

async function copy() {
  const { body } = await ask("POST", `${path}/copy`, { key: newKey() });
  location.assign(`/apply/${body.id}`);
}

function conflict() {
  render(html`<div class="banner">${t("conflict")} <span class="row"><button type="button" class="button" @click=${() => resolve(true)}>${t("conflict_mine")}</button><button type="button" class="button" @click=${() => resolve(false)}>${t("conflict_theirs")}</button></span></div>`, byId("notes"));
}

async function resolve(mine) {
  render(nothing, byId("notes"));
  const one = await ask("GET", path);
  if (!mine) { saver.forget(); form = null; await load(); return; }
  saver.begin(one.etag, null);
  ui.attachments = one.body.attachments;
  saver.save();
}

function returned() {
  const last = events.findLast((event) => event.action === "return");
  render(whole.state === "returned" && last ? html`<div class="banner"><h2>${t("returned_title")}</h2>${last.codes.map((code) => html`<span class="chip">${t(`code_${code}`)}</span> `)}<q lang="zh-CN">${last.reason}</q></div>` : nothing, byId("notes"));
}

async function shown() {
  const told = whole.permit_no && whole.state !== "revoked" ? await ask("GET", `${path}/certificate`).then(({ body }) => body, () => null) : null;
  render(html`<div class="sides"><section class="card">${whole.approval ? html`<h2>${t("granted")}</h2>${granted(whole.approval)}${told ? certificates(told) : nothing}` : html`<h2>${t(`state_${whole.state}`)}</h2>`}
      ${whole.state === "submitted" ? html`<p>${t("waiting")}${whole.clock.due_at ? html` · <span class="num">${t("due_at", { at: when(whole.clock.due_at) })}</span>` : nothing}</p>` : nothing}
      <p class="row">${whole.possible.includes("withdraw") ? html`<button type="button" class="button" @click=${withdraw}>${t("withdraw")}</button>` : nothing}<button type="button" class="button" @click=${copy}>${t("copy")}</button></p></section>
    <section class="card"><h2>${t("history")}</h2>${history(events)}</section>
    <section class="card"><h2>${t("title")}</h2>${facts(whole.application)}</section>
    <section class="card"><h2>${t("attachments")}</h2>${files(whole.attachments, true)}</section></div>`, byId("body"));
}

async function load() {
  try {
    const [one, past] = await Promise.all([ask("GET", path), ask("GET", `${path}/history`)]);
    whole = { ...one.body, etag: one.etag };
    events = past.body.events;
    render(html`<div class="headline"><h1>${t("title")}</h1>${stateChip(whole.state)}${whole.state === "submitted" ? clockChip(whole.clock) : nothing}${whole.permit_no ? html`<b class="num">${whole.permit_no}</b>` : nothing}</div>`, byId("head"));
    returned();
    if (!["draft", "returned"].includes(whole.state)) await shown();
    else begin(one.etag);
  } catch (error) {
    render(failed(error, load), byId("body"));
  }
  byId("body").dataset.ready = "yes";
}

function begin(etag) {
  ui.limits = whole.limits;
  ui.attachments = whole.attachments;
  form = formOf(whole.application);
  saver.begin(etag, fieldsOf(form));
  const kept = Saver.kept();
  if (kept) {
    form = kept.form;
    toast(t("restored"));
    if (kept.etag !== etag) { saved = "conflict"; conflict(); } else saver.soon();
  }
  const wanted = location.hash.slice(1);
  if (STEPS.includes(wanted)) step = wanted;
  draw();
}

for (const id of ["body", "head"]) byId(id).replaceChildren();
load();
