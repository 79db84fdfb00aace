// What is asked and what of it is needed, on the zone's own streets.
import { t } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";

const LOOK = {
  asked_superfluous: ["#a86400", "#ffc061", 5, [1.6, 1.2]],
  asked_needed: ["#0b5fd0", "#6fb1ff", 6, null],
  least: ["#0f7a43", "#86d8a8", 2.5, null],
  asked: ["#0b5fd0", "#6fb1ff", 6, null],
};
const WORDS = { asked_needed: "legend_needed", asked_superfluous: "legend_superfluous", least: "legend_least", asked: "legend_asked" };
let drawn = null;

const feature = (geometry) => ({ type: "Feature", properties: { role: "asked" }, geometry: geometry.geometry ?? geometry });

export async function drawRoute(box, legend, route, found) {
  const { bounds, dark, zoneMap } = await import("./map.js");
  drawn ??= await zoneMap(box);
  if (!drawn) return;
  const { map } = drawn;
  for (const role of Object.keys(LOOK)) if (map.getLayer(role)) map.removeLayer(role);
  if (map.getLayer("asked-fill")) map.removeLayer("asked-fill");
  if (map.getSource("asked")) map.removeSource("asked");
  const own = route?.area ?? route?.line;
  const features = [...(found?.map.features ?? []), ...(own ? [feature(own)] : [])];
  const data = { type: "FeatureCollection", features };
  map.addSource("asked", { type: "geojson", data });
  const roles = [];
  const paint = ([light, night, width, dashes]) => ({ "line-color": dark() ? night : light, "line-width": width, ...(dashes ? { "line-dasharray": dashes } : {}) });
  if (route?.area) map.addLayer({ id: "asked-fill", type: "fill", source: "asked", filter: ["==", ["get", "role"], "asked"], paint: { "fill-color": dark() ? "#6fb1ff" : "#0b5fd0", "fill-opacity": 0.25 } }, "names");
  for (const role of Object.keys(LOOK)) {
    if (!features.some((each) => each.properties.role === role)) continue;
    roles.push(role);
    map.addLayer({ id: role, type: "line", source: "asked", filter: ["==", ["get", "role"], role], layout: { "line-cap": LOOK[role][3] ? "butt" : "round" }, paint: paint(LOOK[role]) }, "names");
  }
  if (!found && route?.roads) {
    roles.push("asked");
    map.addLayer({ id: "asked", type: "line", source: "streets", layout: { "line-cap": "round" }, filter: ["in", ["get", "name"], ["literal", route.roads]], paint: paint(LOOK.asked) }, "names");
  }
  if (features.length) map.fitBounds(bounds(data), { padding: 40, maxZoom: 15, duration: 0 });
  render(html`${roles.map((role) => html`<li><i class="key ${role}"></i>${t(WORDS[role])}</li>`)}<li><i class="key area"></i>${t("map_area")}</li><li><i class="key boundary"></i>${t("map_boundary")}</li><li><i class="key carve"></i>${t("map_carve_out")}</li>`, legend);
  map.once("idle", () => { box.dataset.drawn = "yes"; });
}
