// The form: files, what each is, coordinates, purpose; then the upload and what is begun with it.
import { ask, session, state, t, toast } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";
import { beginUpload, sendFile, Stopped } from "./upload.js";

const form = document.getElementById("upload");
const chosen = document.getElementById("chosen");
const fault = document.getElementById("fault");

export function bytes(n) {
  const units = ["B", "kB", "MB", "GB"];
  let k = 0;
  let value = n;
  while (value >= 1000 && k < units.length - 1) { value /= 1000; k += 1; }
  return `${k && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[k]}`;
}

// `kept` names what is remembered in the browser: which uploads belong together, no file's content, no name of a person.
// `kinds()`: the kinds of files there can be now; `needed()`: those of which one has to be there; `many`: those of which there may be more.
// `lacks(data)`: what else is missing, as a sentence. `changed()`: the form was filled again from what was kept.
// `create(uploads, data)` begins a run and answers it; `begun(run)` shows it. Answers {changed}, for when the kinds are others.
export function uploadForm({ kept, kinds, needed, many, create, begun, lacks: also = () => null, changed: turned = () => {} }) {
  let items = []; // {file, kind, name, size, id, done, state, message}
  let working = null;

  const told = (item) => {
    if (item.state === "sending") return item.waits ? t("broken", { n: item.waits }) : t("sending", { done: bytes(item.done), total: bytes(item.size) });
    if (item.state === "checking") return t("verifying");
    if (item.state === "complete") return `${t("arrived")} · ${bytes(item.size)}`;
    if (item.state === "refused") return t("refused", { message: item.message });
    if (item.state === "again") return `${t("again")} · ${t("sending", { done: bytes(item.done), total: bytes(item.size) })}`;
    return item.done ? t("resuming", { done: bytes(item.done) }) : `${t("waiting")} · ${bytes(item.size)}`;
  };

  function draw() {
    const left = items.some((item) => item.id) && !working;
    render(html`${left ? html`<div class="kept"><p>${t("kept")}</p><p><button type="button" class="button slim" @click=${discard}>${t("discard")}</button></p></div>` : ""}
      <ul class="files">${items.map((item) => html`<li class=${item.state === "refused" ? "bad" : ""} data-state=${item.state} data-name=${item.name}>
        <div class="row"><span class="name">${item.name}</span>
          <label class="row"><span class="small">${t("kind")}</span><select ?disabled=${Boolean(item.id) || Boolean(working)} aria-label="${t("kind")} ${item.name}" @change=${(event) => { item.kind = event.target.value; draw(); }}>
            <option value="" ?selected=${!item.kind}>${t("kind_ask")}</option>${kinds().map((kind) => html`<option value=${kind} ?selected=${item.kind === kind}>${t(`kind_${kind}`)}</option>`)}</select></label>
          ${working ? "" : html`<button type="button" class="button slim" aria-label="${t("remove")} ${item.name}" @click=${() => remove(item)}>×</button>`}</div>
        ${item.id || item.state === "sending" ? html`<progress max=${item.size} .value=${item.done} aria-label=${item.name}></progress>` : ""}
        <span class="small num ${item.state === "refused" ? "fault" : "soft"}">${told(item)}</span></li>`)}</ul>`, chosen);
    document.getElementById("start").disabled = Boolean(working);
    document.getElementById("stop").hidden = !working;
  }

  function keep() {
    const rows = items.filter((item) => item.id).map(({ id, kind, name, size }) => ({ id, kind, name, size }));
    const given = Object.fromEntries(new FormData(form));
    if (rows.length || given.why || given.crs) localStorage.setItem(kept, JSON.stringify({ account: session.account_id, rows, given }));
    else localStorage.removeItem(kept);
  }

  function add(files) {
    for (const file of files) {
      const waiting = items.find((item) => !item.file && item.name === file.name && item.size === file.size && item.state !== "complete");
      if (waiting) {
        Object.assign(waiting, { file, state: "waiting" });
        continue;
      }
      if (items.some((item) => item.file && item.name === file.name && item.size === file.size)) continue;
      const kind = guess(file.name);
      items.push({ file, kind, name: file.name, size: file.size, id: null, done: 0, state: "waiting", message: "" });
    }
    fault.textContent = "";
    draw();
  }

  const guess = (name) => (kinds().length === 1 ? kinds()[0] : state.guesses.find(([kind, like]) => kinds().includes(kind) && new RegExp(like, "i").test(name))?.[0] ?? "");

  async function remove(item) {
    items = items.filter((each) => each !== item);
    keep();
    draw();
    if (item.id) await ask("DELETE", `/v1/traces/uploads/${item.id}`).catch((error) => toast(error.message));
  }

  async function discard() {
    const gone = items.filter((item) => item.id);
    items = items.filter((item) => !item.id);
    keep();
    draw();
    for (const item of gone) await ask("DELETE", `/v1/traces/uploads/${item.id}`).catch((error) => toast(error.message));
  }

  // What is missing, as a sentence; what is wrong is never sent.
  function missing(data) {
    const of = (kind) => items.filter((item) => item.kind === kind).length;
    const again = items.find((item) => item.state === "again");
    if (again) return t("need_again", { name: again.name });
    const unknown = items.find((item) => !item.kind);
    if (unknown) return t("need_kind", { name: unknown.name });
    const hollow = items.find((item) => !item.size);
    if (hollow) return t("file_empty", { name: hollow.name });
    const lacks = needed().find((kind) => !of(kind));
    if (lacks) return t(`need_${lacks}`);
    const twice = kinds().find((kind) => !many.includes(kind) && of(kind) > 1);
    if (twice) return t("need_one", { kind: t(`kind_${twice}`) });
    if (kinds().includes("traces") && !data.get("crs")) return t("need_crs");
    if (!data.get("why").trim()) return t("need_why");
    return also(data);
  }

  async function send(data) {
    const signal = working.signal;
    const why = data.get("why").trim();
    const crs = data.get("crs");
    for (const item of items) {
      if (item.state === "complete") continue;
      const tell = ({ done = item.done, waits = 0, checking = false }) => {
        Object.assign(item, { done, waits, state: checking ? "checking" : "sending" });
        draw();
      };
      tell({});
      try {
        item.id ??= await beginUpload(item.file, { kind: item.kind, crs, why, tell, signal });
        keep();
        const upload = await sendFile(item.file, item.id, { tell, signal });
        if (upload.state !== "complete") {
          const { message, line, field } = upload.fault ?? { message: upload.state };
          throw new Error([message, line && t("fault_line", { line }), field && t("fault_field", { field })].filter(Boolean).join(" · "));
        }
        Object.assign(item, { state: "complete", done: item.size });
      } catch (error) {
        if (error instanceof Stopped) Object.assign(item, { state: "waiting" });
        else {
          // a refused file is void: another one can take its place
          Object.assign(item, { state: "refused", message: error.problem?.errors?.[0]?.message ?? error.message, id: null, done: 0 });
          keep();
        }
        throw error;
      }
      draw();
    }
    return create(items.map((item) => item.id), data);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (working) return;
    const data = new FormData(form);
    fault.textContent = missing(data) ?? "";
    if (fault.textContent) return;
    working = new AbortController();
    draw();
    try {
      const run = await send(data);
      items = [];
      form.reset();
      turned();
      localStorage.removeItem(kept);
      toast(t("begun"));
      begun(run);
    } catch (error) {
      if (error instanceof Stopped) fault.textContent = t("stopped");
      else fault.textContent = error.problem?.errors?.[0]?.message ?? error.message;
    } finally {
      working = null;
      draw();
    }
  });
  form.addEventListener("input", keep);
  document.getElementById("stop").addEventListener("click", () => working?.abort());
  document.getElementById("files").addEventListener("change", (event) => { add(event.target.files); event.target.value = ""; });
  const drop = document.getElementById("drop");
  for (const name of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop") add(event.dataTransfer.files);
    });
  }
  addEventListener("beforeunload", (event) => { if (working) event.preventDefault(); });

  async function restore() {
    const before = JSON.parse(localStorage.getItem(kept) ?? "null");
    if (!before || before.account !== session.account_id) return;
    for (const [name, value] of Object.entries(before.given)) {
      const field = form.elements.namedItem(name);
      if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = true;
      else if (field && value) field.value = value;
    }
    changed();
    for (const row of before.rows) {
      try {
        const { body } = await ask("GET", `/v1/traces/uploads/${row.id}`);
        if (["open", "checking", "complete"].includes(body.state)) items.push({ ...row, file: null, done: body.offset, state: body.state === "complete" ? "complete" : "again", message: "" });
      } catch (error) {
        if (error.status !== 404) toast(error.message);
      }
    }
    draw();
  }
  // What a file was taken for may not be asked for any more.
  function changed() {
    turned();
    for (const item of items) if (!item.id && !kinds().includes(item.kind)) item.kind = guess(item.name);
    draw();
  }

  draw();
  restore();
  return { changed };
}
