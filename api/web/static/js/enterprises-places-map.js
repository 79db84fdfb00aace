// Candidates upon the map of the zone: dots by how many trucks stood there.
import { collection } from "./enterprises-map.js";
import { bounds, dark, zoneMap } from "./map.js";

const tone = () => (dark() ? "#ffc061" : "#b35c00");

export async function placesMap(box, onPick) {
  const drawn = await zoneMap(box);
  if (!drawn) return null;
  const { map } = drawn;
  map.addSource("places", { type: "geojson", data: collection([]) });
  map.addLayer({
    id: "places", type: "circle", source: "places",
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["get", "vehicles"], 3, 8, 30, 20],
      "circle-color": tone(), "circle-opacity": ["match", ["get", "state"], "new", 0.8, 0.3],
      "circle-stroke-color": ["case", ["get", "picked"], dark() ? "#ffffff" : "#16202c", dark() ? "#18212c" : "#ffffff"], "circle-stroke-width": ["case", ["get", "picked"], 4, 2],
    },
  });
  map.on("click", "places", (event) => onPick(event.features[0].properties.id));
  map.on("mouseenter", "places", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "places", () => { map.getCanvas().style.cursor = ""; });
  let fitted = false;
  return {
    ...drawn,
    show(places, picked) {
      const features = places.map((one) => ({ type: "Feature", geometry: { type: "Point", coordinates: [one.lon, one.lat] }, properties: { id: one.id, vehicles: one.vehicles, state: one.state, picked: one.id === picked } }));
      map.getSource("places").setData(collection(features));
      if (!fitted && features.length) {
        fitted = true;
        map.fitBounds(bounds(collection([...features, ...drawn.zone.features])), { padding: 40, duration: 0 });
      }
    },
    fly: (one) => map.easeTo({ center: [one.lon, one.lat], duration: 300 }),
  };
}
