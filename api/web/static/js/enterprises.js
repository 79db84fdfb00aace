// The list of a day: filtered here, found by the matcher where nothing fits, shown on the map.
import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { ask, session, state, t } from "./base.js";
import { siteFeatures, sitesMap } from "./enterprises-map.js";
import { put } from "./enterprises-put.js";

const byId = (id) => document.getElementById(id);
const form = byId("filters");
const MOST = 2000;
let known = { enterprises: [], kinds: [], total: 0 };
let registry = null;
let map = null;
let turn = 0;

const address = new URLSearchParams(location.search);
form.q.value = address.get("q") ?? "";
form.on.value = address.get("on") ?? state.today;
const wantedKind = address.get("kind") ?? "";

async function load() {
  const mine = ++turn;
  const on = form.on.value || state.today;
  byId("list").setAttribute("aria-busy", "true");
  try {
    const rows = [];
    let told = null;
    let cursor = "";
    do {
      told = (await ask("GET", `/v1/enterprises?limit=500&on=${on}${cursor && `&cursor=${cursor}`}`)).body;
      rows.push(...told.enterprises);
      cursor = told.next;
    } while (cursor && rows.length < MOST);
    registry ??= (await ask("GET", "/v1/enterprises/registry")).body;
    if (mine !== turn) return;
    known = { ...told, enterprises: rows };
    kinds();
    show();
  } catch (error) {
    if (mine !== turn) return;
    put(html`<div class="state-line card"><p class="fault">${error.message}</p><p><button type="button" class="button" @click=${load}>${t("retry")}</button></p></div>`, byId("list"));
  } finally {
    byId("list").removeAttribute("aria-busy");
  }
}

function kinds() {
  const before = form.kind.value || wantedKind;
  form.kind.replaceChildren(new Option(t("all_kinds"), ""), ...known.kinds.map((kind) => new Option(`${kind.text} (${kind.count})`, kind.kind)));
  form.kind.value = known.kinds.some((kind) => kind.kind === before) ? before : "";
}

function found() {
  const q = form.q.value.replace(/\s/g, "").toLowerCase();
  return known.enterprises.filter((one) =>
    (!form.kind.value || one.kind === form.kind.value) &&
    (!q || [one.name, one.id, ...one.aliases.map((alias) => alias.name)].some((text) => text.toLowerCase().includes(q))));
}

const row = (one) => html`<tr data-id=${one.id}>
  <td class="num first">${one.number}</td>
  <td class="wide-cell"><a href="/enterprises/${one.id}" lang="zh-CN">${one.name}</a></td>
  <td class="wide-cell">${one.kind_text}</td>
  <td class="wide-cell num">${one.listed_from} ${one.listed_to ? t("until", { to: one.listed_to }) : nothing}</td>
  <td class="wide-cell"><span class="tag ${one.sites.length ? "has" : ""}">${t(`position_${one.position}`)}</span></td>
</tr>`;

const table = (rows) => html`<table class="rows fold"><thead><tr>
  <th class="num" scope="col">${t("number")}</th><th scope="col">${t("name")}</th><th scope="col">${t("kind")}</th><th scope="col" class="num">${t("since")}</th><th scope="col">${t("position")}</th>
</tr></thead><tbody>${rows.map(row)}</tbody></table>`;

function show() {
  const rows = found();
  const document_ = registry?.lists.find((list) => list.id === known.list);
  const first = registry?.lists.find((list) => !list.withdrawn);
  byId("document").textContent = document_ ? `${document_.title}${document_.doc_no ? ` ${document_.doc_no}` : ""}` : "";
  byId("document").lang = "zh-CN";
  byId("invented").hidden = !known.invented;
  byId("count").textContent = rows.length === known.total ? t("count", { n: rows.length }) : t("count_of", { n: rows.length, total: known.total });
  const none = known.total ? t("no_such") : t("no_list", { since: first?.valid_from ?? "" });
  put(rows.length ? table(rows) : html`<p class="state-line card">${none}</p>`, byId("list"));
  put(nothing, byId("meant"));
  if (!rows.length && known.total && form.q.value.trim()) match();
  const link = byId("export");
  if (link) link.href = `/v1/enterprises/export?format=xlsx&on=${form.on.value || state.today}&lang=${session.lang}`;
  const query = new URLSearchParams({ ...(form.q.value && { q: form.q.value }), ...(form.kind.value && { kind: form.kind.value }), ...(form.on.value && form.on.value !== state.today && { on: form.on.value }) });
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  sites(rows);
}

async function match() {
  const q = form.q.value.trim();
  const mine = turn;
  const { body } = await ask("POST", "/v1/enterprises/match", { body: { name: q, on: form.on.value || state.today } }).catch(() => ({ body: null }));
  if (!body || mine !== turn || q !== form.q.value.trim()) return;
  const candidates = body.candidates.slice(0, 3);
  if (body.match) {
    put(html`<div class="meant card"><p>${t("meant", { q })} <a href="/enterprises/${body.enterprise}" lang="zh-CN">${body.match}</a></p></div>`, byId("meant"));
  } else if (candidates.length) {
    put(html`<div class="meant card"><p>${t("perhaps")}</p><ul>${candidates.map((one) => html`<li><button type="button" class="linklike plain" lang="zh-CN" @click=${() => { form.q.value = one.name; show(); }}>${one.name}</button> <span class="soft small">${one.why}</span></li>`)}</ul></div>`, byId("meant"));
  }
}

async function sites(rows) {
  const features = siteFeatures(rows);
  const having = rows.filter((one) => one.sites.length).length;
  byId("map-note").textContent = t("map_count", { n: having, without: rows.length - having });
  map ??= sitesMap(byId("map"), features, (id) => location.assign(`/enterprises/${id}`));
  (await map)?.show(features);
}

let waits = 0;
form.addEventListener("submit", (event) => event.preventDefault());
form.q.addEventListener("input", () => { clearTimeout(waits); waits = setTimeout(show, 200); });
form.kind.addEventListener("change", show);
form.on.addEventListener("change", load);
load();
