// Small charts: SVG for the eye, a table for everybody.
import { t } from "./base.js";
import { html, nothing, svg } from "../vendor/lit-html/lit-html.js";

const BARS = 12;

export function table(columns, rows) {
  return html`<details class="charttable"><summary>${t("as_table")}</summary><div class="holder" tabindex="0"><table><thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((value) => html`<td class="num">${value}</td>`)}</tr>`)}</tbody></table></div></details>`;
}

// Weekdays by hours. `at(weekday, hour)` is a count, null where it is not shown; `href(weekday, hour)` leads to what is behind it.
// One cell is on the way of the tabulator, arrows go from cell to cell.
export function heatMap({ at, weekdays, label, cell, shown, href }) {
  const [left, top, wide, high] = [44, 20, 34, 30];
  let most = 1;
  for (let day = 1; day <= 7; day += 1) for (let hour = 0; hour < 24; hour += 1) most = Math.max(most, at(day, hour) ?? 0);
  const step = (n) => (n ? Math.max(1, Math.ceil((5 * n) / most)) : 0);
  let first = "0";
  const cells = weekdays.flatMap((name, d) => Array.from({ length: 24 }, (_, hour) => {
    const n = at(d + 1, hour);
    const drawn = svg`<rect class="cell h${step(n ?? 1)}" x=${left + hour * wide} y=${top + d * high} width=${wide} height=${high} rx="3"><title>${cell(name, hour, n)}</title></rect>${n === 0 ? nothing : svg`<text class="n${step(n ?? 1)}" x=${left + (hour + 0.5) * wide} y=${top + (d + 0.5) * high + 4} text-anchor="middle">${n === null ? "·" : n}</text>`}`;
    const to = n === 0 ? null : href(d + 1, hour);
    if (!to) return drawn;
    const stop = first;
    first = "-1";
    return svg`<a href=${to} tabindex=${stop} data-day=${d} data-hour=${hour} aria-label=${cell(name, hour, n)}>${drawn}</a>`;
  }));
  return html`<svg class="chart heat" viewBox="0 0 ${left + 24 * wide} ${top + 7 * high}" role="group" aria-label=${label} @keydown=${walk}>
    ${Array.from({ length: 24 }, (_, hour) => svg`<text class="axis" x=${left + (hour + 0.5) * wide} y="13" text-anchor="middle">${hour}</text>`)}
    ${weekdays.map((name, d) => svg`<text x="0" y=${top + (d + 0.5) * high + 4}>${name}</text>`)}${cells}</svg>
    ${table([t("weekday"), ...Array.from({ length: 24 }, (_, hour) => String(hour))], weekdays.map((name, d) => [name, ...Array.from({ length: 24 }, (_, hour) => shown(at(d + 1, hour)))]))}`;
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

// The nearest cell that leads somewhere, in the direction of the arrow.
function walk(event) {
  const from = event.target.closest("a");
  const [down, right] = STEPS[event.key] ?? [0, 0];
  if (!from || (!down && !right)) return;
  event.preventDefault();
  const place = (each) => [Number(each.dataset.day) - Number(from.dataset.day), Number(each.dataset.hour) - Number(from.dataset.hour)];
  const ahead = [...event.currentTarget.querySelectorAll("a")].map((each) => [each, ...place(each)]).filter(([, d, h]) => (down ? d * down > 0 : d === 0 && h * right > 0));
  const [[next] = []] = ahead.sort(([, d, h], [, e, i]) => Math.abs(d) * 30 + Math.abs(h) - Math.abs(e) * 30 - Math.abs(i));
  if (!next) return;
  from.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}

// Bars that lie: the longest first. Each row is {name, n, href}.
export function bars(rows, { column, label, shown }) {
  const [left, wide, high] = [210, 380, 30];
  const sorted = [...rows].sort((a, b) => (b.n ?? 0) - (a.n ?? 0));
  const drawn = sorted.slice(0, BARS);
  const most = Math.max(1, ...drawn.map((row) => row.n ?? 0));
  const cut = (name) => (name.length > 15 && /[^\x20-\x7e]/.test(name) ? `${name.slice(0, 14)}…` : name.length > 32 ? `${name.slice(0, 31)}…` : name);
  const bar = (row, n) => svg`<rect class="bar" x=${left} y=${n * high + 5} width=${Math.max(2, (wide * (row.n ?? 0.5)) / most)} height="20" rx="3"></rect><text x=${left - 8} y=${n * high + 20} text-anchor="end">${cut(row.name)}<title>${row.name}</title></text><text x=${left + Math.max(2, (wide * (row.n ?? 0.5)) / most) + 6} y=${n * high + 20}>${shown(row.n)}</text>`;
  return html`<svg class="chart" viewBox="0 0 ${left + wide + 60} ${drawn.length * high + 4}" role="group" aria-label=${label}>
    ${drawn.map((row, n) => (row.href ? svg`<a href=${row.href} aria-label="${row.name}: ${shown(row.n)}"><rect x="0" y=${n * high + 1} width=${left + wide + 60} height="28" fill="transparent"></rect>${bar(row, n)}</a>` : svg`<g>${bar(row, n)}</g>`))}</svg>
    ${sorted.length > BARS ? html`<p class="small soft">${t("others_more", { n: sorted.length - BARS })}</p>` : ""}
    ${table([column, t("leads")], sorted.map((row) => [row.name, shown(row.n)]))}`;
}

// Bars that stand, each with the mean of what was before it. Each row is {name, short, n, before, href}.
export function weeks(rows, { label, shown }) {
  const [left, wide, high, foot] = [36, 600, 200, 24];
  const each = Math.min(70, (wide - left) / Math.max(rows.length, 1));
  const most = Math.max(1, ...rows.map((row) => Math.max(row.n ?? 0, row.before ?? 0)));
  const y = (n) => 16 + (high - 16) * (1 - n / most);
  const marks = [...new Set([0, Math.round(most / 2), most])];
  const every = Math.ceil(44 / each);
  return html`<svg class="chart" viewBox="0 0 ${wide} ${high + foot}" role="group" aria-label=${label}>
    ${marks.map((n) => svg`<line class="grid" x1=${left} x2=${wide} y1=${y(n)} y2=${y(n)}></line><text class="axis" x=${left - 6} y=${y(n) + 4} text-anchor="end">${n}</text>`)}
    ${rows.map((row, n) => svg`<a href=${row.href ?? nothing} aria-label="${row.name}: ${shown(row.n)}"><title>${row.name}: ${shown(row.n)}</title>
      <rect x=${left + n * each} y="0" width=${each} height=${high} fill="transparent"></rect>
      <rect class="bar" x=${left + n * each + each * 0.18} y=${y(row.n ?? 0.5)} width=${each * 0.64} height=${high - y(row.n ?? 0.5)} rx="2"></rect>
      ${row.before === null ? nothing : svg`<line class="mean" x1=${left + n * each + each * 0.06} x2=${left + (n + 1) * each - each * 0.06} y1=${y(row.before)} y2=${y(row.before)}></line>`}
      ${n % every ? nothing : svg`<text class="axis" x=${left + (n + 0.5) * each} y=${high + 16} text-anchor="middle">${row.short}</text>`}</a>`)}</svg>
    ${table([t("week"), t("leads"), t("before")], rows.map((row) => [row.name, shown(row.n), row.before ?? "—"]))}`;
}
