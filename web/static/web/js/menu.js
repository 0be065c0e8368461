// Menus are popovers: the browser opens and closes them and gives the focus back; this places one beside its button and
// lets the arrow keys walk in it.

const GAP = 6;
const EDGE = 8;

let opener = null;

document.addEventListener("click", (event) => {
  opener = event.target.closest?.("[popovertarget]") ?? opener;
}, true);

// `toggle` does not bubble, so it is caught on its way down.
document.addEventListener("beforetoggle", (event) => {
  if (event.newState !== "open" || !event.target.matches?.("[data-menu]")) return;
  const menu = event.target;
  const button = opener?.closest("[popover]") ? document.querySelector(`.rail [popovertarget="${menu.id}"]`) : opener;
  requestAnimationFrame(() => {
    if (button?.checkVisibility()) place(menu, button.getBoundingClientRect());
    menu.querySelector("a, button")?.focus({ preventScroll: true, focusVisible: true });
  });
}, true);

function place(menu, beside) {
  if (menu.dataset.menu === "sheet") return;
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = beside.bottom + GAP + height <= innerHeight - EDGE;
  const top = below ? beside.bottom + GAP : beside.top - GAP - height;
  menu.style.insetBlockStart = `${Math.max(EDGE, top)}px`;
  menu.style.insetInlineStart = `${Math.max(EDGE, Math.min(beside.left, innerWidth - width - EDGE))}px`;
}

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (!menu || !(event.key in STEPS)) return;
  event.preventDefault();
  const entries = [...menu.querySelectorAll("a, button")].filter((entry) => entry.checkVisibility());
  const next = entries.indexOf(document.activeElement) + STEPS[event.key];
  entries.at(next % entries.length)?.focus();
});
