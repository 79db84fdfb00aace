// Do you need a permit at all? Each vehicle on each road at each hour asked, by the same decision as everywhere.
// A street that runs into the zone is asked about as what lies inside: that part is what a permit would be for.
import { ask, session, state } from "./base.js";
import { said } from "./office.js";

const MOST_ROADS = 20;
const OFFSET = "+08:00";
const insideOf = ({ zones }) => (zones.length > 1 ? zones.map((name) => ({ zones: { [name]: "inside" } })) : [{ zone: "inside" }]);

function inside(clock, windows) {
  return windows.length === 0 || windows.some((span) => {
    const [from, to] = span.split("-");
    return from < to ? clock >= from && clock < to : clock >= from || clock < to;
  });
}

// For each vehicle `yes`, `no` or `unsure`; and the answer to each trip of the first vehicle.
export async function needOf(fields) {
  const law = state.laws[fields.notice];
  const edges = [...new Set(["00:00", ...law.edges, ...fields.windows.map((span) => span.slice(0, 5))])].filter((clock) => inside(clock, fields.windows)).sort();
  const places = fields.route.roads ? fields.route.roads.slice(0, MOST_ROADS).flatMap((road) => (law.inside.includes(road) ? insideOf(law) : [{ road }])) : insideOf(law);
  const vehicles = [];
  for (const vehicle of fields.vehicles) {
    const cases = places.flatMap((place) => edges.map((clock) => ({ vehicle, place, at: `${fields.days.from}T${clock}:00${OFFSET}`, permits: [] })));
    const { body } = await ask("POST", `/v1/decide?notice=${encodeURIComponent(fields.notice)}`, { body: cases });
    const verdicts = new Set(body.map((each) => each.verdict ?? "undetermined"));
    vehicles.push({ plate: vehicle.plate, word: verdicts.has("prohibited") ? "yes" : verdicts.has("undetermined") ? "unsure" : "no" });
  }
  const trips = [];
  for (const trip of fields.trips) {
    const { origin, destination, depart } = trip;
    const { body } = await ask("POST", "/v1/trips", { body: { vehicle: fields.vehicles[0], origin, destination, depart: `${fields.days.from}T${depart}:00${OFFSET}`, permits: [] } });
    trips.push({ verdict: body.verdict, says: body.says.map(said), ways: body.alternatives.filter((each) => each.kind !== "permit").slice(0, 3).map((each) => (session.lang === "zh" ? each.text : each.text_en)) });
  }
  return { vehicles, trips };
}
