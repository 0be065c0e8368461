// Menus are popovers: the browser opens and closes them and gives the focus back. This places one beside its button
// (on a phone the style makes it a sheet) and lets the arrow keys walk in it.

const GAP = 6;
const EDGE = 8;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const phone = matchMedia("(width < 48rem)");

let opener = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[popovertarget]");
  if (!button) return;
  opener = button;
  // From one menu to another: the first makes way, where a nested one would lie on top of it.
  const around = button.closest("[popover]");
  if (around && around.id !== button.getAttribute("popovertarget")) {
    event.preventDefault();
    around.hidePopover();
    document.getElementById(button.getAttribute("popovertarget")).showPopover();
  }
}, true);

// `beforetoggle` does not bubble, so it is caught on its way down; the frame that shows the menu shows it in its place.
document.addEventListener("beforetoggle", ({ target: menu, newState }) => {
  if (newState === "open" && menu.matches?.("[data-menu]")) requestAnimationFrame(() => arrange(menu));
}, true);

function arrange(menu) {
  if (phone.matches) menu.removeAttribute("style");
  else if (opener?.checkVisibility()) place(menu, opener.getBoundingClientRect());
  menu.querySelector("a, button")?.focus({ preventScroll: true, focusVisible: true });
}

function place(menu, beside) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = beside.bottom + GAP + height <= innerHeight - EDGE;
  menu.style.top = `${Math.max(EDGE, below ? beside.bottom + GAP : beside.top - GAP - height)}px`;
  menu.style.left = `${Math.max(EDGE, Math.min(beside.left, innerWidth - width - EDGE))}px`;
}

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (!menu || !(event.key in STEPS)) return;
  event.preventDefault();
  const entries = [...menu.querySelectorAll("a, button")].filter((entry) => entry.checkVisibility());
  entries.at((entries.indexOf(document.activeElement) + STEPS[event.key]) % entries.length)?.focus();
});
