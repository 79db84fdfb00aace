// A file in pieces: it goes on where it broke off, after a lost connection, a reload, another day.
import { ask, newKey, Refused } from "./base.js";

const FIRST = 256 * 1024;
const MOST = 8 * 1024 * 1024;
const AIM_MS = 1200;
const HASHED = 64 * 1024 * 1024;
const WAITS_S = [1, 2, 4, 8, 15];

export class Stopped extends Error {}

const pause = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener("abort", () => { clearTimeout(timer); reject(new Stopped()); }, { once: true });
});

async function sha256(file) {
  if (file.size > HASHED || !crypto.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Tries until the service can be reached; `tell({waits})` says for how many seconds it waits.
async function patiently(run, tell, signal) {
  for (let n = 0; ; n += 1) {
    if (signal.aborted) throw new Stopped();
    try {
      return await run();
    } catch (error) {
      if (error.name === "AbortError" || signal.aborted) throw new Stopped();
      const passing = !(error instanceof Refused) || [408, 423, 429, 502, 503, 504].includes(error.status);
      if (!passing) throw error;
      const waits = WAITS_S[Math.min(n, WAITS_S.length - 1)];
      tell({ waits });
      await pause(waits * 1000, signal);
    }
  }
}

// Begins an upload; answers its id.
export async function beginUpload(file, { kind, crs, why, tell, signal }) {
  const hash = await sha256(file);
  const body = { kind, file_name: file.name, size: file.size, why, ...(hash ? { sha256: hash } : {}), ...(kind === "traces" ? { crs } : {}) };
  const key = newKey();
  const told = await patiently(() => ask("POST", "/v1/traces/uploads", { body, key, signal }), tell, signal);
  return told.body.id;
}

// Sends what is missing of an upload; `tell({done})` follows it in bytes. Answers the upload when it is complete or refused.
export async function sendFile(file, id, { tell, signal }) {
  const where = `/v1/traces/uploads/${id}`;
  let upload = (await patiently(() => ask("GET", where, { signal }), tell, signal)).body;
  let size = FIRST;
  tell({ done: upload.offset });
  while (upload.state === "open" && upload.offset < file.size) {
    const offset = upload.offset;
    const began = performance.now();
    const piece = file.slice(offset, offset + size);
    try {
      const { response } = await ask("PATCH", where, { body: piece, signal, headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset), "Tus-Resumable": "1.0.0" } });
      upload = { ...upload, offset: Number(response.headers.get("upload-offset")) };
      const took = performance.now() - began;
      size = Math.round(Math.min(Math.max(size * Math.min(AIM_MS / Math.max(took, 1), 4), FIRST), MOST));
    } catch (error) {
      if (error.name === "AbortError") throw new Stopped();
      if (error instanceof Refused && ![408, 409, 423, 429, 502, 503, 504].includes(error.status)) throw error;
      size = FIRST;
      // what arrived of a piece that broke off is kept: ask where to go on
      if (!(error instanceof Refused)) {
        tell({ waits: 1 });
        await pause(1000, signal);
      }
      upload = (await patiently(() => ask("GET", where, { signal }), tell, signal)).body;
    }
    tell({ done: upload.offset });
  }
  for (;;) {
    upload = (await patiently(() => ask("GET", where, { signal }), tell, signal)).body;
    if (upload.state !== "checking") return upload;
    tell({ checking: true });
    await pause(700, signal);
  }
}
