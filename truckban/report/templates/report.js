"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  root.classList.add("js");
  const $ = (query, from = document) => from.querySelector(query);
  const $$ = (query, from = document) => [...from.querySelectorAll(query)];
  const make = (name, attributes = {}, text = "") => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.textContent = text;
    return node;
  };
  const tell = (key, values) => data.text[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const sheet = $("#sheet"), info = $("#info"), picked = $("#picked"), pins = $("#pins"), hint = info.firstElementChild;
  const paths = data.passages.map((_, n) => document.getElementById(`p${n}`));
  const rows = new Map($$("tbody.lead").map((row) => [Number(row.dataset.n), row]));

  // ---- the view: its middle (metres) and metres a pixel
  const [left, top, width, height] = data.view;
  const view = { x: 0, y: 0, k: 1 };
  let paper = null;
  const size = () => paper || { w: sheet.clientWidth || 600, h: sheet.clientHeight || 400 };
  const widest = () => { const { w, h } = size(); return Math.max(width / w, height / h); };
  const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  let pending = 0;
  const show = () => {
    view.k = clamp(view.k, 0.12, widest() * 2.2);
    view.x = clamp(view.x, left - width / 2, left + width * 1.5);
    view.y = clamp(view.y, top - height / 2, top + height * 1.5);
    if (!pending) pending = requestAnimationFrame(draw);
  };
  const draw = () => {
    pending = 0;
    const { w, h } = size();
    sheet.setAttribute("viewBox", [view.x - w * view.k / 2, view.y - h * view.k / 2, w * view.k, h * view.k].join(" "));
    sheet.style.setProperty("--k", view.k);
    for (const [id, turn] of [["hatch", " rotate(45)"], ["dots", ""]]) document.getElementById(id).setAttribute("patternTransform", `scale(${view.k})${turn}`);
    scaleBar();
    declutter();
  };
  // in metres on the sheet, so that it stays true when the sheet is printed in another size
  const scaleBar = () => {
    const { w, h } = size(), k = view.k, most = 110 * k, power = 10 ** Math.floor(Math.log10(most));
    const metres = [5, 2, 1].map((step) => step * power).find((step) => step <= most);
    const right = view.x + (w / 2 - 16) * k, base = view.y + (h / 2 - 14) * k, from = right - metres, scale = $("#scale");
    for (const [key, value] of Object.entries({ x: from - 8 * k, y: base - 22 * k, width: metres + 16 * k, height: 30 * k, rx: 4 * k })) $("rect", scale).setAttribute(key, value);
    $("path", scale).setAttribute("d", `M${from} ${base - 4 * k}V${base + 3 * k}H${right}V${base - 4 * k}`);
    const text = $("text", scale);
    text.setAttribute("x", (from + right) / 2);
    text.setAttribute("y", base - 7 * k);
    text.textContent = metres >= 1000 ? `${metres / 1000} ${data.text["unit.km"]}` : `${metres} ${data.text["unit.m"]}`;
  };
  const declutter = () => {
    const names = $$(".name", sheet), frame = sheet.getBoundingClientRect();
    const taken = $$(".tools, .north, #scale, .caption, #pins circle", sheet.parentElement).map((node) => node.getBoundingClientRect());
    const boxes = names.map((name) => name.getBoundingClientRect());
    names.forEach((name, n) => {
      const box = boxes[n], gap = 3;
      const out = box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom;
      const meets = taken.some((other) => box.left < other.right + gap && box.right > other.left - gap && box.top < other.bottom + gap && box.bottom > other.top - gap);
      name.classList.toggle("covered", out || meets);
      if (!out && !meets) taken.push(box);
    });
  };
  const home = () => { view.x = left + width / 2; view.y = top + height / 2; view.k = widest(); show(); };
  const at = (event) => {
    const box = sheet.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  };
  const zoom = (factor, to = { x: 0, y: 0 }) => {
    const before = view.k;
    view.k = clamp(view.k * factor, 0.12, widest() * 2.2);
    view.x += to.x * (before - view.k);
    view.y += to.y * (before - view.k);
    show();
  };
  const bring = (box) => {
    const { w, h } = size();
    const seen = { l: view.x - w * view.k / 2, r: view.x + w * view.k / 2, t: view.y - h * view.k / 2, b: view.y + h * view.k / 2 };
    const within = box.x >= seen.l && box.x + box.width <= seen.r && box.y >= seen.t && box.y + box.height <= seen.b;
    if (within && Math.max(box.width, box.height) > 40 * view.k) return;
    view.x = box.x + box.width / 2;
    view.y = box.y + box.height / 2;
    view.k = clamp(Math.max(box.width / w, box.height / h) * 1.5, 1.2, widest());
    show();
  };

  // ---- pointers: one drags, two pinch, a still one picks
  const pointers = new Map();
  let moved = 0;
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    pointers.set(event.pointerId, at(event));
    if (pointers.size === 1) moved = 0;
  });
  sheet.addEventListener("pointermove", (event) => {
    const was = pointers.get(event.pointerId);
    if (!was) return;
    const is = at(event);
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    moved += Math.hypot(is.x - was.x, is.y - was.y);
    if (moved > 5) sheet.setPointerCapture(event.pointerId);
    if (others.length) {
      const other = others[0], span = (point) => Math.max(20, Math.hypot(point.x - other.x, point.y - other.y));
      zoom(span(was) / span(is), { x: (is.x + other.x) / 2, y: (is.y + other.y) / 2 });
    }
    view.x -= (is.x - was.x) * view.k / (others.length + 1);
    view.y -= (is.y - was.y) * view.k / (others.length + 1);
    pointers.set(event.pointerId, is);
    if (moved > 5) show();
  });
  const lift = (event) => pointers.delete(event.pointerId);
  sheet.addEventListener("pointercancel", lift);
  sheet.addEventListener("pointerup", (event) => {
    if (pointers.has(event.pointerId) && pointers.size === 1 && moved <= 5) pickAt(event.clientX, event.clientY);
    lift(event);
  });
  sheet.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(clamp(event.deltaY * (event.deltaMode ? 30 : 1), -240, 240) * 0.0018), at(event));
  }, { passive: false });
  const actions = { in: () => zoom(1 / 1.5), out: () => zoom(1.5), home };
  $$(".tools button").forEach((button) => button.addEventListener("click", actions[button.dataset.do]));
  sheet.addEventListener("keydown", (event) => {
    const step = 60 * view.k;
    const keys = {
      ArrowLeft: () => { view.x -= step; }, ArrowRight: () => { view.x += step; }, ArrowUp: () => { view.y -= step; }, ArrowDown: () => { view.y += step; },
      "+": actions.in, "=": actions.in, "-": actions.out, "0": home, Home: home,
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
    show();
  });

  // ---- picking: the map and the table point at each other
  let current = null, here = [];
  const pickAt = (x, y) => {
    const found = new Set();
    for (const reach of [0, 3, 6, 9]) {
      for (let turn = 0; turn < (reach ? 8 : 1); turn += 1) {
        const dx = reach * Math.cos(turn * Math.PI / 4), dy = reach * Math.sin(turn * Math.PI / 4);
        for (const node of document.elementsFromPoint(x + dx, y + dy)) if (node.classList.contains("passage")) found.add(Number(node.id.slice(1)));
      }
      if (found.size) break;
    }
    const list = [...found];
    if (!list.length) { pick(null); return; }
    const known = here.length === list.length && list.every((n) => here.includes(n));
    const next = known ? here[(here.indexOf(current) + 1) % here.length] : list[0];
    here = known ? here : list;
    pick(next, { from: "map" });
  };
  const pick = (number, { from = "" } = {}) => {
    if (current !== null && rows.has(current)) { rows.get(current).classList.remove("on"); fold(rows.get(current), false); }
    picked.replaceChildren();
    pins.replaceChildren();
    sheet.classList.toggle("dim", number !== null);
    current = number;
    if (from !== "map") here = [];
    describe();
    if (number === null) return;
    const path = paths[number], passage = data.passages[number], d = path.getAttribute("d");
    picked.append(make("path", { d, class: "halo" }), make("path", { d, class: `core ${passage.kind}` }));
    const length = path.getTotalLength();
    [["map.leave", length], ["map.enter", 0]].forEach(([key, along]) => {
      const point = path.getPointAtLength(along);
      pins.append(make("circle", { cx: point.x, cy: point.y }), make("text", { x: point.x, y: point.y }, data.text[key]));
    });
    const row = rows.get(number);
    if (row) {
      row.classList.add("on");
      fold(row, true);
      if (from === "map") row.scrollIntoView({ block: "nearest" });
    }
    if (from === "map") declutter();
    else { bring(path.getBBox()); show(); }
  };
  const fold = (row, open) => {
    row.classList.toggle("open", open);
    $(".pick", row).setAttribute("aria-expanded", String(open));
  };
  const describe = () => {
    if (current === null) { info.replaceChildren(hint); return; }
    const passage = data.passages[current];
    const line = (className, ...texts) => {
      const node = document.createElement("p");
      node.className = className;
      for (const [tag, name, text] of texts) {
        const part = document.createElement(tag);
        part.className = name;
        part.textContent = text;
        node.append(part);
      }
      return node;
    };
    const lines = [
      line("who", ["span", `badge ${passage.kind}`, passage.word], ["b", "", passage.vehicle], ["span", "plate", passage.plate || data.text["row.no_plate"]], ["span", "num", `${passage.day} ${passage.from}–${passage.to}`], ["span", "soft", passage.lasted]),
      line("", ["span", "", `${passage.roads || data.text["row.no_roads"]} · ${passage.far} · ${passage.sure}`]),
      line("small", ["span", "", passage.cut ? data.text["map.cut"] : passage.why]),
    ];
    if (here.length > 1) lines.push(line("here", ["span", "", tell("map.here", { n: here.length, k: here.indexOf(current) + 1 })]));
    info.replaceChildren(...lines);
  };
  rows.forEach((row, number) => {
    $(".main", row).addEventListener("click", (event) => {
      if (event.target.closest("a") || String(getSelection())) return;
      pick(current === number ? null : number, { from: "row" });
    });
    $(".to-map", row).addEventListener("click", () => {
      if (current !== number) pick(number, { from: "row" });
      $("#map").scrollIntoView();
    });
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") pick(null); });

  // ---- filters
  const boxes = $$("input[name=kind]"), find = $("#find");
  const asMasked = (text) => (/^[\u4e00-\u9fff][a-z][·.\- ]?[a-z0-9]{4,}[\u4e00-\u9fff]{0,2}$/.test(text) ? `${text.slice(0, 2)}***${text.slice(-2)}` : text);
  const hay = data.passages.map((passage) => [passage.vehicle, passage.plate, passage.roads, passage.id, passage.day].join(" ").toLowerCase());
  const filter = () => {
    const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const words = asMasked(find.value.trim().toLowerCase()).split(/\s+/).filter(Boolean);
    let fitting = 0;
    data.passages.forEach((passage, number) => {
      const fits = kinds.has(passage.kind) && words.every((word) => hay[number].includes(word));
      paths[number].classList.toggle("off", !fits);
      const row = rows.get(number);
      if (row) { row.hidden = !fits; fitting += fits; }
      if (!fits && current === number) pick(null);
    });
    if (rows.size) {
      $("#shown").textContent = tell("table.count", { n: fitting, all: data.all_leads });
      $("#none").hidden = fitting > 0;
    }
  };
  boxes.forEach((box) => box.addEventListener("change", filter));
  find.addEventListener("input", filter);

  // ---- sorting
  const table = $(".leads table");
  const keys = {
    time: (p) => p.day + p.from, vehicle: (p) => p.vehicle + p.plate + p.day + p.from,
    kind: (p) => (p.kind === "prohibited" ? 0 : 1), far: (p) => p.metres, sure: (p) => p.probability,
  };
  const sort = (key, down) => {
    const order = [...rows.keys()].sort((a, b) => {
      const [x, y] = [keys[key](data.passages[a]), keys[key](data.passages[b])];
      return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1) || a - b;
    });
    table.append(...order.map((number) => rows.get(number)));
    $$("th", table).forEach((head) => {
      const button = $("button", head);
      if (button && button.dataset.sort === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    $("#sorting").value = key;
  };
  if (table) {
    $$("th button", table).forEach((button) => button.addEventListener("click", () => {
      sort(button.dataset.sort, button.closest("th").getAttribute("aria-sort") === "ascending");
    }));
    $("#sorting").addEventListener("change", (event) => sort(event.target.value, ["far", "sure"].includes(event.target.value)));
  }

  // ---- the rest
  let all = false;
  $("#unfold")?.addEventListener("click", (event) => {
    all = !all;
    rows.forEach((row) => fold(row, all));
    event.target.textContent = data.text[all ? "filter.collapse" : "filter.expand"];
  });
  $("#print").addEventListener("click", () => print());
  let before = size();
  const refit = () => {
    const is = size();
    if (is.w === before.w && is.h === before.h) return;
    view.k *= Math.max(before.w / is.w, before.h / is.h);
    before = is;
    show();
  };
  new ResizeObserver(refit).observe(sheet);
  // the sheet as the style for print lays it out on A4: names and scale are to fit that, and it must be drawn at once
  addEventListener("beforeprint", () => { paper = { w: 703, h: 446 }; refit(); draw(); });
  addEventListener("afterprint", () => { paper = null; refit(); });
  filter();
  home();
})();
