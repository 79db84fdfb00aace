// How leads are written: days, hours, shares, whose.
import { session, state, t } from "./base.js";

export const clock = (iso) => iso.slice(11, 19);
export const dayOf = (iso) => iso.slice(0, 10);
export const shortClock = (iso) => iso.slice(11, 16);
export const share = (probability) => `${Math.floor(probability * 100 + 1e-6)}%`;

export function lasted(lead) {
  const minutes = Math.round((Date.parse(lead.left_at) - Date.parse(lead.entered_at)) / 60000);
  return minutes < 1 ? t("under_minute") : t("minutes", { n: minutes });
}

export const between = () => (session.lang === "zh" ? "、" : ", ");
export const isOpen = (lead) => lead.state === "new" || lead.state === "assigned";
export const number = (n) => n.toLocaleString(session.lang === "zh" ? "zh-CN" : "en-GB");
export const personName = (id) => (id === session.account_id ? t("me") : state.people?.[id] ?? t("somebody"));

// What stands against a lead: who confirms it must say that it is known.
export function doubtsOf(lead) {
  return [lead.grade === "schematic" && "schematic", !lead.enforceable && "not_enforceable", lead.verdict === "undetermined" && "undetermined"].filter(Boolean);
}

// The offset of a place's clock on a day, as an instant has it: +08:00.
function offset(day, zone) {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(new Date(`${day}T04:00:00Z`));
  return parts.find((part) => part.type === "timeZoneName").value.replace("GMT", "") || "Z";
}

export const begins = (day, zone) => `${day}T00:00:00${offset(day, zone)}`;
export function nextDay(day) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}
