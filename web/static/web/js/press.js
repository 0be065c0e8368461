// Buttons that stay pressed: alone they toggle, inside data-one-of one of them is. A script that acts on it listens to
// the bubbling event `press`.

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[type='button'][aria-pressed]");
  if (!button) return;
  const group = button.closest("[data-one-of]");
  if (group) {
    for (const one of group.querySelectorAll("[aria-pressed]")) one.setAttribute("aria-pressed", String(one === button));
  } else {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  }
  button.dispatchEvent(new CustomEvent("press", { bubbles: true }));
});

// A password can be looked at while it is typed.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-reveals]");
  if (!button) return;
  const input = document.getElementById(button.dataset.reveals);
  const hidden = input.type === "password";
  input.type = hidden ? "text" : "password";
  button.setAttribute("aria-label", hidden ? button.dataset.hide : button.dataset.show);
});
