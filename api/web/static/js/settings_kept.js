// What is kept how long: every kind of data, those too that nothing removes, with the reason.
import { t } from "./base.js";
import { html } from "../vendor/lit-html/lit-html.js";

const rows = ({ raw_days: raw, lead_days: lead, permit_days: permit, draft_days: draft, result_days: result, reply_days: reply, log_days: log }) => [
  ["raw", raw], ["upload", raw], ["visit", raw], ["lead", lead], ["open", lead], ["place", lead], ["permit", permit], ["draft", draft], ["result", result], ["reply", reply], ["log", log],
  ["audit", "never"], ["law", "never"],
  ["vehicle", "until_removed"], ["account", "until_removed"], ["backup", "until_removed"],
];
const long = (of) => (typeof of === "number" ? html`<b class="num">${t("kept_days", { n: of })}</b>` : html`<span class="chip">${t(`kept_${of}`)}</span>`);

export const keptTable = (kept) => html`<section class="card flush"><div class="cardhead"><h3>${t("kept")}</h3><p class="small soft">${t("kept_note")}</p></div>
  <table class="stack kept"><thead><tr>${["what", "long", "reason"].map((name) => html`<th scope="col">${t(`kept_${name}`)}</th>`)}</tr></thead>
    <tbody>${rows(kept).map(([name, of]) => html`<tr><td data-label=${t("kept_what")}><b>${t(`kept_${name}`)}</b></td><td data-label=${t("kept_long")}>${long(of)}</td><td data-label=${t("kept_reason")}><span>${t(`kept_${name}_why`, { raw: kept.raw_days })}</span></td></tr>`)}</tbody></table></section>`;
