// Sites and places upon the map of the zone.
import { bounds, dark, zoneMap } from "./map.js";

const SITE = () => (dark() ? "#8fc1ff" : "#0b4f9c");
const HALO = () => (dark() ? "#18212c" : "#ffffff");

export const collection = (features) => ({ type: "FeatureCollection", features });

export function siteFeatures(enterprises) {
  return enterprises.flatMap((one) =>
    one.sites.map((site) => ({ type: "Feature", geometry: site.wgs84, properties: { enterprise: one.id, name: one.name } })));
}

// Draws sites; `onPick` is called with the enterprise's id.
export async function sitesMap(box, features, onPick) {
  const drawn = await zoneMap(box);
  if (!drawn) return null;
  const { map } = drawn;
  const text = { "text-font": ["Noto Sans CJK SC", "sans-serif"], "text-field": ["get", "name"], "text-size": 13, "text-offset": [0, 1], "text-anchor": "top", "text-optional": true };
  map.addSource("sites", { type: "geojson", data: collection(features) });
  map.addLayer({ id: "site-areas", type: "fill", source: "sites", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": SITE(), "fill-opacity": 0.45, "fill-outline-color": SITE() } });
  map.addLayer({ id: "site-points", type: "circle", source: "sites", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 8, "circle-color": SITE(), "circle-stroke-color": HALO(), "circle-stroke-width": 2 } });
  map.addLayer({ id: "site-names", type: "symbol", source: "sites", layout: text, paint: { "text-color": SITE(), "text-halo-color": HALO(), "text-halo-width": 1.8 } });
  for (const layer of ["site-areas", "site-points"]) {
    map.on("click", layer, (event) => onPick?.(event.features[0].properties.enterprise));
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
  }
  return {
    ...drawn,
    show: (next) => map.getSource("sites").setData(collection(next)),
    fit: (next) => { if (next.length) map.fitBounds(bounds(collection(next)), { padding: 60, maxZoom: 16, duration: 0 }); },
  };
}
