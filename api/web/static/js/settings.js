// The settings, a part at a time; which one stands behind the # of the address.
import { t } from "./base.js";
import { render } from "../vendor/lit-html/lit-html.js";
import { byId, failed } from "./office.js";

const PARTS = {
  law: () => import("./settings_law.js"),
  zones: () => import("./settings_zones.js"),
  accounts: () => import("./settings_accounts.js"),
  keys: () => import("./settings_keys.js"),
  suspensions: () => import("./settings_suspensions.js"),
  retention: () => import("./settings_retention.js"),
  audit: () => import("./settings_audit.js"),
};
let first = true;

function fresh() {
  const box = Object.assign(document.createElement("div"), { id: "content" });
  byId("content").replaceWith(box);
  return box;
}

async function open() {
  const name = location.hash.slice(1) in PARTS ? location.hash.slice(1) : "law";
  for (const link of document.querySelectorAll(".parts a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId("part-title").textContent = t(`part_${name}`);
  const box = fresh();
  box.append(Object.assign(document.createElement("p"), { className: "state-line", textContent: t("loading") }));
  if (!first) byId("part-title").focus({ preventScroll: true });
  first = false;
  try {
    const { show } = await PARTS[name]();
    await show(box);
  } catch (error) {
    render(failed(error, open), fresh());
  }
  byId("content").dataset.ready = name;
}

addEventListener("hashchange", open);
open();
