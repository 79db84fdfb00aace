// What several parts of the settings ask: a reason; and what is shown once.
import { t, toast } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";
import { askForm } from "./desk_dialogs.js";
import { faultOf } from "./office.js";

export const told = (work) => async (...given) => {
  try {
    return await work(...given);
  } catch (error) {
    throw new Error(faultOf(error));
  }
};

export function askWhy({ title, more, go = title, danger = false, act }) {
  return askForm({
    title, go, danger, body: html`<p class="soft">${more}</p><label>${t("why")}<textarea name="why" maxlength="2000" autofocus></textarea></label>`,
    submit: told(async (data, form) => {
      const why = data.get("why").trim();
      if (!why) {
        form.elements.namedItem("why").setAttribute("aria-invalid", "true");
        throw new Error(t("why_needed"));
      }
      await act(why);
      return true;
    }),
  });
}

// A secret, shown once: it goes when the dialog closes, and closes only when somebody says so.
export function showOnce(words, secret) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "widedialog";
    dialog.setAttribute("aria-labelledby", "once-title");
    const copy = async () => { await navigator.clipboard?.writeText(secret).then(() => toast(t("once_copied")), () => undefined); };
    render(html`<form method="dialog"><h2 id="once-title">${t("once_title")}</h2><p>${words}</p><p class="secret" id="secret">${secret}</p><div class="row end"><button type="button" class="button" @click=${copy}>${t("once_copy")}</button><button class="button main">${t("once_done")}</button></div></form>`, dialog);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener("close", () => { dialog.remove(); resolve(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
