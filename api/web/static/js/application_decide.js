// The reviewer's form: approve (as asked or less), return, refuse. What was entered is kept in this tab.
import { state, t } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { hoursText, routeText } from "./permit_facts.js";

const CODES = ["missing", "unclear", "attachment", "route_too_wide", "hours_too_wide", "days_too_long", "vehicle", "shipper", "not_needed", "other"];
const SPAN = /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
const KEY = `decide:${state.id}`;

const minute = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
function minutesOf(windows) {
  const found = new Set();
  if (!windows?.length) for (let at = 0; at < 1440; at += 1) found.add(at);
  for (const span of windows ?? []) {
    const [from, to] = span.split("-").map(minute);
    for (let at = from; at !== to % 1440 || (at === from && to === 1440); at = (at + 1) % 1440) {
      if (found.has(at)) break;
      found.add(at);
    }
  }
  return found;
}
const within = (inner, outer) => [...minutesOf(inner)].every((at) => minutesOf(outer).has(at));
const less = (inner, outer) => within(inner, outer) && minutesOf(inner).size < minutesOf(outer).size;
const same = (one, other) => one.length === other.length && one.every((each) => other.includes(each));

export function decisions(box, { act }) {
  let whole = null;
  let found = null;
  let given = null;
  let fault = "";
  let busy = false;

  const keep = () => sessionStorage.setItem(KEY, JSON.stringify(given));
  const asked = () => whole.application;

  function begin() {
    const { route, days, windows = [], conditions = [] } = asked();
    const fresh = { act: "approve", only: Boolean(route?.roads), roads: route?.roads ?? [], windows: windows.join(" "), from: days?.from ?? "", to: days?.to ?? "", conditions: conditions.join("\n"), note: "", number: "", codes: [], reason: "", version: whole.version };
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(KEY)); } catch { /* nothing that can be used */ }
    given = { ...fresh, ...kept };
  }

  const set = (name, value) => { given[name] = value; fault = ""; keep(); draw(); };
  const typed = (name) => (event) => { given[name] = event.target.value; keep(); };

  function choose(code, on) {
    const text = t(`text_${code}`);
    given.codes = on ? [...given.codes, code] : given.codes.filter((each) => each !== code);
    if (on) addReason(text, false);
    else given.reason = given.reason.split("\n").filter((row) => row !== text).join("\n");
    keep();
    draw();
  }

  function addReason(text, show = true) {
    if (!given.reason.includes(text)) given.reason = [given.reason.trim(), text].filter(Boolean).join("\n");
    if (show && given.act === "approve") given.act = "return";
    keep();
    draw();
  }

  const unmapped = (assessed) => assessed?.lines.find((each) => each.code === "route.unknown_roads")?.facts.names ?? [];

  // What would be narrower and lies within what was asked; null where it is as narrow as it can be.
  function offer(application, assessed) {
    const { route, windows } = application.application;
    const { least, superfluous } = assessed;
    const unneeded = new Set(superfluous?.roads ?? []);
    const have = route?.roads ?? null;
    const lacking = have && least ? least.roads.filter((road) => !have.includes(road)) : [];
    let roads = null;
    if (lacking.length) return { roads: null, windows: null, lacking, nameless: 0 };
    if (have) {
      const rest = least ? have.filter((road) => least.roads.includes(road)) : have.filter((road) => !unneeded.has(road) && !unmapped(assessed).includes(road));
      if (rest.length && rest.length < have.length) roads = rest;
    } else if (least?.roads.length && !route?.area) roads = least.roads;
    const spans = least && less(least.windows, windows) ? least.windows : null;
    if (!roads && !spans) return null;
    return { roads, windows: spans, lacking, nameless: least?.nameless_streets ?? 0 };
  }

  function take({ roads, windows }) {
    given.act = "approve";
    if (roads) { given.only = true; given.roads = roads; }
    if (windows) given.windows = windows.join(" ");
    keep();
    draw();
    box.querySelector("#panel")?.scrollIntoView({ block: "nearest" });
  }

  const mark = (road) => {
    if (!found?.superfluous) return nothing;
    if (unmapped(found).includes(road)) return html` <span class="chip warn">${t("road_unmapped")}</span>`;
    const superfluous = found.superfluous.roads.includes(road);
    return html` <span class="chip ${superfluous ? "warn" : ""}">${t(superfluous ? "road_superfluous" : "road_needed")}</span>`;
  };

  function roadsPart() {
    const { route } = asked();
    const choices = route?.roads ?? found?.least?.roads ?? [];
    const boxes = html`<div class="roadboxes">${choices.map((road) => html`<label class="check"><input type="checkbox" name="road" .checked=${given.roads.includes(road)} @change=${(event) => set("roads", event.target.checked ? choices.filter((each) => each === road || given.roads.includes(each)) : given.roads.filter((each) => each !== road))}> <span lang="zh-CN">${road}</span>${mark(road)}</label>`)}</div>`;
    if (route?.roads) return html`<fieldset><legend>${t("granted_roads")}</legend>${boxes}</fieldset>`;
    return html`<fieldset><legend>${t("granted_route")}</legend>
      <label class="check"><input type="radio" name="only" .checked=${!given.only} @change=${() => set("only", false)}> ${t("as_asked")}${t("dash")}${routeText(route)}</label>
      ${choices.length && !route?.area ? html`<label class="check"><input type="radio" name="only" .checked=${given.only} @change=${() => set("only", true)}> ${t("only_roads")}</label>${given.only ? boxes : nothing}` : nothing}</fieldset>`;
  }

  const approval = () => html`${roadsPart()}
    <label>${t("windows")} <span class="soft small">${t("as_asked")}${t("dash")}${hoursText(asked().windows)}</span><input name="windows" .value=${given.windows} @input=${typed("windows")} maxlength="200" aria-describedby="hours-hint" autocomplete="off"></label><p class="small soft hint" id="hours-hint">${t("hours_hint")}</p>
    <div class="pair"><label>${t("day_from")}<input type="date" name="from" .value=${given.from} min=${asked().days?.from ?? nothing} max=${asked().days?.to ?? nothing} @input=${typed("from")}></label><label>${t("day_to")}<input type="date" name="to" .value=${given.to} min=${asked().days?.from ?? nothing} max=${asked().days?.to ?? nothing} @input=${typed("to")}></label></div>
    <label>${t("conditions")} <span class="soft small">${t("condition_hint")}</span><textarea name="conditions" .value=${given.conditions} @input=${typed("conditions")} maxlength="2000"></textarea></label>
    <div class="row" role="group" aria-label=${t("condition_ready")}>${[1, 2, 3, 4].map((n) => html`<button type="button" class="button slim" @click=${() => { const text = t(`condition_${n}`); if (!given.conditions.includes(text)) set("conditions", [given.conditions.trim(), text].filter(Boolean).join("\n")); }}>+ ${t(`condition_${n}`)}</button>`)}</div>
    <label>${t("note")}<input name="note" .value=${given.note} @input=${typed("note")} maxlength="200"></label>
    <label>${t("own_number")}<input name="number" .value=${given.number} @input=${typed("number")} maxlength="64" autocomplete="off"></label>`;

  const reasons = () => html`<fieldset><legend>${t(given.act === "return" ? "what_wrong" : "why_not")}</legend>
      <div class="codes">${CODES.map((code) => html`<label class="check"><input type="checkbox" name="code" value=${code} .checked=${given.codes.includes(code)} @change=${(event) => choose(code, event.target.checked)}> ${t(`code_${code}`)}</label>`)}</div></fieldset>
    <label>${t("reason_for_applicant")}<textarea name="reason" rows="5" .value=${given.reason} @input=${typed("reason")} maxlength="2000" aria-invalid=${fault && !given.reason.trim() ? "true" : nothing}></textarea></label>`;

  function draw() {
    if (!whole) return;
    render(html`<form id="decision" novalidate @submit=${(event) => { event.preventDefault(); send(); }}>
      <div class="segments" role="radiogroup" aria-label=${t("decide")}>${["approve", "return", "refuse"].map((name) => html`<label><input type="radio" name="act" value=${name} .checked=${given.act === name} @change=${() => set("act", name)}><span>${t(name)}</span></label>`)}</div>
      <div id="panel" class="form">${given.act === "approve" ? approval() : reasons()}</div>
      <p class="fault" role="alert">${fault}</p>
      <p class="row end"><button class="button ${given.act === "refuse" ? "danger" : "main"}" ?disabled=${busy}>${t(`do_${given.act}`)}</button></p></form>`, box);
  }

  // The body of the step; throws with the sentence of what is wrong. What is as asked is left out.
  function body() {
    const seen = found ? { assessment_id: found.assessment_id } : {};
    if (given.act !== "approve") {
      if (given.act === "return" && !given.codes.length) throw new Error(t("code_needed"));
      if (!given.reason.trim()) throw new Error(t("reason_needed"));
      return { codes: given.codes, reason: given.reason.trim(), ...seen };
    }
    const { route, days, windows = [], conditions = [] } = asked();
    const spans = given.windows.split(/[^\d:-]+/).filter(Boolean);
    const wrong = spans.find((span) => !SPAN.test(span));
    if (wrong) throw new Error(t("hours_wrong", { span: wrong }));
    const told = { ...seen };
    if (given.only && !given.roads.length) throw new Error(t("roads_needed"));
    if (given.only && !(route?.roads && same(given.roads, route.roads))) told.route = { roads: given.roads };
    if (spans.join() !== windows.join()) told.windows = spans;
    if (given.from !== days?.from || given.to !== days?.to) told.days = { from: given.from, to: given.to };
    const rows = given.conditions.split("\n").map((row) => row.trim()).filter(Boolean);
    if (rows.join("\n") !== conditions.join("\n")) told.conditions = rows;
    if (given.note.trim()) told.note = given.note.trim();
    if (given.number.trim()) told.permit_no = given.number.trim();
    return told;
  }

  async function send() {
    fault = "";
    busy = true;
    draw();
    try {
      await act(given.act, body());
    } catch (error) {
      fault = error.message;
    } finally {
      busy = false;
      if (box.querySelector("#decision")) draw();
    }
  }

  return {
    offer,
    take,
    addReason,
    show(application, assessed) { whole = application; found = assessed; begin(); draw(); },
    assessed(assessment) { found = assessment; if (box.querySelector("#decision")) draw(); },
    forget() { sessionStorage.removeItem(KEY); whole = null; },
  };
}
