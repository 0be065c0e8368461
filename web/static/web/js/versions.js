// Patches carry versions, so that their order does not matter: what is older than what the page shows is ignored. A part
// that knows its own says so: <li data-subject="item:12" data-version="41">.

const heard = new Map();

const shown = (element) => Number(element.dataset.version);

/** Tell whether a change is news: newer than any heard of, and than some part of the page that shows its subject. */
export function isNewer(kind, id, version) {
  const subject = `${kind}:${id}`;
  if (version <= (heard.get(subject) ?? 0)) return false;
  heard.set(subject, version);
  const parts = [...document.querySelectorAll(`[data-subject="${subject}"][data-version]`)];
  return !parts.length || parts.some((part) => shown(part) < version);
}

// A part that was fetched before what the page shows by now, and comes after it, stays out.
document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  for (let place = tasks.length - 1; place >= 0; place -= 1) {
    const { target, fragment } = tasks[place];
    const part = fragment?.querySelector?.("[data-subject][data-version]");
    if (!part || !target?.dataset) continue;
    if (target.dataset.subject === part.dataset.subject && shown(part) < shown(target)) tasks.splice(place, 1);
  }
});
