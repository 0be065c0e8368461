// Light, dark or as the system: shown at once, kept by the server for the next page.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-choice]")) return;
  event.preventDefault();
  const chosen = event.submitter.value;
  const root = document.documentElement;
  if (chosen === "system") delete root.dataset.theme;
  else root.dataset.theme = chosen;
  for (const button of document.querySelectorAll("[data-theme-choice] button")) {
    button.setAttribute("aria-pressed", String(button.value === chosen));
  }
  fetch(form.action, {
    method: "POST",
    body: new FormData(form, event.submitter),
    headers: { "X-Requested-With": "fetch" },
  });
});
