// What the pages of permits and settings share: times, lists that come in pages, messages.
import { ask, session, t } from "./base.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";

const stamp = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
const dayStamp = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short" });
// An instant in China's time, to the minute.
export const when = (instant) => (instant ? stamp.format(new Date(instant)) : "");
export const today = (later = 0) => dayStamp.format(new Date(Date.now() + later * 86_400_000));
export const said = (each) => (session.lang === "zh" ? each.text : each.text_en);
export const byId = (id) => document.getElementById(id);

// How long in words: days, else hours, else minutes.
export function span(ms) {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  if (minutes >= 2880) return t("span_days", { n: Math.floor(minutes / 1440) });
  return minutes >= 90 ? t("span_hours", { n: Math.floor(minutes / 60) }) : t("span_minutes", { n: minutes });
}

export const query = (values) => {
  const found = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false));
  return found.size ? `?${found}` : "";
};

// All rows of a list that comes in pages, up to `most`.
export async function everything(path, member, most = 1000) {
  const rows = [];
  let cursor = null;
  do {
    const { body } = await ask("GET", `${path}${path.includes("?") ? "&" : "?"}limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    rows.push(...body[member]);
    cursor = body.next;
  } while (cursor && rows.length < most);
  return rows;
}

export const waiting = () => html`<p class="state-line" role="status">${t("loading")}</p>`;
export const failed = (error, again) => html`<div class="state-line failed" role="alert"><p>${error.message}</p>${again ? html`<button type="button" class="button" @click=${again}>${t("retry")}</button>` : nothing}</div>`;
export const empty = (text, more) => html`<div class="state-line"><p><b>${text}</b></p>${more ? html`<p>${more}</p>` : nothing}</div>`;

// A refused request in words: its title, and what is said of single fields.
export function faultOf(error) {
  const errors = error.problem?.errors ?? [];
  const more = errors.map((each) => each.message ?? each.title ?? each.detail).filter((text) => text && text !== error.message);
  return [error.message, ...new Set(more)].join(" · ");
}
