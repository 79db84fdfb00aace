// Which notice and which zone a check is by: asked where there are several.
import { state, t } from "./base.js";

export const lawOf = (data) => ({ ...(data.get("notice") ? { notice: data.get("notice") } : {}), ...(data.get("zone") ? { zone: data.get("zone") } : {}) });

// What is missing, as a sentence; else null.
export function lacksLaw(data) {
  if (data.has("notice") && !data.get("notice")) return t("need_notice");
  const several = data.has("notice") ? state.zoned.includes(data.get("notice")) : data.has("zone");
  return several && !data.get("zone") ? t("need_zone") : null;
}
