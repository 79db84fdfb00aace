// The map of the form: choose streets, or draw an area or a line point by point; also without a mouse.
const COLOURS = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "#6fb1ff" : "#0b5fd0");
const six = (n) => Number(n.toFixed(6));

export class RouteMap {
  // `toggled(name)` hears of a street that was clicked, `drawn(points)` of a point that was set.
  constructor({ toggled, drawn }) {
    Object.assign(this, { toggled, drawn, how: "roads", roads: [], points: [], map: null });
  }

  async open(box) {
    const { zoneMap } = await import("./map.js");
    const made = await zoneMap(box);
    if (!made) return;
    this.map = made.map;
    const colour = COLOURS();
    this.map.addLayer({ id: "chosen", type: "line", source: "streets", layout: { "line-cap": "round" }, filter: ["in", ["get", "name"], ["literal", []]], paint: { "line-color": colour, "line-width": 6 } }, "names");
    this.map.addSource("drawn", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    this.map.addLayer({ id: "drawn-fill", type: "fill", source: "drawn", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.25 } });
    this.map.addLayer({ id: "drawn-line", type: "line", source: "drawn", paint: { "line-color": colour, "line-width": 4 } });
    this.map.addLayer({ id: "drawn-points", type: "circle", source: "drawn", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 6, "circle-color": "#ffffff", "circle-stroke-width": 3, "circle-stroke-color": colour } });
    this.map.on("click", (event) => this.click(event));
    this.draw();
  }

  click({ point, lngLat }) {
    if (this.how === "roads") {
      const found = this.map.queryRenderedFeatures([[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]], { layers: ["streets"] }).find((each) => each.properties.name);
      if (found) this.toggled(found.properties.name);
    } else if (this.how !== "whole") this.drawn([...this.points, [six(lngLat.lng), six(lngLat.lat)]]);
  }

  centre() {
    if (!this.map) return;
    const { lng, lat } = this.map.getCenter();
    this.drawn([...this.points, [six(lng), six(lat)]]);
  }

  set(how, roads, points) {
    Object.assign(this, { how, roads, points });
    this.draw();
  }

  draw() {
    if (!this.map) return;
    this.map.setFilter("chosen", ["in", ["get", "name"], ["literal", this.how === "roads" ? this.roads : []]]);
    const points = this.how === "area" || this.how === "line" ? this.points : [];
    const features = points.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
    if (points.length > 1) features.push({ type: "Feature", properties: {}, geometry: this.how === "area" && points.length > 2 ? { type: "Polygon", coordinates: [[...points, points[0]]] } : { type: "LineString", coordinates: points } });
    this.map.getSource("drawn").setData({ type: "FeatureCollection", features });
  }
}
