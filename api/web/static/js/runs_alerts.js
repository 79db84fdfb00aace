// When alerts were in force: rows of level, begin and end; what is wrong is said beside the field.
import { t } from "./base.js";

const FIELDS = ["level", "from", "from_time", "until", "until_time"];
const box = document.getElementById("alerts");
const list = document.getElementById("spans");
const more = document.getElementById("span-more");
const given = list?.children.length;
const field = (name, n) => box.querySelector(`[name=${name}_${n}]`);

function add() {
  const n = list.children.length;
  const row = list.children[0].cloneNode(true);
  for (const name of FIELDS) Object.assign(row.querySelector(`[name=${name}_0]`), { name: `${name}_${n}`, value: "" });
  row.querySelector(".fault").id = `span-fault-${n}`;
  list.append(row);
  right(n);
}

// Nothing is wrong with a row any more.
function right(n) {
  for (const name of FIELDS) {
    field(name, n).removeAttribute("aria-invalid");
    field(name, n).removeAttribute("aria-describedby");
  }
  document.getElementById(`span-fault-${n}`).textContent = "";
}

function wrong(n, name, message) {
  const input = field(name, n);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", `span-fault-${n}`);
  document.getElementById(`span-fault-${n}`).textContent = message;
  input.focus();
  return message;
}

function rows(data) {
  const all = [...list.children].map((_, n) => ({ n, ...Object.fromEntries(FIELDS.map((name) => [name, data.get(`${name}_${n}`)])) }));
  return all.filter((row) => FIELDS.some((name) => row[name]));
}

const at = (day, time) => (time ? `${day}T${time}:00` : day);

// What a run is to be told: nothing, that there was none, or when there were some.
export function alertsOf(data) {
  if (!box || data.get("alerts") === "unknown") return {};
  if (data.get("alerts") === "none") return { alerts: [] };
  return { alerts: rows(data).map((row) => ({ level: row.level, from: at(row.from, row.from_time), until: at(row.until, row.until_time) })) };
}

// What is missing, as a sentence that stands beside its field too; else null.
export function lacksAlerts(data) {
  if (!box || data.get("alerts") !== "some") return null;
  [...list.children].forEach((_, n) => right(n));
  const some = rows(data);
  if (!some.length) return wrong(0, "level", t("need_alert"));
  for (const row of some) {
    const lacks = ["level", "from", "until"].find((name) => !row[name]);
    if (lacks) return wrong(row.n, lacks, t(`need_alert_${lacks}`));
    if (`${row.from}T${row.from_time || "00:00"}` >= `${row.until}T${row.until_time || "24:00"}`) return wrong(row.n, "until", t("need_alert_order"));
  }
  return null;
}

// Says beside its field what the service refused: `body.alerts[1].until`.
export function refusedAlert(error, data) {
  for (const { field: path, message } of error.problem?.errors ?? []) {
    const [, number, name] = /^body\.alerts[.[](\d+)\]?\.(level|from|until)$/.exec(path) ?? [];
    const row = name && rows(data)[Number(number)];
    if (row) wrong(row.n, name, message);
  }
}

// Shows what is asked now; what a form that was emptied had more of goes.
export function turnedAlerts() {
  if (!box) return;
  const some = box.querySelector("[name=alerts]:checked")?.value === "some";
  list.hidden = !some;
  more.hidden = !some;
}

export function emptiedAlerts() {
  if (!box || box.querySelector("[name=alerts]:checked")?.value !== "unknown") return turnedAlerts();
  while (list.children.length > given) list.lastElementChild.remove();
  [...list.children].forEach((_, n) => right(n));
  return turnedAlerts();
}

// `kept`: what was typed before, by the names of the fields; rows for it are there before it is put back.
export function beginAlerts(kept) {
  if (!box) return;
  while (`level_${list.children.length}` in kept) add();
  for (const each of box.querySelectorAll("[name=alerts]")) each.addEventListener("change", turnedAlerts);
  more.addEventListener("click", () => { add(); field("level", list.children.length - 1).focus(); });
  list.addEventListener("input", ({ target }) => right(Number(target.name.split("_").at(-1))));
  turnedAlerts();
}
