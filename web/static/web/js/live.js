// One socket a page. The server says only that something changed ({ kind, id }); the page hears it as the DOM events
// `live:<kind>` and `live:<kind>:<id>` on <body> and fetches its part from the normal view. After a gap everything may
// have changed: `live:<kind>` parts listen to `live:again` as well.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30000;
const PING_EVERY_MS = 25000;

const path = document.body.dataset.live;
const sign = document.querySelector("#live");

let wait = FIRST_WAIT_MS;
let lost = false;
let left = false;
let socket = null;

function join() {
  socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
  socket.addEventListener("open", () => {
    wait = FIRST_WAIT_MS;
    show("live", sign?.dataset.liveWords);
    if (lost) announce("live:again");
    lost = false;
  });
  // A connection can die without a word: what has not answered one ping by the next is closed.
  let answered = true;
  const pings = setInterval(() => {
    if (!answered) socket.close();
    answered = false;
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ kind: "ping" }));
  }, PING_EVERY_MS);
  socket.addEventListener("message", ({ data }) => {
    answered = true;
    const hint = JSON.parse(data);
    if (hint.kind === "pong") return;
    announce(`live:${hint.kind}`, hint);
    announce(`live:${hint.kind}:${hint.id}`, hint);
  });
  socket.addEventListener("close", () => {
    clearInterval(pings);
    lost = true;
    if (left) return;
    show("lost", sign?.dataset.lostWords);
    // Between half and all of the wait, so that a restarted server is not met by everybody at once.
    setTimeout(join, wait * (0.5 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  });
}

function announce(name, detail = {}) {
  document.body.dispatchEvent(new CustomEvent(name, { detail }));
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
    if (persisted) join();
  });
}
