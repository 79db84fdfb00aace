// The form: files, what each is, coordinates, purpose; then the upload and the check.
import { ask, newKey, session, state, t, toast } from "./base.js";
import { html, render } from "../vendor/lit-html/lit-html.js";
import { beginUpload, sendFile, Stopped } from "./upload.js";

const KINDS = ["traces", "vehicles", "permits", "sites"];
const KEPT = "runs:upload"; // which uploads belong together: no file's content, no name of a person
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

export function uploadForm({ begun }) {
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
            <option value="" ?selected=${!item.kind}>${t("kind_ask")}</option>${KINDS.map((kind) => html`<option value=${kind} ?selected=${item.kind === kind}>${t(`kind_${kind}`)}</option>`)}</select></label>
          ${working ? "" : html`<button type="button" class="button slim" aria-label="${t("remove")} ${item.name}" @click=${() => remove(item)}>×</button>`}</div>
        ${item.id || item.state === "sending" ? html`<progress max=${item.size} .value=${item.done} aria-label=${item.name}></progress>` : ""}
        <span class="small num ${item.state === "refused" ? "fault" : "soft"}">${told(item)}</span></li>`)}</ul>`, chosen);
    document.getElementById("start").disabled = Boolean(working);
    document.getElementById("stop").hidden = !working;
  }

  function keep() {
    const rows = items.filter((item) => item.id).map(({ id, kind, name, size }) => ({ id, kind, name, size }));
    const given = Object.fromEntries(new FormData(form));
    if (rows.length || given.why || given.crs) localStorage.setItem(KEPT, JSON.stringify({ account: session.account_id, rows, given: { crs: given.crs ?? "", why: given.why, least: given.least } }));
    else localStorage.removeItem(KEPT);
  }

  function add(files) {
    for (const file of files) {
      const waiting = items.find((item) => !item.file && item.name === file.name && item.size === file.size && item.state !== "complete");
      if (waiting) {
        Object.assign(waiting, { file, state: "waiting" });
        continue;
      }
      if (items.some((item) => item.file && item.name === file.name && item.size === file.size)) continue;
      const kind = state.guesses.find(([, like]) => new RegExp(like, "i").test(file.name))?.[0] ?? "";
      items.push({ file, kind, name: file.name, size: file.size, id: null, done: 0, state: "waiting", message: "" });
    }
    fault.textContent = "";
    draw();
  }

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
    if (!of("traces")) return t("need_traces");
    if (!of("vehicles")) return t("need_vehicles");
    const many = KINDS.slice(1).find((kind) => of(kind) > 1);
    if (many) return t("need_one", { kind: t(`kind_${many}`) });
    if (!data.get("crs")) return t("need_crs");
    if (!data.get("why").trim()) return t("need_why");
    return null;
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
    const body = { uploads: items.map((item) => item.id), crs, min_probability: Number(data.get("least")), why };
    return (await ask("POST", "/v1/traces/runs", { body, key: newKey() })).body;
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
      localStorage.removeItem(KEPT);
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
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null");
    if (!kept || kept.account !== session.account_id) return;
    for (const [name, value] of Object.entries(kept.given)) {
      const field = form.elements.namedItem(name);
      if (field && value) field.value = value;
    }
    for (const row of kept.rows) {
      try {
        const { body } = await ask("GET", `/v1/traces/uploads/${row.id}`);
        if (["open", "checking", "complete"].includes(body.state)) items.push({ ...row, file: null, done: body.offset, state: body.state === "complete" ? "complete" : "again", message: "" });
      } catch (error) {
        if (error.status !== 404) toast(error.message);
      }
    }
    draw();
  }
  draw();
  restore();
}
