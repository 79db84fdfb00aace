// The driver's page: may this truck drive from here to there, then, and if not, what instead?
import { Refused, session, t, toast } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { again, along, decide, hours, plan, unpacked } from "./driver_ask.js";
import { failure, hereView, tripView, waiting } from "./driver_answer.js";
import { fault, fillQuestion, fillVehicle, forget, form, markCommon, placeFaults, places, readQuestion, remember, remembered, setWhen, showModes } from "./driver_form.js";
import { forgetPermits, permitBox } from "./driver_permits.js";
import { clock, now, spoken } from "./driver_time.js";

const byId = (id) => document.getElementById(id);
const box = byId("answer");
const question = byId("question");
const MAP_KILOBYTES = 460;
const LONGEST_MS = 40_000;
const OFF_MINUTES = 3;
const ASKED = "truckban.asked"; // the link that stands for what was asked in this tab

let model = null; // the answer that stands
let asking = null; // the question that is on its way: {controller, since, timer}
let failed = null; // what to ask again when there is a network

function show(view, top = nothing) {
  box.hidden = false;
  render(html`${top}${view}`, box);
}

function draw() {
  if (!model) return;
  show(model.question.mode === "here" ? hereView(model, act) : tripView(model, act));
  box.dataset.ready = "yes";
  if (model.map === "wanted" && !model.mapping) drawMap();
  else if (model.question.mode === "trip" && model.map === null) watchMap();
}

async function drawMap() {
  model.mapping = true;
  const own = model;
  const { answerMap } = await import("./driver_map.js");
  own.drawn = await answerMap(byId("answer-map"), own.answer);
  own.drawn?.choose(own.chosen === null ? null : own.answer.alternatives[own.chosen]);
}

// The map comes when its place is near the screen; by a button where data are dear.
function watchMap() {
  const spot = byId("map-here");
  const line = navigator.connection;
  if (!spot || model.watched || line?.saveData || /2g/.test(line?.effectiveType ?? "")) return;
  model.watched = true;
  const own = model;
  const eye = new IntersectionObserver((seen) => {
    if (!seen.some((each) => each.isIntersecting)) return;
    eye.disconnect();
    if (own === model) act.map();
  }, { rootMargin: "120px" });
  eye.observe(spot);
}

const act = {
  map() { model.map = "wanted"; draw(); },
  choose(at) {
    model.chosen = at;
    model.drawn?.choose(at === null ? null : model.answer.alternatives[at]);
    draw();
    if (at !== null) (byId("answer-map") ?? byId("map-here"))?.scrollIntoView({ block: "center" });
  },
  take(at) { setWhen("depart", at); submit(); },
  place() { open_(); byId(model.question.mode === "here" || model.answer.destination?.place === "unsure" ? "to" : "from").focus(); },
  complete(event) {
    event.preventDefault();
    const ids = { vehicle_type: "type", length_mm: "length", gross_mass_kg: "mass", energy: "energy", service: "service", on_duty: "duty", plate: "plate" };
    for (const [name, value] of new FormData(event.target)) byId(ids[name]).value = value.trim();
    submit(event.target);
  },
  async share() {
    const title = document.title;
    try {
      if (navigator.share && matchMedia("(pointer: coarse)").matches) await navigator.share({ title, url: model.link });
      else { await navigator.clipboard.writeText(model.link); toast(t("copied")); }
    } catch (error) {
      if (error.name === "AbortError") return;
    }
    model.linkShown = true;
    draw();
  },
};

function open_() { question.open = true; form.scrollIntoView({ block: "start" }); }

function summary(asked) {
  const { vehicle, depart, arrive, at } = asked.body;
  const time = depart ?? arrive ?? at;
  const said = asked.when === "now" ? t(asked.mode === "here" ? "asked_at_now" : "asked_now", { at: clock(time) }) : t(asked.mode === "here" ? "asked_at" : arrive ? "asked_arrive" : "asked_depart", { at: spoken(time) });
  const where = asked.mode === "here" ? asked.labels.to : t("asked_trip", asked.labels);
  byId("asked").textContent = [vehicle?.vehicle_type ?? t("no_vehicle"), where, said].join(" · ");
}

// Shows that something is asked; answers the signal, and what takes the sign away.
function begin() {
  asking?.controller.abort(new Error("newer"));
  clearInterval(asking?.timer);
  const controller = new AbortController();
  const since = Date.now();
  const tell = () => { if (asking === own) show(waiting(Math.floor((Date.now() - since) / 1000), () => controller.abort(new Error("stopped")))); };
  const own = { controller, timer: setInterval(tell, 1000), limit: setTimeout(() => controller.abort(new Error("late")), LONGEST_MS) };
  asking = own;
  failed = null;
  tell();
  form.toggleAttribute("aria-busy", true);
  return { signal: controller.signal, done: () => { clearInterval(own.timer); clearTimeout(own.limit); if (asking === own) { asking = null; form.removeAttribute("aria-busy"); } return !controller.signal.aborted; } };
}

const clockOff = (response) => {
  const theirs = Date.parse(response.headers.get("date") ?? "");
  const minutes = Math.round(Math.abs(Date.now() - theirs) / 60000);
  return Number.isFinite(minutes) && minutes >= OFF_MINUTES ? minutes : 0;
};

// Asks, shows the verdict at once, then the reasons along the way and the hours of the day.
async function answer(asked, fetch_) {
  const { signal, done } = begin();
  summary(asked);
  question.open = false;
  window.scrollTo({ top: 0 });
  let told;
  try {
    told = await fetch_(signal);
  } catch (error) {
    done();
    refuse(error, () => answer(asked, fetch_), signal);
    return;
  }
  if (!done()) return;
  model = { question: asked, answer: told.body, runs: null, day: null, chosen: null, map: null, mapKilobytes: MAP_KILOBYTES, link: told.body.link ? `${location.origin}/${told.body.link.slice(told.body.link.indexOf("?"))}` : null, clockOff: asked.when === "now" ? clockOff(told.response) : 0, fromLink: Boolean(asked.fromLink) };
  address();
  draw();
  byId("verdict")?.focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
  await more(model, signal);
}

async function more(own, signal) {
  const { body } = own.question;
  const about = { vehicle: body.vehicle ?? {}, permits: body.permits ?? [] };
  try {
    if (own.question.mode === "here") {
      own.day = await hours(about, body.place, [body.at], signal);
    } else if (own.answer.route) {
      own.runs = await along(own.answer.route, about, signal);
      if (own === model) draw();
      const { first_unlawful: first, route, alternatives, origin, destination } = own.answer;
      const within = first ?? own.runs.find((run) => run.place === "inside") ?? [origin, destination].find((end) => end.place === "inside");
      const place = within ? { lon: within.lon, lat: within.lat } : { zone: "inside" };
      own.day = await hours(about, place, [route.depart, route.arrive, ...alternatives.flatMap((one) => [one.depart, one.arrive])], signal);
    }
  } catch {
    // the answer stands without them
  }
  if (own === model) draw();
}

// Says what went wrong: at the field it is about, else with a button to ask again.
function refuse(error, retry, signal) {
  const why = signal?.aborted ? signal.reason.message : "";
  if (why === "newer") return;
  if (why === "stopped") {
    if (model) draw(); else box.hidden = true;
    open_();
    return;
  }
  if (error instanceof Refused && error.status === 422) {
    const field = placeFaults(error.problem.errors);
    box.hidden = true;
    question.open = true;
    if (field) field.focus();
    else show(failure(t("failed_title"), error.message, retry));
    return;
  }
  failed = retry;
  if (error instanceof Refused) show(failure(t("failed_title"), error.message, retry));
  else if (why === "late") show(failure(t("failed_title"), t("too_slow"), retry));
  else show(failure(t(navigator.onLine ? "offline" : "offline_title"), t("offline_more"), retry));
  if (model) earlier();
  byId("verdict")?.focus({ preventScroll: true });
}

// The answer before stays to be read, marked as such.
function earlier() {
  const line = document.createElement("div");
  render(html`<details class="more card"><summary>${t("before", { at: clock(model.answer.route?.depart ?? model.question.body.at ?? now()) })}</summary><p><b>${t(`verdict_${model.answer.verdict}`)}</b></p></details>`, line);
  box.querySelector(".say")?.append(line);
}

// A question about one place as the form itself would send it; a position, which has no name to be found by, beside its label.
function hereAddress({ labels, when, body: { vehicle, at, place } }) {
  const { vehicle_type: type, length_mm: length, gross_mass_kg: mass, energy, service, on_duty: duty } = vehicle;
  const { lon, lat, crs, accuracy_m: accuracy } = place;
  const said = { mode: "here", type, length, mass, energy, service, duty, to: labels.to, lon, lat, crs, accuracy, ...(when === "now" ? {} : { when, at: at.slice(0, 16) }) };
  return `?${new URLSearchParams(Object.entries(said).filter(([, value]) => value !== undefined))}`;
}

const tab = {
  is(packed) { try { return sessionStorage.getItem(ASKED) === packed; } catch { return false; } },
  keep(query) { try { sessionStorage.setItem(ASKED, new URLSearchParams(query).get("trip") ?? ""); } catch { /* it is called somebody's then */ } },
};

// The address holds the question, so that reloading and the other language keep it.
function address() {
  const { question: asked } = model;
  const query = asked.mode === "here" ? hereAddress(asked) : model.link ? new URL(model.link).search : "";
  if (!asked.fromLink) tab.keep(query);
  history.replaceState(null, "", query || "/");
  for (const link of document.querySelectorAll(".who a[hreflang]")) {
    const there = new URL(query || "/", location.origin);
    there.searchParams.set("lang", session.lang === "zh" ? "en" : "zh");
    link.href = there.pathname + there.search;
  }
}

async function submit(from = form) {
  let asked;
  try {
    asked = await readQuestion();
  } catch (error) {
    question.open = false;
    refuse(error, () => submit());
    return;
  }
  if (!asked) {
    if (from !== form) {
      const line = byId("missing-fault");
      line.textContent = [...form.querySelectorAll(".fault")].map((each) => each.textContent).filter(Boolean).join(" ");
      if (byId("type-fault").textContent || byId("length-fault").textContent || byId("mass-fault").textContent) { from.querySelector("input, select")?.focus(); return; }
    }
    question.open = true;
    form.querySelector("[aria-invalid=true]")?.focus();
    return;
  }
  remember(asked.body.vehicle);
  await answer(asked, asked.mode === "here" ? (signal) => decide(asked.body, signal) : (signal) => plan(asked, signal));
}

async function fromLink(packed) {
  const body = await unpacked(packed);
  if (body) fillQuestion(body);
  const asked = { mode: "trip", when: body?.arrive ? "arrive" : "depart", fromLink: !tab.is(packed), labels: { from: places.from.input.value, to: places.to.input.value }, body: body ?? { vehicle: {}, depart: now() } };
  await answer(asked, (signal) => again(packed, signal));
}

form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
form.addEventListener("change", (event) => { if (["mode", "when"].includes(event.target.name)) showModes(); });
// what was typed of another vehicle is not this one's
function takeType(words) {
  fillVehicle(remembered().find((each) => each.vehicle_type === words) ?? { vehicle_type: words });
  fault("type", "");
}
byId("type").addEventListener("input", () => { fault("type", ""); markCommon(); });
byId("type").addEventListener("change", ({ target }) => takeType(target.value.trim()));
byId("common").addEventListener("click", ({ target }) => {
  const words = target.closest(".chip")?.dataset.words;
  if (words) takeType(words);
});
byId("forget").addEventListener("click", () => { forget(); forgetPermits(); permits(); toast(t("forgotten")); });
const say = (id) => (text) => { const field = places[id]; field.count.textContent = text; field.count.classList.toggle("unseen", !text); field.count.classList.toggle("small", Boolean(text)); };
for (const button of document.querySelectorAll("[data-locate]")) button.addEventListener("click", () => places[button.dataset.locate].locate(say(button.dataset.locate)));
for (const button of document.querySelectorAll("[data-pick]")) button.addEventListener("click", () => places[button.dataset.pick].pick());
window.addEventListener("online", () => { if (failed) failed(); });

const permits = permitBox(byId("permits"), () => {});
const query = new URLSearchParams(location.search);
const [last] = remembered();
if (query.get("type")) fillVehicle(last?.vehicle_type === query.get("type") ? { plate: last.plate } : {}); // what else is known of it stands in the address
else if (last && !byId("type").value) fillVehicle(last);
for (const name of ["type", "from", "to", "length", "mass", "energy", "service", "duty"]) if (query.get(name)) byId(name).value = query.get(name);
const [lon, lat] = ["lon", "lat"].map((name) => Number.parseFloat(query.get(name)));
if (Number.isFinite(lon) && Number.isFinite(lat)) places.to.set(t("picked", { lat: lat.toFixed(5), lon: lon.toFixed(5) }), { lon, lat, crs: query.get("crs") ?? "wgs84", ...(Number(query.get("accuracy")) > 0 ? { accuracy_m: Number(query.get("accuracy")) } : {}) });
if (["trip", "here"].includes(query.get("mode"))) form.elements.mode.value = query.get("mode");
if (query.get("when") && query.get("at")) setWhen(query.get("when"), query.get("at"));
markCommon();
showModes();
form.dataset.ready = "yes";
if (query.get("trip")) fromLink(query.get("trip"));
else if (query.get("to") && query.get("type")) submit(); // sent before this script was there
