import { signIn } from "./base.js";

// back to where the person came from, and never to another site
const next = new URL(new URLSearchParams(location.search).get("next") ?? "/", location.origin);
const form = document.getElementById("signin");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  document.getElementById("fault").textContent = "";
  try {
    await signIn(form);
    location.assign(next.origin === location.origin ? next.pathname + next.search : "/");
  } catch (error) {
    document.getElementById("fault").textContent = error.message;
    document.getElementById("password").select();
  }
});
