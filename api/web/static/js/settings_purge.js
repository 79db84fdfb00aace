// Purging at once: what would go, the sum typed, a reason.
import { ask, newKey, t, toast } from "./base.js";
import { html } from "../vendor/lit-html/lit-html.js";
import { askForm } from "./desk_dialogs.js";
import { told } from "./settings_dialogs.js";

export function askPurge({ kept, due, begun }) {
  const sum = due.reduce((all, [, n]) => all + n, 0);
  return askForm({
    title: t("purge_title"), go: t("purge_go"), danger: true,
    body: html`<ul class="bullets">${due.map(([key, n]) => html`<li>${t(key, { n })}</li>`)}</ul><p class="soft">${t("purge_more")}</p>
      <label>${t("purge_type", { n: sum })}<input name="sum" inputmode="numeric" autocomplete="off" maxlength="12" autofocus></label>
      <label>${t("why")}<textarea name="why" maxlength="2000"></textarea></label>`,
    submit: told(async (data) => {
      const why = data.get("why").trim();
      if (data.get("sum").trim() !== String(sum)) throw new Error(t("purge_type_wrong", { n: sum }));
      if (!why) throw new Error(t("why_needed"));
      const { tracks, closed_leads, lapsed_leads, permits, drafts } = kept;
      await ask("POST", "/v1/retention/purge", { body: { tracks, closed_leads, lapsed_leads, permits, drafts, why }, key: newKey() });
      toast(t("purge_queued"));
      begun().catch(() => undefined); // what it shows can be looked at again
      return true;
    }),
  });
}
