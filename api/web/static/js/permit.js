// What a permit says, for its holder and for who checks it.
import { session, t } from "./base.js";
import { html, nothing, svg } from "../vendor/lit-html/lit-html.js";
import { savePermit } from "./driver_permits.js";

const LOOK = { valid_now: ["yes", "M5 13l5 5L20 7"], not_now: ["unsure", "M12 6v7M12 17v.5"], not_valid: ["no", "M6 6l12 12M18 6L6 18"] };
export const said = (each) => (session.lang === "zh" ? each.text : each.text_en);
export const hoursOf = (permit) => (permit.windows.length ? permit.windows.map((span) => span.replace("-", "–")).join("  ") : t("any_time"));
const night = (permit) => permit.windows.some((span) => span.slice(6) < span.slice(0, 5));

const TAKEN_BACK = ["certificate.revoked", "certificate.suspended"];

export function wordBlock(word, reasons) {
  const [look, path] = LOOK[word];
  const name = reasons.some(({ code }) => TAKEN_BACK.includes(code)) ? "taken_back" : word;
  return html`<div class="say ${look}" data-word=${word}><h2 id="verdict" tabindex="-1"><svg class="mark" viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${path}></path>`}</svg>${t(`word_${name}`)}</h2>
    ${reasons.map((each) => html`<p class="why">${said(each)}</p>`)}</div>`;
}

const row = (key, value) => (value ? html`<dt>${t(key)}</dt><dd lang="zh-CN">${value}</dd>` : nothing);
export const plateLine = (permit) => html`<p><span class="plate" lang="zh-CN">${permit.plate}</span></p>`;

export function details(permit, more = {}) {
  const roads = permit.roads.length ? permit.roads.join("  ") : null;
  return html`<dl class="rows">
    <dt>${t("roads")}</dt><dd>${roads ? html`<span lang="zh-CN">${roads}</span>` : permit.area || permit.area_sha256 ? t("an_area") : t("whole_zone")}</dd>
    <dt>${t("hours")}</dt><dd class="num">${hoursOf(permit)}${night(permit) ? html`<br><span class="small soft">${t("over_midnight")}</span>` : nothing}</dd>
    <dt>${t("days")}</dt><dd class="num">${t("days_are", { from: permit.valid_from, to: permit.valid_to })}</dd>
    ${row("number", permit.permit_no)}${row("holder", more.holder)}${row("issuer", more.issuer)}${row("note", more.note)}
  </dl>`;
}

// Keeps a permit on this device and asks about a trip with it.
export function useIt(permit) {
  const { plate, valid_from, valid_to, windows, roads, area = null, permit_no } = permit;
  savePermit({ plate, valid_from, valid_to, windows, roads, area, status: "active", permit_no });
  location.assign("/");
}
