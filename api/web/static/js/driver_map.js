// The ways on the map; and a map to pick a place on.
import { t } from "./base.js";
import { bounds, dark, zoneMap } from "./map.js";

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const COLOURS = () => (dark() ? { asked: "#9fb4cc", bad: "#ff6a5e", open: "#ffc061", way: "#6fb1ff", case: "#0b1119" } : { asked: "#44566b", bad: "#c0140c", open: "#b36b00", way: "#0b5fd0", case: "#ffffff" });

const feature = (coordinates, properties) => ({ type: "Feature", properties, geometry: { type: "LineString", coordinates } });
const collection = (features) => ({ type: "FeatureCollection", features });

// The piece of a timed line between two times (seconds from its beginning).
function piece(line, from, to) {
  const at = (s) => {
    const next = line.findIndex((point) => point[2] >= s);
    if (next <= 0) return line[next === 0 ? 0 : line.length - 1].slice(0, 2);
    const [a, b] = [line[next - 1], line[next]];
    const share = b[2] > a[2] ? (s - a[2]) / (b[2] - a[2]) : 0;
    return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
  };
  return [at(from), ...line.filter((point) => point[2] > from && point[2] < to).map((point) => point.slice(0, 2)), at(to)];
}

function asked(answer) {
  const { route, parts } = answer;
  if (!route?.line?.length) return [];
  const begin = Date.parse(route.depart);
  const since = (text) => (Date.parse(text) - begin) / 1000;
  return parts.map((part) => feature(piece(route.line, since(part.from), since(part.to)), { kind: { lawful: "asked", unlawful: "bad", undetermined: "open" }[part.verdict] }));
}

// Draws an answer; answers {choose(alternative or null)}, or null where this device draws no map.
export async function answerMap(box, answer) {
  const drawn = await zoneMap(box, { padding: 30 });
  if (!drawn) return null;
  const { map } = drawn;
  const c = COLOURS();
  const ends = ["origin", "destination"].filter((name) => answer[name]).map((name) => ({ type: "Feature", properties: { text: t(name === "origin" ? "map_start" : "map_end") }, geometry: { type: "Point", coordinates: [answer[name].lon, answer[name].lat] } }));
  const lines = asked(answer);
  map.addSource("asked", { type: "geojson", data: collection(lines) });
  map.addSource("way", { type: "geojson", data: collection([]) });
  map.addSource("ends", { type: "geojson", data: collection(ends) });
  const line = (id, source, colour, width) => map.addLayer({ id, type: "line", source, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour, "line-width": width } }, "names"); // names stay readable
  line("asked-case", "asked", c.case, 9);
  line("asked", "asked", ["match", ["get", "kind"], "bad", c.bad, "open", c.open, c.asked], 5);
  line("way-case", "way", c.case, 11);
  line("way", "way", c.way, 6);
  map.addLayer({ id: "ends", type: "circle", source: "ends", paint: { "circle-radius": 13, "circle-color": "#16202c", "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 } });
  map.addLayer({ id: "ends-text", type: "symbol", source: "ends", layout: { "text-field": ["get", "text"], "text-size": 14, "text-allow-overlap": true, "text-font": ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"] }, paint: { "text-color": "#ffffff" } });
  const fit = (features) => {
    const box_ = bounds(collection([...features, ...ends]));
    if (Number.isFinite(box_[0])) map.fitBounds(box_, { padding: 48, maxZoom: 15.5, animate: !still() });
  };
  fit(lines);
  return {
    map,
    choose(way) {
      const own = way?.line ? [feature(way.line.map((point) => point.slice(0, 2)), {})] : [];
      map.getSource("way").setData(collection(own));
      fit([...lines, ...own]);
      box.dataset.way = way ? way.kind : "";
    },
  };
}

let picking = null;

// A map whose middle is the place; a tap brings a place there. Answers the map, or null.
export async function pickMap(box, chosen) {
  if (!picking) {
    const drawn = await zoneMap(box, { padding: 10 });
    if (!drawn) return null;
    picking = drawn.map;
    picking.on("click", ({ lngLat }) => (still() ? picking.jumpTo({ center: lngLat }) : picking.easeTo({ center: lngLat, duration: 250 })));
  }
  picking.resize();
  if (chosen?.lon !== undefined && chosen.lat !== undefined) picking.jumpTo({ center: [chosen.lon, chosen.lat], zoom: 14.5 });
  picking.getCanvas().focus();
  return picking;
}
