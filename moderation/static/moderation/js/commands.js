// Commands on the open item, by button and by key. Each carries the version that the page shows and a key drawn here, so
// that a second press is the same command.

import { currentRow, forget, move, neighbour, openItemId, show } from "moderation/panes";
import { parse, put, sweep } from "moderation/parts";
import { toast } from "web/toast";

const inbox = document.querySelector("#inbox");
const base = inbox.dataset.url;
const MOVES_ON = new Set(["close", "ignore", "defer"]);

let undoable = null;
let offered = null;
const underWay = new Set();

export function query() {
  return inbox.dataset.query ? `?${inbox.dataset.query}` : "";
}

export async function post(url, fields) {
  const body = new URLSearchParams(fields);
  const headers = { "X-CSRFToken": document.body.dataset.csrf, "X-Part": "item" };
  const response = await fetch(url, { method: "POST", body, headers });
  if (response.redirected) return location.reload();
  if (response.status >= 500) throw new Error(document.body.dataset.broken);
  if (![200, 409, 422].includes(response.status)) throw new Error(document.body.dataset.refused);
  return { status: response.status, body: parse(await response.text()) };
}

function wordsOf(error) {
  return error instanceof TypeError ? document.body.dataset.unreachable : error.message;
}

export async function command(name, item, details = {}) {
  if (!item || underWay.has(item)) return;
  const [verb, more] = name === "close-reviewed" ? ["close", { reviewed: "on" }] : [name, {}];
  const key = crypto.randomUUID();
  const fields = { key, version: versionOf(item), ...details, ...more };
  underWay.add(item);
  try {
    // Where the page goes on depends on where it stood: found out before the row leaves.
    const row = document.getElementById(`row-${item}`);
    const next = row && (neighbour(1, row) ?? neighbour(-1, row));
    const answer = await post(`${base}${item}/commands/${verb}/${query()}`, fields);
    if (!answer) return;
    forget(item);
    put(answer.body, { own: true });
    tell(answer.body, item);
    if (answer.status === 200 && MOVES_ON.has(verb)) goOn(item, next);
  } catch (error) {
    toast(wordsOf(error));
  } finally {
    underWay.delete(item);
  }
}

/** What the agent has before them: the open item, even where its row has heard of more. */
function versionOf(item) {
  const shown = openItemId() === item ? document.querySelector("#case-head") : document.getElementById(`row-${item}`);
  return Number(shown?.dataset.version ?? 0);
}

/** Show the next item; where none is left, the list. */
function goOn(item, next) {
  if (openItemId() !== item) return sweep();
  if (next?.isConnected && inbox.dataset.pane !== "queue") {
    const link = next.querySelector("a.item");
    const focused = document.activeElement.closest?.("#rows, body");
    return show(link.href, { replace: true }).then(() => {
      sweep();
      if (focused && link.checkVisibility()) document.getElementById(`row-${openItemId()}`)?.querySelector("a.item").focus({ preventScroll: false });
    });
  }
  return location.assign(`${base}${query()}`);
}

/** Say what became of a command, with the way back or what can be done instead. */
export function tell(body, item) {
  const said = body.querySelector("#said");
  if (!said) return;
  const { undo, undoUrl, undoWords, offer, offerWords, offerTo } = said.dataset;
  for (const old of document.querySelectorAll("#toasts > .toast")) old.remove();
  offered = null;
  undoable = null;
  const words = said.textContent.trim();
  if (!words) return;
  if (undo || undoUrl) {
    undoable = { item, undo, undoUrl };
    toast(words, { label: undoWords, keys: "Z", run: undoLast, leaves: true });
  } else if (offer) {
    offered = { item, name: offer, details: offerTo ? { to: offerTo } : {} };
    toast(words, { label: offerWords, run: takeOffer });
  } else {
    toast(words);
  }
}

function takeOffer() {
  if (!offered) return;
  const { name, item, details } = offered;
  offered = null;
  command(name, item, details);
}

async function undoLast() {
  if (!undoable) return;
  const { item, undo, undoUrl, run } = undoable;
  undoable = null;
  if (run) return run();
  for (const old of document.querySelectorAll("#toasts > .toast")) old.remove();
  try {
    const answer = await post(undoUrl ? `${undoUrl}${query()}` : `${base}${item}/undo/${query()}`, { key: undo ?? crypto.randomUUID() });
    if (!answer) return;
    forget(item);
    put(answer.body, { own: true });
    tell(answer.body, item);
    const row = document.getElementById(`row-${item}`);
    if (answer.status === 200 && row && openItemId() !== item) show(row.querySelector("a.item").href);
  } catch (error) {
    toast(wordsOf(error));
  }
}

/** Let Z, and the button of a toast, take back something that is not an item's command. */
export function offerUndo(words, label, run) {
  undoable = { run };
  for (const old of document.querySelectorAll("#toasts > .toast")) old.remove();
  toast(words, { label, keys: "Z", run: undoLast, leaves: true });
}

async function act(url) {
  const item = openItemId();
  try {
    const answer = await post(`${url}${query()}`, { key: crypto.randomUUID() });
    if (!answer) return;
    forget(item);
    put(answer.body, { own: true });
    tell(answer.body, item);
  } catch (error) {
    toast(wordsOf(error));
  }
}

function closeMenus() {
  for (const menu of document.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-command], [data-act], [data-asks-delete], [data-deletes]");
  if (!button || button.matches("form")) return;
  if (!inbox.contains(button)) return;
  const { command: name, to, until, act: deed, url, asksDelete } = button.dataset;
  if (name && button.closest("form[data-command]")) return;
  closeMenus();
  if (asksDelete) {
    const dialog = document.querySelector("#delete-dialog");
    dialog.querySelector("[data-deletes]").dataset.deletes = asksDelete;
    dialog.showModal();
  } else if (button.dataset.deletes) {
    button.closest("dialog").close();
    act(button.dataset.deletes);
  } else if (deed) {
    act(url);
  } else if (name) {
    // The same key again within the words' life says yes to what was offered: E, E closes as reviewed.
    if (name === "close" && offered?.name === "close-reviewed" && offered.item === openItemId()) return takeOffer();
    command(name, openItemId(), { ...(to !== undefined && { to }), ...(until !== undefined && { until }) });
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form[data-command]");
  if (!form || !inbox.contains(form)) return;
  event.preventDefault();
  closeMenus();
  command(form.dataset.command, openItemId(), Object.fromEntries(new FormData(form)));
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if ("noShortcuts" in document.body.dataset || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("input, textarea, select, [popover]")) return;
  const key = event.key.toLowerCase();
  if (key === "z" && undoable) {
    event.preventDefault();
    undoLast();
  } else if (key === "o") {
    event.preventDefault();
    take();
  }
});

/** Open the row at hand, or the first one, and take it in hand. */
async function take() {
  const row = currentRow() ?? neighbour(1, null);
  const item = row?.dataset.item ?? openItemId();
  if (!item) return;
  if (row && openItemId() !== item && !(await show(row.querySelector("a.item").href))) return;
  if (row && !row.querySelector("a.item").checkVisibility()) move(0);
  command("engage", item);
}

// A menu's content that comes when it opens.
document.addEventListener("toggle", async (event) => {
  const menu = event.target;
  if (event.newState !== "open" || !menu.matches?.(".menu[data-loads]")) return;
  try {
    const response = await fetch(menu.dataset.loads);
    if (!response.ok) throw new Error(String(response.status));
    menu.replaceChildren(...parse(await response.text()).childNodes);
    menu.querySelector("a, button")?.focus({ preventScroll: true });
  } catch {
    menu.textContent = document.body.dataset.unreachable;
  }
}, true);
