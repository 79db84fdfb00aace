// The list of leads: pages come as one scrolls.
import { ask, session, state, t } from "./base.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { between, dayOf, isOpen, lasted, number, personName, share, shortClock } from "./desk_words.js";

const box = document.getElementById("leads");
const outside = document.getElementById("outside");
const stateLine = document.getElementById("list-state");
const count = document.getElementById("count");
const scroller = document.getElementById("scroller");
const PAGE = 50;

export function row(lead, { on, hover, act }) {
  const classes = ["lead", lead.verdict, isOpen(lead) ? "" : "closed", on ? "on" : "", hover ? "hover" : ""].join(" ");
  return html`<div class=${classes} data-id=${lead.lead_id} aria-current=${on ? "true" : nothing}>
    <p class="line1"><a class="plate" lang="zh-CN" href="/desk/leads/${lead.lead_id}">${lead.plate ?? t("no_plate")}</a>
      <span class="when num">${dayOf(lead.entered_at)} ${shortClock(lead.entered_at)}–${shortClock(lead.left_at)} · ${lasted(lead)}</span>
      <span class="end num" title=${t("probability")}>${share(lead.probability)}</span></p>
    <p class="line2"><span class="roads" lang="zh-CN">${lead.roads.join(between()) || t("no_roads")}</span>
      <span class="soft small">${state.classes.find(([name]) => name === lead.vehicle_class)?.[1] ?? ""}</span>
      ${lead.verdict === "undetermined" ? html`<span class="statechip warn">${state.verdicts.find(([name]) => name === "undetermined")[1]}</span>` : ""}
      ${lead.enforceable ? "" : html`<span class="statechip warn">${t("not_enforceable")}</span>`}
      <span class="statechip ${lead.state}">${t(`state_${lead.state}`)}${lead.state === "assigned" ? html` · ${personName(lead.assignee)}` : ""}</span></p>
    ${on ? html`<p class="why">${lead.reasons.map((code) => state.reasons[code] ?? code).join(session.lang === "zh" ? "；" : "; ")}</p>` : ""}
    ${on ? html`<div class="acts">
      ${state.may_act && isOpen(lead) ? html`
        <button type="button" class="button" data-act="confirm" @click=${() => act("confirm", lead)}>${t("confirm")} <kbd>c</kbd></button>
        <button type="button" class="button" data-act="dismiss" @click=${() => act("dismiss", lead)}>${t("dismiss")} <kbd>d</kbd></button>
        <button type="button" class="button" data-act="assign" @click=${() => act("assign", lead)}>${lead.assignee === session.account_id ? t("assign_nobody") : t("assign_me")} <kbd>a</kbd></button>` : ""}
      ${state.may_act && !isOpen(lead) ? html`<button type="button" class="button" data-act="undo" @click=${() => act("undo", lead)}>${t("take_back")} <kbd>u</kbd></button>` : ""}
      <a class="button" href="/desk/leads/${lead.lead_id}">${t("open")} <kbd>Enter</kbd></a></div>` : ""}
  </div>`;
}

// `asked()` gives the filters; `act(name, lead)`, `choose(id)`, `hover(id)` say what the person does.
export function leadList({ asked, anyFilter, act, choose, hover }) {
  let leads = [];
  let next = null;
  let loading = null;
  let chosen = null;
  let hovered = null;
  let extra = null; // chosen on the map, and not among those listed
  let round = 0;
  let stale = false;

  stateLine.replaceChildren();

  function draw() {
    const how = (lead) => ({ on: lead.lead_id === chosen, hover: lead.lead_id === hovered, act });
    render(extra ? row(extra, how(extra)) : nothing, outside);
    render(leads.map((lead) => html`<li>${row(lead, how(lead))}</li>`), box);
    const shown = number(leads.length);
    count.textContent = loading ? t("loading") : next || !leads.length ? (leads.length ? t("list_shown", { n: shown }) : "") : t("list_all", { n: shown });
  }

  function say(content, hidden = false) {
    stateLine.hidden = hidden;
    render(content, stateLine);
  }

  async function more() {
    if (loading) return loading;
    const mine = round;
    const params = asked();
    params.set("limit", PAGE);
    if (next) params.set("cursor", next);
    say(leads.length && !stale ? t("list_more") : t("loading"));
    loading = (async () => {
      try {
        const { body } = await ask("GET", `/v1/leads?${params}`);
        if (mine !== round) return;
        const known = new Set(leads.map((lead) => lead.lead_id));
        if (stale) leads = [];
        stale = false;
        leads = [...leads, ...body.leads.filter((lead) => !known.has(lead.lead_id))];
        next = body.next;
        loading = null;
        if (extra && leads.some((lead) => lead.lead_id === extra.lead_id)) extra = null;
        say(leads.length ? "" : emptied(), leads.length > 0 && !next);
        if (next) say(t("list_more"));
      } catch (error) {
        if (mine !== round) return;
        loading = null;
        if (stale) leads = [];
        stale = false;
        const field = error.problem?.errors?.find((each) => each.field === "query.plate");
        say(html`<p class="fault">${t("list_failed", { message: field?.message ?? error.message })}</p><p><button type="button" class="button" @click=${() => more()}>${t("retry")}</button></p>`);
      }
      draw();
    })();
    draw();
    await loading;
  }

  const emptied = () => html`<div class="emptybox"><p><b>${t("list_empty")}</b></p>${anyFilter() ? html`<p>${t("list_empty_filtered")}</p>` : html`<p>${t("list_empty_none")}</p><p><a class="button" href="/runs">${t("list_empty_runs")}</a></p>`}</div>`;

  async function reload() {
    round += 1;
    stale = true; // what stands stays until the answer is there
    next = null;
    loading = null;
    await more();
  }

  const all = () => (extra ? [extra, ...leads] : leads);
  const find = (id) => all().find((lead) => lead.lead_id === id) ?? null;

  function show(id) {
    const element = document.querySelector(`.lead[data-id="${CSS.escape(id)}"]`);
    element?.scrollIntoView({ block: "nearest" });
    return element;
  }

  function setChosen(id, { focus = false } = {}) {
    chosen = id;
    draw();
    if (!id) return;
    const element = show(id);
    if (focus) element?.querySelector("a.plate")?.focus({ preventScroll: true });
  }

  // Puts what became of a lead in its place.
  function put(lead) {
    leads = leads.map((each) => (each.lead_id === lead.lead_id ? { ...each, ...lead } : each));
    if (extra?.lead_id === lead.lead_id) extra = { ...extra, ...lead };
    draw();
  }

  // A lead that the map knows and the list does not (yet) stands above the list.
  async function chooseOutside(id) {
    if (!find(id)) extra = (await ask("GET", `/v1/leads/${id}`)).body;
    setChosen(id);
    if (extra?.lead_id === id) scroller.scrollTo({ top: 0 });
  }

  async function step(by) {
    const rows = all();
    const at = rows.findIndex((lead) => lead.lead_id === chosen);
    if (by > 0 && at === rows.length - 1 && next) {
      await more();
      return step(by);
    }
    const to = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    return to?.lead_id ?? null;
  }

  const nextOpen = (id) => {
    const rows = all();
    const at = rows.findIndex((lead) => lead.lead_id === id);
    return (rows.slice(at + 1).find(isOpen) ?? rows.slice(0, Math.max(at, 0)).find(isOpen))?.lead_id ?? null;
  };

  for (const list of [box, outside]) {
    list.addEventListener("click", (event) => {
      const element = event.target.closest(".lead");
      if (!element || event.target.closest("button, .acts")) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.detail > 1) return;
      // the first press chooses, the second opens
      if (element.dataset.id !== chosen) {
        event.preventDefault();
        choose(element.dataset.id);
      }
    });
    list.addEventListener("pointerover", (event) => hover(event.target.closest(".lead")?.dataset.id ?? null));
    list.addEventListener("pointerleave", () => hover(null));
    list.addEventListener("focusin", (event) => {
      const id = event.target.closest(".lead")?.dataset.id;
      if (id && id !== chosen && event.target.matches(":focus-visible")) choose(id);
    });
  }
  for (const root of [scroller, null]) {
    new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && next && !loading && more(), { root, rootMargin: "400px" }).observe(stateLine);
  }
  return {
    reload, put, find, step, nextOpen, setChosen, chooseOutside, draw,
    ids: () => all().map((lead) => lead.lead_id),
    setHovered(id) { if (id !== hovered) { hovered = id; draw(); } },
    scrollTo: show,
  };
}
