// One socket a page (docs/live.md). The server says which things changed, as [kind, id, version]; the page hears it as the
// DOM events `live:<kind>` and `live:<kind>:<id>` on <body> and fetches its part from the normal view. `cursor` is the
// number up to which this page is: after a gap the server tells what was missed since, or to begin anew, which the page
// hears as `live:again`.

import { isNewer } from "web/versions";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30000;
// The server gives a sign of life every ten seconds.
const SILENCE_MS = 25000;
const AGAIN_AFTER_MS = 3000;
const NOT_A_MEMBER = 4403;

const path = document.body.dataset.live;
const sign = document.querySelector("#live");
const listeners = { joined: [], presence: [] };

let cursor = Number(document.body.dataset.liveCursor);
let wait = FIRST_WAIT_MS;
let left = false;
let socket = null;
let again = null;

function join() {
  const ours = (socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws"))));
  let silence;
  let ended = false;

  function listen() {
    clearTimeout(silence);
    silence = setTimeout(() => {
      // A dead connection may take minutes to close: it is left to itself.
      ours.close();
      end({});
    }, SILENCE_MS);
  }

  function end({ code }) {
    if (ended) return;
    ended = true;
    clearTimeout(silence);
    if (left) return;
    show("lost", sign?.dataset.lostWords);
    if (code === NOT_A_MEMBER) return;
    // Between half and all of the wait, so that a restarted server is not met by everybody at once.
    setTimeout(join, wait * (0.5 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  listen();
  ours.addEventListener("open", () => ours.send(JSON.stringify({ kind: "hello", cursor })));
  ours.addEventListener("close", end);
  ours.addEventListener("message", ({ data }) => {
    if (ended) return;
    listen();
    if (sign?.dataset.state !== "live") {
      wait = FIRST_WAIT_MS;
      show("live", sign?.dataset.liveWords);
      for (const tell of listeners.joined) tell();
    }
    take(JSON.parse(data));
  });
}

function take(message) {
  if (message.kind === "changes") for (const change of message.changes) apply(...change);
  if (message.kind === "presence") for (const tell of listeners.presence) tell(message.marks);
  if (message.kind === "resync") announce("live:again");
  if (message.cursor !== undefined) cursor = message.cursor;
}

function apply(kind, id, version) {
  if (!isNewer(kind, id, version)) return;
  const detail = { kind, id, version };
  announce(`live:${kind}`, detail);
  announce(`live:${kind}:${id}`, detail);
}

/** Dispatch an event on <body>, where parts of pages listen. */
export function announce(name, detail = {}) {
  document.body.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Have all parts fetched anew in a while: one could not be, although the page has passed the change's number. */
export function fetchAgainLater() {
  again ??= setTimeout(() => {
    again = null;
    announce("live:again");
  }, AGAIN_AFTER_MS * (1 + Math.random()));
}

/** Say something to the server; nothing while there is no connection. */
export function say(message) {
  if (socket?.readyState === WebSocket.OPEN && sign?.dataset.state === "live") socket.send(JSON.stringify(message));
}

/** Call `tell` each time the connection stands ("joined"), or with the marks that differ ("presence"). */
export function listenTo(what, tell) {
  listeners[what].push(tell);
}

function show(state, words) {
  if (!sign || sign.dataset.state === state) return;
  sign.dataset.state = state;
  sign.lastElementChild.textContent = words;
}

if (path) {
  join();
  // A page kept for the Back button holds no socket, and catches up when it is shown again.
  addEventListener("pagehide", () => {
    left = true;
    socket.close();
  });
  addEventListener("pageshow", ({ persisted }) => {
    left = false;
    if (!persisted) return;
    wait = FIRST_WAIT_MS;
    join();
  });
}
