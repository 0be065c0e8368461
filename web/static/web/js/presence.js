// Who else looks at something, and who writes there. A page says what its own reader does:
//
//   import * as presence from "web/presence";
//   presence.join("item", 12);       // looks at it, until presence.leave("item", 12) or the page is left
//   presence.writing("item", 12);    // at each key; ends by itself after a while, or at presence.rested("item", 12)
//
// and hears of others as the events `live:presence` and `live:presence:item:12` on <body>, whose detail is
// { kind, id, user, state: "viewing" | "writing" | "gone" }. presence.others("item", 12) gives a Map of user to state.

import { announce, listenTo, say } from "web/live";

const RENEWED_EVERY_MS = 10000;
const WRITING_LASTS_MS = 15000;

const mine = new Map(); // subject: { kind, id, wroteAt, said }
const marks = new Map(); // subject: Map of user to state

const key = (kind, id) => `${kind}:${id}`;
const stateOf = (one) => (performance.now() - one.wroteAt < WRITING_LASTS_MS ? "writing" : "viewing");

export function join(kind, id) {
  if (mine.has(key(kind, id))) return;
  mine.set(key(kind, id), { kind, id, wroteAt: -Infinity });
  tell(mine.get(key(kind, id)));
}

export function leave(kind, id) {
  const one = mine.get(key(kind, id));
  mine.delete(key(kind, id));
  if (one) say({ kind: "presence", subject: [kind, id], state: "gone" });
}

export function writing(kind, id) {
  join(kind, id);
  const one = mine.get(key(kind, id));
  const before = stateOf(one);
  one.wroteAt = performance.now();
  if (before !== "writing") tell(one);
}

export function rested(kind, id) {
  const one = mine.get(key(kind, id));
  if (!one || stateOf(one) !== "writing") return;
  one.wroteAt = -Infinity;
  tell(one);
}

export function others(kind, id) {
  return new Map(marks.get(key(kind, id)));
}

function tell(one) {
  if (!document.hidden) say({ kind: "presence", subject: [one.kind, one.id], state: stateOf(one) });
}

function tellAll() {
  for (const one of mine.values()) tell(one);
}

function hear([kind, id, user, state]) {
  const subject = key(kind, id);
  const users = marks.get(subject) ?? new Map();
  if (state === "gone") users.delete(user);
  else users.set(user, state);
  if (users.size) marks.set(subject, users);
  else marks.delete(subject);
  const detail = { kind, id, user, state };
  announce("live:presence", detail);
  announce(`live:presence:${subject}`, detail);
}

// A new connection is told from nothing who is where.
listenTo("joined", () => {
  for (const [subject, users] of [...marks]) {
    const [kind, id] = subject.split(":");
    for (const user of [...users.keys()]) hear([kind, Number(id), user, "gone"]);
  }
  tellAll();
});
listenTo("presence", (found) => found.forEach(hear));

setInterval(tellAll, RENEWED_EVERY_MS);

// Nobody looks at a page that is hidden.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return tellAll();
  for (const { kind, id } of mine.values()) say({ kind: "presence", subject: [kind, id], state: "gone" });
});
