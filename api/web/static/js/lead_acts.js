// What an officer does with a lead. Each act knows the state that was seen: where somebody else was first, that is shown.
import { ask, newKey, Refused, session, t, toast } from "./base.js";
import { html } from "../vendor/lit-html/lit-html.js";
import { askForm, keepDraft } from "./desk_dialogs.js";
import { doubtsOf, isOpen, personName } from "./desk_words.js";

const CODES = ["position_error", "other_vehicle", "permit", "exempt", "emergency", "instructed", "evidence", "duplicate", "other"];
const DONE = { confirm: "did_confirm", dismiss: "did_dismiss", merge: "did_merge", undo: "did_undo" };

export class Meanwhile extends Error {}

// Sends an act on a lead as it was seen; answers where it stands now.
async function send(lead, act, body) {
  try {
    const { body: told } = await ask("POST", `/v1/leads/${lead.lead_id}/${act}`, { body, ifMatch: `"${lead.lead_id}-${lead.version}"`, key: newKey() });
    return told;
  } catch (error) {
    if (error instanceof Refused && (error.status === 412 || error.problem.code === "closed")) throw Object.assign(new Meanwhile(error.message), { lead: error.problem.lead });
    throw error;
  }
}

// What the checks that found a lead say of their data, which lists leave out; null where it cannot be had now.
async function notesOf(lead) {
  try {
    return lead.notes ?? (await ask("GET", `/v1/leads/${lead.lead_id}`)).body.notes;
  } catch (error) {
    toast(error.message);
    return null;
  }
}

// Says who was first and what became of the lead; resolves to true if the person wants to look.
async function sayMeanwhile(lead, kept) {
  const now = (await ask("GET", `/v1/leads/${lead.lead_id}`)).body;
  const last = now.events.at(-1);
  const look = await askForm({
    title: t("meanwhile_title"),
    body: html`${last ? html`<p>${t("meanwhile_who", { who: personName(last.actor), at: last.at.slice(0, 16).replace("T", " "), act: t(`act_${last.act}`) })}</p>
      ${last.why ? html`<p>${t("meanwhile_why", { why: last.why })}</p>` : ""}` : ""}
      <p>${t("meanwhile_now", { state: t(`state_${now.state}`) })}</p>${kept ? html`<p class="soft">${t("meanwhile_kept")}</p>` : ""}`,
    go: t("meanwhile_look"),
    submit: () => true,
  });
  return { look, now };
}

function mustSay(data, form, code) {
  const why = data.get("why").trim();
  const field = form.elements.namedItem("why");
  field.toggleAttribute("aria-invalid", false);
  if (code !== undefined && !code) throw new Error(t("dismiss_code_needed"));
  if (why.length < 2) {
    field.setAttribute("aria-invalid", "true");
    throw new Error(t("reason_needed"));
  }
  return why;
}

// `after(told, {act})` is called when it is done, `changed(now)` when somebody else was first.
export function leadActs({ after, changed }) {
  async function done(lead, act, told, tell = DONE[act]) {
    const seen = { ...lead, ...told };
    // what an earlier line offers to take back was seen before this act
    for (const before of document.querySelectorAll(`.toast[data-lead="${lead.lead_id}"]`)) before.remove();
    const line = toast(t(tell), { action: act === "undo" ? undefined : () => undo(seen), label: t("undo"), seconds: 12 });
    Object.assign(line.dataset, { act, lead: lead.lead_id });
    await after(told, { act });
  }

  // A form for an act: stays open with what was typed if the service cannot be reached or the session ends.
  async function withReason(lead, act, options) {
    let forget = () => {};
    let raced = null;
    const told = await askForm({
      ...options,
      ready: (form) => {
        forget = keepDraft(form, `${act}:${lead.lead_id}`);
        options.ready?.(form);
      },
      submit: async (data, form) => {
        const body = options.read(data, form);
        try {
          return await send(lead, act, body);
        } catch (error) {
          if (!(error instanceof Meanwhile)) throw error;
          raced = error;
          return null;
        }
      },
    });
    if (raced) {
      const { now } = await sayMeanwhile(lead, true);
      await changed(now);
      return;
    }
    if (told) {
      forget();
      await done(lead, act, told);
    }
  }

  function closed(lead) {
    if (isOpen(lead)) return false;
    toast(t("closed_already"));
    return true;
  }

  async function confirm(lead) {
    if (closed(lead)) return;
    const notes = await notesOf(lead);
    if (!notes) return;
    const doubts = [...doubtsOf(lead), ...(notes.length ? ["notes"] : [])];
    await withReason(lead, "confirm", {
      title: t("confirm_title"),
      go: t("confirm"),
      body: html`<p class="soft">${t("confirm_note")}</p>
        <label>${t("confirm_why")}<textarea name="why" maxlength="500" required autofocus></textarea></label>
        <div class="readytexts">${["confirm_text_1", "confirm_text_2", "confirm_text_3"].map((key) => html`<button type="button" class="button" data-text=${t(key)}>${t(key)}</button>`)}</div>
        ${doubts.length ? html`<fieldset class="codes"><legend>${t("doubts")}</legend>${doubts.map((each) => html`<label><input type="checkbox" name="acknowledge" value=${each}> <span>${t(`doubt_${each}`)}${each === "notes" ? notes.map((note) => html`<br><span class="small">${note}</span>`) : ""}</span></label>`)}</fieldset>` : ""}`,
      ready: (form) => form.querySelectorAll("[data-text]").forEach((button) => button.addEventListener("click", () => {
        const field = form.elements.namedItem("why");
        field.value = button.dataset.text;
        form.dispatchEvent(new Event("drafted"));
        field.focus();
      })),
      read: (data, form) => {
        const why = mustSay(data, form);
        const acknowledge = data.getAll("acknowledge");
        if (acknowledge.length < doubts.length) throw new Error(t("doubts_needed"));
        return { why, acknowledge };
      },
    });
  }

  async function dismiss(lead) {
    if (closed(lead)) return;
    await withReason(lead, "dismiss", {
      title: t("dismiss_title"),
      go: t("dismiss"),
      body: html`<fieldset class="codes"><legend>${t("dismiss_code")}</legend>${CODES.map((code, n) => html`<label><input type="radio" name="code" value=${code} ?autofocus=${n === 0}> <kbd>${n + 1}</kbd> <span>${t(`dismiss_${code}`)}</span></label>`)}</fieldset>
        <label>${t("dismiss_own")}<textarea name="why" maxlength="500" required></textarea></label>`,
      ready: (form) => {
        const field = form.elements.namedItem("why");
        const texts = CODES.map((code) => t(`dismiss_${code}`));
        // the chosen text stands in the field to be changed; what was typed oneself is left alone
        const chosen = (code) => {
          if (!field.value.trim() || texts.includes(field.value)) field.value = code === "other" ? "" : t(`dismiss_${code}`);
          form.dispatchEvent(new Event("drafted"));
        };
        form.addEventListener("change", (event) => event.target.name === "code" && chosen(event.target.value));
        form.addEventListener("keydown", (event) => {
          const n = Number(event.key);
          if (event.target === field || !n || n > CODES.length || event.ctrlKey || event.altKey || event.metaKey) return;
          event.preventDefault();
          const radio = form.querySelectorAll("[name=code]")[n - 1];
          radio.checked = true;
          chosen(radio.value);
          field.focus();
        });
      },
      read: (data, form) => {
        const code = data.get("code");
        return { why: mustSay(data, form, code ?? ""), code };
      },
    });
  }

  // An act without a form.
  async function plainly(lead, act, body, tell) {
    try {
      await done(lead, act, await send(lead, act, body), tell);
    } catch (error) {
      if (!(error instanceof Meanwhile)) {
        toast(error.problem?.code === "nothing_to_undo" ? t("nothing_to_undo") : error.message);
        return;
      }
      const { now } = await sayMeanwhile(lead, false);
      await changed(now);
    }
  }

  async function assign(lead) {
    if (closed(lead)) return;
    const mine = lead.assignee === session.account_id;
    await plainly(lead, "assign", { assignee: mine ? null : "me" }, mine ? "did_unassign" : "did_assign");
  }

  const undo = (lead) => plainly(lead, "undo", { why: t("undo_why") }, "did_undo");

  const merge = (lead, into) => withReason(lead, "merge", {
    title: t("merge_title"),
    go: t("merge"),
    body: html`<p class="soft">${t("merge_note")}</p><label>${t("reason")}<textarea name="why" maxlength="500" required autofocus></textarea></label>`,
    ready: (form) => {
      const field = form.elements.namedItem("why");
      if (!field.value) field.value = t("merge_text");
    },
    read: (data, form) => ({ into, why: mustSay(data, form) }),
  });

  return { confirm, dismiss, assign, undo, merge };
}
