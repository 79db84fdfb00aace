// Permits that are remembered on this device, and which of them is used.
import { t } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";

const KEY = "truckban.permits";
const MOST = 5;
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

export function savedPermits() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((each) => each && typeof each.plate === "string") : [];
  } catch {
    return [];
  }
}

function keep(permits) {
  try {
    localStorage.setItem(KEY, JSON.stringify(permits.slice(-MOST)));
  } catch {
    // a device that keeps nothing still answers
  }
}

// `permit` is what /v1/decide takes; the one that is saved is the one that is used.
export function savePermit(permit) {
  const same = (each) => each.plate === permit.plate && each.valid_from === permit.valid_from && each.valid_to === permit.valid_to && JSON.stringify(each.roads) === JSON.stringify(permit.roads);
  keep([...savedPermits().filter((each) => !same(each)).map((each) => ({ ...each, used: false })), { ...permit, used: true }]);
}

// A permit that was taken back is not asked with any more.
export function forgetPermit(number) {
  if (savedPermits().some((each) => each.permit_no === number)) keep(savedPermits().filter((each) => each.permit_no !== number));
}

export const forgetPermits = () => { try { localStorage.removeItem(KEY); } catch { /* nothing was kept */ } };

// What a question takes: the one in use, without what is only for this device.
export function usedPermits() {
  return savedPermits().filter((each) => each.used).map(({ used: _used, permit_no: _no, ...permit }) => permit);
}

export function permitWords(permit) {
  const roads = permit.roads?.length ? permit.roads.join(" ") : permit.area ? t("permit_area") : t("permit_whole");
  const hours = permit.windows?.length ? permit.windows.map((span) => span.replace("-", "–")).join(" ") : t("permit_any_time");
  return [roads, hours, t("permit_days", { from: permit.valid_from, to: permit.valid_to })];
}

function typed(inputs) {
  const given = Object.fromEntries(inputs.map((input) => [input.dataset.name, input.value.trim()]));
  const fault = !given.plate ? "permit_plate_needed" : !given.from || !given.to || given.from > given.to ? "permit_days_needed" : Boolean(given.begin) !== Boolean(given.end) || (given.begin && !(CLOCK.test(given.begin) && CLOCK.test(given.end) && given.begin !== given.end)) ? "permit_hours_needed" : null;
  if (fault) return { fault: t(fault) };
  const roads = given.roads.split(/[\s,，、;；]+/).filter(Boolean);
  return { permit: { plate: given.plate.toUpperCase(), valid_from: given.from, valid_to: given.to, windows: given.begin ? [`${given.begin}-${given.end}`] : [], roads, area: null, status: "active" } };
}

// Draws the list and the form into `box`; `changed` is called after each change.
export function permitBox(box, changed) {
  const draw = (fault = "") => {
    const permits = savedPermits();
    const set = (at, used) => { keep(permits.map((each, number) => ({ ...each, used: used && number === at }))); draw(); changed(); };
    const drop = (at) => { keep(permits.filter((_, number) => number !== at)); draw(); changed(); };
    const add = (event) => {
      event.preventDefault();
      const inputs = [...event.target.closest(".permit-form").querySelectorAll("input")];
      const got = typed(inputs);
      if (got.fault) { draw(got.fault); return; }
      savePermit(got.permit);
      for (const input of inputs) input.value = "";
      draw();
      changed();
    };
    render(html`
      ${permits.map((permit, at) => html`<div class="permit">
        <label class="check"><input type="checkbox" .checked=${Boolean(permit.used)} @change=${(event) => set(at, event.target.checked)}><span><b lang="zh-CN">${permit.plate}</b> ${t("permit_use")}</span></label>
        <p class="small" lang="zh-CN">${permitWords(permit).join(" · ")}</p>
        <button type="button" class="linklike" @click=${() => drop(at)}>${t("permit_remove")}</button>
      </div>`)}
      <details class="more" ?open=${Boolean(fault)}><summary>${t("permit_add")}</summary>
        <div class="permit-form grid">
          <label>${t("permit_plate")}<input data-name="plate" maxlength="12" autocapitalize="characters"></label>
          <label>${t("permit_roads")}<input data-name="roads" maxlength="300"></label>
          <label>${t("permit_begin")}<input data-name="begin" type="time"></label>
          <label>${t("permit_end")}<input data-name="end" type="time"></label>
          <label>${t("permit_from")}<input data-name="from" type="date"></label>
          <label>${t("permit_to")}<input data-name="to" type="date"></label>
          <p class="fault" role="alert">${fault}</p>
          <button type="button" class="button" @click=${add}>${t("permit_save")}</button>
        </div>
      </details>
      <p class="small soft">${t("permit_kept")}</p>`, box);
    const used = permits.filter((each) => each.used).length;
    document.getElementById("permit-count").textContent = used ? `(${used})` : "";
  };
  draw();
  return draw;
}
