// Places on no list, in step with the map; what an officer found there. Never an accusation.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { ask, newKey, state, t, toast } from "./base.js";
import { placesMap } from "./enterprises-places-map.js";
import { evidence } from "./enterprises-evidence.js";
import { put } from "./enterprises-put.js";

const byId = (id) => document.getElementById(id);
const dialog = byId("act");
let wanted = "new";
let places = [];
let next = null;
let picked = new URLSearchParams(location.search).get("place");
let map = null;
let doing = null;

async function load(cursor = null) {
  try {
    const filter = wanted === "all" ? "" : `&state=${wanted}`;
    const { body } = await ask("GET", `/v1/unlisted?limit=50${filter}${cursor ? `&cursor=${cursor}` : ""}`);
    places = cursor ? [...places, ...body.places] : body.places;
    next = body.next;
    byId("caution").textContent = body.caution;
    draw();
  } catch (error) {
    put(html`<div class="state-line card"><p class="fault">${error.message}</p><p><button type="button" class="button" @click=${() => load(cursor)}>${t("retry")}</button></p></div>`, byId("places"));
  }
}

const item = (one, place) => html`<li class=${one.id === picked ? "picked" : ""} id="place-${one.id}">
  <button type="button" class="place-head" aria-expanded=${String(one.id === picked)} @click=${() => pick(one.id === picked ? null : one.id)}>
    <span class="place-rank num">${place + 1}</span>
    <span><strong>${t("vehicles", { n: one.vehicles })}</strong><br><span class="soft small">${t("stops", { n: one.stops, days: one.evidence.days })}</span></span>
    <span class="tag ${one.state === "new" ? "turn" : ""}">${t(`state_${one.state}`)}</span>
  </button>
  ${one.id === picked ? html`<div class="place-body">${evidence(one)}${acts(one)}</div>` : nothing}
</li>`;

const acts = (one) => html`
  ${one.acts.length ? html`<div><h3>${t("acts")}</h3><ul class="history">${one.acts.map((act) => html`<li>${t(`act_${act.act}`)} ${act.undone_at ? html`<span class="soft">${t("act_undone")}</span>` : nothing}: ${act.why}</li>`)}</ul></div>` : nothing}
  ${state.may.judges ? html`<p class="row">
    ${one.state === "inspected" ? nothing : html`<button type="button" class="button main" @click=${() => open(one, "inspect")}>${t("inspect")}</button>`}
    ${one.state === "dismissed" ? nothing : html`<button type="button" class="button" @click=${() => open(one, "dismiss")}>${t("dismiss")}</button>`}
    ${one.acts.some((act) => !act.undone_at) ? html`<button type="button" class="button" @click=${() => open(one, "undo")}>${t("take_back")}</button>` : nothing}
  </p>` : nothing}`;

function draw() {
  put(places.length
    ? html`<ol class="places">${places.map(item)}</ol>${next ? html`<p><button type="button" class="button" @click=${() => load(next)}>${t("more")}</button></p>` : nothing}`
    : html`<p class="state-line card">${t("none")}</p>`, byId("places"));
  onMap();
}

async function onMap() {
  map ??= placesMap(byId("map"), (id) => { pick(id); byId(`place-${id}`)?.scrollIntoView({ block: "nearest" }); });
  (await map)?.show(places, picked);
}

async function pick(id) {
  picked = id;
  history.replaceState(null, "", id ? `?place=${encodeURIComponent(id)}` : location.pathname);
  draw();
  const one = places.find((place) => place.id === id);
  if (one) (await map)?.fly(one);
}

function open(one, act) {
  doing = { one, act, key: newKey() };
  byId("act-title").textContent = t(act === "undo" ? "take_back" : act);
  byId("act-fault").textContent = "";
  byId("act-why").value = "";
  const texts = ["1", "2"].filter((n) => !(act === "undo" && n === "2")).map((n) => t(`text_${act}_${n}`));
  put(texts.map((text) => html`<button type="button" class="button" @click=${() => { byId("act-why").value = text; byId("act-why").focus(); }}>${text}</button>`), byId("act-texts"));
  dialog.showModal();
  byId("act-why").focus();
}

byId("act-no").addEventListener("click", () => dialog.close());
dialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("act-yes").disabled = true;
  const { one, act, key } = doing;
  try {
    await ask("POST", `/v1/unlisted/${encodeURIComponent(one.id)}/${act}`, { body: { why: byId("act-why").value.trim() }, ifMatch: `"${one.id}-${one.version}"`, key });
    dialog.close();
    toast(t("saved"), act === "undo" ? {} : { label: t("undo"), action: () => undo(one.id) });
    await load();
  } catch (error) {
    if (error.status === 412) {
      dialog.close();
      await load();
      toast(t("stale"));
    } else byId("act-fault").textContent = error.message;
  } finally {
    byId("act-yes").disabled = false;
  }
});

async function undo(id) {
  const { body } = await ask("GET", `/v1/unlisted/${encodeURIComponent(id)}`);
  open(body, "undo");
}

byId("states").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  wanted = button.dataset.state;
  for (const each of byId("states").children) each.setAttribute("aria-pressed", String(each === button));
  pick(null);
  load();
});
load();
