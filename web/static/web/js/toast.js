// Short words about what has just been done, at the foot of the page, read out by role="status".

const STAYS_MS = 7000;

function leaveInTime(element) {
  let timer = setTimeout(() => element.remove(), STAYS_MS);
  // Who reads or reaches for it keeps it.
  for (const arrival of ["pointerenter", "focusin"]) element.addEventListener(arrival, () => clearTimeout(timer));
  for (const departure of ["pointerleave", "focusout"]) {
    element.addEventListener(departure, () => {
      clearTimeout(timer);
      timer = setTimeout(() => element.remove(), STAYS_MS);
    });
  }
}

/**
 * Show a sentence; an action ({ label, run }) gets a button, and the toast then stays until it is closed, unless the
 * action `leaves` in time. `keys` are shown beside its label.
 */
export function toast(text, action = null) {
  const element = document.querySelector("#toast-template").content.firstElementChild.cloneNode(true);
  element.querySelector(".words").textContent = text;
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.dataset.size = "small";
    button.textContent = action.label;
    if (action.keys) {
      const key = document.createElement("kbd");
      key.textContent = action.keys;
      button.append(" ", key);
    }
    button.addEventListener("click", () => {
      element.remove();
      action.run();
    });
    element.querySelector(".words").after(button);
  }
  if (!action || action.leaves) leaveInTime(element);
  document.querySelector("#toasts").append(element);
}

for (const element of document.querySelectorAll("#toasts > .toast")) leaveInTime(element);

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-dismisses]")?.closest(".toast")?.remove();
});

// A view may answer with the header HX-Trigger: {"toast": {"text": "…"}}.
document.addEventListener("toast", ({ detail }) => toast(detail.text));
