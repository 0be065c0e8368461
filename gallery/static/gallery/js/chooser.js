// The chooser's dialog: counts what is ticked and, on Add, sends the ids to <body> in the order they were ticked.

import "gallery/upload";

let order = [];

const chooser = (element) => element.closest?.("[data-chooser]");

function count(dialog) {
  const ticked = [...dialog.querySelectorAll("input[name=asset]:checked")].map((box) => Number(box.value));
  order = [...order.filter((id) => ticked.includes(id)), ...ticked.filter((id) => !order.includes(id))];
  const words = dialog.querySelector("[data-count]");
  words.textContent = order.length ? `${order.length} ${words.dataset.words}` : "";
  dialog.querySelector("[data-add]").disabled = order.length === 0;
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const dialog = ctx.target?.id === "dialogs" && ctx.target.querySelector("[data-chooser]");
  if (!dialog) return;
  order = [];
  count(dialog);
});

for (const kind of ["change", "gallery:added"]) {
  document.addEventListener(kind, ({ target }) => {
    const dialog = chooser(target);
    if (dialog) count(dialog);
  });
}

document.addEventListener("click", ({ target }) => {
  const dialog = target.closest?.("[data-add]") && chooser(target);
  if (!dialog) return;
  document.body.dispatchEvent(new CustomEvent("gallery:chosen", { detail: { ids: order } }));
  dialog.close();
});
