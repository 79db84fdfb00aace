// The leads on the map, in step with the list.
import { ask, t } from "./base.js";
import { bounds, dark, zoneMap } from "./map.js";
import { between, dayOf, number, share, shortClock } from "./desk_words.js";

const box = document.getElementById("map");
const line = document.getElementById("map-state");
const LEADS = 2000; // so many lines are drawn; more than that are counted by place
const NEAR_PX = 6;
const empty = { type: "FeatureCollection", features: [] };

const paints = () => (dark()
  ? { prohibited: "#ff6f66", undetermined: "#ffb640", closed: "#98a4b1", chosen: "#ffffff", edge: "#0b4f9c", bubble: "#b3201b", on: "#ffffff" }
  : { prohibited: "#c81e1e", undetermined: "#a86400", closed: "#66717e", chosen: "#0b4f9c", edge: "#ffffff", bubble: "#b3201b", on: "#ffffff" });

function layers(map) {
  const c = paints();
  const colour = ["case", ["in", ["get", "state"], ["literal", ["confirmed", "dismissed", "merged"]]], c.closed, ["==", ["get", "verdict"], "undetermined"], c.undetermined, c.prohibited];
  const wide = (width) => ["interpolate", ["linear"], ["zoom"], 11, width * 0.7, 16, width * 1.8];
  const round = { "line-cap": "round", "line-join": "round" };
  const under = "names";
  map.addSource("leads", { type: "geojson", data: empty, promoteId: "lead_id" });
  map.addSource("picked", { type: "geojson", data: empty });
  map.addLayer({ id: "leads", type: "line", source: "leads", filter: ["==", ["geometry-type"], "LineString"], layout: round, paint: { "line-color": colour, "line-width": wide(2.6), "line-opacity": ["case", ["boolean", ["feature-state", "hover"], false], 1, ["get", "faint"]] } }, under);
  map.addLayer({ id: "hovered", type: "line", source: "picked", filter: ["==", ["get", "how"], "hover"], layout: round, paint: { "line-color": colour, "line-width": wide(5) } }, under);
  map.addLayer({ id: "chosen-edge", type: "line", source: "picked", filter: ["==", ["get", "how"], "chosen"], layout: round, paint: { "line-color": c.edge, "line-width": wide(9) } }, under);
  map.addLayer({ id: "chosen", type: "line", source: "picked", filter: ["==", ["get", "how"], "chosen"], layout: round, paint: { "line-color": c.chosen, "line-width": wide(5) } }, under);
  map.addLayer({ id: "counts", type: "circle", source: "leads", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": c.bubble, "circle-opacity": 0.85, "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "leads"]], 1, 9, 30, 30], "circle-stroke-color": c.edge, "circle-stroke-width": 1.5 } });
  map.addLayer({ id: "count-text", type: "symbol", source: "leads", filter: ["==", ["geometry-type"], "Point"], layout: { "text-field": ["to-string", ["get", "leads"]], "text-size": 13, "text-font": ["Noto Sans CJK SC", "sans-serif"], "text-allow-overlap": true }, paint: { "text-color": c.on } });
}

// `asked()` gives the filters, `choose(id)` and `hover(id)` say what the person does on the map.
export async function leadMap({ asked, choose, hover }) {
  const made = await zoneMap(box);
  if (!made) {
    line.textContent = "";
    return null;
  }
  const { map, zone } = made;
  let features = new Map();
  let shown = null;
  let chosen = null;
  let hovered = null;
  let controller = null;
  let more = null; // a lead whose line is not among those shown
  layers(map);
  const tip = Object.assign(document.createElement("div"), { className: "maptip", hidden: true });
  box.append(tip);
  box.setAttribute("data-leads", "0");

  function pick() {
    const found = [];
    for (const [id, how] of [[hovered, "hover"], [chosen, "chosen"]]) {
      const feature = features.get(id) ?? (more?.properties.lead_id === id ? more : null);
      if (feature) found.push({ ...feature, properties: { ...feature.properties, how } });
    }
    map.getSource("picked").setData({ type: "FeatureCollection", features: found });
  }

  async function load() {
    controller?.abort();
    controller = new AbortController();
    line.textContent = t("loading");
    const params = asked();
    params.delete("sort");
    const edge = map.getBounds();
    // beyond the edge too, so that a small move shows no gap
    const [w, s, e, n] = [edge.getWest(), edge.getSouth(), edge.getEast(), edge.getNorth()];
    const [dx, dy] = [(e - w) * 0.5, (n - s) * 0.5];
    params.set("box", [w - dx, s - dy, e + dx, n + dy].map((each) => each.toFixed(6)).join(","));
    params.set("limit", LEADS);
    try {
      const { body } = await ask("GET", `/v1/leads/map?${params}`, { signal: controller.signal });
      shown = { box: [w - dx, s - dy, e + dx, n + dy], whole: !body.clustered && !body.more, zoom: map.getZoom() };
      show(body);
    } catch (error) {
      if (error.name !== "AbortError") line.textContent = t("map_failed", { message: error.message });
    }
  }

  function show(body) {
    // many lines upon each other: each the fainter
    const faint = body.leads > 800 ? 0.3 : body.leads > 150 ? 0.55 : 0.9;
    features = new Map(body.clustered ? [] : body.features.map((each) => [each.properties.lead_id, each]));
    for (const feature of features.values()) feature.properties.faint = faint;
    map.getSource("leads").setData(body);
    box.dataset.leads = body.leads;
    const parts = [t("map_shown", { n: number(body.leads) }) + (body.more ? t("map_newest") : ""), t("map_span", { from: dayOf(body.since), to: dayOf(body.until) })];
    if (body.clustered) parts.push(t("map_counts"));
    line.textContent = parts.join(" · ");
    pick();
  }

  const nearby = (point) => {
    const around = [[point.x - NEAR_PX, point.y - NEAR_PX], [point.x + NEAR_PX, point.y + NEAR_PX]];
    return [...new Set(map.queryRenderedFeatures(around, { layers: ["leads", "chosen"] }).map((each) => each.properties.lead_id))];
  };
  let waiting = null;
  map.on("mousemove", (event) => {
    waiting ??= requestAnimationFrame(() => {
      waiting = null;
      if (map.isMoving()) return;
      const ids = nearby(event.point);
      const feature = features.get(ids[0]);
      map.getCanvas().style.cursor = ids.length ? "pointer" : "";
      tip.hidden = !feature;
      if (feature) {
        const { plate, entered_at: at, roads, probability } = feature.properties;
        tip.textContent = [plate ?? t("no_plate"), `${dayOf(at)} ${shortClock(at)}`, (typeof roads === "string" ? JSON.parse(roads) : roads).join(between()), share(probability)].join(" · ") + (ids.length > 1 ? ` · ${t("map_here", { n: ids.length })}` : "");
        tip.style.left = `${Math.min(event.point.x + 14, box.clientWidth - 270)}px`;
        tip.style.top = `${event.point.y + 14}px`;
      }
      hover(ids[0] ?? null);
    });
  });
  map.on("mouseout", () => { tip.hidden = true; hover(null); });
  map.on("click", (event) => {
    const counts = map.queryRenderedFeatures(event.point, { layers: ["counts"] });
    if (counts.length) {
      map.easeTo({ center: counts[0].geometry.coordinates, zoom: map.getZoom() + 1.5 });
      return;
    }
    const ids = nearby(event.point);
    if (ids.length) choose(ids[(ids.indexOf(chosen) + 1) % ids.length]);
  });
  map.on("moveend", () => {
    if (!shown) return;
    const edge = map.getBounds();
    const [w, s, e, n] = shown.box;
    const within = edge.getWest() >= w && edge.getSouth() >= s && edge.getEast() <= e && edge.getNorth() <= n;
    if (!within || (!shown.whole && Math.abs(map.getZoom() - shown.zoom) > 0.5)) load();
  });
  // colours follow the system
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());

  return {
    map, load, show,
    whole: () => map.fitBounds(bounds(zone), { padding: 24 }),
    setHovered(id) { if (id !== hovered) { hovered = id; pick(); } },
    // Shows the chosen lead; `lead` is as the list has it, in case its line has to be fetched.
    async setChosen(id) {
      chosen = id;
      if (id && !features.has(id) && more?.properties.lead_id !== id) {
        const { body } = await ask("GET", `/v1/leads/${id}`);
        if (chosen !== id) return;
        more = { type: "Feature", geometry: body.geometry, properties: { lead_id: id, state: body.state, verdict: body.verdict } };
      }
      pick();
      const feature = id && (features.get(id) ?? more);
      if (!feature) return;
      const [w, s, e, n] = bounds(feature);
      const seen = map.getBounds();
      if (w < seen.getWest() || e > seen.getEast() || s < seen.getSouth() || n > seen.getNorth()) map.fitBounds([w, s, e, n], { padding: 70, maxZoom: Math.max(map.getZoom(), 14.5), duration: 300 });
    },
    put(lead) {
      const feature = features.get(lead.lead_id);
      if (!feature) return;
      feature.properties.state = lead.state;
      map.getSource("leads").setData({ type: "FeatureCollection", features: [...features.values()] });
      pick();
    },
  };
}
