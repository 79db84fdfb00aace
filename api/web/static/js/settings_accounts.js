// Accounts: made, changed, closed; a one-time password is shown once.
import { ask, newKey, Refused, state, t, toast } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { askForm } from "./desk_dialogs.js";
import { empty, everything, query, when } from "./office.js";
import { showOnce, told } from "./settings_dialogs.js";

let box = null;
let rows = [];
let role = "";

const tag = (each) => `"${each.id}-${each.version}"`;
const roles = (chosen) => state.roles.map((name) => html`<option value=${name} ?selected=${name === chosen}>${t(`role_${name}`)}</option>`);
const firm = (chosen) => html`<label data-firm>${t("enterprise")}<select name="enterprise_id"><option value="">—</option>${Object.entries(state.enterprises).map(([id, name]) => html`<option value=${id} ?selected=${id === chosen}>${name}</option>`)}</select></label>`;

function follow(form) {
  const show = () => { form.querySelector("[data-firm]").hidden = form.elements.namedItem("role").value !== "enterprise"; };
  form.elements.namedItem("role").addEventListener("change", show);
  show();
}
const firmOf = (data) => (data.get("role") === "enterprise" ? data.get("enterprise_id") || null : null);

const create = () => askForm({
  title: t("account_new"), go: t("account_new"),
  body: html`<label>${t("login")}<input name="login" maxlength="100" autocomplete="off" autocapitalize="none" aria-describedby="login-hint" autofocus></label><p class="small soft" id="login-hint">${t("login_hint")}</p><label>${t("name")}<input name="name" maxlength="200" autocomplete="off"></label><label>${t("role")}<select name="role">${roles("driver")}</select></label>${firm("")}`,
  ready: follow,
  submit: told(async (data) => {
    const { body } = await ask("POST", "/v1/accounts", { body: { login: data.get("login").trim(), name: data.get("name").trim(), role: data.get("role"), enterprise_id: firmOf(data) }, key: newKey() });
    return body;
  }),
}).then(async (made) => {
  if (!made) return;
  toast(t("account_made", { login: made.login }));
  if (made.password) await showOnce(t("once_password", { login: made.login, until: when(made.password_until) }), made.password);
  await load();
});

async function patch(each, body) {
  try {
    await ask("PATCH", `/v1/accounts/${each.id}`, { body, ifMatch: tag(each) });
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 412) throw error;
    await load();
    throw new Error(t("account_meanwhile"));
  }
  toast(t("account_changed"));
  await load();
}

const change = (each) => askForm({
  title: t("account_change_of", { name: each.name }), go: t("save"),
  body: html`<label>${t("name")}<input name="name" maxlength="200" value=${each.name} autofocus></label><label>${t("role")}<select name="role">${roles(each.role)}</select></label>${firm(each.enterprise_id)}`,
  ready: follow,
  submit: told(async (data) => { await patch(each, { name: data.get("name").trim(), role: data.get("role"), enterprise_id: firmOf(data) }); return true; }),
});

const close = (each) => askForm({ title: t("account_close_of", { name: each.name }), go: t("account_close"), danger: true, body: html`<p>${t("account_close_more")}</p>`, submit: told(async () => { await patch(each, { active: false }); return true; }) });
const open = (each) => told(patch)(each, { active: true }).catch((error) => toast(error.message));

const reset = (each) => askForm({
  title: t("account_reset_of", { name: each.name }), go: t("account_reset"), danger: true, body: html`<p>${t("account_reset_more")}</p>`,
  submit: told(async () => (await ask("POST", `/v1/accounts/${each.id}/password-reset`)).body),
}).then(async (made) => {
  if (!made) return;
  await showOnce(t("once_password", { login: each.login, until: when(made.password_until) }), made.password);
  await load();
});

const button = (key, each, act) => html`<button type="button" class="button slim" aria-label=${t(`${key}_of`, { name: each.name })} @click=${() => act(each)}>${t(key)}</button>`;

const row = (each) => html`<tr><td data-label=${t("login")}><b>${each.login}</b></td><td data-label=${t("name")}>${each.name}</td>
  <td data-label=${t("role")}><span>${t(`role_${each.role}`)}${each.enterprise_id ? html` <span class="soft small" lang="zh-CN">${state.enterprises[each.enterprise_id] ?? each.enterprise_id}</span>` : nothing}</span></td>
  <td data-label=${t("state")}><span class="chip ${each.active ? "state-approved" : ""}">${t(each.active ? "active" : "inactive")}</span></td><td data-label=${t("two_step")}>${t(each.two_step ? "yes" : "no")}</td><td data-label=${t("created_at")} class="num">${when(each.created_at)}</td>
  ${state.may_change ? html`<td data-label=""><span class="actions">${button("account_change", each, change)}${each.identity_provider ? nothing : button("account_reset", each, reset)}${each.active ? button("account_close", each, close) : button("account_open", each, open)}</span></td>` : nothing}</tr>`;

function draw() {
  render(html`<section class="card flush"><div class="cardhead"><label class="row"><span>${t("filter_role")}</span><select id="role" @change=${(event) => { role = event.target.value; load(); }}><option value="">${t("any")}</option>${roles(role)}</select></label>${state.may_change ? html`<button type="button" class="button main" id="new" @click=${create}>${t("account_new")}</button>` : nothing}</div>
    ${rows.length ? html`<table class="stack accounts"><thead><tr>${["login", "name", "role", "state", "two_step", "created_at"].map((key) => html`<th scope="col">${t(key)}</th>`)}${state.may_change ? html`<td></td>` : nothing}</tr></thead><tbody>${rows.map(row)}</tbody></table>` : empty(t("empty"))}</section>`, box);
}

async function load() {
  rows = await everything(`/v1/accounts${query({ role })}`, "items");
  draw();
}

export async function show(into) {
  box = into;
  role = "";
  rows = await everything("/v1/accounts", "items");
  box.replaceChildren();
  draw();
}
