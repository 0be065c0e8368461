// The keys. An element says which press does what it does: data-keys="c", or "g h" for one after the other. `/` goes to
// the page's search field. Letters never fire in a field, and a person can switch them off.

const PATIENCE_MS = 1500;
const FIELDS = "input, textarea, select, [contenteditable]:not([contenteditable='false'])";

let begun = "";
let forget = 0;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(FIELDS) || "noShortcuts" in document.body.dataset) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/") return seek(event);
  if (event.key.length !== 1) return;

  const pressed = begun ? `${begun} ${event.key.toLowerCase()}` : event.key.toLowerCase();
  begin("");
  const element = find(pressed);
  if (element) {
    event.preventDefault();
    element.click();
  } else if (document.querySelector(`[data-keys^="${CSS.escape(pressed)} "]`)) {
    begin(pressed);
  }
});

function seek(event) {
  const field = document.querySelector("[data-search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function begin(keys) {
  begun = keys;
  clearTimeout(forget);
  if (keys) forget = setTimeout(() => begin(""), PATIENCE_MS);
}

function find(keys) {
  const found = [...document.querySelectorAll(`[data-keys="${CSS.escape(keys)}"]`)];
  return found.find((element) => !element.disabled);
}
