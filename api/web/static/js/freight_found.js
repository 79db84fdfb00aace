// What a run found, enterprise by enterprise, each leading to its page where the registry has it (sites of a file may be others').
import { ask, state, t } from "./base.js";
import { html } from "../vendor/lit-html/lit-html.js";

const MOST = 2000;
const TOGETHER = 200;
const OF = { visits: ["result_visits", "result_sure", (row) => row.sure], loads: ["result_loads", "result_over", (row) => row.verdict === "over"] };

export async function foundBy({ id, kind }) {
  const rows = [];
  let cursor = null;
  do {
    const { body } = await ask("GET", `/v1/${kind}?run=${id}&limit=${TOGETHER}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    rows.push(...body[kind]);
    cursor = body.next;
  } while (cursor && rows.length < MOST);
  const [all, some, counts] = OF[kind];
  const sums = new Map();
  for (const row of rows) {
    const sum = sums.get(row.enterprise) ?? { name: row.name ?? row.written ?? row.enterprise, n: 0, some: 0 };
    sums.set(row.enterprise, { ...sum, n: sum.n + 1, some: sum.some + (counts(row) ? 1 : 0) });
  }
  const sorted = [...sums].sort(([, a], [, b]) => b.n - a.n);
  if (!sorted.length) return html`<p class="soft">${t("result_none")}</p>`;
  return html`<div class="holder" tabindex="0" aria-label=${t("result")} role="group"><table><thead><tr><th scope="col">${t("result_enterprise")}</th><th scope="col" class="num">${t(all)}</th><th scope="col" class="num">${t(some)}</th></tr></thead>
    <tbody>${sorted.map(([enterprise, sum]) => html`<tr><td lang="zh-CN">${enterprise && state.known.includes(enterprise) ? html`<a href="/enterprises/${enterprise}">${sum.name}</a>` : enterprise ? sum.name : html`<span class="soft">${t("nobody")}</span>`}</td><td class="num">${sum.n}</td><td class="num">${sum.some}</td></tr>`)}</tbody></table></div>
    ${cursor ? html`<p class="small soft">${t("result_most", { n: rows.length })}</p>` : ""}`;
}
