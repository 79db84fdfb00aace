// The zones in force: picture and quality.
import { ask, session, t } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { everything } from "./office.js";

const row = (key, value) => html`<div><dt>${t(key)}</dt><dd>${value}</dd></div>`;
const km2 = (n) => t("km2", { n: Number(n).toFixed(2) });

function zone({ short, told }) {
  const picture = `/v1/zones/${short.sha256}/picture?lang=${session.lang}`;
  const here = ({ target }) => { target.hidden = false; target.previousElementSibling.remove(); };
  const gone = (event) => { const { target } = event; target.previousElementSibling.remove(); target.replaceWith(Object.assign(document.createElement("p"), { className: "soft", textContent: t("picture_none") })); };
  return html`<section class="card"><div class="cardhead"><h3>${short.id}</h3><span class="chip ${told.fit_for_enforcement ? "" : "warn"}">${t(`grade_${told.grade}`)}</span></div>
    <div class="zonecard"><dl class="facts">
      ${row("notice", short.notices.join(t("separator")))}${row("area_km2", km2(told.area_km2))}${row("loop_km2", km2(told.loop_area_km2))}
      ${row("gaps", told.gaps.length ? html`<ul class="plain-list">${told.gaps.map((gap) => html`<li>${gap.bridged_by ? t("gap", { n: Math.round(gap.length_m), by: gap.bridged_by }) : t("gap_open", { n: Math.round(gap.length_m) })}</li>`)}</ul>` : t("gaps_none"))}
      ${row("streets", Object.entries(told.streets).map(([place, n]) => t(`place_${place}`, { n })).join(t("separator")))}
      ${row("warnings", told.warnings.length ? html`<ul class="bullets">${told.warnings.map((each) => html`<li>${each}</li>`)}</ul>` : t("warnings_none"))}
      ${row("hash", html`<code>${told.sha256}</code>`)}</dl>
    <div><p class="state-line" role="status">${t("loading")}</p><img hidden src=${picture} alt=${t("picture", { zone: short.id })} @load=${here} @error=${gone}><p class="row"><a href=${picture} target="_blank" rel="noopener">${t("picture_open")}</a><a href="/v1/zones/${short.sha256}" download="${short.id}.geojson">${t("map_file")}</a></p></div></div></section>`;
}

export async function show(box) {
  const zones = await everything("/v1/zones", "zones");
  const found = await Promise.all(zones.map(async (short) => ({ short, told: (await ask("GET", `/v1/zones/${short.sha256}/quality`)).body })));
  box.replaceChildren();
  render(found.length ? html`${found.map(zone)}` : nothing, box);
}
