// A map of the zone's own network: no tiles, no fonts from elsewhere. MapLibre comes only when a map is wanted.
import { ask, session, t } from "./base.js";

const vendor = new URL("../vendor/maplibre-gl/", import.meta.url);
let library = null;

export function maplibre() {
  library ??= (async () => {
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("maplibre-gl.css", vendor).href }));
    const gl = await import(new URL("maplibre-gl.mjs", vendor).href);
    gl.setWorkerUrl(new URL("maplibre-gl-worker.mjs", vendor).href);
    return gl;
  })();
  return library;
}

const LIGHT = { land: "#eceff2", street: "#ffffff", edge: "#b4bec9", area: "#f2c9c4", border: "#a8423c", carve: "#1f7a55", boundary: "#5f6b78", ink: "#16202c", halo: "#ffffff" };
const DARK = { land: "#1d2733", street: "#52616f", edge: "#2b3743", area: "#5a2f33", border: "#d1746c", carve: "#63c79c", boundary: "#a9b5c2", ink: "#e8edf3", halo: "#18212c" };
export const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;
export const colours = () => (dark() ? DARK : LIGHT);

const wide = (base) => ["interpolate", ["exponential", 1.6], ["zoom"], 11, base * 0.35, 14, base, 18, base * 6];

function style(zone, streets) {
  const c = colours();
  const text = { "text-font": ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"], "text-size": 13, "text-field": ["coalesce", ["get", "name"], ["get", "road"], ""] };
  return {
    version: 8,
    sources: {
      zone: { type: "geojson", data: zone },
      streets: { type: "geojson", data: streets },
    },
    layers: [
      { id: "land", type: "background", paint: { "background-color": c.land } },
      { id: "area", type: "fill", source: "zone", filter: ["==", ["get", "role"], "area"], paint: { "fill-color": c.area, "fill-opacity": 0.75 } },
      { id: "street-edges", type: "line", source: "streets", layout: { "line-cap": "round" }, paint: { "line-color": c.edge, "line-width": wide(5) } },
      { id: "streets", type: "line", source: "streets", layout: { "line-cap": "round" }, paint: { "line-color": c.street, "line-width": wide(3.4) } },
      { id: "area-border", type: "line", source: "zone", filter: ["==", ["get", "role"], "area"], paint: { "line-color": c.border, "line-width": 1.5 } },
      { id: "boundary", type: "line", source: "zone", filter: ["==", ["get", "role"], "boundary_road"], paint: { "line-color": c.boundary, "line-width": wide(2), "line-dasharray": [2, 1] } },
      { id: "carve-outs", type: "line", source: "zone", filter: ["==", ["get", "role"], "carve_out"], paint: { "line-color": c.carve, "line-width": wide(3) } },
      { id: "names", type: "symbol", source: "streets", minzoom: 12, layout: { ...text, "symbol-placement": "line", "symbol-spacing": 320 }, paint: { "text-color": c.ink, "text-halo-color": c.halo, "text-halo-width": 1.6 } },
    ],
  };
}

const bounds = (geojson) => {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (c) => {
    if (typeof c[0] === "number") {
      box[0] = Math.min(box[0], c[0]); box[1] = Math.min(box[1], c[1]); box[2] = Math.max(box[2], c[0]); box[3] = Math.max(box[3], c[1]);
    } else c.forEach(walk);
  };
  for (const feature of geojson.features ?? [geojson]) if (feature.geometry) walk(feature.geometry.coordinates);
  return box;
};
export { bounds };

// What the graphics card has drawn is not there when a page is printed: a copy of it is.
function onPaper(map, box) {
  if (!box.clientWidth) return;
  box.querySelector(".paper")?.remove();
  map.redraw();
  const drawn = map.getCanvas();
  const copy = Object.assign(document.createElement("canvas"), { className: "paper", width: drawn.width, height: drawn.height });
  copy.getContext("2d").drawImage(drawn, 0, 0);
  box.append(copy);
  box.classList.add("onpaper");
}

// A file of a zone, by its hash: notices of several places may call theirs alike. One that is no longer in force is that of its notice now.
async function file({ sha256, zone, notice }, part, query) {
  const at = (name, more) => ask("GET", `/v1/zones/${encodeURIComponent(name)}${part}?${new URLSearchParams({ ...query, ...more })}`);
  try {
    return (await at(sha256)).body;
  } catch (error) {
    if (error.status !== 404 || !zone) throw error;
    return (await at(zone, { notice })).body;
  }
}

// The files of zones as one: a notice may have several.
async function together(zones, part, query = {}) {
  const files = await Promise.all(zones.map((zone) => file(zone, part, query)));
  return files.length === 1 ? files[0] : { ...files[0], features: files.flatMap((file) => file.features) };
}

// Draws the first notice's zones, or the one that a lead was judged by ({sha256, zone, notice}), into `box`; answers {gl, map, zone}, or null where this device cannot (a sentence stands there instead).
// Draw your own sources and layers upon it with map.addSource / map.addLayer.
export async function zoneMap(box, { zone: one = null, padding = 24, interactive = true } = {}) {
  try {
    const zones = one ? [one] : session.maps.map((sha256) => ({ sha256 }));
    const [gl, zone, streets] = await Promise.all([maplibre(), together(zones, "", { streets: false }), together(zones, "/streets")]);
    const canvas = Object.assign(document.createElement("div"), { className: "canvas" });
    box.replaceChildren(canvas);
    const map = new gl.Map({
      container: canvas, style: style(zone, streets), bounds: bounds(zone), fitBoundsOptions: { padding }, interactive,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, maxPitch: 0, fadeDuration: 0, localIdeographFontFamily: "'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
    });
    if (interactive) map.addControl(new gl.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new gl.ScaleControl({ unit: "metric" }));
    await map.once("load");
    addEventListener("beforeprint", () => onPaper(map, box));
    box.dataset.ready = "yes";
    return { gl, map, zone };
  } catch (error) {
    const line = Object.assign(document.createElement("p"), { className: "state-line", textContent: `${t("map_none")} (${error.message})` });
    line.lang = session.lang;
    box.replaceChildren(line);
    box.dataset.ready = "no";
    return null;
  }
}
