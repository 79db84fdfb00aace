// The steps of the form, each a template of what is typed.
import { state, t } from "./base.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { facts, files } from "./permit_facts.js";
import { newTrip, newVehicle } from "./apply_model.js";

export const STEPS = ["holder", "vehicles", "purpose", "where", "files", "check"];
const ENERGIES = ["diesel", "gasoline", "gas", "electric", "plug_in_hybrid", "hybrid", "fuel_cell", "other"];
const FILE_KINDS = ["licence", "proof", "id", "other"];

// One labelled control bound to `object[name]`; `path` is the service's name of the field, by which faults come back.
function field(ui, path, label, object, name, { span = false, area = false, hint = null, note = null, ...more } = {}) {
  const id = path.replace(/[^\w]+/g, "-");
  const fault = ui.fault(path);
  const about = [fault ? `${id}-fault` : "", note ? `${id}-note` : ""].filter(Boolean).join(" ") || nothing;
  const bind = (event) => { object[name] = event.target.value; ui.typed(path); };
  const control = area
    ? html`<textarea id=${id} .value=${object[name]} maxlength=${more.most ?? 2000} placeholder=${hint ?? nothing} aria-invalid=${fault ? "true" : nothing} aria-describedby=${about} @input=${bind}></textarea>`
    : html`<input id=${id} type=${more.type ?? "text"} .value=${object[name]} maxlength=${more.most ?? 200} list=${more.list ?? nothing} min=${more.min ?? nothing} inputmode=${more.inputmode ?? nothing} autocomplete=${more.autocomplete ?? "off"} placeholder=${hint ?? nothing} aria-invalid=${fault ? "true" : nothing} aria-describedby=${about} @input=${bind} @change=${more.change ?? nothing}>`;
  return html`<div class="field ${span ? "span" : ""}"><label for=${id}>${label}</label>${note ? html`<p class="small soft" id="${id}-note">${note}</p>` : nothing}${control}${fault ? html`<p class="fault" id="${id}-fault">${fault}</p>` : nothing}</div>`;
}

function choice(ui, path, label, object, name, options, after) {
  const id = path.replace(/[^\w]+/g, "-");
  return html`<div class="field"><label for=${id}>${label}</label><select id=${id} @change=${(event) => { object[name] = event.target.value; ui.typed(path); after?.(); ui.draw(); }}>${options.map(([value, words]) => html`<option value=${value} .selected=${object[name] === value}>${words}</option>`)}</select></div>`;
}

const segments = (ui, name, label, object, member, options) => html`<fieldset><legend class="label">${label}</legend><div class="segments">${options.map(([value, words]) => html`<label><input type="radio" name=${name} value=${value} .checked=${object[member] === value} @change=${() => { object[member] = value; ui.typed(name); ui.draw(); }}><span>${words}</span></label>`)}</div></fieldset>`;

function holder(ui, form) {
  const firm = form.holder.kind === "firm";
  return html`${segments(ui, "holder.kind", t("holder_kind"), form.holder, "kind", [["firm", t("kind_firm")], ["person", t("kind_person")]])}
    <div class="grid">${field(ui, "holder.name", t("holder_name"), form.holder, "name", { span: true, autocomplete: firm ? "organization" : "name" })}
    ${firm ? field(ui, "holder.credit_code", t("credit_code"), form.holder, "credit_code", { most: 32 }) : field(ui, "holder.id_no", t("id_no"), form.holder, "id_no", { most: 32 })}
    ${field(ui, "holder.phone", t("phone"), form.holder, "phone", { most: 32, type: "tel", autocomplete: "tel" })}</div>`;
}

function vehicles(ui, form) {
  const most = ui.limits.max_vehicles.value;
  return html`${form.vehicles.map((each, n) => html`<fieldset class="vehicle"><legend>${t("vehicle", { n: n + 1 })}</legend><div class="grid">
    ${field(ui, `vehicles[${n}].plate`, t("plate"), each, "plate", { most: 12, hint: t("plate_hint"), note: !each.plate.trim() && (each.vehicle_type || each.length_mm) ? t("vehicle_plate_first") : null })}
    ${field(ui, `vehicles[${n}].vehicle_type`, t("vehicle_type"), each, "vehicle_type", { most: 60, list: "types", hint: t("vehicle_type_hint") })}
    ${field(ui, `vehicles[${n}].length_mm`, t("length_mm"), each, "length_mm", { most: 8, inputmode: "numeric" })}
    ${field(ui, `vehicles[${n}].gross_mass_kg`, t("gross_mass_kg"), each, "gross_mass_kg", { most: 8, inputmode: "numeric" })}
    ${choice(ui, `vehicles[${n}].energy`, t("energy"), each, "energy", [["", t("unsaid")], ...ENERGIES.map((name) => [name, t(`energy_${name}`)])])}</div>
    ${form.vehicles.length > 1 ? html`<div><button type="button" class="button slim" @click=${() => { form.vehicles.splice(n, 1); ui.typed("vehicles"); ui.draw(); }}>${t("vehicle_remove", { n: n + 1 })}</button></div>` : nothing}</fieldset>`)}
    ${form.vehicles.length < most ? html`<button type="button" class="button" @click=${() => { form.vehicles.push(newVehicle()); ui.draw(); ui.focus(`vehicles-${form.vehicles.length - 1}-plate`); }}>${t("vehicle_add")}</button>` : nothing}`;
}

function shipperTold(ui, form) {
  const told = ui.shipper;
  if (!told) return nothing;
  if (told === "asking") return html`<p class="told" role="status">${t("shipper_looking")}</p>`;
  const listed = told.listed === true ? "listed" : told.listed === false ? "not" : "unclear";
  return html`<div class="told ${listed}" role="status"><b>${t(`shipper_${listed}`)}</b> <span>${told.reason}</span>
    ${told.candidates.slice(0, 3).map((each) => (each.name && each.name !== form.shipper.name.trim() ? html`<div><button type="button" class="button slim" lang="zh-CN" @click=${() => { form.shipper.name = each.name; ui.typed("shipper.name"); ui.draw(); ui.askShipper(); }}>${t("shipper_use", { name: each.name })}</button></div>` : nothing))}</div>`;
}

function purpose(ui, form) {
  const notices = Object.entries(state.notices).filter(([, row]) => row.permits);
  const kinds = state.notices[form.notice]?.kinds ?? [];
  return html`<div class="grid">
    ${notices.length > 1 ? choice(ui, "notice", t("notice"), form, "notice", notices.map(([id, row]) => [id, row.title]), () => { form.permit_kind = ""; }) : nothing}
    ${kinds.length > 1 ? choice(ui, "permit_kind", t("permit_kind"), form, "permit_kind", [["", t("unsaid")], ...kinds.map((kind) => [kind, kind])]) : nothing}
    ${field(ui, "goods", t("goods"), form, "goods", { span: true, hint: t("goods_hint") })}
    ${field(ui, "purpose", t("purpose"), form, "purpose", { span: true, area: true, hint: t("purpose_hint") })}
    <div class="span">${field(ui, "shipper.name", t("shipper"), form.shipper, "name", { note: t("shipper_hint") })}${shipperTold(ui, form)}</div>
    ${field(ui, "sponsor", t("sponsor"), form, "sponsor", { span: true, hint: t("sponsor_hint") })}</div>`;
}

const roadsPart = (ui, form) => html`<div class="field"><label for="road-add">${t("road_add")}</label><div class="row"><input id="road-add" list="roads" maxlength="100" autocomplete="off" placeholder=${t("road_hint")} aria-describedby="road-note" @keydown=${(event) => { if (event.key === "Enter") { event.preventDefault(); ui.addRoad(); } }}><button type="button" class="button" @click=${() => ui.addRoad()}>${t("road_add_go")}</button></div><p class="small soft" id="road-note" role="status">${ui.roadNote}</p></div>
  <h3>${t("roads_chosen")}</h3>${form.roads.length ? html`<ul class="tags">${form.roads.map((road) => html`<li class="tag"><span lang="zh-CN">${road}</span><button type="button" aria-label=${t("road_remove", { name: road })} @click=${() => ui.toggleRoad(road)}>×</button></li>`)}</ul>` : html`<p class="soft">${t("roads_none")}</p>`}`;

const drawPart = (ui, form) => html`<p>${t("draw_help")}</p><div class="row"><button type="button" class="button" @click=${() => ui.map.centre()}>${t("draw_centre")}</button><button type="button" class="button" ?disabled=${!form.points.length} @click=${() => ui.setPoints(form.points.slice(0, -1))}>${t("draw_back")}</button><button type="button" class="button" ?disabled=${!form.points.length} @click=${() => ui.setPoints([])}>${t("draw_clear")}</button><span class="soft num" role="status">${t("draw_points", { n: form.points.length })}</span></div>
  ${form.points.length && form.points.length < (form.how === "area" ? 3 : 2) ? html`<p class="fault">${t(form.how === "area" ? "draw_needs_area" : "draw_needs_line")}</p>` : nothing}`;

const time = (ui, path, label, object, name, id = null) => html`<label>${label}<input type="time" id=${id ?? nothing} .value=${object[name]} @input=${(event) => { object[name] = event.target.value; ui.typed(path); }}></label>`;

function tripRow(ui, form, trip, n) {
  const place = (end, label, key) => {
    const fault = ui.fault(`trips[${n}].${end}`);
    return html`<div class="place"><label for="trip-${n}-${key}">${label}</label><input id="trip-${n}-${key}" data-place=${end} data-trip=${n} .value=${trip[key]} maxlength="100" placeholder=${t("place_hint")} aria-invalid=${fault ? "true" : nothing}>${fault ? html`<p class="fault">${fault}</p>` : nothing}</div>`;
  };
  return html`<div class="linerow three">${place("origin", t("trip_from", { n: n + 1 }), "from")}${place("destination", t("trip_to", { n: n + 1 }), "to")}${time(ui, "trips", t("trip_depart", { n: n + 1 }), trip, "depart")}<button type="button" class="button" aria-label=${t("trip_remove", { n: n + 1 })} @click=${() => { form.trips.splice(n, 1); ui.typed("trips"); ui.draw(); }}>×</button></div>`;
}

function where(ui, form) {
  return html`${segments(ui, "route", t("how"), form, "how", ["roads", "area", "line", "whole"].map((name) => [name, t(`how_${name}`)]))}
    ${form.how === "roads" ? roadsPart(ui, form) : form.how === "whole" ? html`<p class="told yes">${t("how_whole_note")}</p>` : drawPart(ui, form)}
    ${ui.fault("route") ? html`<p class="fault">${ui.fault("route")}</p>` : nothing}
    <div class="map" id="map" role="group" aria-label=${t("map_of_route")}></div>${form.how === "roads" ? html`<p class="small soft">${t("map_choose")}</p>` : nothing}
    <h3>${t("days")}</h3><div class="grid">${field(ui, "days.from", t("day_from"), form, "from", { type: "date" })}${field(ui, "days.to", t("day_to"), form, "to", { type: "date", min: form.from || null })}</div>
    <h3>${t("windows")}</h3><p class="small soft">${t("hours_note")}</p>
    ${form.windows.map((each, n) => html`<div class="linerow">${time(ui, "windows", t("hours_from", { n: n + 1 }), each, "from", `hours-${n}-from`)}${time(ui, "windows", t("hours_to", { n: n + 1 }), each, "to")}<button type="button" class="button" aria-label=${t("hours_remove", { n: n + 1 })} @click=${() => { form.windows.splice(n, 1); ui.typed("windows"); ui.draw(); }}>×</button></div>`)}
    ${ui.fault("windows") ? html`<p class="fault">${ui.fault("windows")}</p>` : nothing}
    ${form.windows.length < 12 ? html`<button type="button" class="button" id="hours-add" @click=${() => { form.windows.push({ from: "", to: "" }); ui.draw(); ui.focus(`hours-${form.windows.length - 1}-from`); }}>${t("hours_add")}</button>` : nothing}
    <h3>${t("trips")}</h3><p class="small soft">${t("trips_note")}</p>${form.trips.map((trip, n) => tripRow(ui, form, trip, n))}
    ${form.trips.length < 6 ? html`<button type="button" class="button" id="trip-add" @click=${() => { form.trips.push(newTrip()); ui.draw(); ui.focus(`trip-${form.trips.length - 1}-from`); }}>${t("trip_add")}</button>` : nothing}
    ${ui.limits.retroactive_days.value !== null || form.late ? field(ui, "retroactive", t("late_reason"), form, "late", { area: true }) : nothing}`;
}

function filesStep(ui) {
  const most = Math.floor(state.file_bytes / 1e6);
  return html`<ul class="needlist"><li>${t("needed_licence")}</li><li>${t("needed_proof")}</li></ul>
    <div class="grid"><div class="field"><label for="file-kind">${t("file_kind")}</label><select id="file-kind">${FILE_KINDS.map((name) => html`<option value=${name}>${t(`file_kind_${name}`)}</option>`)}</select></div>
    <div class="field"><label for="file">${t("file_add", { n: most })}</label><input type="file" id="file" multiple accept=".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png" @change=${(event) => ui.addFiles(event.target)}></div></div>
    <p role="status">${ui.fileNote}</p>${ui.fileFault ? html`<p class="fault" role="alert">${ui.fileFault}</p>` : nothing}
    ${ui.attachments.length ? html`<ul class="files">${ui.attachments.map((file) => html`<li><span lang="zh-CN">${file.name}</span> <span class="soft small">${[file.kind, `${Math.max(1, Math.round(file.size / 1024))} KB`].filter(Boolean).join(" · ")}</span><a class="button slim" href="/v1/attachments/${file.id}" download=${file.name} aria-label="${t("download")} ${file.name}">${t("download")}</a><button type="button" class="button slim" aria-label=${t("file_remove", { name: file.name })} @click=${() => ui.removeFile(file)}>×</button></li>`)}</ul>` : html`<p class="soft">${t("attachments_none")}</p>`}`;
}

function check(ui) {
  const lacking = ui.lacking();
  return html`${facts(ui.fields())}<h3>${t("attachments")}</h3>${files(ui.attachments, true)}
    <section class="told"><h3>${t("need_title")}</h3>${ui.need === "asking" ? html`<p role="status">${t("need_asking")}</p>` : ui.need?.error ? html`<p class="fault" role="alert">${ui.need.error}</p>` : ui.need ? html`<ul class="plain-list" id="need">${ui.need.vehicles.map((each) => html`<li lang="zh-CN">${t(`need_${each.word === "unsure" ? "unsure" : each.word}`, { plate: each.plate })}</li>`)}${ui.need.trips.map((each, n) => html`<li>${t("need_trip", { n: n + 1, says: each.says.join(" ") })}${each.ways.length ? html`<ul>${each.ways.map((way) => html`<li>${way}</li>`)}</ul>` : nothing}</li>`)}</ul>` : nothing}
    <button type="button" class="button" id="need-go" @click=${() => ui.askNeed()}>${t("need_go")}</button></section>
    ${lacking.length ? html`<section><h3>${t("lacking")}</h3><ul class="plain-list">${lacking.map((each) => html`<li>${each.words} <button type="button" class="linklike" @click=${() => ui.go(each.step)}>${t("go_there")}${t("dash")}${t(`step_${each.step}`)}</button></li>`)}</ul></section>` : html`<p class="banner good">${t("lacking_none")}</p>`}
    <p class="fault" role="alert" id="submit-fault">${ui.submitFault}</p>`;
}

export const TEMPLATES = { holder, vehicles, purpose, where, files: filesStep, check };
