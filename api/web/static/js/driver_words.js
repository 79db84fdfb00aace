// Why, in one plain sentence.
import { session, state, t, texts } from "./base.js";
import { clock } from "./driver_time.js";

// between two sentences
export const gap = session.lang === "zh" ? "" : " ";
const list = (words) => words.join(t("comma"));
export const roadsOf = (names) => list([...new Set(names.map((name) => name ?? t("nameless")))]);
export const spansOf = (spans) => list(spans.map((span) => span.replace("-", "–")));
// the hours of the notice that an answer rests on
const hours = ({ notice }) => (state.windows[notice]?.length ? t("hours", { spans: spansOf(state.windows[notice]) }) : "");
const FAILING = ["permit.off_route", "permit.off_time", "permit.expired", "permit.not_active", "permit.other_plate"];
// what a person can tell; the service's other words would not help them
const ASKED = ["vehicle_type", "length_mm", "gross_mass_kg", "energy", "service", "on_duty", "plate"];

export const askable = (missing) => missing.filter((name) => ASKED.includes(name));
export const misread = (reasons) => reasons.some(({ code }) => code === "vehicle.words_not_recognised");

// The sentences on permits that do not help here.
function permitFaults(reasons) {
  return [...new Set(reasons.map(({ code }) => code).filter((code) => FAILING.includes(code)))].map((code) => t(code.replace(".", "_")));
}

// Why something may be done: the reasons of `decide`, the strongest first.
function whyNot(reasons, key) {
  const codes = reasons.map(({ code }) => code);
  if (codes.some((code) => state.permit_norms.includes(code))) return t("why_permit");
  const exempt = reasons.find(({ code }) => state.exemption_norms.includes(code));
  if (exempt) return t("why_exempt", { clause: exempt.clause });
  if (codes.includes("notice.not_in_force")) return t("why_not_in_force");
  if (codes.includes("notice.ended")) return t("why_ended");
  if (codes.includes("vehicle.not_covered")) return t("why_not_covered");
  return codes.includes("time.outside_window") ? t(key) : null;
}

function unsettled(reasons, missing, words) {
  if (misread(reasons)) return t("why_words", { words });
  const known = askable(missing);
  if (known.length) return t("why_missing", { what: list(known.map((name) => texts[`short_${name}`])) });
  return t(missing.includes("place") ? "why_place_unsure" : "why_open");
}

// `answer` of /v1/trips; `runs` along the way, null while they are not known.
export function whyTrip(answer, runs, words) {
  const first = answer.first_unlawful;
  if (!answer.route) return t("why_no_way");
  if (answer.verdict === "unlawful" && first) {
    const said = [t("why_banned_trip", { at: clock(first.at), road: first.road ?? t("nameless"), hours: hours(first) }), ...permitFaults(first.reasons)];
    if (!first.enforceable) said.push(t("not_enforceable"));
    return said.join(gap);
  }
  if (answer.verdict === "undetermined") return unsettled(first?.reasons ?? [], lacking(answer), words);
  if (runs === null) return t("why_lawful");
  const inside = runs.filter((run) => run.place === "inside");
  if (inside.length) return whyNot(inside.flatMap((run) => run.reasons), "why_outside_window") ?? t("why_lawful");
  return t(runs.some((run) => run.place === "boundary_road" || run.place === "carve_out") ? "why_boundary" : "why_outside");
}

export function whyHere(told, words) {
  if (told.verdict === "prohibited") {
    return [t("why_banned_here", { hours: hours(told) }), ...permitFaults(told.reasons), ...(told.enforceable ? [] : [t("not_enforceable")])].join(gap);
  }
  if (told.verdict === "undetermined") return unsettled(told.reasons, told.missing, words);
  const place = { boundary_road: "why_boundary_road", carve_out: "why_carve_out", outside: "why_outside_here" }[told.place];
  return place ? t(place) : whyNot(told.reasons, "why_outside_window_here") ?? t("why_lawful");
}

export const lacking = (answer) => [...new Set([...(answer.first_unlawful?.missing ?? []), ...answer.parts.flatMap((part) => part.missing)])];
