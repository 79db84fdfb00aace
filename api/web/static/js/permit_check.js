// A scanned permit: what stands behind the # is checked by the service, in a body and never in an address.
import { ask, Refused, state, t } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { details, plateLine, said, useIt, wordBlock } from "./permit.js";

const byId = (id) => document.getElementById(id);
const form = byId("check");
const found = byId("found");
const MARK = /TB1[.\w~-]*/;

function fault(id, text) {
  byId(`${id}-fault`).textContent = text;
  if (text) byId(id).setAttribute("aria-invalid", "true");
  else byId(id).removeAttribute("aria-invalid");
}

function position() {
  return new Promise((done, failed) => navigator.geolocation.getCurrentPosition(({ coords }) => done({ lon: coords.longitude, lat: coords.latitude }), failed, { enableHighAccuracy: true, timeout: 15_000 }));
}

// Who may read applications is led to the one that this permit was granted on.
async function record(permit) {
  const box = byId("record");
  const { body } = await ask("GET", `/v1/permits?${new URLSearchParams({ plate: permit.plate, limit: 100 })}`);
  const one = body.permits.find((each) => each.permit_no === permit.permit_no);
  render(one ? html`<a class="button" href="/review/${one.id}">${t("to_record")}</a>` : nothing, box);
}

function show(told) {
  const { permit } = told;
  render(html`${wordBlock(told.word, [told, ...told.reasons])}
    ${permit ? html`<div class="card">${plateLine(permit)}${details(permit, permit)}</div>` : nothing}
    ${told.notes.length ? html`<div class="card"><h2 class="part">${t("compare")}</h2><ul>${told.notes.map((each) => html`<li>${said(each)}</li>`)}</ul></div>` : nothing}
    <p class="small soft num">${t("as_of", { at: told.at.slice(0, 16).replace("T", " ") })}</p>
    <div class="row">${permit && told.word !== "not_valid" ? html`<button type="button" class="button" id="use" @click=${() => useIt(permit)}>${t("use")}</button>` : nothing}<span id="record"></span></div>`, found);
  if (permit && state.may_find_permits) record(permit).catch(() => undefined); // what was checked stands without it
  byId("ask-box").open = false;
  byId("verdict").focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

async function check() {
  fault("text", "");
  byId("position-fault").textContent = "";
  const text = byId("text").value.match(MARK)?.[0];
  if (!text) { fault("text", t("check_none")); byId("text").focus(); return; }
  render(html`<p class="state-line" role="status">${t("checking")}</p>`, found);
  const body = { text };
  if (byId("plate").value.trim()) body.plate = byId("plate").value.trim().toUpperCase();
  if (byId("road").value.trim()) body.road = byId("road").value.trim();
  if (byId("position").checked) {
    try {
      Object.assign(body, await position());
    } catch {
      byId("position").checked = false;
      byId("position-fault").textContent = t("locate_failed");
    }
  }
  try {
    show((await ask("POST", "/v1/permits/verify", { body })).body);
  } catch (error) {
    const off = !(error instanceof Refused);
    render(html`<div class="say failed" role="alert"><h2 id="verdict" tabindex="-1">${off ? t("no_network") : error.message}</h2>${off ? html`<p class="why">${t("no_network_more")}</p>` : nothing}<button type="button" class="button big" @click=${check}>${t("retry")}</button></div>`, found);
  }
}

function scanned() {
  let text = location.hash.slice(1);
  try { text = decodeURIComponent(text); } catch { // cut off in the middle of a character
  }
  text = text.match(MARK)?.[0];
  if (!text) return;
  byId("text").value = text;
  check();
}

form.addEventListener("submit", (event) => { event.preventDefault(); check(); });
window.addEventListener("hashchange", scanned);
form.dataset.ready = "yes";
scanned();
