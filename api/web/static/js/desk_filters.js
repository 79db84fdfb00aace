// The filters: a form, and the same in the page's address and in questions to /v1.
import { state, t } from "./base.js";
import { begins, nextDay } from "./desk_words.js";

const NAMES = ["state", "from_day", "to_day", "road", "vehicle_class", "verdict", "probability_from", "enterprise", "entry", "weekday", "hour", "plate", "assignee", "sort", "run"];
const form = document.getElementById("filters");
let run = null;

const field = (name) => form.elements.namedItem(name);

function read() {
  const found = {};
  for (const name of NAMES) {
    const input = field(name);
    const value = name === "run" ? run : input?.type === "checkbox" ? (input.checked ? input.value : "") : input?.value.trim();
    if (value && !(name === "sort" && value === "-entered_at")) found[name] = value;
  }
  return found;
}

function write(params) {
  run = params.get("run");
  for (const name of NAMES) {
    const input = field(name);
    if (!input) continue;
    if (input.type === "checkbox") input.checked = params.get(name) === input.value;
    else input.value = params.get(name) ?? (name === "sort" ? "-entered_at" : "");
    // an entry of another zone than today's is still a filter
    if (name === "entry" && params.get(name) && !input.value) {
      input.add(new Option(t("entry_plain", { n: params.get(name) }), params.get(name)));
      input.value = params.get(name);
    }
  }
  const more = form.querySelector(".morefilters");
  if (more.querySelector(".filters") && [...more.querySelectorAll("input, select")].some((each) => (each.type === "checkbox" ? each.checked : each.value))) more.open = true;
}

// What /v1/leads is asked; times are those of the notice's place.
export function asked({ days = false } = {}) {
  const given = read();
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (name === "from_day") params.set(days ? "from_day" : "from", days ? value : begins(value, state.timezone));
    else if (name === "to_day") params.set(days ? "to_day" : "to", days ? value : begins(nextDay(value), state.timezone));
    else if (name !== "sort" || !days) params.set(name, value);
  }
  return params;
}

export const anyFilter = () => Object.keys(read()).some((name) => name !== "sort");
export const given = read;

function chips(changed) {
  const box = document.getElementById("chips");
  box.replaceChildren();
  const add = (text, clear) => {
    const chip = Object.assign(document.createElement("span"), { className: "chip", textContent: text });
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×", title: t("remove_filter") });
    button.setAttribute("aria-label", `${t("remove_filter")}: ${text}`);
    button.addEventListener("click", () => { clear(); changed(); });
    chip.append(button);
    box.append(chip);
  };
  if (run) add(t("only_run"), () => { run = null; });
  if (anyFilter()) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button slim", textContent: t("filters_clear") });
    button.addEventListener("click", () => { write(new URLSearchParams()); changed(); });
    box.append(button);
  }
}

export const focusFilters = () => field("state")?.focus();
export function sayFault(text) {
  document.getElementById("filter-fault").textContent = text;
}

// Calls `changed` when a filter was changed, and keeps the page's address in step.
export function watchFilters(changed) {
  const went = () => {
    sayFault("");
    const params = new URLSearchParams(read());
    history.replaceState(null, "", params.size ? `?${params}` : location.pathname);
    chips(went);
    changed();
  };
  write(new URLSearchParams(location.search));
  chips(went);
  let later = 0;
  form.addEventListener("submit", (event) => { event.preventDefault(); went(); });
  form.addEventListener("change", went);
  document.getElementById("sort")?.addEventListener("change", went);
  form.addEventListener("input", (event) => {
    if (!["road", "plate"].includes(event.target.name)) return;
    clearTimeout(later);
    later = setTimeout(went, 500);
  });
  addEventListener("popstate", () => { write(new URLSearchParams(location.search)); chips(went); changed(); });
}
