// Clock times in the notice's zone of time, whatever the device's own zone is.
import { state, t, texts } from "./base.js";

export const zone = state.notice.timezone;
export const zoneName = texts[`zone_${zone.replace("/", "_")}`] ?? zone;

const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const two = (n) => String(n).padStart(2, "0");

// What clocks show there at an instant: {day: "2026-11-23", time: "09:00:00"}.
export function wall(instant) {
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return { day: `${part.year}-${part.month}-${part.day}`, time: `${part.hour}:${part.minute}:${part.second}` };
}

function offsetMinutes(instant) {
  const { day, time } = wall(instant);
  return Math.round((Date.parse(`${day}T${time}Z`) - Math.floor(instant / 1000) * 1000) / 60000);
}

// RFC 3339 of a day and a time on clocks there.
export function rfc(day, time) {
  const guess = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(guess)) return null;
  const minutes = offsetMinutes(guess - offsetMinutes(guess) * 60000);
  const [sign, size] = minutes < 0 ? ["-", -minutes] : ["+", minutes];
  return `${day}T${time}${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

export function now() {
  const { day, time } = wall(Date.now());
  return rfc(day, time);
}

export const dayOf = (at) => at.slice(0, 10);
export const clock = (at) => at.slice(11, 16);
export const addDays = (day, n) => new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
const apart = (one, other) => Math.round((Date.parse(one) - Date.parse(other)) / 86_400_000);

// A clock time, with the day where it is not that of another time.
export function clockBeside(at, beside) {
  const days = apart(dayOf(at), dayOf(beside));
  const key = { 0: null, 1: "day_next", "-1": "day_before" }[days];
  return key === null ? clock(at) : t(key ?? "day_other", { at: clock(at), day: dayOf(at) });
}

// A clock time as one speaks of it now.
export function spoken(at) {
  const days = apart(dayOf(at), wall(Date.now()).day);
  const key = { 0: "today", 1: "tomorrow" }[days] ?? "day_other";
  return t(key, { at: clock(at), day: dayOf(at) });
}

export function duration(seconds) {
  const minutes = Math.max(1, Math.round(Math.abs(seconds) / 60));
  if (minutes < 120) return t("minutes", { n: minutes });
  const h = Math.floor(minutes / 60);
  return minutes % 60 ? t("hours_minutes", { h, n: minutes % 60 }) : t("hours_only", { h });
}

export const kilometres = (metres) => (Math.abs(metres) / 1000).toFixed(1);
