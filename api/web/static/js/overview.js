// Figures about leads, each of which leads to the leads behind it.
import { ask, state, t } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";
import { bars, heatMap, weeks } from "./charts.js";
import { asked, given, watchFilters } from "./desk_filters.js";
import { number } from "./desk_words.js";

const STATES = ["new", "assigned", "confirmed", "dismissed", "merged"];
const weekdays = Array.from({ length: 7 }, (_, n) => t(`weekday_${n + 1}`));
const entries = new Map(state.entries);
let least = 1;
let round = 0;

const shown = (n) => (n === null ? t("not_shown", { n: least }) : number(n));

// The desk with the filters of now and these.
function desk(more) {
  return state.may_open ? `/desk?${new URLSearchParams({ ...given(), ...more })}` : null;
}

const entryName = (n) => {
  if (n === null) return t("no_entry");
  const street = entries.get(n);
  return street ? t("entry_number", { n, street }) : t("entry_plain", { n });
};

function weekRows(figures) {
  return figures.map(({ key, leads, before }) => {
    const end = new Date(`${key.from}T00:00:00Z`);
    end.setUTCDate(end.getUTCDate() + 6);
    const to = end.toISOString().slice(0, 10);
    return { name: `${key.from} – ${to}`, short: key.from.slice(5), n: leads, before, href: desk({ from_day: key.from, to_day: to }) };
  }).slice(-26);
}

const DRAW = {
  state: (figures, told) => {
    const of = Object.fromEntries(figures.map((each) => [each.key.state, each.leads]));
    const sum = (href, text, n) => (href ? html`<a class="sum" href=${href}><b class="num">${shown(n)}</b>${text}</a>` : html`<div class="sum"><b class="num">${shown(n)}</b>${text}</div>`);
    return html`${told.leads === null ? "" : sum(desk({}), t("sum_all"), told.leads)}${STATES.filter((name) => name in of).map((name) => sum(desk({ state: name }), t(`state_${name}`), of[name]))}`;
  },
  hour_weekday: (figures) => {
    const of = new Map(figures.map((each) => [each.key.weekday * 24 + each.key.hour, each.leads]));
    const at = (day, hour) => (of.has(day * 24 + hour) ? of.get(day * 24 + hour) : 0);
    const href = (day, hour) => desk({ weekday: day, hour });
    return heatMap({ at, weekdays, href, label: t("by_hour"), shown, cell: (day, hour, n) => t("cell", { day, hour, n: shown(n) }) });
  },
  week: (figures) => weeks(weekRows(figures), { label: t("by_week"), shown }),
  road: (figures) => bars(figures.map(({ key, leads }) => ({ name: key.road ?? t("no_road"), n: leads, href: key.road && desk({ road: key.road }) })), { column: t("road"), label: t("by_road"), shown }),
  entry: (figures) => bars(figures.map(({ key, leads }) => ({ name: entryName(key.entry), n: leads, href: desk({ entry: key.entry ?? "none" }) })), { column: t("by_entry"), label: t("by_entry"), shown }),
  enterprise: (figures) => {
    const names = new Map(state.enterprises);
    return bars(figures.map(({ key, leads }) => ({ name: key.enterprise ? names.get(key.enterprise) ?? key.enterprise : t("no_enterprise"), n: leads, href: key.enterprise && desk({ enterprise: key.enterprise }) })), { column: t("enterprise"), label: t("by_enterprise"), shown });
  },
};

async function draw(by, mine) {
  const box = document.getElementById(`by-${by}`);
  try {
    const { body } = await ask("GET", `/v1/statistics/leads/${by}?${asked({ days: true })}`);
    if (mine !== round) return;
    least = body.least_shown;
    document.getElementById("small").textContent = least > 1 ? t("sum_small", { n: least }) : "";
    render(body.figures.length ? DRAW[by](body.figures, body) : html`<p class="state-line">${t("empty_figures")}</p>`, box);
  } catch (error) {
    if (mine === round) render(html`<div class="state-line"><p class="fault">${t("figures_failed", { message: error.message })}</p><p><button type="button" class="button" @click=${() => draw(by, mine)}>${t("retry")}</button></p></div>`, box);
  }
}

function all() {
  round += 1;
  for (const by of Object.keys(DRAW)) draw(by, round);
}

for (const by of Object.keys(DRAW)) document.getElementById(`by-${by}`).replaceChildren();
watchFilters(all);
all();
