// My permits: which streets, which hours, valid now?
import { ask, t } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { forgetPermit } from "./driver_permits.js";
import { details, plateLine, said, useIt, wordBlock } from "./permit.js";

const found = document.getElementById("found");

async function draw(box, permit) {
  box.hidden = false;
  const { zoneMap, dark } = await import("./map.js");
  const drawn = await zoneMap(box);
  if (!drawn) return;
  const paint = { "line-color": dark() ? "#6fb1ff" : "#0b5fd0", "line-width": 6, "line-opacity": 0.85 };
  drawn.map.addLayer({ id: "granted", type: "line", source: "streets", layout: { "line-cap": "round" }, filter: ["in", ["get", "name"], ["literal", permit.roads]], paint }, "names");
  if (!permit.area) return;
  drawn.map.addSource("granted-area", { type: "geojson", data: { type: "Feature", properties: {}, geometry: permit.area } });
  drawn.map.addLayer({ id: "granted-area", type: "fill", source: "granted-area", paint: { "fill-color": paint["line-color"], "fill-opacity": 0.35 } }, "names");
}

function one(permit) {
  const open = (event) => { event.target.disabled = true; draw(event.target.closest("li").querySelector(".map"), permit); };
  return html`<li>${wordBlock(permit.word, permit.reasons)}
    <div class="card">${plateLine(permit)}${details(permit)}
      ${permit.conditions.length ? html`<h3>${t("conditions")}</h3><ul lang="zh-CN">${permit.conditions.map((each) => html`<li>${each}</li>`)}</ul>` : nothing}
      <div class="row">${permit.word === "not_valid" ? nothing : html`<a class="button" href=${permit.page} target="_blank" rel="noopener">${t("print")}</a><button type="button" class="button" @click=${() => useIt(permit)}>${t("use")}</button>`}<button type="button" class="button" @click=${open}>${t("on_map")}</button></div>
      <div class="map" role="group" aria-label=${t("map_granted")} hidden></div></div></li>`;
}

async function load() {
  try {
    const { body } = await ask("GET", "/v1/permits/mine");
    for (const permit of body.permits) if (permit.word === "not_valid") forgetPermit(permit.permit_no);
    render(body.permits.length
      ? html`<ul class="permit-list">${body.permits.map(one)}</ul><p class="small soft num">${t("as_of", { at: body.at.slice(0, 16).replace("T", " ") })}</p>`
      : html`<div class="card state-line"><p>${t("mine_none")}</p><p><a class="button main" href="/apply">${t("mine_apply")}</a></p></div>`, found);
  } catch (error) {
    render(html`<div class="say failed" role="alert"><h2>${error.message}</h2><button type="button" class="button big" @click=${load}>${t("retry")}</button></div>`, found);
  }
  found.dataset.ready = "yes";
}

found.replaceChildren();
load();
