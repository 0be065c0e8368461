// Days and hours in the language of the page. A browser shows a date field in a language of its own; while nobody is at
// the field, the page's words stand in it (elements.css), and its own parts come back with the focus.

const DAY = { weekday: "short", day: "numeric", month: "short" };
const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const STYLES = { date: DAY, time: HOUR, "datetime-local": { ...DAY, ...HOUR } };
const FIELDS = Object.keys(STYLES).map((type) => `input[type="${type}"]`).join();
const NOTHING = "–";
// Our English puts the day before the month, as everywhere else on the page.
const LANGUAGE = document.documentElement.lang.replace(/^en$/, "en-GB");

/** The instant that a field's value names, by this browser's clock: it is only written out again. */
function read({ type, value }) {
  return new Date(type === "time" ? `2000-01-01T${value}` : type === "date" ? `${value}T00:00` : value);
}

function write(field) {
  const at = read(field);
  const isFar = field.type !== "time" && at.getFullYear() !== new Date().getFullYear();
  return new Intl.DateTimeFormat(LANGUAGE, { ...STYLES[field.type], ...(isFar && { year: "numeric" }) }).format(at).replaceAll(",", "");
}

function word(field) {
  field.dataset.words = field.value ? write(field) : NOTHING;
}

function wordAll(root) {
  for (const field of root.querySelectorAll?.(FIELDS) ?? []) word(field);
  if (root.matches?.(FIELDS)) word(root);
}

for (const happens of ["input", "change", "focusout"]) {
  document.addEventListener(happens, ({ target }) => target.matches?.(FIELDS) && word(target));
}
document.addEventListener("reset", ({ target }) => setTimeout(() => wordAll(target)));
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) wordAll(node);
}).observe(document.body, { childList: true, subtree: true });
wordAll(document);
