// The map of one lead: its line, where it came in and went out, its fixes with the receiver's error, this moment.
import { t } from "./base.js";
import { bounds, dark, zoneMap } from "./map.js";

const CORNERS = 40;
const METRES = 111195;
const MARKS = { entry: ["mark_in", "mark_from"], exit: ["mark_out", "mark_to"] };
const empty = { type: "FeatureCollection", features: [] };

export function circle([lon, lat], metres) {
  const ring = [];
  for (let n = 0; n <= CORNERS; n += 1) {
    const turn = (2 * Math.PI * n) / CORNERS;
    ring.push([lon + (metres * Math.cos(turn)) / (METRES * Math.cos((lat * Math.PI) / 180)), lat + (metres * Math.sin(turn)) / METRES]);
  }
  return { type: "Polygon", coordinates: [ring] };
}

function layers(map, { line, entry, exit, onStreets }, gl) {
  const c = dark() ? { way: "#ff6f66", edge: "#18212c", fix: "#8fc1ff", ring: "#7ab5ff", now: "#ffffff", rim: "#16202c" } : { way: "#c81e1e", edge: "#ffffff", fix: "#12305a", ring: "#0b67d6", now: "#16202c", rim: "#ffffff" };
  const round = { "line-cap": "round", "line-join": "round" };
  const wide = (width) => ["interpolate", ["linear"], ["zoom"], 12, width * 0.8, 17, width * 1.8];
  map.addSource("way", { type: "geojson", data: { type: "Feature", properties: {}, geometry: line } });
  map.addSource("fixes", { type: "geojson", data: empty });
  map.addSource("rings", { type: "geojson", data: empty });
  map.addSource("now", { type: "geojson", data: empty });
  map.addLayer({ id: "way-edge", type: "line", source: "way", layout: round, paint: { "line-color": c.edge, "line-width": wide(8) } }, "names");
  map.addLayer({ id: "way", type: "line", source: "way", layout: onStreets ? round : { "line-join": "round" }, paint: { "line-color": c.way, "line-width": wide(4.5), ...(onStreets ? {} : { "line-dasharray": [2, 1.6] }) } }, "names");
  map.addLayer({ id: "rings", type: "fill", source: "rings", paint: { "fill-color": c.ring, "fill-opacity": 0.14, "fill-outline-color": c.ring } });
  map.addLayer({ id: "fixes", type: "circle", source: "fixes", paint: { "circle-radius": 4.2, "circle-color": ["case", ["get", "during"], c.fix, c.rim], "circle-stroke-color": ["case", ["get", "during"], c.rim, c.fix], "circle-stroke-width": 1.6 } });
  map.addLayer({ id: "now-ring", type: "fill", source: "now", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": c.ring, "fill-opacity": 0.3, "fill-outline-color": c.ring } });
  map.addLayer({ id: "now", type: "circle", source: "now", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 8, "circle-color": c.now, "circle-stroke-color": c.rim, "circle-stroke-width": 3 } });
  for (const [name, end] of [["exit", exit], ["entry", entry]]) {
    const mark = Object.assign(document.createElement("div"), { className: `endmark ${name}`, textContent: t(MARKS[name][end.how === "crossed" ? 0 : 1]) });
    new gl.Marker({ element: mark }).setLngLat([end.lon, end.lat]).addTo(map);
  }
}

// Draws a lead; answers {fixes(list), now(place, metres)} or null where there is no map.
export async function mapOfLead(box, lead, line) {
  const made = await zoneMap(box, { zone: { sha256: lead.basis.zone_sha256, zone: lead.basis.zone, notice: lead.basis.notice } });
  if (!made) return null;
  const { map, gl } = made;
  layers(map, { line, entry: lead.entry, exit: lead.exit, onStreets: lead.why_probability.includes("path") }, gl);
  const [w, s, e, n] = bounds({ type: "Feature", geometry: line });
  // the buttons lie over the right edge
  map.fitBounds([w, s, e, n], { padding: { top: 56, bottom: 56, left: 56, right: 84 }, maxZoom: 16, duration: 0 });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());
  return {
    map,
    fixes(list) {
      const feature = (fix, geometry) => ({ type: "Feature", properties: { during: fix.during }, geometry });
      map.getSource("fixes").setData({ type: "FeatureCollection", features: list.map((fix) => feature(fix, { type: "Point", coordinates: [fix.lon, fix.lat] })) });
      map.getSource("rings").setData({ type: "FeatureCollection", features: list.filter((fix) => fix.accuracy_m).map((fix) => feature(fix, circle([fix.lon, fix.lat], fix.accuracy_m))) });
      box.dataset.fixes = list.length;
    },
    now(place, metres) {
      const features = [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: place } }];
      if (metres) features.push({ type: "Feature", properties: {}, geometry: circle(place, metres) });
      map.getSource("now").setData({ type: "FeatureCollection", features });
      if (!map.getBounds().contains(place)) map.panTo(place, { duration: 200 });
    },
  };
}
