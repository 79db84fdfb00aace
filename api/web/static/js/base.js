// What every page does: words, questions to /v1, messages, signing in again without losing what was typed.
const data = (id) => JSON.parse(document.getElementById(id).textContent);
export const texts = data("texts");
export const session = data("session");
export const state = data("state");

// A text with its values; `{n|lead|leads}` is the first where n is 1, else the second.
export function t(key, values = {}) {
  const text = texts[key];
  if (text === undefined) throw new Error(`no text: ${key}`);
  const numbered = text.replace(/\{(\w+)\|([^|}]*)\|([^}]*)\}/g, (_, name, one, many) => (String(values[name]) === "1" ? one : many));
  return numbered.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.title ?? t("failed"));
    this.status = status;
    this.problem = problem;
  }
}

export const newKey = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");

// Asks /v1. `ifMatch`, `key` (Idempotency-Key) and `signal` are optional; a body that is no string or Blob is sent as JSON.
// Answers {body, etag, response}; throws Refused with the problem, or an Error where the service cannot be reached.
export async function ask(method, path, { body, ifMatch, key, headers = {}, signal } = {}) {
  const send = { "Accept-Language": session.lang, ...headers };
  let content = body;
  if (body !== undefined && !(body instanceof Blob) && typeof body !== "string") {
    content = JSON.stringify(body);
    send["Content-Type"] = "application/json";
  }
  if (session.csrf) send["X-CSRF-Token"] = session.csrf;
  if (ifMatch) send["If-Match"] = ifMatch;
  if (key) send["Idempotency-Key"] = key;
  let response;
  try {
    response = await fetch(path, { method, headers: send, body: content, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(t("offline"));
  }
  if (response.status === 401 && session.account_id && !path.endsWith("/session")) {
    await signInAgain();
    return ask(method, path, { body, ifMatch, key, headers, signal });
  }
  const kind = response.headers.get("content-type") ?? "";
  const told = response.status === 204 || response.status === 304 ? null : kind.includes("json") ? await response.json() : await response.text();
  if (!response.ok) throw new Refused(response.status, typeof told === "object" && told ? told : {});
  return { body: told, etag: response.headers.get("etag"), response };
}

// A message at the foot of the page, with something to do about it if `action` is given.
export function toast(text, { action, label, seconds = 8 } = {}) {
  const line = document.createElement("div");
  line.className = "toast";
  line.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    button.addEventListener("click", () => { line.remove(); action(); });
    line.append(button);
  }
  document.getElementById("toasts").append(line);
  setTimeout(() => line.remove(), seconds * 1000);
  return line;
}

let again = null;
function signInAgain() {
  again ??= new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    const field = (name, type, extra = {}) => {
      const label = Object.assign(document.createElement("label"), { textContent: t(name) });
      const input = Object.assign(document.createElement("input"), { name, type, autocomplete: { login: "username", password: "current-password", totp: "one-time-code" }[name], ...extra });
      label.append(input);
      return label;
    };
    const form = document.createElement("form");
    const fault = Object.assign(document.createElement("p"), { className: "fault" });
    fault.setAttribute("role", "alert");
    const go = Object.assign(document.createElement("button"), { className: "button main", textContent: t("sign_in") });
    form.append(Object.assign(document.createElement("p"), { textContent: t("session_over") }), field("login", "text", { required: true }), field("password", "password", { required: true }), field("totp", "text", { inputMode: "numeric" }), fault, go);
    dialog.append(form);
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await signIn(form);
        dialog.close();
        dialog.remove();
        again = null;
        resolve();
      } catch (error) {
        fault.textContent = error.message;
      }
    });
    document.body.append(dialog);
    dialog.showModal();
  });
  return again;
}

export async function signIn(form) {
  const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  const { body } = await ask("POST", "/v1/session", { body: { login: given.login, password: given.password, ...(given.totp ? { totp: given.totp } : {}) } });
  session.csrf = body.csrf;
  return body;
}

// What is folded and belongs to what is read (the clause, say) is unfolded on paper.
addEventListener("beforeprint", () => document.querySelectorAll("details[data-paper]:not([open])").forEach((each) => { each.open = true; each.dataset.paper = "unfolded"; }));
addEventListener("afterprint", () => document.querySelectorAll("details[data-paper=unfolded]").forEach((each) => { each.open = false; each.dataset.paper = ""; }));

document.getElementById("sign-out")?.addEventListener("click", async () => {
  await ask("DELETE", "/v1/session");
  location.assign("/");
});
