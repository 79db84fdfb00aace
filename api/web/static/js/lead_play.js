// A passage along time: between two fixes the vehicle is shown on the matched path where that is known, else on the straight line.
import { t } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";
import { clock } from "./desk_words.js";

const SPEEDS = [1, 10, 30, 60, 120];
const NEAR_M = 60;
const METRES = 111195;

const flat = ([lon, lat], [lon0, lat0]) => [(lon - lon0) * METRES * Math.cos((lat0 * Math.PI) / 180), (lat - lat0) * METRES];

// The path with the metres at each corner.
function measured(coordinates) {
  const points = coordinates.map((each) => flat(each, coordinates[0]));
  const at = [0];
  for (let n = 1; n < points.length; n += 1) at.push(at[n - 1] + Math.hypot(points[n][0] - points[n - 1][0], points[n][1] - points[n - 1][1]));
  return {
    // metres along the path nearest to a place, not before `from`; null where it is far from the path
    nearest(place, from) {
      const [px, py] = flat(place, coordinates[0]);
      let best = null;
      for (let n = 1; n < points.length; n += 1) {
        if (at[n] < from) continue;
        const [[ax, ay], [bx, by]] = [points[n - 1], points[n]];
        const long = at[n] - at[n - 1];
        const part = long ? Math.min(Math.max(((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / long ** 2, 0), 1) : 0;
        const off = Math.hypot(px - ax - part * (bx - ax), py - ay - part * (by - ay));
        if (off < NEAR_M && (best === null || off < best.off - 5)) best = { off, metres: Math.max(at[n - 1] + part * long, from) };
      }
      return best && best.metres;
    },
    place(metres) {
      const n = Math.max(1, at.findIndex((each) => each >= metres));
      const part = at[n] > at[n - 1] ? (metres - at[n - 1]) / (at[n] - at[n - 1]) : 0;
      return coordinates[n - 1].map((value, k) => value + part * (coordinates[n][k] - value));
    },
  };
}

// `fixes` in order of time, each with `during`; `onPath` says whether the line is the matched path.
export function player(box, { fixes, line, onPath, offsetMin, map, strip }) {
  const times = fixes.map((fix) => Date.parse(fix.time));
  const path = onPath && line.coordinates.length > 1 ? measured(line.coordinates) : null;
  let along = 0;
  const metres = fixes.map((fix) => {
    const found = path && fix.during ? path.nearest([fix.lon, fix.lat], along) : null;
    if (found !== null) along = found;
    return found;
  });
  const first = Math.max(0, fixes.findIndex((fix) => fix.during));
  let now = times[first];
  let speed = 30;
  let playing = false;
  let frame = 0;

  const iso = (ms) => new Date(ms + offsetMin * 60000).toISOString().slice(0, 19);
  const indexAt = (ms) => {
    let k = times.findIndex((time) => time > ms) - 1;
    if (k === -2) k = times.length - 1;
    return Math.max(k, 0);
  };

  function place(k) {
    const [a, b] = [fixes[k], fixes[k + 1]];
    const part = b && times[k + 1] > times[k] ? (now - times[k]) / (times[k + 1] - times[k]) : 0;
    if (!b || part <= 0) return [a.lon, a.lat];
    if (metres[k] !== null && metres[k + 1] !== null) return path.place(metres[k] + part * (metres[k + 1] - metres[k]));
    return [a.lon + part * (b.lon - a.lon), a.lat + part * (b.lat - a.lat)];
  }

  function draw() {
    const k = indexAt(now);
    const fix = fixes[k];
    const exact = now === times[k];
    map?.now(place(k), exact ? fix.accuracy_m : null);
    strip.at(iso(now));
    const told = exact
      ? [fix.speed_kmh === null ? t("play_no_speed") : t("play_kmh", { n: Math.round(fix.speed_kmh) }), fix.accuracy_m === null ? t("play_no_accuracy") : t("play_accuracy", { n: Math.round(fix.accuracy_m) })]
      : [t("play_between")];
    render(html`<div class="player">
      <p class="now num">${clock(iso(now))} · ${strip.within(iso(now)) ? t("play_in_hours") : t("play_out_hours")}${fix.during ? ` · ${t("play_during")}` : ""}</p>
      <input type="range" min=${times[0]} max=${times.at(-1)} step="1000" .value=${String(now)} aria-label=${t("play_slider")} aria-valuetext=${clock(iso(now))} @input=${(event) => go(Number(event.target.value))}>
      <div class="row"><button type="button" class="button main" id="play-button" @click=${toggle}>${playing ? t("play_pause") : t("play_start")} <kbd>p</kbd></button>
        <button type="button" class="button" @click=${() => stepFix(-1)} aria-label=${t("play_previous")}>◂</button>
        <button type="button" class="button" @click=${() => stepFix(1)} aria-label=${t("play_next")}>▸</button>
        <label class="inline"><span>${t("play_speed")}</span><select @change=${(event) => { speed = Number(event.target.value); }}>${SPEEDS.map((each) => html`<option value=${each} ?selected=${each === speed}>×${each}</option>`)}</select></label></div>
      <p class="small soft num">${t("play_fix", { k: k + 1, n: fixes.length })} · ${told.join(" · ")} · ${t("play_recorded")}</p>
    </div>`, box);
  }

  function go(ms) {
    now = Math.min(Math.max(ms, times[0]), times.at(-1));
    // the slider steps by whole seconds
    const near = times.find((time) => Math.abs(time - now) < 1000);
    if (near !== undefined && !playing) now = near;
    draw();
  }

  function stepFix(by) {
    const k = indexAt(now);
    go(times[Math.min(Math.max(by < 0 && now > times[k] ? k : k + by, 0), times.length - 1)]);
  }

  function toggle() {
    playing = !playing;
    if (playing && now >= times.at(-1)) now = times[first];
    cancelAnimationFrame(frame);
    if (playing) {
      let before = performance.now();
      const run = (at) => {
        now = Math.min(now + (at - before) * speed, times.at(-1));
        before = at;
        if (now >= times.at(-1)) playing = false;
        draw();
        if (playing) frame = requestAnimationFrame(run);
      };
      frame = requestAnimationFrame(run);
    }
    draw();
  }

  draw();
  return { toggle };
}
