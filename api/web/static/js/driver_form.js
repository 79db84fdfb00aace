// What was typed: read, checked, remembered on this device.
import { state, t } from "./base.js";
import { now, rfc, wall, zoneName } from "./driver_time.js";
import { PlaceField } from "./driver_place.js";
import { usedPermits } from "./driver_permits.js";

const KEY = "truckban.vehicles";
const MOST = 4;
const byId = (id) => document.getElementById(id);
export const form = byId("trip");
const INPUTS = { vehicle_type: "type", length_mm: "length", gross_mass_kg: "mass", energy: "energy", service: "service", on_duty: "duty", plate: "plate" };

export function fault(id, text) {
  const line = byId(`${id}-fault`);
  if (!line) return;
  line.textContent = text;
  byId(id).toggleAttribute("aria-invalid", Boolean(text));
  if (text) byId(id).setAttribute("aria-invalid", "true");
}

export const places = { from: new PlaceField(byId("from"), (text) => fault("from", text)), to: new PlaceField(byId("to"), (text) => fault("to", text)) };

export function remembered() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => each && typeof each === "object") : [];
  } catch {
    return [];
  }
}

export function remember(vehicle) {
  const kind = ({ vehicle_type, length_mm, gross_mass_kg }) => JSON.stringify([vehicle_type, length_mm, gross_mass_kg]);
  try {
    localStorage.setItem(KEY, JSON.stringify([vehicle, ...remembered().filter((each) => kind(each) !== kind(vehicle))].slice(0, MOST)));
  } catch {
    // a device that keeps nothing still answers
  }
}

export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing was kept
  }
  fillVehicle({});
}

export function fillVehicle(vehicle) {
  for (const [name, id] of Object.entries(INPUTS)) byId(id).value = vehicle[name] ?? "";
  markCommon();
}

export function markCommon() {
  for (const chip of document.querySelectorAll(".chip")) chip.setAttribute("aria-pressed", String(chip.dataset.words === byId("type").value.trim()));
}

// A figure of the licence. Who writes metres or tonnes is told so, and nothing is guessed.
function figure(id, unit) {
  const typed = byId(id).value.trim().replace(/[,，\s]/g, "");
  if (!typed) return null;
  const value = Number(typed);
  if (!Number.isFinite(value) || value <= 0) { fault(id, t("fault_number")); return undefined; }
  if (value < 100) { fault(id, t(unit, { given: typed, meant: Math.round(value * 1000) })); return undefined; }
  return value;
}

export function mode() { return form.elements.mode.value; }

function readVehicle() {
  const words = byId("type").value.trim();
  if (!words) fault("type", t("fault_type"));
  const length_mm = figure("length", "fault_metres");
  const gross_mass_kg = figure("mass", "fault_tonnes");
  if (length_mm === undefined || gross_mass_kg === undefined) byId("more").open = true;
  if (!words || length_mm === undefined || gross_mass_kg === undefined) return null;
  const duty = byId("duty").value;
  const all = { vehicle_type: words, length_mm, gross_mass_kg, energy: byId("energy").value || null, service: byId("service").value || null, on_duty: duty ? duty === "true" : null, plate: byId("plate").value.trim().toUpperCase() || null };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

// {kind: "now" | "depart" | "arrive", at}, or null where no time was chosen.
function readWhen() {
  const kind = form.elements.when.value;
  if (kind === "now") return { kind, at: now() };
  const [day, time] = byId("at").value.split("T");
  const at = day && time ? rfc(day, time.length === 5 ? `${time}:00` : time) : null;
  if (at === null) { fault("at", t("fault_at")); return null; }
  return { kind: kind === "arrive" && mode() === "here" ? "depart" : kind, at };
}

function fleet(vehicle) {
  const kinds = new Set([vehicle.vehicle_type]);
  const others = [...remembered(), { vehicle_type: state.other }].filter((each) => each.vehicle_type && !kinds.has(each.vehicle_type) && kinds.add(each.vehicle_type));
  return others.map(({ plate: _plate, ...each }) => each);
}

// The question, or null: then each fault stands at its field, and the first of them has the focus.
export async function readQuestion() {
  for (const id of ["type", "from", "to", "at", "length", "mass", "plate"]) fault(id, "");
  const here = mode() === "here";
  const vehicle = readVehicle();
  const when = readWhen();
  const origin = here ? null : await places.from.resolve(t("fault_from"));
  const destination = await places.to.resolve(t(here ? "fault_where" : "fault_to"));
  if (!vehicle || !when || !destination || !(here || origin)) {
    form.querySelector("[aria-invalid=true]")?.focus();
    return null;
  }
  const permits = usedPermits();
  if (permits.length && !vehicle.plate) vehicle.plate = permits[0].plate;
  if (here) return { mode: "here", when: when.kind, labels: { to: destination.label }, body: { vehicle, permits, at: when.at, place: spot(destination) } };
  const body = { vehicle, permits, origin: origin.end, destination: destination.end, [when.kind === "arrive" ? "arrive" : "depart"]: when.at, fleet: fleet(vehicle), geometry: true };
  return { mode: "trip", when: when.kind, labels: { from: origin.label, to: destination.label }, body };
}

// A place as /v1/decide takes it: a street by its name, all else by its position.
function spot(chosen) {
  if (chosen.end.road) return { road: chosen.end.road };
  const { crs = "wgs84", accuracy_m } = chosen.end;
  return { lon: chosen.lon, lat: chosen.lat, crs, ...(accuracy_m ? { accuracy_m } : {}) };
}

// Says what the service refused at the field it is about; answers whether there was one.
export function placeFaults(errors = []) {
  const fields = [["vehicle.length_mm", "length"], ["vehicle.gross_mass_kg", "mass"], ["vehicle.plate", "plate"], ["vehicle", "type"], ["origin", "from"], ["destination", "to"], ["place", "to"], ["depart", "at"], ["arrive", "at"], ["at", "at"]];
  let first = null;
  for (const { field, message } of errors) {
    const id = fields.find(([name]) => field === name || field.startsWith(`${name}.`))?.[1];
    if (!id) continue;
    fault(id, message);
    if (byId("more").contains(byId(id))) byId("more").open = true;
    if (id === "at") form.elements.when.value = form.elements.when.value === "now" ? "depart" : form.elements.when.value;
    first ??= byId(id);
  }
  showModes();
  return first;
}

export function showModes() {
  form.classList.toggle("here", mode() === "here");
  const chosen = form.elements.when.value;
  if (chosen !== "now" && !byId("at").value) {
    const { day, time } = wall(Date.now());
    byId("at").value = `${day}T${time.slice(0, 5)}`;
  }
}

export function setWhen(kind, at) {
  form.elements.when.value = kind;
  byId("at").value = at.slice(0, 16);
  showModes();
}

// Puts a question that came by a link into the form.
export function fillQuestion(asked) {
  fillVehicle(asked.vehicle ?? {});
  byId("plate").value = ""; // a link names none: what stands in it is a stand-in
  for (const [end, field] of [[asked.origin, places.from], [asked.destination, places.to]]) {
    if (!end) continue;
    const label = end.enterprise ?? end.road ?? end.junction?.join(" × ") ?? t("picked", { lat: Number(end.lat).toFixed(5), lon: Number(end.lon).toFixed(5) });
    field.set(label, end);
  }
  setWhen(asked.arrive ? "arrive" : "depart", asked.arrive ?? asked.depart ?? now());
}

byId("zone-name").textContent = zoneName;
