// The queue: what is due first in front.
import { ask, state, t } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { byId, empty, failed, query, waiting, when } from "./office.js";
import { clockChip, join, stateChip } from "./permit_facts.js";

const form = byId("filters");
const box = byId("found");
const LIMIT = 50;
let rows = [];
let next = null;

const wanted = () => Object.fromEntries(new FormData(form));

function address(values, cursor) {
  const { which, ...rest } = values;
  const asked = which === "queue" ? { sort: "due" } : which ? { state: which } : {};
  return `/v1/permits${query({ ...asked, ...rest, plate: rest.plate?.trim(), sponsor: rest.sponsor?.trim(), overdue: rest.overdue ? "true" : "", limit: LIMIT, cursor })}`;
}

const cell = (key, content) => html`<td data-label=${t(key)}>${content}</td>`;

function line(row) {
  const holder = row.holder ?? t("no_holder");
  return html`<tr class=${row.overdue ? "over" : ""}>
    ${cell("due", row.due_at ? html`${clockChip(row)}<br><span class="small soft num">${when(row.due_at)}</span>` : "—")}
    ${cell("holder", html`<a class="rowlink" href="/review/${row.id}" lang="zh-CN" aria-label=${t("open", { holder })}>${holder}</a>${row.retroactive ? html` <span class="chip warn">${t("retroactive")}</span>` : nothing}`)}
    ${cell("vehicles", html`<span lang="zh-CN">${join(row.plates)}</span>`)}
    ${cell("days", row.days ? html`<span class="num">${row.days.from} – ${row.days.to}</span>` : "—")}
    ${cell("sponsor", row.sponsor ? html`<span lang="zh-CN">${row.sponsor}</span>` : "—")}
    ${cell("state", html`${stateChip(row.state)}${row.permit_no ? html`<br><span class="small num">${row.permit_no}</span>` : nothing}`)}
    ${cell("submitted_at", html`<span class="num">${when(row.submitted_at)}</span>`)}
  </tr>`;
}

function draw() {
  const late = rows.filter((row) => row.overdue).length;
  byId("count").textContent = [t(next ? "count_more" : "count", { n: rows.length }), late ? t("overdue_count", { n: late }) : ""].filter(Boolean).join(" · ");
  const queue = wanted().which === "queue";
  render(rows.length ? html`<table class="stack queue"><thead><tr>${["due", "holder", "vehicles", "days", "sponsor", "state", "submitted_at"].map((key) => html`<th scope="col">${t(key)}</th>`)}</tr></thead><tbody>${rows.map(line)}</tbody></table>
    ${next ? html`<p class="row end"><button type="button" class="button" @click=${more}>${t("more_rows")}</button></p>` : nothing}`
    : empty(t(queue ? "queue_empty" : "none_found"), queue ? t("queue_empty_more") : null), box);
}

async function more() {
  const { body } = await ask("GET", address(wanted(), next));
  rows = [...rows, ...body.permits];
  next = body.next;
  draw();
}

async function load() {
  const values = wanted();
  history.replaceState(null, "", `/review${query({ ...values, which: values.which === "queue" ? "" : values.which || "all" })}`);
  byId("fault").textContent = "";
  render(waiting(), box);
  try {
    rows = [];
    next = null;
    await more();
  } catch (error) {
    byId("count").textContent = "";
    if (error.status === 422 || error.status === 403) byId("fault").textContent = error.message;
    render(failed(error, load), box);
  }
  box.dataset.ready = "yes";
}

for (const [name, value] of new URLSearchParams(location.search)) {
  const field = form.elements.namedItem(name);
  if (!field) continue;
  if (field.type === "checkbox") field.checked = true;
  else field.value = name === "which" && value === "all" ? "" : value;
}
form.addEventListener("submit", (event) => { event.preventDefault(); load(); });
form.addEventListener("reset", () => setTimeout(load));
for (const name of ["which", "overdue"]) form.elements.namedItem(name).addEventListener("change", load);
// an open queue keeps up by itself, but never under somebody's hands
setInterval(() => { if (document.visibilityState === "visible" && wanted().which === "queue" && rows.length <= LIMIT && !box.contains(document.activeElement)) ask("GET", address(wanted())).then(({ body }) => { rows = body.permits; next = body.next; draw(); }, () => undefined); }, 60_000);
box.replaceChildren();
load();
