// A file of an application, shown under its name: pictures as pictures, a PDF in the browser's own viewer. Each look is on record,
// so nothing is shown before somebody asks for it.
import { t } from "./base.js";

const QUARTER = 90;

function picture(file, where, box) {
  const image = Object.assign(document.createElement("img"), { src: where, alt: t("preview_of", { name: file.name }) });
  image.addEventListener("error", () => box.replaceChildren(Object.assign(document.createElement("p"), { className: "fault", textContent: t("preview_failed") })));
  const holder = Object.assign(document.createElement("div"), { className: "picturebox", tabIndex: 0 });
  holder.setAttribute("role", "group");
  holder.setAttribute("aria-label", t("preview_of", { name: file.name }));
  holder.append(image);
  let turned = 0;
  const row = Object.assign(document.createElement("p"), { className: "row" });
  const button = (key, run) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "button slim", textContent: t(key) });
    made.addEventListener("click", () => run(made));
    row.append(made);
    return made;
  };
  // turning moves no other thing aside: margins do
  const fit = () => {
    image.style.rotate = `${turned}deg`;
    const more = turned % 180 ? (image.offsetWidth - image.offsetHeight) / 2 : 0;
    image.style.marginBlock = `${more}px`;
    image.style.marginInline = `${-more}px`;
  };
  button("preview_turn", () => {
    turned = (turned + QUARTER) % 360;
    fit();
  });
  button("preview_large", (made) => {
    made.setAttribute("aria-pressed", String(box.classList.toggle("large")));
    fit();
  }).setAttribute("aria-pressed", "false");
  box.append(row, holder);
}

function sheet(file, where, box) {
  const frame = Object.assign(document.createElement("iframe"), { src: `${where}#navpanes=0&view=FitH`, title: t("preview_of", { name: file.name }) });
  box.append(Object.assign(document.createElement("p"), { className: "small soft", textContent: t("preview_pdf") }), frame);
}

// Shows or hides a file under the button's row.
export function showFile(button, file) {
  const row = button.closest("li");
  const open = row.querySelector(".preview");
  button.setAttribute("aria-expanded", String(!open));
  if (open) {
    open.remove();
    return;
  }
  const box = Object.assign(document.createElement("div"), { className: "preview" });
  const where = `/v1/attachments/${encodeURIComponent(file.id)}?show=true`;
  (file.media_type === "application/pdf" ? sheet : picture)(file, where, box);
  row.append(box);
}
