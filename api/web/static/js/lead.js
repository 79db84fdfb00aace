// The page of one lead.
import { ask, session, state, t, toast } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";
import { askForm, onKeys, sayKeys } from "./desk_dialogs.js";
import { begins, dayOf, isOpen, nextDay, share, shortClock } from "./desk_words.js";
import { leadActs } from "./lead_acts.js";
import { mapOfLead } from "./lead_map.js";
import { player } from "./lead_play.js";
import { dayStrip } from "./lead_strip.js";

let lead = state.lead;
const mapBox = document.getElementById("map");
const actsBox = document.getElementById("acts");
const kept = JSON.parse(sessionStorage.getItem("desk") ?? "null");
const at = kept?.ids.indexOf(lead.lead_id) ?? -1;
const neighbour = (by) => (at < 0 ? undefined : kept.ids[at + by]);
const TELL = "lead:told"; // what was done is told on the next page, where it can be taken back

const acts = leadActs({
  async after(told, { act }) {
    lead = { ...lead, ...told };
    const on = (act === "confirm" || act === "dismiss" || act === "merge") && neighbour(1);
    if (on) {
      sessionStorage.setItem(TELL, JSON.stringify({ act, lead }));
      location.assign(`/desk/leads/${on}`);
    } else location.reload();
  },
  changed: () => location.reload(),
});

function drawActs() {
  if (!actsBox) return;
  const button = (name, text, key, kind = "") => html`<button type="button" class="button ${kind}" data-act=${name} @click=${() => acts[name](lead)}>${text} <kbd>${key}</kbd></button>`;
  render(isOpen(lead)
    ? html`${button("confirm", t("confirm"), "c", "main")}${button("dismiss", t("dismiss"), "d")}${button("assign", lead.assignee === session.account_id ? t("assign_nobody") : t("assign_me"), "a")}${lead.state === "assigned" ? button("undo", t("take_back"), "u") : ""}`
    : button("undo", t("take_back"), "u"), actsBox);
}

const go = (id) => id && location.assign(`/desk/leads/${id}`);
const back = () => location.assign(`/desk${kept?.query ? `${kept.query}&` : "?"}lead=${lead.lead_id}`);
let playing = null;
const rows = [
  [["j", "↓"], t("keys_next")], [["k", "↑"], t("keys_previous")], [["Esc"], t("keys_back")], [["p"], t("keys_play")],
  ...(state.may_act ? [[["c"], t("keys_confirm")], [["d"], t("keys_dismiss")], [["a"], t("keys_assign")], [["u"], t("keys_undo")]] : []),
  [["?"], t("keys_help")],
];
onKeys({
  j: () => { go(neighbour(1)); }, k: () => { go(neighbour(-1)); }, Escape: back, p: () => { playing?.toggle(); },
  ...(state.may_act ? { c: () => { acts.confirm(lead); }, d: () => { acts.dismiss(lead); }, a: () => { acts.assign(lead); }, u: () => { acts.undo(lead); } } : {}),
  "?": () => sayKeys(rows),
});

for (const [id, by] of [["previous", -1], ["next", 1]]) {
  const button = document.getElementById(id);
  button.hidden = !neighbour(by);
  button.addEventListener("click", () => go(neighbour(by)));
}
document.getElementById("back").addEventListener("click", (event) => { event.preventDefault(); back(); });
document.getElementById("print").addEventListener("click", () => print());
document.getElementById("keys").addEventListener("click", () => sayKeys(rows));
document.getElementById("pdf-full")?.addEventListener("click", () => askForm({
  title: t("pdf_title"),
  go: t("open"),
  body: html`<p class="soft">${t("export_full")}</p><label>${t("why")}<input name="why" maxlength="500" required autofocus></label>`,
  async submit(data) {
    const why = data.get("why").trim();
    if (why.length < 2) throw new Error(t("why_needed"));
    await ask("GET", "/v1/session");
    globalThis.open(`/desk/leads/${lead.lead_id}/sheet.pdf?${new URLSearchParams({ plates: "full", why })}`, "_blank");
    return true;
  },
}));

// What is told of deciding again.
document.getElementById("recheck").addEventListener("click", async (event) => {
  const box = document.getElementById("rechecked");
  event.target.disabled = true;
  render(t("loading"), box);
  try {
    const { body } = await ask("POST", `/v1/leads/${lead.lead_id}/recheck`);
    const verdict = body.verdict ? document.querySelector(".leadhead .verdict").textContent : t("recheck_none");
    const value = (each) => (each === null ? "—" : typeof each === "object" ? JSON.stringify(each) : String(each));
    render(!body.decided ? html`<p class="fault">${t("recheck_missing", { what: body.missing.map((each) => t(`missing_${each}`)).join(" · ") })}</p>`
      : body.same ? html`<p><b>${t("recheck_same", { verdict })}</b></p>`
        : html`<p class="fault">${t("recheck_differs")}</p><table><thead><tr><th>${t("recheck_field")}</th><th>${t("recheck_stored")}</th><th>${t("recheck_again")}</th></tr></thead>
          <tbody>${body.differences.map((each) => html`<tr><td><code>${each.field}</code></td><td>${value(each.stored)}</td><td>${value(each.again)}</td></tr>`)}</tbody></table>`, box);
  } catch (error) {
    render(html`<p class="fault">${error.message}</p>`, box);
  } finally {
    event.target.disabled = false;
  }
});

async function others() {
  const box = document.getElementById("others");
  box.replaceChildren();
  if (!lead.plate || !state.may_see_plates) {
    render(html`<p class="soft">${t("others_no_plate")}</p>`, box);
    return;
  }
  const day = (by) => new Date(Date.parse(`${dayOf(lead.entered_at)}T00:00:00Z`) + by * 86400000).toISOString().slice(0, 10);
  const params = new URLSearchParams({ plate: lead.plate, from: begins(day(-3), state.timezone), to: begins(nextDay(day(3)), state.timezone), limit: "50" });
  const { body } = await ask("GET", `/v1/leads?${params}`);
  const found = body.leads.filter((each) => each.lead_id !== lead.lead_id);
  render(found.length ? html`<ul class="others">${found.map((each) => html`<li><a href="/desk/leads/${each.lead_id}"><span class="num">${dayOf(each.entered_at)} ${shortClock(each.entered_at)}–${shortClock(each.left_at)}</span> · ${share(each.probability)}</a>
      ${each.incident_id && each.incident_id === lead.incident_id ? html`<span class="statechip">${t("same_incident")}</span>` : ""}<span class="statechip ${each.state}">${t(`state_${each.state}`)}</span>
      ${state.may_act && isOpen(lead) && !["merged", "dismissed"].includes(each.state) ? html`<button type="button" class="button slim" @click=${() => acts.merge(lead, each.lead_id)}>${t("merge")}</button>` : ""}</li>`)}</ul>` : html`<p class="soft">${t("others_none")}</p>`, box);
}

const PERMITS = 20;
async function permits() {
  const box = document.getElementById("permits");
  if (!box) return;
  box.replaceChildren();
  if (!lead.plate) {
    render(html`<span class="soft">${t("permits_no_plate")}</span>`, box);
    return;
  }
  const day = dayOf(lead.entered_at);
  try {
    const { body } = await ask("GET", `/v1/permits?${new URLSearchParams({ plate: lead.plate, limit: PERMITS })}`);
    const line = (each) => html`<li><a href="/review/${each.id}">${each.permit_no ?? t("permit_unnumbered")}</a> <span class="statechip">${each.state_text}</span>
      ${each.days ? html`<span class="num soft">${t("permit_days", each.days)}</span>` : ""} ${each.permit_no && each.days?.from <= day && day <= each.days?.to ? html`<span class="statechip warn">${t("permit_covers")}</span>` : ""}</li>`;
    render(body.permits.length ? html`<ul>${body.permits.map(line)}</ul>${body.next ? html`<span class="small soft">${t("permits_more", { n: PERMITS })}</span>` : ""}` : html`<span class="soft">${t("permits_none")}</span>`, box);
  } catch (error) {
    render(html`<span class="fault">${error.message}</span> <button type="button" class="button slim" @click=${permits}>${t("retry")}</button>`, box);
  }
}

const strip = dayStrip(document.getElementById("strip"), { entered: lead.entered_at, left: lead.left_at, hours: state.hours });
const mapped = mapOfLead(mapBox, lead, state.line).then((made) => {
  if (!made) {
    // no map by this device: the one for paper stands in
    document.getElementById("sketch")?.classList.add("instead");
    mapBox.hidden = Boolean(document.getElementById("sketch"));
  }
  return made;
});
globalThis.leadMapped = mapped; // for measuring

document.getElementById("ask-track")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const fault = form.querySelector(".fault");
  fault.textContent = "";
  try {
    const why = form.elements.namedItem("why").value.trim();
    if (why.length < 2) throw new Error(t("why_needed"));
    const { body } = await ask("GET", `/v1/leads/${lead.lead_id}/track?${new URLSearchParams({ why })}`);
    const map = await mapped;
    const [from, to] = [Date.parse(lead.entered_at), Date.parse(lead.left_at)];
    const fixes = body.fixes.map((fix) => ({ ...fix, during: Date.parse(fix.time) >= from && Date.parse(fix.time) <= to }));
    form.hidden = true;
    const known = fixes.some((fix) => fix.accuracy_m !== null) ? ".with-fixes, .with-accuracy" : ".with-fixes";
    document.querySelectorAll(known).forEach((each) => { each.hidden = false; });
    const box = document.getElementById("player");
    box.hidden = false;
    map?.fixes(fixes);
    playing = player(box, { fixes, line: state.line, onPath: lead.why_probability.includes("path"), offsetMin: state.offset_min, map, strip });
    document.getElementById("play-button").focus();
  } catch (error) {
    fault.textContent = error.message;
  }
});

drawActs();
permits();
others().catch((error) => render(html`<p class="fault">${error.message}</p>`, document.getElementById("others")));
const told = JSON.parse(sessionStorage.getItem(TELL) ?? "null");
if (told) {
  sessionStorage.removeItem(TELL);
  toast(t({ confirm: "did_confirm", dismiss: "did_dismiss", merge: "did_merge" }[told.act]) + t("and_next"), {
    action: async () => {
      try {
        await ask("POST", `/v1/leads/${told.lead.lead_id}/undo`, { body: { why: t("undo_why") }, ifMatch: `"${told.lead.lead_id}-${told.lead.version}"` });
        toast(t("did_undo"), { action: () => go(told.lead.lead_id), label: t("open") });
      } catch (error) {
        toast(error.message);
      }
    },
    label: t("undo"),
    seconds: 12,
  });
}
