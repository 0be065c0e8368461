// The field below an item: what is typed is kept at once in this browser and in a moment at the server; sending meets the
// guard; nothing that was typed is ever lost.

import { query, tell } from "moderation/commands";
import { forget, openItemId } from "moderation/panes";
import { forgetUnseen, outline, parse, put, unseen } from "moderation/parts";
import { toast } from "web/toast";

const QUIET_MS = 600;
const AGAIN_MS = 5000;

let timer = 0;
let saving = null;
let sending = false;
let privately = false; // whether the answer that is sent, or waits at the guard, is for its author alone
let dirty = new Set();

const form = () => document.querySelector("#reply");
const area = (purpose = form().dataset.purpose, here = form()) => here.querySelector(`.reply-text[data-purpose="${purpose}"]`);
// A browser may be shared: what one person typed is not shown to the next.
const copyName = (item, purpose) => `inbox:${document.body.dataset.user}:${item}:${purpose}`;

// -- keeping --------------------------------------------------------------------------------------------------------

function touched(field) {
  const { item } = form().dataset;
  const { purpose } = field.dataset;
  dirty.add(purpose);
  setError("");
  store(copyName(item, purpose), field.value);
  clearTimeout(timer);
  timer = setTimeout(save, QUIET_MS);
}

function store(name, text) {
  try {
    localStorage.setItem(name, text);
  } catch {
    // A browser that keeps nothing still saves to the server.
  }
}

function readCopy(item, purpose) {
  try {
    return localStorage.getItem(copyName(item, purpose));
  } catch {
    return null;
  }
}

/** Save what has changed; `leaving` outlives the page. */
function save({ leaving = false } = {}) {
  clearTimeout(timer);
  const here = form();
  if (!here || !dirty.size || sending) return undefined;
  if (saving && !leaving) {
    timer = setTimeout(save, QUIET_MS);
    return undefined;
  }
  const purposes = [...dirty];
  dirty = new Set();
  const work = Promise.all(purposes.map((purpose) => saveOne(here, purpose, leaving)));
  if (leaving) return undefined;
  saving = work.finally(() => { saving = null; });
  return saving;
}

async function saveOne(here, purpose, leaving) {
  const text = here.querySelector(`.reply-text[data-purpose="${purpose}"]`).value;
  const { item, draftUrl, unsaved } = here.dataset;
  try {
    const response = await fetch(draftUrl, {
      method: "POST",
      body: new URLSearchParams({ purpose, text }),
      headers: { "X-CSRFToken": document.body.dataset.csrf },
      keepalive: leaving && text.length < 30000,
    });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    if (localStorage.getItem(copyName(item, purpose)) === text) localStorage.removeItem(copyName(item, purpose));
    if (!here.isConnected) return;
    const body = parse(await response.text());
    document.querySelector("#reply-saved").replaceWith(body.querySelector("#reply-saved"));
    if (purpose === "reply") document.querySelector("#reply-count").replaceWith(body.querySelector("#reply-count"));
  } catch {
    if (!here.isConnected) return;
    dirty.add(purpose);
    document.querySelector("#reply-saved").textContent = unsaved;
    clearTimeout(timer);
    timer = setTimeout(save, AGAIN_MS);
  }
}

/** Words that had not reached the server when this browser left them. */
function bringBack() {
  const here = form();
  if (!here) return;
  dirty = new Set();
  for (const field of here.querySelectorAll(".reply-text")) {
    const kept = readCopy(here.dataset.item, field.dataset.purpose);
    if (kept === null) continue;
    if (kept === field.value) {
      localStorage.removeItem(copyName(here.dataset.item, field.dataset.purpose));
      continue;
    }
    field.value = kept;
    dirty.add(field.dataset.purpose);
    if (kept) toast(here.dataset.found);
  }
  if (dirty.size) timer = setTimeout(save, QUIET_MS);
  if (!area("reply").value.trim() && area("note").value.trim()) write("note", { focus: false });
}

// -- writing --------------------------------------------------------------------------------------------------------

function write(purpose, { focus = true } = {}) {
  const here = form();
  here.dataset.purpose = purpose;
  for (const button of here.querySelectorAll("[data-writes]")) button.setAttribute("aria-pressed", String(button.dataset.writes === purpose));
  for (const field of here.querySelectorAll(".reply-text")) field.hidden = field.dataset.purpose !== purpose;
  for (const button of here.querySelectorAll("[data-sends]")) button.hidden = button.dataset.sends !== purpose;
  if (focus) area().focus();
}

function setError(words) {
  const spot = document.querySelector("#reply-error");
  if (spot && spot.textContent !== words) spot.textContent = words;
}

async function send({ anyway = false } = {}) {
  const here = form();
  if (sending || (document.querySelector("#guard.guard") && !anyway)) return;
  const purpose = here.dataset.purpose;
  const isNote = purpose === "note";
  const { item } = here.dataset;
  sending = true;
  clearTimeout(timer);
  // A draft on its way must not arrive after the answer that ends it.
  await saving;
  const fields = new FormData(here);
  const text = area(purpose, here).value;
  if (anyway) fields.set("anyway", "on");
  if (privately && !isNote) fields.set("privately", "on");
  busy(true);
  try {
    const headers = { "X-CSRFToken": document.body.dataset.csrf, "X-Part": "item" };
    const url = isNote ? here.dataset.noteUrl : here.getAttribute("action");
    const response = await fetch(`${url}${query()}`, { method: "POST", body: new URLSearchParams(fields), headers });
    if (response.redirected || ![200, 409, 422].includes(response.status)) throw new Error(String(response.status));
    const body = parse(await response.text());
    forget(item);
    if (response.status === 200) sent(body, item, purpose, text);
    else if (openItemId() !== item) tellElsewhere(body);
    else if (response.status === 409) stopped(body);
    else refused(body);
  } catch (error) {
    const words = error instanceof TypeError ? here.dataset.notSent : here.dataset.failed;
    if (openItemId() !== item) {
      toast(words);
    } else {
      setError(words);
      dirty.add(purpose);
    }
  } finally {
    sending = false;
    busy(false);
    if (dirty.size) timer = setTimeout(save, QUIET_MS);
  }
}

function busy(is) {
  for (const button of form()?.querySelectorAll("[data-sends]") ?? []) {
    if (is) button.setAttribute("aria-disabled", "true");
    else if (!document.querySelector("#guard.guard")) button.removeAttribute("aria-disabled");
  }
}

/** The agent has gone on to another item: its field and its guard are not what this is about. The server has the words. */
function tellElsewhere(body) {
  toast((body.querySelector("#guard-heading") ?? body.querySelector("#said")).textContent.trim());
}

/** What was typed after `text` had been handed over stays: it is the beginning of the next words. */
function sent(body, item, purpose, text) {
  const isOpen = openItemId() === item;
  const typed = isOpen ? area(purpose).value : readCopy(item, purpose) ?? text;
  const more = typed.startsWith(text) ? typed.slice(text.length).trimStart() : typed;
  if (more && !isOpen) store(copyName(item, purpose), more);
  else localStorage.removeItem(copyName(item, purpose));
  if (isOpen) {
    dirty.delete(purpose);
    forgetUnseen();
    const fresh = body.querySelector("#reply");
    const focused = form().contains(document.activeElement);
    if (fresh) form().replaceWith(fresh);
    bringBack();
    if (more) {
      area(purpose).value = more;
      touched(area(purpose));
      if (purpose === "note") write(purpose, { focus: false });
    }
    // Who was typing goes on typing; for everybody else letters are keys again.
    if (focused) (more ? area(purpose) : restingPlace()).focus();
  }
  put(body, { own: true });
  document.dispatchEvent(new CustomEvent("inbox:sent"));
  const thread = document.querySelector("#thread");
  if (thread) thread.scrollTop = thread.scrollHeight;
  tell(body, item);
}

/** Where letters are keys: the open item's row, or what was said where the list is not shown. */
function restingPlace() {
  const row = document.querySelector("#rows a.item[aria-current='true']");
  return row?.checkVisibility() ? row : document.querySelector("#thread");
}

/** A colleague's word came first: nothing was sent, the text stays, and what was missed is outlined. */
function stopped(body) {
  const guard = body.querySelector("#guard.guard");
  for (const id of (guard.dataset.missed ?? "").split(" ").filter(Boolean)) unseen.add(id);
  put(body);
  document.querySelector("#guard").replaceWith(guard);
  outline();
  document.querySelector("#thread > [data-unseen]")?.scrollIntoView({ block: "nearest" });
  for (const button of form().querySelectorAll("[data-sends='reply']")) {
    button.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-describedby", "guard-heading");
  }
  guard.querySelector("[data-guard='edit']").focus();
}

function refused(body) {
  setError(body.querySelector("#said").textContent.trim());
  area().focus();
}

function choose(choice) {
  const here = form();
  const guard = document.querySelector("#guard");
  const { seenMessage, seenOwn, seenNote } = guard.dataset;
  here.elements.seen_message.value = seenMessage;
  here.elements.seen_own.value = seenOwn;
  here.elements.seen_note.value = seenNote;
  const empty = document.createElement("div");
  empty.id = "guard";
  guard.replaceWith(empty);
  for (const button of here.querySelectorAll("[data-sends]")) {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("aria-describedby");
  }
  forgetUnseen();
  if (choice === "send") return send({ anyway: true });
  if (choice === "discard") discard();
  area().focus();
  return undefined;
}

function discard() {
  const field = area("reply");
  const text = field.value;
  const { item, thrownAway, backAgain } = form().dataset;
  field.value = "";
  touched(field);
  save();
  toast(thrownAway, {
    label: backAgain,
    run: () => {
      if (openItemId() !== item || area("reply").value) return store(copyName(item, "reply"), text);
      area("reply").value = text;
      touched(area("reply"));
      return area("reply").focus();
    },
  });
}

// -- what people do -------------------------------------------------------------------------------------------------

document.addEventListener("input", ({ target }) => {
  if (target.matches?.("#reply .reply-text")) touched(target);
});

document.addEventListener("focusout", ({ target }) => {
  if (target.matches?.("#reply .reply-text")) save();
});

document.addEventListener("click", (event) => {
  const writes = event.target.closest?.("#reply [data-writes]");
  if (writes) write(writes.dataset.writes);
  const guard = event.target.closest?.("#reply [data-guard]");
  if (guard) choose(guard.dataset.guard);
  const saved = event.target.closest?.("#reply [data-inserts]");
  if (saved) insert(saved.querySelector("template").content.textContent);
});

function insert(text) {
  for (const menu of document.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
  const field = area();
  field.focus();
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  touched(field);
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "reply") return;
  event.preventDefault();
  privately = event.submitter?.name === "privately";
  send();
});

document.addEventListener("keydown", (event) => {
  const inField = event.target.matches?.("#reply .reply-text");
  if (inField && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    privately = false;
    send();
  } else if (inField && event.key === "Escape") {
    restingPlace().focus();
  }
});

document.addEventListener("inbox:leaving", () => save({ leaving: true }));
document.addEventListener("inbox:shown", () => {
  unseen.clear();
  bringBack();
});
document.addEventListener("inbox:reply", bringBack);
addEventListener("pagehide", () => save({ leaving: true }));
