// What is typed into the form, and the application that it makes. A form may hold what no application can: half a vehicle.
import { state } from "./base.js";
import { endName } from "./permit_facts.js";

const text = (value) => (value ?? "").trim() || undefined;
const filled = (object) => (Object.values(object).some((value) => value !== undefined) ? object : undefined);

export const newVehicle = () => ({ plate: "", vehicle_type: "", length_mm: "", gross_mass_kg: "", energy: "" });
export const newTrip = () => ({ from: "", origin: null, to: "", destination: null, depart: "" });

// From an application to a form.
export function formOf(fields) {
  const notices = Object.keys(state.notices).filter((name) => state.notices[name].permits);
  const { holder = {}, shipper = {}, route, days = {} } = fields;
  return {
    notice: fields.notice ?? notices[0] ?? "",
    permit_kind: fields.permit_kind ?? "",
    holder: { kind: holder.kind ?? "firm", name: holder.name ?? "", id_no: holder.id_no ?? "", credit_code: holder.credit_code ?? "", phone: holder.phone ?? "" },
    vehicles: (fields.vehicles ?? []).length ? fields.vehicles.map((each) => ({ ...each, length_mm: String(each.length_mm ?? ""), gross_mass_kg: String(each.gross_mass_kg ?? ""), energy: each.energy ?? "", vehicle_type: each.vehicle_type ?? "" })) : [newVehicle()],
    goods: fields.goods ?? "", purpose: fields.purpose ?? "", sponsor: fields.sponsor ?? "",
    shipper: { name: shipper.name ?? "", credit_code: shipper.credit_code ?? "" },
    how: route?.area ? "area" : route?.line ? "line" : route?.whole_zone ? "whole" : "roads",
    roads: route?.roads ?? [],
    points: route?.area ? (route.area.geometry ?? route.area).coordinates[0].slice(0, -1) : route?.line?.coordinates ?? [],
    from: days.from ?? "", to: days.to ?? "",
    windows: (fields.windows ?? []).map((span) => ({ from: span.slice(0, 5), to: span.slice(6).replace("24:00", "00:00") })),
    trips: (fields.trips ?? []).map((trip) => ({ from: endName(trip.origin), origin: trip.origin, to: endName(trip.destination), destination: trip.destination, depart: trip.depart })),
    late: fields.retroactive?.reason ?? "",
    rest: Object.fromEntries(Object.entries(fields).filter(([name]) => name === "conditions")),
  };
}

const whole = (typed) => (/^\d+$/.test(typed.trim()) ? Number(typed.trim()) : undefined);

function vehicleOf({ plate, vehicle_type, length_mm, gross_mass_kg, energy, ...more }) {
  return { ...more, plate: plate.trim().toUpperCase(), vehicle_type: text(vehicle_type), length_mm: whole(length_mm), gross_mass_kg: whole(gross_mass_kg), energy: text(energy) };
}

function routeOf({ how, roads, points }) {
  if (how === "whole") return { whole_zone: true };
  if (how === "roads") return roads.length ? { roads } : undefined;
  if (how === "line") return points.length > 1 ? { line: { type: "LineString", coordinates: points } } : undefined;
  return points.length > 2 ? { area: { type: "Polygon", coordinates: [[...points, points[0]]] } } : undefined;
}

// From a form to an application; what is not complete enough to be one is left out, and stays in the form.
export function fieldsOf(form) {
  const { kind, ...holder } = Object.fromEntries(Object.entries(form.holder).map(([name, value]) => [name, text(value)]));
  if (kind === "firm") delete holder.id_no;
  else delete holder.credit_code;
  const shipper = { name: text(form.shipper.name), credit_code: text(form.shipper.credit_code) };
  const windows = form.windows.filter(({ from, to }) => from && to && from !== to).map(({ from, to }) => `${from}-${to === "00:00" ? "24:00" : to}`);
  const found = {
    ...form.rest,
    notice: text(form.notice), permit_kind: text(form.permit_kind),
    holder: holder.name ? { kind, ...holder } : undefined,
    vehicles: form.vehicles.filter((each) => each.plate.trim()).map(vehicleOf),
    goods: text(form.goods), purpose: text(form.purpose), sponsor: text(form.sponsor),
    shipper: shipper.name ? filled(shipper) : undefined,
    route: routeOf(form),
    days: form.from && form.to && form.from <= form.to ? { from: form.from, to: form.to } : undefined,
    windows,
    trips: form.trips.filter((trip) => trip.origin && trip.destination && trip.depart).map(({ origin, destination, depart }) => ({ origin, destination, depart })),
    retroactive: text(form.late) ? { reason: text(form.late) } : undefined,
  };
  return JSON.parse(JSON.stringify(found));
}

// What must be there before it is handed in; the service asks for the same.
export function lackingOf(fields) {
  const lacking = ["notice", "holder", "vehicles", "goods", "purpose", "route", "days"].filter((name) => !fields[name] || fields[name].length === 0);
  fields.vehicles.forEach((each, number) => { if (!each.vehicle_type) lacking.push(`vehicles[${number}].vehicle_type`); });
  return lacking;
}

const STEP = { notice: "purpose", permit_kind: "purpose", holder: "holder", vehicles: "vehicles", goods: "purpose", purpose: "purpose", sponsor: "purpose", shipper: "purpose", route: "where", days: "where", windows: "where", trips: "where", retroactive: "where", attachments: "files" };
export const stepOf = (field) => STEP[field.split(/[.[]/)[0]] ?? "check";
