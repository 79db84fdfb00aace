// One enterprise: its weeks, visits, leads that began there, loads, sites, history.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { ask, session, state, t, texts } from "./base.js";
import { siteFeatures, sitesMap } from "./enterprises-map.js";
import { drawWeeks } from "./enterprises-weeks.js";
import { askAlias } from "./enterprise_names.js";
import { put } from "./enterprises-put.js";

const byId = (id) => document.getElementById(id);
const id = encodeURIComponent(state.enterprise);
const number = new Intl.NumberFormat(session.lang === "zh" ? "zh-CN" : "en-GB", { maximumFractionDigits: 1 });
const time = new Intl.DateTimeFormat(session.lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "short", timeStyle: "short", timeZone: state.timezone });
const at = (text) => time.format(new Date(text));

const head = (...keys) => html`<thead><tr>${keys.map((key) => html`<th scope="col">${t(key)}</th>`)}</tr></thead>`;

const tables = {
  visits: {
    rows: "visits", path: `/v1/visits?enterprise=${id}`, head: ["plate", "arrived", "stayed", "certainty"],
    row: (one) => html`<tr><td class="num" lang="zh-CN">${one.plate ?? one.vehicle_id}</td><td class="num">${at(one.arrived_at)}</td><td class="num">${t("minutes", { n: number.format(one.minutes) })}</td><td><span class="tag ${one.sure ? "has" : ""}">${t(`certainty_${one.certainty}`)}</span></td></tr>`,
  },
  leads: {
    rows: "leads", path: `/v1/leads?enterprise=${id}`, head: ["plate", "entered", "roads", "probability", "state"],
    row: (one) => html`<tr><td class="num" lang="zh-CN">${session.role === "officer" || session.role === "auditor" ? html`<a href="/desk/leads/${one.lead_id}">${one.plate ?? one.vehicle_id}</a>` : one.plate ?? one.vehicle_id}</td><td class="num">${at(one.entered_at)}</td><td lang="zh-CN">${one.roads.join("、")}</td><td class="num">${Math.floor(one.probability * 100)} %</td><td>${t(`state_${one.state}`)}</td></tr>`,
  },
  loads: {
    rows: "loads", path: `/v1/loads?enterprise=${id}`, head: ["plate", "weighed", "gross", "limit", "verdict"],
    row: (one) => html`<tr><td class="num" lang="zh-CN">${one.plate}</td><td class="num">${at(one.at)}</td><td class="num" data-label=${t("gross")}>${t("kg", { n: number.format(one.gross_kg) })}</td><td class="num" data-label=${t("limit")}>${limit(one)}</td><td><span class="verdict ${{ over: "prohibited", within: "allowed", undetermined: "undetermined" }[one.verdict]}">${t(`verdict_${one.verdict}`, { kg: number.format(one.over_low_kg) })}</span></td></tr>`,
  },
};

function limit(one) {
  if (one.limit_low_kg === null) return "–";
  const both = one.limit_low_kg === one.limit_high_kg ? number.format(one.limit_low_kg) : `${number.format(one.limit_low_kg)}–${number.format(one.limit_high_kg)}`;
  return t("kg", { n: both });
}

async function list(name, kept = [], cursor = null) {
  const table = tables[name];
  const box = byId(name);
  try {
    const { body } = await ask("GET", `${table.path}&limit=10${cursor ? `&cursor=${cursor}` : ""}`);
    const rows = [...kept, ...body[table.rows]];
    put(rows.length
      ? html`<table>${head(...table.head)}<tbody>${rows.map(table.row)}</tbody></table>${body.says?.map((line) => html`<p class="soft small">${line}</p>`)}${body.next ? html`<p><button type="button" class="button" @click=${() => list(name, rows, body.next)}>${t("more")}</button></p>` : nothing}`
      : html`<p class="state-line">${t(`none_${name}`)}</p>`, box);
  } catch (error) {
    put(html`<p class="fault">${error.message}</p><p><button type="button" class="button" @click=${() => list(name, kept, cursor)}>${t("retry")}</button></p>`, box);
  }
}

let registry = null; // as it was seen: its ETag
let drawn = false;
const names = { seen: () => registry, changed: () => about() };

async function about() {
  const { body, etag } = await ask("GET", `/v1/enterprises/${id}`);
  registry = etag;
  byId("invented").hidden = !body.invented;
  const code = body.credit_code ? t("code", { code: body.credit_code }) : t("no_code");
  byId("what").textContent = [body.kind_text, body.listed ? t("listed_now", { n: body.number }) : t("not_listed"), code].join(" · ");
  put(html`<h3>${t("names")}</h3><ul class="history">${body.names.map((one) => html`<li><span class="num">${one.from} – ${one.to ?? t("until_now")}</span><br><span lang="zh-CN">${one.name}</span></li>`)}
    ${body.aliases.map((one) => html`<li data-alias=${one.name}><span>${t("alias", one)}</span>${state.may.names ? html` <button type="button" class="button slim" aria-label="${t("alias_remove")} ${one.name}" @click=${() => askAlias({ ...names, name: one.name })}>${t("alias_remove")}</button>` : nothing}</li>`)}
    ${body.acts.map((one) => html`<li><span class="num">${one.date}</span> ${`act_${one.act}` in texts ? t(`act_${one.act}`) : one.act} <span lang="zh-CN">${one.why}</span> <span class="soft small">${one.by}</span></li>`)}</ul>
    ${state.may.names ? html`<p><button type="button" class="button" @click=${() => askAlias(names)}>${t("alias_add")}</button></p>` : nothing}`, byId("history"));
  put(body.sites.length
    ? html`<ul class="history">${body.sites.map((site) => html`<li>${site.name ? html`<strong lang="zh-CN">${site.name}</strong> ` : nothing}<span class="small">${t("site_from", site)}${site.radius_m ? ` · ${t("radius", { n: number.format(site.radius_m) })}` : ""}</span></li>`)}</ul>`
    : html`<p class="soft">${t("no_site")}</p>`, byId("sites"));
  const features = siteFeatures([body]);
  byId("map").hidden = !features.length;
  if (features.length && !drawn) {
    drawn = true;
    (await sitesMap(byId("map"), features))?.fit(features);
  }
}

async function weeks() {
  const { body } = await ask("GET", `/v1/enterprises/${id}/summary`);
  drawWeeks(byId("weeks"), body);
}

const failed = (box) => (error) => put(html`<p class="fault">${error.message}</p>`, byId(box));
about().catch(failed("history"));
if (state.may.visits && state.own) {
  weeks().catch(failed("weeks"));
  list("visits");
  list("loads");
} else for (const box of ["weeks-box", "visits-box", "loads-box"]) byId(box).hidden = true;
if (state.may.leads && session.role !== "driver") list("leads");
else byId("leads-box").hidden = true;
