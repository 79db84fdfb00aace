// The day as a strip: when this vehicle may not be inside, when the trip is, when it is inside; and the same in words.
import { t } from "./base.js";
import { html, nothing, svg } from "../vendor/lit-html/lit-html.js";
import { gap, spansOf } from "./driver_words.js";
import { clock, rfc, wall } from "./driver_time.js";

const at = (seconds) => { const { day, time } = wall(seconds * 1000); return rfc(day, time); };
const of = (text) => Date.parse(text) / 1000;

// `day` is of driver_ask `hours`; `runs` along the trip; `way` is the one that is chosen, or null.
export function strip(day, route, runs, way) {
  const whole = day.end - day.begin;
  const x = (seconds) => `${Math.min(100, Math.max(0, (100 * (seconds - day.begin)) / whole)).toFixed(2)}%`;
  const wide = (from, to, least = 0) => `${Math.max(least, (100 * (Math.min(to, day.end) - Math.max(from, day.begin))) / whole).toFixed(2)}%`;
  const step = day.days.length > 1 ? 12 : 6;
  const ticks = [];
  for (let hour = 0; hour <= 24 * day.days.length; hour += step) ticks.push(hour);
  const bar = (from, to, y, height, kind) => svg`<rect class=${kind} x=${x(from)} width=${wide(from, to, 2)} y=${y} height=${height} rx="2"></rect>`;
  const inside = route ? runs.filter((run) => run.place === "inside") : [];
  const flag = (seconds, y, text, kind) => {
    const share = (seconds - day.begin) / whole;
    return svg`<text class=${kind} x=${x(seconds)} y=${y} text-anchor=${share > 0.7 ? "end" : share < 0.2 ? "start" : "middle"}>${text}</text>`;
  };
  return html`<figure class="strip">
    <figcaption class="words">${says(day, route, inside)}</figcaption>
    <svg width="100%" height="104" aria-hidden="true" focusable="false">
      <defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" class="ban-ground"></rect><rect width="3" height="8" class="ban-line"></rect></pattern></defs>
      <rect class="free" x="0" y="22" width="100%" height="30" rx="3"></rect>
      ${day.spans.map((span) => svg`<rect class=${span.verdict} x=${x(span.from)} y="22" width=${wide(span.from, span.to)} height="30"></rect>`)}
      ${ticks.map((hour) => svg`<line class="tick" x1=${x(day.begin + hour * 3600)} x2=${x(day.begin + hour * 3600)} y1="52" y2="58"></line><text class="tick" x=${x(day.begin + hour * 3600)} y="72" text-anchor=${hour === 0 ? "start" : hour === 24 * day.days.length ? "end" : "middle"}>${hour % 24 || hour === 0 ? hour % 24 : 24}</text>`)}
      ${route ? svg`${flag(of(route.depart), 14, `${clock(route.depart)} ${t(route.instant ? "strip_at" : "strip_trip")}`, "trip")}${bar(of(route.depart), of(route.arrive), 27, 20, "trip")}${inside.map((run) => bar(run.since, run.until, 32, 10, "within"))}` : nothing}
      ${way ? svg`${bar(of(way.depart), of(way.arrive), 78, 10, "way")}${flag(of(way.depart), 101, `${clock(way.depart)} ${t("strip_way")}`, "way")}` : nothing}
    </svg>
    <ul class="key small"><li class="k-ban">${t("strip_banned")}</li>${day.spans.some((span) => span.verdict === "undetermined") ? html`<li class="k-open">${t("strip_open")}</li>` : nothing}${route ? html`<li class="k-trip">${t(route.instant ? "strip_at" : "strip_trip")}</li>` : nothing}${inside.length ? html`<li class="k-within">${t("strip_inside")}</li>` : nothing}${way ? html`<li class="k-way">${t("strip_way")}</li>` : nothing}</ul>
  </figure>`;
}

function says(day, route, inside) {
  const many = day.days.length > 1;
  const spans = day.spans.map((span) => t("strip_span", { day: many ? `${at(span.from).slice(5, 10)} ` : "", from: clock(at(span.from)), to: clock(at(span.to)).replace(/^00:00$/, "24:00"), what: t(span.verdict === "prohibited" ? "strip_banned" : "strip_open") }));
  const hours = t("strip_says", { spans: spans.length ? spansOf(spans) : t("strip_free") });
  if (!route) return hours;
  if (route.instant) return `${hours}${gap}${t("strip_at_says", { at: clock(route.depart) })}`;
  const trip = t("strip_trip_says", { from: clock(route.depart), to: clock(route.arrive) });
  const within = inside.length ? t("strip_inside_says", { spans: spansOf(inside.map((run) => `${clock(at(run.since))}-${clock(at(run.until))}`)) }) : t("strip_outside_says");
  return `${hours}${gap}${trip}${within}`;
}
