// Files dropped or chosen go one by one, each with its progress; what the server answers is a card or a sentence.
// Works for every <form data-upload>, also those that htmx brings later.

import htmx from "htmx";

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-upload]");
  if (!form || event.target.type !== "file") return;
  send(form, [...event.target.files]);
  event.target.value = "";
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-upload]");
    if (!form || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.toggleAttribute("data-over", kind === "dragover");
    if (kind === "drop") send(form, [...event.dataTransfer.files]);
  });
}

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-takes-away]")?.closest("li").remove();
});

async function send(form, files) {
  const rows = files.map((file) => addRow(form, file));
  // One after the other: pictures appear in the order they were chosen, and a slow line is not divided.
  for (const [index, file] of files.entries()) await sendOne(form, file, rows[index]);
}

function addRow(form, file) {
  const row = form.querySelector("template").content.firstElementChild.cloneNode(true);
  row.querySelector(".name").textContent = file.name;
  row.querySelector(".progress").setAttribute("aria-label", file.name);
  row.querySelector(".words").textContent = form.dataset.waiting;
  form.querySelector(".uploads").append(row);
  return row;
}

function sendOne(form, file, row) {
  if (file.size > Number(form.dataset.maxBytes)) return refuse(row, form.dataset.tooLarge);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // fetch tells nothing of what has been sent
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      row.querySelector(".progress").value = total ? loaded / total : 0;
      row.querySelector(".words").textContent = loaded < total ? `${Math.round((100 * loaded) / total)} %` : form.dataset.storing;
    });
    request.addEventListener("loadend", () => {
      if (request.status === 200) accept(form, row, request.responseText);
      else refuse(row, request.status === 422 ? request.responseText : form.dataset.failed);
      resolve();
    });
    const data = new FormData(form);
    data.set("file", file);
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.send(data);
  });
}

function accept(form, row, html) {
  row.remove();
  const target = document.querySelector(form.dataset.into);
  const card = document.createRange().createContextualFragment(html).firstElementChild;
  target.prepend(card);
  htmx.process(card);
  document.querySelector("[data-empty]")?.remove();
  card.dispatchEvent(new CustomEvent("gallery:added", { bubbles: true }));
}

function refuse(row, sentence) {
  row.dataset.tone = "alarm";
  row.querySelector(".progress").remove();
  row.querySelector(".words").textContent = sentence;
}
