// Saves the form as one goes: on the server as a draft, and on this device until the server has it.
import { ask, newKey, Refused, session, state } from "./base.js";

const WAIT_MS = 800;
const KEY = `apply:${session.account_id}:${state.id}`;
export const path = `/v1/permits/${state.id}`;

export class Saver {
  // `fields()` is the application now, `form()` what is kept on this device; `changed(word, error)` hears saved, saving, not_saved, fault, conflict.
  constructor({ fields, form, changed }) {
    Object.assign(this, { fields, form, changed, etag: null, last: null, timer: null, chain: Promise.resolve() });
    addEventListener("pagehide", () => { if (this.timer) this.keep(); });
  }

  static kept() {
    try { return JSON.parse(localStorage.getItem(KEY)); } catch { return null; }
  }

  begin(etag, fields) {
    this.etag = etag;
    this.last = JSON.stringify(fields);
  }

  keep() { localStorage.setItem(KEY, JSON.stringify({ etag: this.etag, form: this.form() })); }
  forget() { localStorage.removeItem(KEY); }

  soon() {
    this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), WAIT_MS);
  }

  // One after the other: each names the state that the one before made.
  inTurn(work) {
    const turn = this.chain.then(work);
    this.chain = turn.catch(() => undefined);
    return turn;
  }

  save() {
    clearTimeout(this.timer);
    this.timer = null;
    return this.inTurn(() => this.send());
  }

  async send() {
    const body = this.fields();
    const now = JSON.stringify(body);
    if (now === this.last) { if (!this.timer) this.forgetIfSame(); this.changed("saved"); return true; }
    this.changed("saving");
    try {
      const { etag } = await ask("PUT", path, { body, ifMatch: this.etag });
      this.etag = etag;
      this.last = now;
      this.forgetIfSame();
      this.changed("saved");
      return true;
    } catch (error) {
      this.changed(error instanceof Refused ? (error.status === 412 ? "conflict" : error.status === 422 ? "fault" : "not_saved") : "not_saved", error);
      if (!(error instanceof Refused)) this.timer ??= setTimeout(() => this.save(), 8000);
      return false;
    }
  }

  // Half a vehicle stays on this device: the server has no place for it.
  forgetIfSame() {
    if (JSON.stringify(this.fields()) === this.last && this.form().vehicles.every((each) => each.plate.trim() || !Object.values(each).some(Boolean))) this.forget();
    else this.keep();
  }

  // A step or a file, in turn with saving; keeps the state that it makes.
  act(method, address, options = {}) {
    return this.inTurn(async () => {
      const told = await ask(method, address, { ifMatch: this.etag, ...(method === "POST" ? { key: newKey() } : {}), ...options });
      if (told.etag) {
        this.etag = told.etag;
        if (Saver.kept()) this.keep();
      }
      return told;
    });
  }
}
