// Who did what when; and whether the trail holds.
import { ask, t, texts } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { empty, everything, faultOf, query, when } from "./office.js";

let box = null;
let rows = [];
let next = null;
let wanted = {};
let verdict = null;
let fault = "";
let people = {};

async function find(more = false) {
  fault = "";
  try {
    const { since, until, action, ...rest } = wanted;
    const { body } = await ask("GET", `/v1/audit${query({ ...rest, action: action && coded(action), since: since && `${since}T00:00:00+08:00`, until: until && `${until}T24:00:00+08:00`.replace("T24:00:00", "T23:59:59"), limit: 100, cursor: more ? next : null })}`);
    rows = more ? [...rows, ...body.items] : body.items;
    next = body.next;
  } catch (error) {
    fault = faultOf(error);
  }
  draw();
}

async function verify() {
  let checked = 0;
  let after = null;
  try {
    do {
      verdict = { checking: checked };
      draw();
      const { body } = await ask("GET", `/v1/audit/verify${query({ after })}`);
      checked += body.checked;
      after = body.next;
      verdict = { ...body, checked };
    } while (after);
  } catch (error) {
    verdict = { sentence: faultOf(error), holds: false };
  }
  draw();
}

const ACTS = Object.keys(texts).filter((key) => key.startsWith("did_")).map((key) => key.slice(4));
const name = (actor) => people[actor] ?? texts[`actor_${actor}`] ?? actor;
const did = (action) => texts[`did_${action}`];
// What was typed may be the words as well as the code.
const coded = (typed) => ACTS.find((action) => did(action) === typed) ?? typed;
const PAGES = { lead: "/desk/leads/", permit: "/review/", enterprise: "/enterprises/" };
function subject(each) {
  const [kind, id] = each.subject.split(":");
  const drafted = ["permit.create", "permit.save"].includes(each.action); // what was not handed in is its applicant's alone
  return kind in PAGES && id && !drafted ? html`<a href="${PAGES[kind]}${encodeURIComponent(id)}"><code>${each.subject}</code></a>` : html`<code>${each.subject}</code>`;
}
const row = (each) => html`<tr><td data-label=${t("at")}><span class="num">${when(each.at)}</span></td><td data-label=${t("audit_who")}><span title=${each.actor}>${name(each.actor)}</span></td><td data-label=${t("audit_action")}><span>${did(each.action) ? html`${did(each.action)}<br>` : nothing}<code class="soft">${each.action}</code></span></td><td data-label=${t("audit_subject")}>${subject(each)}</td>
  <td data-label=${t("why")}><span lang="zh-CN">${each.why ?? ""}</span></td><td data-label=${t("details")}><details><summary>${each.number}</summary><pre>${JSON.stringify(each.details, null, 1)}</pre><code>${each.hash}</code></details></td></tr>`;

const input = (key, type = "text") => html`<label>${t(`audit_${key}`)}<input name=${key} type=${type} maxlength="120" autocomplete="off" list=${{ actor: "people", action: "acts" }[key] ?? nothing}></label>`;

function told() {
  if (!verdict) return nothing;
  if (verdict.checking !== undefined) return html`<p class="banner" role="status">${t("audit_verifying", { n: verdict.checking })}</p>`;
  return html`<div class="banner ${verdict.holds ? "good" : ""}" role="status" id="verdict"><b>${verdict.holds ? t("audit_holds", { n: verdict.checked }) : verdict.first_fault ? t("audit_broken", { n: verdict.first_fault }) : ""}</b> ${verdict.sentence}${verdict.head ? html`<p class="small">${t("audit_head")}${t("dash")}<code>${verdict.head.number}:${verdict.head.hash}</code></p>` : nothing}</div>`;
}

function draw() {
  render(html`${told()}<form class="card filterbar" novalidate @submit=${(event) => { event.preventDefault(); wanted = Object.fromEntries([...new FormData(event.target)].map(([key, value]) => [key, value.trim()])); find(); }}>
      ${input("actor")}${input("action")}${input("subject")}${input("since", "date")}${input("until", "date")}<datalist id="people">${Object.entries(people).map(([id, who]) => html`<option value=${id}>${who}</option>`)}</datalist><datalist id="acts">${ACTS.map((action) => html`<option value=${action}>${did(action)}</option>`)}</datalist><span class="row"><button class="button main">${t("audit_find")}</button><button type="button" class="button" id="verify" @click=${verify}>${t("audit_verify")}</button><a class="button" href="/v1/audit/export" download="audit.jsonl">${t("audit_export")}</a></span><p class="fault" role="alert">${fault}</p></form>
    <section class="card flush">${rows.length ? html`<table class="stack audit"><thead><tr>${["at", "audit_who", "audit_action", "audit_subject", "why", "details"].map((key) => html`<th scope="col">${t(key)}</th>`)}</tr></thead><tbody>${rows.map(row)}</tbody></table>${next ? html`<p class="row end"><button type="button" class="button" @click=${() => find(true)}>${t("more_rows")}</button></p>` : nothing}` : empty(t("audit_none"))}</section>`, box);
}

export async function show(into) {
  box = into;
  verdict = null;
  wanted = {};
  people = Object.fromEntries((await everything("/v1/accounts", "items")).map((each) => [each.id, `${each.name}`]));
  box.replaceChildren();
  await find();
}
