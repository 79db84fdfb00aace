// Weeks as bars, and the same as a table.
import { html, svg } from "../vendor/lit-html/lit-html.js";
import { t } from "./base.js";
import { put } from "./enterprises-put.js";

const HEIGHT = 140;
const FOOT = 22;
const STEP = 30;
const BARS = [["visits", "a"], ["leads", "b"], ["loads_over", "c"]];
const COLUMNS = ["visits", "visits_unsure", "leads", "loads", "loads_over", "loads_undetermined"];
const WORDS = { visits: "visits_sure" };
const word = (name) => t(WORDS[name] ?? name);

export function drawWeeks(box, told) {
  const most = Math.max(1, ...told.weeks.flatMap((week) => BARS.map(([name]) => week[name])));
  const width = told.weeks.length * STEP;
  const bars = told.weeks.map((week, place) => svg`${BARS.map(([name, tone], n) => {
    const tall = (week[name] / most) * HEIGHT;
    return svg`<rect class=${tone} x=${place * STEP + 3 + n * 8} y=${HEIGHT - tall} width="7" height=${tall}></rect>`;
  })}${place % 4 === 0 ? svg`<text x=${place * STEP + 3} y=${HEIGHT + 16}>${week.week.slice(5)}</text>` : ""}`);
  put(html`
    <dl class="totals">${COLUMNS.map((name) => html`<div><dt>${word(name)}</dt><dd class="num">${told.total[name]}</dd></div>`)}</dl>
    <p class="key" aria-hidden="true">${BARS.map(([name, tone]) => html`<span class=${tone}>${word(name)}</span>`)}</p>
    <svg class="chart" viewBox="0 0 ${width} ${HEIGHT + FOOT}" role="img" aria-label=${t("chart")}><line x1="0" x2=${width} y1=${HEIGHT} y2=${HEIGHT}></line>${bars}</svg>
    <details><summary>${t("as_table")}</summary><div class="scroll" tabindex="0" role="group" aria-label=${t("as_table")}><table class="rows"><thead><tr><th scope="col">${t("week")}</th>${COLUMNS.map((name) => html`<th scope="col" class="num">${word(name)}</th>`)}</tr></thead>
    <tbody>${[...told.weeks].reverse().map((week) => html`<tr><td class="num">${week.week}</td>${COLUMNS.map((name) => html`<td class="num">${week[name]}</td>`)}</tr>`)}</tbody></table></div></details>
    ${told.says.map((line) => html`<p class="soft small">${line}</p>`)}`, box);
}
