// The answer as it is shown.
import { session, t, texts } from "./base.js";
import { html, nothing, svg } from "../vendor/lit-html/lit-html.js";
import { strip } from "./driver_strip.js";
import { clock, clockBeside, duration, kilometres, spoken } from "./driver_time.js";
import { askable, lacking, misread, roadsOf, spansOf, whyHere, whyTrip } from "./driver_words.js";

const zh = session.lang === "zh";
const said = (each) => (zh ? each.text : each.text_en);
const ICON = { yes: "M5 13l5 5L20 7", no: "M6 6l12 12M18 6L6 18", unsure: "M8.500 9a3.500 3.500 0 1 1 4.800 3.200c-1 .5-1.300 1-1.300 2.300M12 18v.5" };
const LOOK = { lawful: "yes", allowed: "yes", unlawful: "no", prohibited: "no", undetermined: "unsure" };
// said already by the verdict, the cards or the band above
const SAID = ["trip.origin_inside", "trip.destination_inside", "trip.missing", "trip.far", "place.far", "zone.schematic", "time.assumed_zone"];

export function block(verdict, why) {
  const look = LOOK[verdict];
  return html`<div class="say ${look}" data-verdict=${verdict}>
    <h2 id="verdict" tabindex="-1"><svg class="mark" viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${ICON[look]}></path>`}</svg>${t(`verdict_${verdict}`)}</h2>
    <p class="why" id="why">${why}</p>
  </div>`;
}

export function waiting(seconds, stop) {
  return html`<div class="say wait" role="status"><h2 id="verdict" tabindex="-1">${seconds < 4 ? t("asking") : t("asking_slow", { n: seconds })}</h2>${seconds < 4 ? nothing : html`<button type="button" class="button" @click=${stop}>${t("stop")}</button>`}</div>`;
}

export function failure(title, more, retry) {
  return html`<div class="say failed" role="alert"><h2 id="verdict" tabindex="-1">${title}</h2><p class="why">${more}</p><button type="button" class="button big" id="retry" @click=${retry}>${t("retry")}</button></div>`;
}

const ENERGIES = ["diesel", "gasoline", "gas", "electric", "plug_in_hybrid", "hybrid", "fuel_cell", "other"];
const SERVICES = ["police", "fire", "engineering_rescue", "law_enforcement", "clearance", "sanitation", "landscaping", "road_maintenance", "municipal_engineering", "medical_waste"];

function field(name, value) {
  const choice = (options) => html`<select name=${name}><option value="">${t("unsaid")}</option>${options.map(([key, text]) => html`<option value=${key}>${text}</option>`)}</select>`;
  if (name === "energy") return choice(ENERGIES.map((key) => [key, t(`energy_${key}`)]));
  if (name === "service") return choice(SERVICES.map((key) => [key, t(`service_${key}`)]));
  if (name === "on_duty") return choice([["true", t("yes")], ["false", t("no")]]);
  if (name === "vehicle_type") return html`<input name=${name} list="types" maxlength="60" .value=${value ?? ""}>`;
  return html`<input name=${name} maxlength="12" inputmode=${name === "plate" ? "text" : "numeric"} .value=${value ?? ""}>`;
}

// What is missing, asked right under the verdict.
function missingForm(missing, reasons, vehicle, act) {
  const names = misread(reasons) ? ["vehicle_type"] : askable(missing).slice(0, 3);
  const place = missing.includes("place") ? html`<div class="card ask-now" id="missing-place"><p>${t("missing_place")}</p><button type="button" class="button" @click=${act.place}>${t("change")}</button></div>` : nothing;
  if (!names.length) return place;
  return html`${place}<form class="card ask-now" id="missing" @submit=${act.complete} novalidate><h3>${t("missing_title")}</h3>
    ${names.map((name) => html`<label><span>${t(name)}</span>${field(name, vehicle[name])}</label>`)}
    <p class="fault" role="alert" id="missing-fault"></p>
    <button class="button main big">${t("ask_again")}</button></form>`;
}

// the heading says the first half already
const after = (text) => text.split(/：|: /).slice(1).join(t("dash")) || text;

// "My address is inside."
function addressCards(answer) {
  return answer.says.filter(({ code }) => code === "trip.origin_inside" || code === "trip.destination_inside").map((each) => html`<div class="card address" data-code=${each.code}>
    <h3>${t(each.code === "trip.origin_inside" ? "inside_title_origin" : "inside_title_destination")}</h3><p>${after(said(each))}</p></div>`);
}

// "Allowed" by the notices that are loaded says nothing of another place's.
function farCard(rows) {
  return rows.filter(({ code }) => code === "trip.far" || code === "place.far").map((each) => html`<div class="card address" data-code=${each.code} role="note"><h3>${t("far_title")}</h3><p>${said(each)}</p></div>`);
}

const moreTime = (s) => (Math.abs(s) < 30 ? t("same_time") : t(s > 0 ? "more_time" : "less_time", { time: duration(s) }));
const moreKm = (m) => (Math.abs(m) < 50 ? t("same_km") : t(m > 0 ? "more_km" : "less_km", { n: kilometres(m) }));

// who leaves at another time is not longer on the way
function otherTime(one, route) {
  if (one.kind !== "depart") return moreTime(one.extra_s);
  const s = (Date.parse(one.depart) - Date.parse(route.depart)) / 1000;
  return t(s > 0 ? "leaves_later" : "leaves_earlier", { time: duration(s) });
}

function title(one, route, model) {
  const leaves = clockBeside(one.depart, route.depart);
  switch (one.kind) {
    case "wait": return t("card_wait", { at: clockBeside(one.waits?.[0]?.to ?? one.arrive, route.depart) });
    case "depart": return t(one.depart > route.depart ? "card_later" : "card_earlier", { at: leaves });
    case "permit": return t("card_permit");
    case "vehicle": return t("card_vehicle", { name: model.question.body.fleet?.[Number(one.vehicle) - 1]?.vehicle_type ?? one.vehicle });
    default: return t("card_detour");
  }
}

// asked at another time, the trip is judged on the quickest way: where that is this way, its time can be taken over
const sameWay = (one, route) => JSON.stringify(one.roads) === JSON.stringify(route.roads);

function card(one, at, model, act) {
  const { route } = model.answer;
  const chosen = model.chosen === at;
  return html`<li class="card out" data-kind=${one.kind} data-chosen=${String(chosen)}>
    <h3>${title(one, route, model)}</h3>
    <p class="figures"><b class="num">${t("card_arrive", { at: clockBeside(one.arrive, route.depart) })}</b><span class="num">${otherTime(one, route)}</span><span class="num">${moreKm(one.extra_m)}</span></p>
    ${(one.waits ?? []).map((wait) => html`<p>${t("card_wait_where", { road: wait.road ?? t("nameless"), time: duration((Date.parse(wait.to) - Date.parse(wait.from)) / 1000) })}</p>`)}
    ${one.permit ? html`<p>${t("card_permit_names", { roads: one.permit.roads.length ? roadsOf(one.permit.roads) : t("permit_area"), hours: spansOf(one.permit.windows), day: one.permit.valid_from })}</p>` : nothing}
    <p class="small soft">${t("card_by", { roads: roadsOf(one.roads) })} · <span class="num">${t("km", { n: kilometres(one.length_m) })}</span></p>
    <div class="row">
      <button type="button" class="button" aria-pressed=${String(chosen)} @click=${() => act.choose(chosen ? null : at)}>${t("show_way")}</button>
      ${one.kind === "depart" && sameWay(one, route) ? html`<button type="button" class="button" @click=${() => act.take(one.depart)}>${t("take_time")}</button>` : nothing}
      ${one.kind === "permit" ? html`<a class="button" href="/apply">${t("apply")}</a>` : nothing}
    </div></li>`;
}

function ways(model, act) {
  const { answer } = model;
  if (answer.verdict === "lawful" || !answer.route) return nothing;
  if (!answer.alternatives.length) return html`<h2 class="part">${t("no_instead")}</h2><p class="card">${(zh ? answer.why_none : answer.why_none_en) ?? ""}</p>`;
  const { route } = answer;
  return html`<h2 class="part">${t("instead")}</h2>
    <ol class="outs">${answer.alternatives.map((one, at) => card(one, at, model, act))}</ol>
    <p class="small soft">${t("compared", { depart: clock(route.depart), arrive: clock(route.arrive), km: kilometres(route.length_m) })}</p>`;
}

const person = (code) => code.endsWith("for_a_person_to_check");

function clauses(reasons, more = nothing) {
  const found = new Map();
  for (const each of reasons) if (each.clause && each.text && !person(each.code)) found.set(each.clause, each.text);
  if (!found.size) return nothing;
  return html`<details class="more card" data-paper id="clauses"><summary>${t("clause_more")}</summary>
    ${[...found].map(([id, text]) => html`<h3 lang=${zh ? "zh-CN" : "en"}>${t("clause", { id })}</h3><blockquote lang="zh-CN">${text}</blockquote>`)}
    <p class="small soft">${t("clause_verbatim")}</p>${more}</details>`;
}

function mapBox(model, act) {
  if (model.map === "wanted") return html`<div class="map" id="answer-map" role="group" aria-label=${t("map")}></div>${mapKey(model)}`;
  return html`<div class="map empty" id="map-here"><button type="button" class="button" @click=${act.map}>${t("map_show", { n: model.mapKilobytes })}</button></div>`;
}

function mapKey({ answer, chosen }) {
  const has = (verdict) => answer.parts?.some((part) => part.verdict === verdict);
  const rows = [["m-area", "map_area"], ["m-boundary", "map_boundary"], ["m-carve", "map_carve_out"], answer.route ? ["m-asked", "map_route"] : null, has("unlawful") ? ["m-bad", "map_bad"] : null, has("undetermined") ? ["m-open", "map_open"] : null, chosen === null ? null : ["m-way", "map_way"]];
  return html`<ul class="key small">${rows.filter(Boolean).map(([name, key]) => html`<li class=${name}>${t(key)}</li>`)}</ul>`;
}

function share(model, act) {
  if (!model.link) return nothing;
  return html`<div class="card share"><button type="button" class="button" id="share" @click=${act.share}>${t("share")}</button><span class="small soft">${t("share_more")}</span>
    ${model.linkShown ? html`<label class="small">${t("link")}<input readonly id="link" .value=${model.link} @focus=${(event) => event.target.select()}></label>` : nothing}</div>`;
}

function notes(rows) {
  return rows.length ? html`<details class="more card" data-paper><summary>${t("also")}</summary><ul>${rows.map((row) => html`<li>${row}</li>`)}</ul></details>` : nothing;
}

// `model`: {question, answer, runs, day, chosen, link, map, …}; `act`: what the buttons do.
export function tripView(model, act) {
  const { answer, question } = model;
  const { vehicle } = question.body;
  const reasons = answer.first_unlawful?.reasons ?? (model.runs ?? []).flatMap((run) => run.reasons);
  const words = vehicle.vehicle_type ?? "";
  return html`${model.fromLink ? html`<p class="small soft sent">${t("link_again")}</p>` : nothing}
    ${block(answer.verdict, whyTrip(answer, model.runs, words))}
    ${missingForm(answer.verdict === "undetermined" ? lacking(answer) : [], reasons, vehicle, act)}
    ${farCard(answer.says)}
    ${addressCards(answer)}
    ${ways(model, act)}
    ${model.day ? html`<h2 class="part">${t("strip")}</h2><div class="card">${strip(model.day, answer.route, model.runs ?? [], model.chosen === null ? null : answer.alternatives[model.chosen])}</div>` : nothing}
    <h2 class="part">${t("map")}</h2>${mapBox(model, act)}
    ${clauses(reasons)}
    ${notes([...answer.says.filter(({ code }) => !SAID.includes(code)).map(said), ...(model.clockOff ? [t("clock_off", { n: model.clockOff })] : [])])}
    ${share(model, act)}`;
}

export function hereView(model, act) {
  const { answer, question } = model;
  const { vehicle, at } = question.body;
  const wait = answer.advice.find(({ code }) => code === "wait_until");
  const fine = answer.penalty ? html`<p>${t("penalty", { fine: answer.penalty.fine_cny ?? 0, points: answer.penalty.points ?? 0 })}</p>` : nothing;
  return html`${block(answer.verdict, whyHere(answer, vehicle.vehicle_type ?? ""))}
    ${farCard(answer.warnings)}
    ${missingForm(answer.verdict === "undetermined" ? answer.missing : [], answer.reasons, vehicle, act)}
    ${wait && answer.verdict !== "allowed" ? html`<div class="card out" data-kind="wait"><h3>${t("here_wait", { at: clockBeside(wait.at, at) })}</h3><p class="soft">${spoken(wait.at)}</p></div>` : nothing}
    ${model.day ? html`<h2 class="part">${t("strip")}</h2><div class="card">${strip(model.day, { depart: at, arrive: at, instant: true }, [], null)}</div>` : nothing}
    ${clauses(answer.reasons, fine)}
    ${answer.other_readings.length ? html`<details class="more card" data-paper><summary>${t("readings")}</summary>${answer.other_readings.map((each) => html`<p><span class="verdict ${each.verdict}">${t(`verdict_${each.verdict}`)}</span> <span lang="zh-CN">${each.why}</span></p>`)}</details>` : nothing}
    ${notes(answer.warnings.filter(({ code }) => !SAID.includes(code)).map(said))}`;
}

export const verdictOf = (model) => texts[`verdict_${model.answer.verdict}`];
