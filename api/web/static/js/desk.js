// The desk: filters, list and map in step; every act by key.
import { ask, state, t, toast } from "./base.js";
import { html } from "../vendor/lit-html/lit-html.js";
import { askForm, onKeys, sayKeys } from "./desk_dialogs.js";
import { anyFilter, asked, focusFilters, watchFilters } from "./desk_filters.js";
import { leadList } from "./desk_list.js";
import { leadMap } from "./desk_map.js";
import { leadActs } from "./lead_acts.js";

let chosen = null;
let map = null;
let last = null; // the lead that was acted on last: what the key u takes back

const acts = leadActs({
  async after(told, { act }) {
    last = act === "undo" ? null : told.lead_id;
    put(told);
    if (act === "undo") choose(told.lead_id, { focus: true });
    else if (act === "confirm" || act === "dismiss") choose(list.nextOpen(told.lead_id) ?? told.lead_id, { focus: true });
    else list.setChosen(chosen, { focus: true });
  },
  async changed(now) {
    put(now);
    choose(now.lead_id, { focus: true });
  },
});

function put(lead) {
  list.put(lead);
  map?.put(lead);
}

const act = (name, lead) => acts[name](lead);
const list = leadList({ asked, anyFilter, act, choose, hover });

function choose(id, { focus = false } = {}) {
  chosen = id;
  keep();
  if (id && !list.find(id)) list.chooseOutside(id).catch((error) => toast(error.message));
  else list.setChosen(id, { focus });
  map?.setChosen(id).catch((error) => toast(error.message));
}

function hover(id) {
  list.setHovered(id);
  map?.setHovered(id);
}

// The lead's page goes on to the next of this list, and comes back to this place.
function keep() {
  sessionStorage.setItem("desk", JSON.stringify({ query: location.search, ids: list.ids().slice(0, 2000), chosen }));
}

async function step(by) {
  const id = await list.step(by);
  if (id) choose(id, { focus: true });
}

function withChosen(run) {
  const lead = chosen && list.find(chosen);
  if (!lead) {
    toast(t("no_open_lead"));
    return;
  }
  run(lead);
}

const may = (run) => (state.may_act ? run : () => toast(t("no_open_lead")));
const rows = [
  [["j", "↓"], t("keys_next")], [["k", "↑"], t("keys_previous")], [["Enter"], t("keys_open")],
  ...(state.may_act ? [[["c"], t("keys_confirm")], [["d"], t("keys_dismiss")], [["a"], t("keys_assign")], [["u"], t("keys_undo")]] : []),
  [["/"], t("keys_filter")], [["?"], t("keys_help")],
];
onKeys({
  j: () => { step(1); }, ArrowDown: () => { step(1); }, k: () => { step(-1); }, ArrowUp: () => { step(-1); },
  Enter: (event) => {
    if (event.target.closest("a, button, summary") || !chosen) return false;
    open(chosen);
    return true;
  },
  c: may(() => withChosen(acts.confirm)),
  d: may(() => withChosen(acts.dismiss)),
  a: may(() => withChosen(acts.assign)),
  u: may(() => {
    const lead = list.find(last ?? chosen);
    if (lead) acts.undo(lead);
    else toast(t("nothing_to_undo"));
  }),
  "/": () => focusFilters(),
  "?": () => sayKeys(rows),
});

function open(id) {
  keep();
  location.assign(`/desk/leads/${id}`);
}

document.getElementById("keys").addEventListener("click", () => sayKeys(rows));
document.getElementById("whole").addEventListener("click", () => map?.whole());
document.getElementById("export").addEventListener("click", () => askForm({
  title: t("export_title"),
  go: t("export_go"),
  body: html`<fieldset class="codes"><label><input type="radio" name="plates" value="masked" checked autofocus> <span>${t("export_masked")}</span></label>
    ${state.may_see_plates ? html`<label><input type="radio" name="plates" value="full"> <span>${t("export_full")}</span></label>` : ""}</fieldset>
    ${state.may_see_plates ? html`<label>${t("why")}<input name="why" maxlength="500"></label>` : ""}`,
  async submit(data) {
    const params = asked();
    params.delete("sort");
    params.set("format", "xlsx");
    params.set("plates", data.get("plates"));
    const why = (data.get("why") ?? "").trim();
    if (data.get("plates") === "full" && why.length < 2) throw new Error(t("why_needed"));
    if (why) params.set("why", why);
    // asked first, so that a session that ended is noticed here and not as a page of an error
    await ask("GET", "/v1/session");
    location.assign(`/v1/leads/export?${params}`);
    return true;
  },
}));

async function begin() {
  const wanted = new URLSearchParams(location.search).get("lead");
  watchFilters(() => {
    chosen = null;
    list.setChosen(null);
    Promise.all([list.reload(), map?.load()]).then(keep);
  });
  const kept = JSON.parse(sessionStorage.getItem("desk") ?? "null");
  if (wanted && kept?.query && kept.query !== location.search) {
    history.replaceState(null, "", kept.query);
    dispatchEvent(new PopStateEvent("popstate"));
  }
  const mapped = leadMap({ asked, choose, hover }).then(async (made) => {
    map = made;
    globalThis.deskMap = made; // for measuring
    await map?.load();
    if (chosen) await map?.setChosen(chosen);
  });
  await list.reload();
  if (wanted) choose(wanted, { focus: true });
  keep();
  await mapped;
}

begin().catch((error) => toast(error.message));
