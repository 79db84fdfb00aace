// The strip of a day: when bans hold, when the drive was, which moment is shown.
import { t } from "./base.js";
import { html, nothing, render, svg } from "../vendor/lit-html/lit-html.js";

const WIDE = 1000;
const x = (hours) => (hours * WIDE) / 24;
const two = (n) => String(n).padStart(2, "0");
const written = (hours) => `${two(Math.floor(hours))}:${two(Math.round((hours % 1) * 60))}`;
const hoursOf = (iso) => Number(iso.slice(11, 13)) + Number(iso.slice(14, 16)) / 60 + Number(iso.slice(17, 19)) / 3600;

export function dayStrip(box, { entered, left, hours }) {
  const begin = hoursOf(entered);
  const end = left.slice(0, 10) === entered.slice(0, 10) ? hoursOf(left) : 24;
  const told = [
    ...(hours.length ? [t("strip_hours", { spans: hours.map(([from, to]) => `${written(from)}–${written(to)}`).join(" ") })] : []),
    t("strip_drive", { from: entered.slice(11, 16), to: left.slice(11, 16) }),
  ].join(" · ");
  function draw(at) {
    render(html`<svg viewBox="0 0 ${WIDE} 46" preserveAspectRatio="none" role="img" aria-label="${t("strip")}: ${told}">
      <rect class="day" x="0" y="4" width=${WIDE} height="22"></rect>
      ${hours.map(([from, to]) => svg`<rect class="banned" x=${x(from)} y="4" width=${x(to - from)} height="22"></rect>`)}
      <rect class="drive" x=${x(begin)} y="1" width=${Math.max(x(end - begin), 4)} height="28"></rect>
      ${at === undefined ? nothing : svg`<line class="at" x1=${x(at)} x2=${x(at)} y1="0" y2="32"></line>`}
    </svg><p class="small soft">${told}</p>`, box);
  }
  draw();
  return {
    // `iso` is a moment of the same day
    at: (iso) => draw(iso.slice(0, 10) === entered.slice(0, 10) ? hoursOf(iso) : undefined),
    within: (iso) => { const at = hoursOf(iso); return hours.some(([from, to]) => at >= from && at < to); },
  };
}
