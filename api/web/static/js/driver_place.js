// A place: typed with suggestions, the device's position, or a point of the map.
import { ask, t } from "./base.js";

const WAIT_MS = 150;
const six = (n) => Number(n.toFixed(6));
const five = (n) => n.toFixed(5);

export class PlaceField {
  // `fault(text)` says what is wrong at the field, and takes it away for "".
  constructor(input, fault) {
    this.input = input;
    this.fault = fault;
    this.chosen = null;
    this.found = [];
    this.active = -1;
    this.list = Object.assign(document.createElement("ul"), { id: `${input.id}-list`, hidden: true, className: "options" });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.labels[0].textContent.trim());
    this.count = Object.assign(document.createElement("p"), { className: "unseen" });
    this.count.setAttribute("role", "status");
    input.parentElement.append(this.list, this.count);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": this.list.id, "aria-autocomplete": "list" })) input.setAttribute(name, value);
    input.addEventListener("input", () => { this.chosen = null; this.fault(""); this.soon(); });
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const at = event.target.closest("[role=option]")?.dataset.at;
      if (at !== undefined) this.choose(this.found[Number(at)]);
    });
  }

  soon() {
    clearTimeout(this.timer);
    this.asking?.abort();
    if (!this.input.value.trim()) { this.close(); return; }
    this.timer = setTimeout(async () => {
      try {
        this.show(await this.search());
      } catch (error) {
        if (error.name !== "AbortError") this.close(); // what is wrong is said when the question is asked
      }
    }, WAIT_MS);
  }

  async search() {
    this.asking = new AbortController();
    const { body } = await ask("GET", `/v1/places?q=${encodeURIComponent(this.input.value.trim())}`, { signal: this.asking.signal });
    return body.places;
  }

  show(found) {
    this.found = found;
    this.active = -1;
    this.list.replaceChildren(...found.map((each, at) => this.option(each, at)));
    this.open(found.length > 0);
    this.count.textContent = t("places_found", { n: found.length });
  }

  option(each, at) {
    const row = Object.assign(document.createElement("li"), { id: `${this.list.id}-${at}` });
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    row.dataset.at = at;
    const name = Object.assign(document.createElement("span"), { textContent: each.label, lang: "zh-CN" });
    const words = [t(`kind_${each.kind}`), each.name && each.name !== each.label ? each.name : null, each.end ? each.kind !== "street" && each.place ? t(`place_${each.place}`) : null : t("no_position")];
    const more = Object.assign(document.createElement("span"), { className: "soft small", textContent: words.filter(Boolean).join(" · ") });
    row.append(name, more);
    return row;
  }

  open(is) {
    this.list.hidden = !is;
    this.input.setAttribute("aria-expanded", String(is));
    if (!is) this.input.removeAttribute("aria-activedescendant");
  }

  close() { this.open(false); }

  key(event) {
    if (event.key === "Escape" && !this.list.hidden) { event.preventDefault(); this.close(); return; }
    if (event.key === "Enter" && !this.list.hidden && this.active >= 0) { event.preventDefault(); this.choose(this.found[this.active]); return; }
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || !this.found.length) return;
    event.preventDefault();
    this.open(true);
    const step = event.key === "ArrowDown" ? 1 : -1;
    this.active = (this.active + step + this.found.length + (this.active < 0 && step < 0 ? 1 : 0)) % this.found.length;
    [...this.list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === this.active)));
    const row = this.list.children[this.active];
    this.input.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  choose(each) {
    this.close();
    if (!each.end) { this.fault(t("fault_no_position", { name: each.label })); return false; }
    this.set(each.label, each.end, each);
    return true;
  }

  // `end` is what /v1/trips takes; a junction's position is kept beside it, for questions about one place.
  set(label, end, at = null) {
    this.input.value = label;
    this.chosen = { label, end, lon: at?.lon ?? end.lon, lat: at?.lat ?? end.lat, kind: at?.kind };
    this.fault("");
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Answers the place that is meant, looking a typed name up; null where that is not clear, and says so.
  async resolve(empty) {
    if (this.chosen) return this.chosen;
    const typed = this.input.value.trim();
    if (!typed) { this.fault(empty); return null; }
    const found = await this.search();
    const same = found.filter((each) => each.label === typed || each.name === typed);
    const one = same.length ? same[0] : found.length === 1 ? found[0] : null;
    if (one) return this.choose(one) ? this.chosen : null;
    this.fault(t(found.length ? "fault_which" : "fault_no_place", { q: typed }));
    this.show(found);
    return null;
  }

  // Takes the device's position, if the person permits.
  async locate(say) {
    if (!navigator.geolocation) { this.fault(t("locate_failed")); return; }
    say(t("locating"));
    try {
      const { coords } = await new Promise((found, failed) => navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 }));
      const end = { lon: six(coords.longitude), lat: six(coords.latitude), crs: "wgs84", accuracy_m: Math.max(1, Math.round(coords.accuracy)) };
      this.set(t("here", { lat: five(end.lat), lon: five(end.lon) }), end);
      say(t("here_accuracy", { n: end.accuracy_m }));
    } catch (error) {
      say("");
      this.fault(t(error.code === 1 ? "locate_denied" : "locate_failed"));
    }
  }

  // Opens the map; the place is where its cross stands.
  async pick() {
    const dialog = document.getElementById("picker");
    const done = document.getElementById("pick-ok");
    done.disabled = true;
    dialog.showModal();
    const { pickMap } = await import("./driver_map.js");
    const map = await pickMap(document.getElementById("pick-map"), this.chosen);
    done.disabled = map === null;
    done.onclick = () => {
      const { lng, lat } = map.getCenter();
      const end = { lon: six(lng), lat: six(lat), crs: "wgs84" };
      this.set(t("picked", { lat: five(lat), lon: five(lng) }), end);
      dialog.close();
    };
    document.getElementById("pick-cancel").onclick = () => dialog.close();
    dialog.onclose = () => this.input.focus({ preventScroll: true });
  }
}
