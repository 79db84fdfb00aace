// An application as it reads.
import { session, state, t } from "./base.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { span, when } from "./office.js";

const row = (key, value) => (value ? html`<div><dt>${t(key)}</dt><dd>${value}</dd></div>` : nothing);
const zh = (text) => html`<span lang="zh-CN">${text}</span>`;
export const join = (list) => list.join(t("separator"));

export function endName(end) {
  if (!end) return t("not_said");
  if (end.junction) return end.junction.join(" × ");
  if (end.enterprise) return state.enterprises?.[end.enterprise] ?? end.enterprise;
  return `${Number(end.lat).toFixed(5)}, ${Number(end.lon).toFixed(5)}`;
}

export function routeText(route) {
  if (!route) return t("not_said");
  if (route.roads) return join(route.roads);
  return t(route.area ? "route_area" : route.line ? "route_line" : "route_whole");
}

export const hoursText = (windows) => (windows?.length ? windows.map((each) => each.replace("-", "–")).join("  ") : t("any_time"));
const dayCount = (days) => Math.round((Date.parse(days.to) - Date.parse(days.from)) / 86_400_000) + 1;
export const daysText = (days) => (days ? `${t("days_are", days)} · ${t("days_count", { n: dayCount(days) })}` : t("not_said"));

function vehicle(each) {
  const facts = [each.length_mm && t("length", { n: each.length_mm }), each.gross_mass_kg && t("mass", { n: each.gross_mass_kg }), each.energy && t(`energy_${each.energy}`)];
  return html`<li><b class="plateword" lang="zh-CN">${each.plate}</b> <span class="soft"><span lang="zh-CN">${each.vehicle_type ?? ""}</span>${facts.filter(Boolean).map((fact) => ` · ${fact}`)}</span></li>`;
}

export function facts(application) {
  const { holder, shipper } = application;
  const notice = state.notices[application.notice];
  return html`<dl class="facts">
    ${row("holder", holder ? html`${zh(holder.name)} <span class="chip">${t(`kind_${holder.kind}`)}</span>${["id_no", "credit_code", "phone"].filter((name) => holder[name]).map((name) => html`<br><span class="soft">${t(name)}</span> <span class="num">${holder[name]}</span>`)}` : t("not_said"))}
    ${row("vehicles", application.vehicles?.length ? html`<ul class="plain-list">${application.vehicles.map(vehicle)}</ul>` : t("not_said"))}
    ${row("goods", zh(application.goods ?? t("not_said")))}${row("purpose", zh(application.purpose ?? t("not_said")))}
    ${row("shipper", shipper && zh(shipper.name))}${row("sponsor", application.sponsor && zh(application.sponsor))}
    ${row("route", zh(routeText(application.route)))}
    ${row("days", html`<span class="num">${daysText(application.days)}</span>`)}
    ${row("windows", html`<span class="num">${hoursText(application.windows)}</span>`)}
    ${row("trips", application.trips?.length ? html`<ul class="plain-list">${application.trips.map((trip) => html`<li lang="zh-CN">${t("trip_line", { depart: trip.depart, from: endName(trip.origin), to: endName(trip.destination) })}</li>`)}</ul>` : null)}
    ${row("permit_kind", application.permit_kind)}
    ${row("retroactive", application.retroactive && zh(application.retroactive.reason))}
    ${row("notice", notice ? html`${zh(notice.title)}${notice.doc_no ? html` <span class="soft" lang="zh-CN">${notice.doc_no}</span>` : nothing}` : application.notice)}
  </dl>`;
}

export const granted = (approval) => html`<dl class="facts">
  ${row("number", html`<b class="num">${approval.permit_no}</b>`)}
  ${row("route", zh(routeText(approval.route)))}${row("days", html`<span class="num">${daysText(approval.days)}</span>`)}${row("windows", html`<span class="num">${hoursText(approval.windows)}</span>`)}
  ${row("conditions", approval.conditions?.length ? html`<ul class="plain-list">${approval.conditions.map((each) => html`<li>${zh(each)}</li>`)}</ul>` : null)}
</dl>`;

export const stateChip = (name) => html`<span class="chip state-${name}">${t(`state_${name}`)}</span>`;

// The working-day clock; `due` and `overdue` of a list's row, or the clock of the whole.
export function clockChip({ due_at: due, overdue, paused = false }) {
  if (paused) return html`<span class="clock paused">${t("due_paused")}</span>`;
  if (!due) return nothing;
  const left = Date.parse(due) - Date.now();
  return html`<span class="clock ${overdue ? "over" : left < 4 * 3_600_000 ? "soon" : ""}">${t(overdue ? "due_over" : "due_left", { left: span(left) })}</span>`;
}

const who = (event) => state.people[event.by] ?? (["driver", "enterprise"].includes(event.role) ? t("by_applicant") : t(`role_${event.role}`));

export const history = (events) => (events.length ? html`<ol class="events">${events.map((event) => html`<li>
  <span class="num soft">${when(event.at)}</span> <b>${who(event)}</b> ${t(`act_${event.action}`)}
  ${event.codes.map((code) => html` <span class="chip">${t(`code_${code}`)}</span>`)}
  ${event.reason ? html`<q lang="zh-CN">${event.reason}</q>` : nothing}</li>`)}</ol>` : html`<p class="soft">${t("history_none")}</p>`);
export { who as whoOf };

export const files = (rows, may, show = null) => (rows.length ? html`<ul class="files">${rows.map((file) => html`<li><span lang="zh-CN">${file.name}</span> <span class="soft small">${[file.kind, file.media_type.split("/")[1].toUpperCase(), `${Math.max(1, Math.round(file.size / 1024))} KB`].filter(Boolean).join(" · ")}</span>
  ${may && show ? html`<button type="button" class="button slim" aria-expanded="false" aria-label="${t("preview")} ${file.name}" @click=${(event) => show(event.currentTarget, file)}>${t("preview")}</button>` : nothing}
  ${may ? html`<a class="button slim" href="/v1/attachments/${file.id}" download=${file.name} aria-label="${t("download")} ${file.name}">${t("download")}</a>` : nothing}</li>`)}</ul>` : html`<p class="soft">${t("attachments_none")}</p>`);

// The certificates of a permit: code and page of each vehicle.
export const certificates = (told) => html`<p class="soft">${t("certificate_note")}</p><ul class="certificates">${told.certificates.map((each) => html`<li>
  <img class="code" src=${each.qr} alt=${t("qr_of", { plate: each.plate })} width="176" height="176">
  <div><b class="plateword" lang="zh-CN">${each.plate}</b><br><a class="button" href="${each.page}&lang=${session.lang}" target="_blank" rel="noopener">${t("open_page")}</a></div></li>`)}</ul>`;
