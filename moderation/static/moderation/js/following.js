// What others do appears as it happens: rows in the list, the parts of the open item, counters; and how long people wait.

import { forget, forgetAll, openItemId } from "moderation/panes";
import { parse, put } from "moderation/parts";

const inbox = document.querySelector("#inbox");
const GATHER_MS = 120;
const MOST = 100;

let changed = new Set();
let timer = 0;
let asking = false;

document.body.addEventListener("live:item", ({ detail }) => {
  changed.add(String(detail.id));
  forget(detail.id);
  timer ||= setTimeout(ask, GATHER_MS);
});

document.body.addEventListener("live:again", () => {
  forgetAll();
  for (const row of document.querySelectorAll("#rows > li")) changed.add(row.dataset.item);
  if (openItemId()) changed.add(openItemId());
  timer ||= setTimeout(() => askAnew().finally(ask), GATHER_MS);
});

async function ask() {
  timer = 0;
  if (asking || !changed.size) return;
  asking = true;
  const ids = [...changed].slice(0, MOST);
  changed = new Set([...changed].slice(MOST));
  try {
    await Promise.all([askRows(ids), ids.includes(openItemId()) ? askItem(openItemId()) : null]);
  } catch {
    // Unreachable: the socket will say so, and all is asked for again when it is back.
  } finally {
    asking = false;
    if (changed.size) timer ||= setTimeout(ask, GATHER_MS);
  }
}

async function askRows(ids) {
  const query = new URLSearchParams(inbox.dataset.query);
  for (const id of ids) query.append("id", id);
  put(await fetchBody(`${inbox.dataset.rowsUrl}?${query}`));
}

async function askItem(id) {
  const url = document.querySelector("#case")?.dataset.url;
  if (url) put(await fetchBody(`${url}?${inbox.dataset.query}`, { "X-Part": "item" }, id));
}

/** After a gap: whatever the first page holds now. */
async function askAnew() {
  if (/[?&](before|after)=/.test(location.search)) return;
  put(await fetchBody(`${inbox.dataset.url}?${inbox.dataset.query}`));
}

async function fetchBody(url, headers = {}) {
  const response = await fetch(url, { headers });
  if (!response.ok || response.redirected) throw new Error(String(response.status));
  return parse(await response.text());
}

// -- how long people wait -------------------------------------------------------------------------------------------

const words = inbox.dataset;
const LONG_MS = 60 * 60 * 1000;

function lasted(milliseconds) {
  const minutes = Math.max(Math.floor(milliseconds / 60000), 0);
  if (minutes < 60) return words.minutes.replace("%", minutes);
  if (minutes < 24 * 60) {
    return words.hours.replace("%", Math.floor(minutes / 60)).replace("%", String(minutes % 60).padStart(2, "0"));
  }
  return words.days.replace("%", Math.floor(minutes / (24 * 60)));
}

setInterval(() => {
  for (const one of inbox.querySelectorAll("time[data-since]")) {
    const passed = Date.now() - Date.parse(one.dataset.since);
    one.textContent = lasted(passed);
    if (passed >= LONG_MS) one.closest(".due")?.setAttribute("data-tone", "wait");
  }
}, 30000);
