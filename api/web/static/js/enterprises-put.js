// Renders into a box; what the page itself put there first, such as a word that it loads, goes.
import { render } from "../vendor/lit-html/lit-html.js";

const begun = new WeakSet();

export function put(template, box) {
  if (!begun.has(box)) {
    begun.add(box);
    box.replaceChildren();
  }
  render(template, box);
}
