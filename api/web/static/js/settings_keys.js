// Keys for machines.
import { ask, newKey, session, state, t, toast } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { askForm } from "./desk_dialogs.js";
import { empty, everything, when } from "./office.js";
import { showOnce, told } from "./settings_dialogs.js";

let box = null;
let rows = [];
let accounts = [];

const scopeBoxes = (role) => html`${state.scopes[role].map((name) => html`<label class="check"><input type="checkbox" name="scope" value=${name}> <code>${name}</code></label>`)}`;

const create = () => askForm({
  title: t("key_new"), go: t("key_new"),
  body: html`<label>${t("key_name")}<input name="name" maxlength="100" autocomplete="off" autofocus></label><label>${t("key_of")}<select name="account"><option value="">${t("key_mine")}</option>${accounts.filter((each) => each.active && each.id !== session.account_id).map((each) => html`<option value=${each.id}>${each.name} (${t(`role_${each.role}`)})</option>`)}</select></label>
    <label>${t("key_days")}<input name="days" type="number" min="1" max="3660" value="90"></label><fieldset><legend>${t("key_scopes")}</legend><div class="scopes" tabindex="0" role="group" aria-label=${t("key_scopes")}></div></fieldset>`,
  ready: (form) => {
    const own = () => render(scopeBoxes(accounts.find((each) => each.id === form.elements.namedItem("account").value)?.role ?? session.role), form.querySelector(".scopes"));
    form.elements.namedItem("account").addEventListener("change", own);
    own();
  },
  submit: told(async (data) => {
    const scopes = data.getAll("scope");
    if (!scopes.length) throw new Error(t("key_scopes_needed"));
    const whose = data.get("account") ? { account_id: data.get("account") } : {};
    return (await ask("POST", "/v1/keys", { body: { name: data.get("name").trim(), scopes, days: Number(data.get("days")), ...whose }, key: newKey() })).body;
  }),
}).then(async (made) => {
  if (!made) return;
  if (made.key) await showOnce(t("once_key", { name: made.name }), made.key);
  await load();
});

const revoke = (each) => askForm({
  title: t("key_revoke_of", { name: each.name }), go: t("key_revoke"), danger: true, body: html`<p>${t("key_revoke_more")}</p>`,
  submit: told(async () => { await ask("DELETE", `/v1/keys/${each.id}`); toast(t("account_changed")); await load(); return true; }),
});

function row(each) {
  const over = Date.parse(each.expires_at) < Date.now();
  return html`<tr><td data-label=${t("key_name")}><b>${each.name}</b></td><td data-label=${t("key_of")}>${accounts.find((one) => one.id === each.account_id)?.name ?? each.account_id}</td><td data-label=${t("key_scopes")}><span>${each.scopes.map((name) => html`<code>${name}</code> `)}</span></td>
    <td data-label=${t("expires_at")}><span class="num">${when(each.expires_at)}</span></td><td data-label=${t("state")}>${each.revoked_at ? html`<span class="chip">${t("key_revoked", { at: when(each.revoked_at) })}</span>` : over ? html`<span class="chip">${t("key_over")}</span>` : state.may_change ? html`<button type="button" class="button slim" aria-label=${t("key_revoke_of", { name: each.name })} @click=${() => revoke(each)}>${t("key_revoke")}</button>` : t("active")}</td></tr>`;
}

function draw() {
  render(html`<section class="card flush"><div class="cardhead"><h3>${t("part_keys")}</h3>${state.may_change ? html`<button type="button" class="button main" @click=${create}>${t("key_new")}</button>` : nothing}</div>
    ${rows.length ? html`<table class="stack"><thead><tr>${["key_name", "key_of", "key_scopes", "expires_at", "state"].map((key) => html`<th scope="col">${t(key)}</th>`)}</tr></thead><tbody>${rows.map(row)}</tbody></table>` : empty(t("keys_none"))}</section>`, box);
}

async function load() {
  [rows, accounts] = await Promise.all([everything("/v1/keys", "items"), everything("/v1/accounts", "items")]);
  draw();
}

export async function show(into) {
  box = into;
  box.replaceChildren();
  await load();
}
