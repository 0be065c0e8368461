// Dialogs are <dialog> elements: a button with data-opens="<id>" opens one, data-closes or Esc closes it.
// One that htmx brings into #dialogs opens as it comes.

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) open(document.getElementById(opener.dataset.opens));
  if (event.target.closest?.("[data-closes]")) event.target.closest("dialog")?.close();
  // A press on the backdrop lands on the dialog itself.
  if (event.target instanceof HTMLDialogElement && !event.target.matches("[data-stays]")) event.target.close();
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.target?.id === "dialogs") open(ctx.target.querySelector("dialog"));
});

// One that the page brings open (a form that was refused, or begun elsewhere) stands before it, wherever it was written.
for (const dialog of document.querySelectorAll("dialog[open]")) {
  dialog.close();
  dialog.showModal();
}

function open(dialog) {
  if (!dialog || dialog.open) return;
  for (const menu of document.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
  dialog.showModal();
}
