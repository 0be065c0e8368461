// Which item is open, and which pane a small screen shows: the address says both, so Back works.

import htmx from "htmx";

const inbox = document.querySelector("#inbox");
const place = document.querySelector("#opened");
const rows = document.querySelector("#rows");

/** The addresses of items that were fetched ahead, each with what came; dropped when the item changes. */
const ahead = new Map();
let asked = null;

/** The row whose item is open, or the one that the focus is on. */
export function currentRow() {
  return document.activeElement.closest?.("#rows > li") ?? rows.querySelector(":scope > li:has([aria-current='true'])");
}

export function openItemId() {
  return place.querySelector("#case[data-item]")?.dataset.item ?? "";
}

export function forget(itemId) {
  for (const url of ahead.keys()) if (url.includes(`/inbox/${itemId}/`)) ahead.delete(url);
}

export function forgetAll() {
  ahead.clear();
}

async function fetchPart(url, signal) {
  const response = await fetch(url, { headers: { "X-Part": "item" }, signal });
  if (!response.ok || response.redirected) throw new Error(String(response.status));
  return response.text();
}

/** Show an item's panes; what cannot be fetched alone is opened as a page. */
export async function show(url, { push = true, replace = false, pane = "item" } = {}) {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  mark(url);
  let html;
  try {
    html = ahead.get(url) ?? (await fetchPart(url, signal));
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
    return false;
  }
  if (signal.aborted) return false;
  ahead.delete(url);
  document.dispatchEvent(new CustomEvent("inbox:leaving"));
  place.innerHTML = html;
  htmx.process(place);
  if (replace) history.replaceState(history.state, "", url);
  else if (push && new URL(url, location.href).href !== location.href) history.pushState({ pane }, "", url);
  showPane(pane);
  settle();
  fetchNext();
  return true;
}

export function showPane(pane) {
  inbox.dataset.pane = pane;
  const name = document.querySelector("#case-heading")?.textContent;
  const title = inbox.dataset.title;
  document.title = `${pane !== "queue" && name ? `${name} · ${title}` : title} · Portevoix`;
}

/** Mark the row whose item is open. */
function mark(url) {
  const path = new URL(url, location.href).pathname.replace("/person/", "/");
  for (const link of rows.querySelectorAll("a.item")) {
    if (link.pathname === path) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** What is read begins at the newest words. */
function settle() {
  const thread = document.querySelector("#thread");
  if (thread && !location.search.includes("earlier=")) thread.scrollTop = thread.scrollHeight;
  document.dispatchEvent(new CustomEvent("inbox:shown", { detail: { item: openItemId() } }));
}

/** Fetch the item after this one ahead, so that it is drawn at once. */
function fetchNext() {
  const next = neighbour(1)?.querySelector("a.item").href;
  if (!next || ahead.has(next)) return;
  const fetched = () => fetchPart(next).then((html) => ahead.set(next, html)).catch(() => {});
  if ("requestIdleCallback" in window) requestIdleCallback(fetched);
  else setTimeout(fetched, 50);
}

export function neighbour(step, from = currentRow()) {
  const list = [...rows.querySelectorAll(":scope > li:not([data-left])")];
  if (!from) return step > 0 ? list[0] : list.at(-1);
  const here = list.indexOf(from);
  if (here >= 0) return list[here + step];
  let beside = step > 0 ? from.nextElementSibling : from.previousElementSibling;
  while (beside?.hasAttribute("data-left")) beside = step > 0 ? beside.nextElementSibling : beside.previousElementSibling;
  return beside;
}

/** Go to the row so many steps away, and show its item where there is room beside the list. */
export function move(step) {
  const row = neighbour(step);
  if (!row) return false;
  const link = row.querySelector("a.item");
  link.focus();
  link.scrollIntoView({ block: "nearest" });
  if (getComputedStyle(place.firstElementChild).display !== "none") show(link.href);
  return true;
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a.item, [data-opens-item], [data-pane-link], [data-back]");
  if (!link || !inbox.contains(link)) return;
  event.preventDefault();
  if (link.hasAttribute("data-back")) return goBack(link.href);
  if (link.hasAttribute("data-pane-link")) {
    history.pushState({ pane: "person" }, "", link.href);
    showPane("person");
    document.querySelector("#person [data-back]")?.focus();
    return;
  }
  show(link.href).then((shown) => {
    if (shown && inbox.dataset.pane === "item" && !link.checkVisibility()) document.querySelector("#case [data-back]")?.focus();
  });
});

/** Back as the browser's own button goes, where it would lead to the same place. */
function goBack(url) {
  if (history.state?.pane) return history.back();
  history.replaceState(null, "", url);
  return arrive();
}

/** Show what the address says, after Back or Forward. */
function arrive() {
  const { pathname, search } = location;
  const found = pathname.match(/\/inbox\/(\d+)\/(person\/)?$/);
  if (new URLSearchParams(search).get("view") !== new URLSearchParams(inbox.dataset.query).get("view")) return location.reload();
  if (!found) {
    showPane("queue");
    currentRow()?.querySelector("a.item").focus();
    return undefined;
  }
  const pane = found[2] ? "person" : "item";
  if (openItemId() === found[1]) return showPane(pane);
  return show(pathname.replace("person/", "") + search, { push: false, pane });
}

addEventListener("popstate", arrive);
addEventListener("load", settle);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest?.("input, textarea, select, dialog, [popover]") || document.querySelector("dialog[open]")) return;
  const letters = !("noShortcuts" in document.body.dataset);
  const step = { j: letters && 1, k: letters && -1, ArrowDown: inList(event) && 1, ArrowUp: inList(event) && -1 }[event.key];
  if (step && move(step)) event.preventDefault();
});

function inList(event) {
  return Boolean(event.target.closest?.("#rows"));
}

// What others wrote under the same post comes when it is asked for.
document.addEventListener("toggle", async (event) => {
  const details = event.target;
  if (!details.matches?.("details[data-loads]") || !details.open || details.dataset.loaded) return;
  details.dataset.loaded = "yes";
  await load(details.querySelector(".others-body"), details.dataset.loads);
}, true);

document.addEventListener("click", (event) => {
  const more = event.target.closest?.("[data-more]");
  if (more) load(more.closest("li"), more.dataset.more);
});

async function load(spot, url) {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(String(response.status));
    const part = new DOMParser().parseFromString(await response.text(), "text/html").body;
    if (spot.matches("li")) spot.replaceWith(...part.querySelector("ol").children);
    else spot.replaceChildren(...part.children);
  } catch {
    spot.textContent = document.body.dataset.unreachable;
  }
  spot.removeAttribute("aria-busy");
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-seeks]")) document.querySelector("[data-search]").focus();
});
