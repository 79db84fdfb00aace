// All permits of a kind out of force at once: first how many, then done; and undone.
import { ask, newKey, state, t, toast } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { empty, everything, faultOf, when } from "./office.js";
import { askWhy } from "./settings_dialogs.js";

let box = null;
let rows = [];
let asked = { notice: Object.keys(state.notices)[0] ?? "", permit_kind: "", reason: "" };
let preview = null;
let fault = "";

const body = () => ({ notice: asked.notice, ...(asked.permit_kind ? { permit_kind: asked.permit_kind } : {}), reason: asked.reason.trim() });

async function send(dry) {
  fault = "";
  if (!asked.reason.trim()) { fault = t("why_needed"); draw(); return; }
  try {
    const { body: made } = await ask("POST", `/v1/permits/suspensions${dry ? "?dry_run=true" : ""}`, { body: body(), key: newKey() });
    if (dry) preview = made.count;
    else {
      preview = null;
      asked = { ...asked, reason: "" };
      toast(t("suspended", { n: made.count }), { label: t("undo"), action: () => lift(made), seconds: 15 });
      rows = await everything("/v1/permits/suspensions", "suspensions");
    }
  } catch (error) {
    fault = faultOf(error);
  }
  draw();
}

const lift = (each) => askWhy({
  title: t("lift"), more: t("lift_more"),
  act: async (why) => {
    const { body: made } = await ask("DELETE", `/v1/permits/suspensions/${each.id}?why=${encodeURIComponent(why)}`);
    toast(t("lifted_toast", { n: made.lifted_count }));
    rows = await everything("/v1/permits/suspensions", "suspensions");
    draw();
  },
});

const edit = (name) => (event) => { asked[name] = event.target.value; preview = null; draw(); };

function form() {
  const kinds = state.notices[asked.notice]?.kinds ?? [];
  return html`<section class="card"><h3>${t("suspend_title")}</h3><p class="soft">${t("suspend_more")}</p><form class="form" novalidate @submit=${(event) => { event.preventDefault(); send(true); }}>
    <div class="pair"><label>${t("notice")}<select @change=${edit("notice")}>${Object.entries(state.notices).map(([id, row]) => html`<option value=${id} ?selected=${id === asked.notice}>${row.title}</option>`)}</select></label>
    ${kinds.length ? html`<label>${t("suspend_kind")}<select @change=${edit("permit_kind")}><option value="">${t("suspend_all_kinds")}</option>${kinds.map((kind) => html`<option value=${kind}>${kind}</option>`)}</select></label>` : nothing}</div>
    <label>${t("why")}<textarea id="suspend-why" maxlength="2000" .value=${asked.reason} @input=${edit("reason")}></textarea></label><p class="fault" role="alert">${fault}</p>
    <div class="row end"><span role="status">${preview === null ? nothing : preview ? html`<b class="bigcount">${preview}</b> ${t("suspend_count", { n: preview })}` : t("suspend_none")}</span><button class="button">${t("suspend_preview")}</button>${preview ? html`<button type="button" class="button danger" id="suspend-go" @click=${() => send(false)}>${t("suspend_go", { n: preview })}</button>` : nothing}</div></form></section>`;
}

const row = (each) => html`<li><div><b>${t("suspension_line", { n: each.count, at: when(each.made_at) })}</b> <span lang="zh-CN">${state.notices[each.notice]?.title ?? each.notice}${each.permit_kind ? ` · ${each.permit_kind}` : ""}</span><q lang="zh-CN">${each.reason}</q>${each.lifted_at ? html`<p>${t("lifted", { n: each.lifted_count, at: when(each.lifted_at) })}</p><q lang="zh-CN">${each.lifted_reason}</q>` : nothing}</div>
  ${state.may_change && !each.lifted_at ? html`<button type="button" class="button" @click=${() => lift(each)}>${t("lift")}</button>` : nothing}</li>`;

function draw() {
  render(html`${state.may_change ? form() : nothing}<section class="card"><h3>${t("suspensions")}</h3>${rows.length ? html`<ul class="enactments">${rows.map(row)}</ul>` : empty(t("suspensions_none"))}</section>`, box);
}

export async function show(into) {
  box = into;
  rows = await everything("/v1/permits/suspensions", "suspensions");
  box.replaceChildren();
  draw();
}
