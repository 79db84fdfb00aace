// Asks the service: the trip, what it is like along the way, and the hours of its day.
import { ask, state } from "./base.js";
import { addDays, dayOf, rfc } from "./driver_time.js";

const MOST_SAMPLES = 200;
const MOST_DAYS = 3;

export const decide = (body, signal) => ask("POST", "/v1/decide", { body, signal });

// The trip of a question; the answer has `link`.
export const plan = (question, signal) => ask("POST", "/v1/trips", { body: question.body, signal });
export const again = (packed, signal) => ask("GET", `/v1/trips?trip=${encodeURIComponent(packed)}`, { signal });

// The question that a link holds (zlib, base64); null where this device cannot read it.
export async function unpacked(packed) {
  try {
    const data = Uint8Array.from(atob(packed.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
    const [asked] = JSON.parse(await new Response(stream).text());
    return asked;
  } catch {
    return null;
  }
}

function samples(way) {
  const begin = Date.parse(way.depart) / 1000;
  const line = way.line ?? [];
  const lasts = line.at(-1)?.[2] ?? 0;
  const step = Math.max(2, lasts / MOST_SAMPLES);
  const found = { time: [], lon: [], lat: [] };
  let at = 0;
  for (let s = 0; line.length && s <= lasts; s += step) {
    while (at < line.length - 2 && line[at + 1][2] < s) at += 1;
    const [one, other] = [line[at], line[at + 1] ?? line[at]];
    const share = other[2] > one[2] ? Math.min(1, (s - one[2]) / (other[2] - one[2])) : 0;
    found.time.push(begin + s);
    found.lon.push(one[0] + share * (other[0] - one[0]));
    found.lat.push(one[1] + share * (other[1] - one[1]));
  }
  return found;
}

// What `decide` says along a way: [{place, verdict, reasons, since, until, lon, lat}], times in seconds since 1970.
export async function along(way, { vehicle, permits }, signal) {
  const fixes = samples(way);
  if (!fixes.time.length) return [];
  const { body } = await ask("POST", "/v1/decide/fixes", { body: { vehicle, permits, fixes }, signal });
  return body.runs.map(({ first, last, place, verdict, answer }) => ({
    place, verdict, reasons: body.answers[answer].reasons,
    since: fixes.time[first], until: fixes.time[Math.min(last + 1, fixes.time.length - 1)], lon: fixes.lon[first], lat: fixes.lat[first],
  }));
}

const seconds = (day, time) => Date.parse(rfc(day, time)) / 1000;

// From when to when a vehicle may not be at a place, on the days of some times: {begin, end, spans: [{from, to, verdict}]}.
export async function hours({ vehicle, permits }, place, times, signal) {
  const days = times.map(dayOf).sort();
  const shown = [];
  for (let day = days[0]; day <= days.at(-1) && shown.length < MOST_DAYS; day = addDays(day, 1)) shown.push(day);
  const edges = [...new Set(["00:00", ...state.edges, ...permits.flatMap((permit) => permit.windows ?? []).flatMap((span) => span.split("-"))])].filter((edge) => edge !== "24:00").sort();
  const at = shown.flatMap((day) => edges.map((edge) => [day, `${edge}:00`]));
  const { body } = await decide(at.map(([day, time]) => ({ vehicle, permits, at: rfc(day, time), place })), signal);
  const spans = [];
  const ends = [...at.slice(1).map(([day, time]) => seconds(day, time)), seconds(addDays(shown.at(-1), 1), "00:00:00")];
  body.forEach((told, number) => {
    const last = spans.at(-1);
    const from = seconds(...at[number]);
    if (!told.verdict || told.verdict === "allowed") return;
    if (last?.verdict === told.verdict && last.to === from) last.to = ends[number];
    else spans.push({ from, to: ends[number], verdict: told.verdict });
  });
  return { days: shown, begin: seconds(shown[0], "00:00:00"), end: ends.at(-1), spans };
}
