// What speaks for looking at a place, and what against.
import { html, nothing, svg } from "../vendor/lit-html/lit-html.js";
import { session, state, t } from "./base.js";

const time = new Intl.DateTimeFormat(session.lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "short", timeStyle: "short", timeZone: state.timezone });
const at = (text) => time.format(new Date(text));
const TALL = 60;

function hours(counts) {
  const most = Math.max(1, ...counts);
  const hour = counts.indexOf(Math.max(...counts));
  return html`<figure><figcaption class="small soft">${t("hours")} · ${t("hours_said", { hour, n: counts[hour] })}</figcaption>
    <svg class="hours" viewBox="0 0 480 82" role="img" aria-label=${`${t("hours")}: ${counts.join(" ")}`}>
    ${counts.map((count, n) => svg`<rect x=${n * 20 + 2} y=${TALL - (count / most) * TALL} width="16" height=${Math.max(1, (count / most) * TALL)}></rect>${n % 3 === 0 ? svg`<text x=${n * 20 + 2} y="76">${n}</text>` : nothing}`)}</svg></figure>`;
}

export function evidence(one) {
  const e = one.evidence;
  const facts = [
    ["median", t("minutes", { n: e.median_min })],
    ["span", `${at(e.first_at)} – ${at(e.last_at)}`],
    ["overnight", t("overnight_some", { n: e.overnight, vehicles: e.vehicles_overnight })],
    ["loaded", e.load_known ? t("loaded_some", { known: e.load_known, n: e.left_loaded }) : t("loaded_none")],
    ["reach", t("metres", { n: Math.round(e.reach_m) }) + (e.sprawls ? ` · ${t("sprawls")}` : "")],
    ["near", e.near ? t("near_some", { name: state.names[e.near] ?? e.near, n: Math.round(e.near_m) }) : t("near_none")],
    ["position", `${one.lon.toFixed(6)}, ${one.lat.toFixed(6)}`],
  ];
  return html`<dl class="facts">${facts.map(([key, text]) => html`<dt>${t(key)}</dt><dd class="num">${text}</dd>`)}</dl>
    ${hours(e.hours)}
    <div><h3>${t("examples")}</h3>${one.examples.length
      ? html`<ul class="history">${one.examples.map((stop) => html`<li class="num"><span lang="zh-CN">${stop.plate ?? stop.vehicle_id}</span> ${at(stop.from)} – ${at(stop.to)}</li>`)}</ul>`
      : html`<p class="soft small">${t("no_examples")}</p>`}</div>`;
}
