// One's own account: password, one-time codes, sessions.
import { ask, session, state, t, toast } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";
import { byId, failed, faultOf, when } from "./office.js";

const password = byId("password");
let me = null;
let enrolling = null;
let totpFault = "";

password.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = password.querySelector(".fault");
  const { old, new: fresh, repeat } = Object.fromEntries(new FormData(password));
  fault.textContent = fresh === repeat ? "" : t("password_differs");
  if (fresh !== repeat) { password.elements.namedItem("repeat").focus(); return; }
  try {
    await ask("PUT", "/v1/session/password", { body: { old, new: fresh } });
  } catch (error) {
    fault.textContent = faultOf(error);
    return;
  }
  password.reset();
  toast(t("password_done"));
  if (state.must_change) render(html`<p>${t("password_done")}</p><p class="row end"><a class="button main" id="go-on" href="/">${t("password_on")}</a></p>`, Object.assign(password, { innerHTML: "" }));
  if (state.must_change) { byId("must").remove(); byId("go-on").focus(); } else sessions();
});

const act = (work) => async (event) => {
  event.preventDefault();
  totpFault = "";
  try {
    await work(Object.fromEntries(new FormData(event.target)));
    me = (await ask("GET", "/v1/session")).body;
  } catch (error) {
    totpFault = faultOf(error);
  }
  totp();
};

const begin = act(async ({ password: word }) => { enrolling = (await ask("POST", "/v1/session/totp", { body: { password: word } })).body; });
const confirm = act(async ({ code }) => { await ask("PUT", "/v1/session/totp", { body: { code: code.replace(/\s/g, "") } }); enrolling = null; toast(t("totp_done")); sessions(); });
const off = act(async ({ password: word }) => { await ask("POST", "/v1/session/totp/off", { body: { password: word } }); toast(t("totp_gone")); });

const withPassword = (submit, go, danger) => html`<form class="form" novalidate @submit=${submit}><label>${t("totp_password")}<input name="password" type="password" autocomplete="current-password"></label><p class="fault" role="alert">${totpFault}</p><p class="row end"><button class="button ${danger ? "danger" : "main"}">${go}</button></p></form>`;

function totp() {
  const box = byId("totp");
  if (!box) return;
  const content = enrolling
    ? html`<p>${t("totp_scan")}</p><div class="totp"><img class="code" src="data:image/svg+xml;utf8,${encodeURIComponent(enrolling.qr)}" alt=${t("totp_qr")}><div><p class="secret">${enrolling.secret}</p><form class="form" novalidate @submit=${confirm}><label>${t("totp_code")}<input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="7"></label><p class="fault" role="alert">${totpFault}</p><p class="row end"><button class="button main">${t("totp_confirm")}</button></p></form></div></div>`
    : me.two_step ? html`<p>${t("totp_is_on")}</p>${withPassword(off, t("totp_off"), true)}` : html`<p>${t("totp_is_off")}</p>${withPassword(begin, t("totp_begin"), false)}`;
  render(content, box);
}

async function sessions() {
  const box = byId("sessions");
  if (!box) return;
  try {
    const { body } = await ask("GET", "/v1/sessions");
    render(html`<ul class="files">${body.items.map((each) => html`<li><span class="num">${t("session_line", { from: when(each.created_at), to: when(each.expires_at) })}</span>${each.current ? html`<span class="chip state-approved">${t("session_this")}</span>` : html`<button type="button" class="button slim" aria-label=${t("session_end_of", { from: when(each.created_at) })} @click=${async () => { await ask("DELETE", `/v1/sessions/${each.id}`).catch(() => undefined); toast(t("session_ended")); sessions(); }}>${t("session_end")}</button>`}</li>`)}</ul>`, box);
  } catch (error) {
    render(failed(error, sessions), box);
  }
}

async function load() {
  me = (await ask("GET", "/v1/session")).body;
  render(html`<span>${me.name}</span> · <span>${me.login}</span> · ${t(`role_${session.role}`)}`, byId("me"));
  for (const id of ["totp", "sessions"]) byId(id)?.replaceChildren();
  totp();
  sessions();
  password.dataset.ready = "yes";
}

load().catch((error) => { if (byId("totp")) render(failed(error, load), byId("totp")); });
