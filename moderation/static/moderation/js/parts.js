// Putting what the server sends into the page: rows in their place, counters, the parts of the open item. Nothing that
// is under the pointer or the focus moves, and nothing that is being typed is replaced.

import htmx from "htmx";

const inbox = document.querySelector("#inbox");
const rows = document.querySelector("#rows");
const above = document.querySelector("#rows-above");

/** Rows that would push what is under the pointer, until it has left. */
const held = new Map();
/** Ids of the thread's entries that came while the agent was writing. */
export const unseen = new Set();

export function parse(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

/** `own`: what this agent has just done, which may move what it likes. */
export function put(body, { own = false } = {}) {
  const ids = [];
  for (const row of [...body.querySelectorAll("#changed > li, #rows > li")]) {
    ids.push(row.dataset.item);
    placeRow(row, { own });
  }
  count(body);
  putItem(body);
  showEmpty();
  document.dispatchEvent(new CustomEvent("inbox:put", { detail: { ids } }));
}

// -- the list -------------------------------------------------------------------------------------------------------

function placeRow(row, { own = false } = {}) {
  const shown = document.getElementById(row.id);
  if (shown && Number(shown.dataset.version) > Number(row.dataset.version)) return;
  if (shown) carryOver(shown, row);
  if (row.hasAttribute("data-left")) return leave(shown, row);
  if (!shown && !belongs(row)) return;
  if (shown && (shown.dataset.order === row.dataset.order || isHeld(shown))) return void swap(shown, row);
  if (!own && wouldPush(row)) return void held.set(row.id, row);
  anchored(() => {
    shown?.remove();
    rows.insertBefore(row, firstBelow(row));
  });
  if (!shown) showAbove();
}

function leave(shown, row) {
  held.delete(row.id);
  if (!shown) return;
  if (isHeld(shown) || isOpen(shown)) swap(shown, row);
  else anchored(() => shown.remove());
}

/** What left the view and is no longer looked at. */
export function sweep() {
  for (const row of [...rows.querySelectorAll(":scope > [data-left]")]) {
    if (!isHeld(row) && !isOpen(row)) anchored(() => row.remove());
  }
  showEmpty();
}

function carryOver(shown, row) {
  const link = shown.querySelector("a.item");
  if (link.hasAttribute("aria-current")) row.querySelector("a.item").setAttribute("aria-current", "true");
  row.querySelector(".pick").checked = shown.querySelector(".pick").checked;
}

function swap(shown, row) {
  const focused = shown.contains(document.activeElement) && document.activeElement;
  shown.replaceWith(row);
  if (focused) row.querySelector(focused.matches(".pick") ? ".pick" : "a.item").focus({ preventScroll: true });
}

function isHeld(row) {
  return row.matches(":hover") || row.contains(document.activeElement);
}

function isOpen(row) {
  return Boolean(row.querySelector("a.item[aria-current]"));
}

/** Whether the place of this row is on the page that is shown. */
function belongs(row) {
  const query = new URLSearchParams(location.search);
  if (query.has("before") || query.has("after")) return false;
  return Boolean(firstBelow(row)) || !document.querySelector("#queue [rel='next']");
}

function firstBelow(row) {
  const order = Number(row.dataset.order);
  return [...rows.children].find((one) => one.id !== row.id && Number(one.dataset.order) < order) ?? null;
}

/** A list too short to scroll cannot be kept still: then what would come above waits. */
function wouldPush(row) {
  const anchor = [...rows.children].find(isHeld);
  if (!anchor || Number(anchor.dataset.order) > Number(row.dataset.order)) return false;
  const scroller = scrollerOf();
  return scroller.scrollHeight <= scroller.clientHeight;
}

function scrollerOf() {
  return getComputedStyle(rows).overflowY === "auto" && rows.scrollHeight > rows.clientHeight ? rows : document.scrollingElement;
}

function anchored(change) {
  const scroller = scrollerOf();
  const anchor = [...rows.children].find(isHeld) ?? (scroller.scrollTop > 0 ? firstVisible() : null);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected) scroller.scrollTop += anchor.getBoundingClientRect().top - before;
}

function firstVisible() {
  const top = Math.max(rows.getBoundingClientRect().top, 0);
  return [...rows.children].find((row) => row.getBoundingClientRect().bottom > top);
}

function showAbove() {
  if (above) above.hidden = scrollerOf().scrollTop < 8;
}

function release() {
  for (const row of [...held.values()]) {
    held.delete(row.id);
    placeRow(row);
  }
  sweep();
}

rows.addEventListener("pointerleave", () => setTimeout(release));
rows.addEventListener("focusout", () => setTimeout(release));
rows.addEventListener("scroll", showAboveLess, { passive: true });
addEventListener("scroll", showAboveLess, { passive: true });
above?.addEventListener("click", () => {
  scrollerOf().scrollTop = 0;
  rows.querySelector("a.item")?.focus();
});

function showAboveLess() {
  if (above && scrollerOf().scrollTop < 8) above.hidden = true;
}

function showEmpty() {
  const empty = !rows.querySelector(":scope > li");
  rows.hidden = empty;
  const words = document.querySelector("#rows-empty");
  if (words) words.hidden = !empty;
}

function count(body) {
  const counters = body.querySelector("#counters");
  if (!counters) return;
  const found = new Map([...counters.children].map((one) => [one.dataset.view, one.value]));
  const tabs = body.querySelector("#tabs");
  const here = document.querySelector("#tabs");
  if (tabs && here && !here.contains(document.activeElement)) here.innerHTML = tabs.innerHTML;
  const view = new URLSearchParams(inbox.dataset.query).get("view") ?? "";
  const total = document.querySelector("#queue-count");
  if (total && found.has(view)) total.firstChild.data = found.get(view);
  for (const each of document.querySelectorAll("[data-view-count]")) each.textContent = found.get(each.dataset.viewCount) ?? "";
  const waiting = new Map([...counters.children].map((one) => [one.dataset.account, one.value]));
  for (const each of document.querySelectorAll("[data-account-count]")) {
    if (waiting.has(each.dataset.accountCount)) each.firstChild.data = waiting.get(each.dataset.accountCount);
  }
}

// -- the open item --------------------------------------------------------------------------------------------------

let waiting = null;

function putItem(body) {
  const fresh = body.querySelector("#case[data-item]");
  const here = document.querySelector("#case[data-item]");
  if (!fresh || fresh.dataset.item !== here?.dataset.item) return;
  if (versionIn(fresh) < versionIn(here)) return;
  // A menu that is open is not taken from under the hand: what came is put when it closes.
  if (here.querySelector("[popover]:popover-open")) {
    waiting = body;
    return;
  }
  waiting = null;
  replaceKeepingFocus("#case-head", fresh.querySelector("#case-head"));
  putThread(fresh.querySelector("#thread"));
  putSeen(fresh.querySelector("#reply"));
  const person = document.querySelector("#person");
  if (person && !person.contains(document.activeElement) && !person.querySelector("form")) {
    const freshPerson = body.querySelector("#person");
    // What is known of the person has come already, and hears of its own changes.
    freshPerson?.querySelector("#contact")?.replaceWith(person.querySelector("#contact"));
    if (freshPerson) {
      person.replaceWith(freshPerson);
      htmx.process(freshPerson);
    }
  }
}

function versionIn(pane) {
  return Number(pane.querySelector("#case-head")?.dataset.version ?? 0);
}

document.addEventListener("toggle", ({ newState }) => {
  if (newState === "closed" && waiting) setTimeout(() => waiting && putItem(waiting));
}, true);

function replaceKeepingFocus(selector, fresh) {
  const here = document.querySelector(selector);
  if (!here || !fresh) return;
  const focused = here.contains(document.activeElement) ? document.activeElement : null;
  const again = focused && ["data-command", "aria-label", "popovertarget"].find((name) => focused.hasAttribute(name));
  const value = again && focused.getAttribute(again);
  here.replaceWith(fresh);
  if (again) fresh.querySelector(`[${again}="${CSS.escape(value)}"]`)?.focus({ preventScroll: true });
}

function putThread(fresh) {
  const here = document.querySelector("#thread");
  if (!here || !fresh) return;
  const atEnd = here.scrollHeight - here.scrollTop - here.clientHeight < 80;
  const focused = document.activeElement === here;
  const others = here.querySelector("details.others[open]");
  if (others) fresh.querySelector("details.others")?.replaceWith(others);
  fresh.scrollTop = here.scrollTop;
  const kept = here.scrollTop;
  here.replaceWith(fresh);
  htmx.process(fresh);
  fresh.scrollTop = atEnd ? fresh.scrollHeight : kept;
  if (focused) fresh.focus({ preventScroll: true });
  outline();
}

/**
 * What the agent has seen moves on with the page only while nothing is being written. A colleague's word that arrives
 * meanwhile is outlined, and sending meets the guard.
 */
function putSeen(fresh) {
  const here = document.querySelector("#reply");
  if (!here || !fresh) return;
  const writing = [...here.querySelectorAll(".reply-text")].some((area) => area.value.trim());
  if (!writing && !here.contains(document.activeElement)) {
    here.replaceWith(fresh);
    document.dispatchEvent(new CustomEvent("inbox:reply"));
    return;
  }
  if (!writing) {
    for (const name of ["seen_message", "seen_own", "seen_note"]) here.elements[name].value = fresh.elements[name].value;
    return;
  }
  const own = Number(here.elements.seen_own.value);
  const note = Number(here.elements.seen_note.value);
  for (const entry of document.querySelectorAll("#thread > [data-own], #thread > [data-note]")) {
    const isNew = entry.dataset.noteId ? Number(entry.dataset.noteId) > note : Number(entry.dataset.message) > own;
    if (isNew && !entry.hasAttribute("data-mine")) unseen.add(entry.id);
  }
  outline();
}

/** Outline what came while the agent was writing. */
export function outline() {
  const words = document.querySelector("#thread")?.dataset.unseenWords ?? "";
  for (const entry of document.querySelectorAll("#thread > .message")) {
    const marked = unseen.has(entry.id);
    entry.toggleAttribute("data-unseen", marked);
    entry.querySelector(".unseen")?.remove();
    if (!marked) continue;
    const line = document.createElement("p");
    line.className = "unseen";
    line.textContent = words;
    entry.querySelector(":scope > div").prepend(line);
  }
}

export function forgetUnseen() {
  unseen.clear();
  outline();
}
