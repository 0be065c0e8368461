// Who else is here: marks on rows, and a line above the field. Marks help people; the guard of sending protects them.

import { findColleagues } from "moderation/colleagues";
import { openItemId } from "moderation/panes";
import * as presence from "web/presence";

const inbox = document.querySelector("#inbox");
const words = inbox.dataset;

let here = "";

function sentence(state, name) {
  return (state === "writing" ? words.writing : words.viewing).replace("%", name);
}

async function draw(id) {
  const marks = presence.others("item", Number(id));
  marks.delete(Number(words.me));
  const known = marks.size ? await findColleagues() : new Map();
  const nameOf = (user) => known.get(user)?.name ?? words.somebody;
  const spot = document.querySelector(`[data-presence="${id}"]`);
  spot?.replaceChildren(...[...marks].map(([user, state]) => mark(sentence(state, nameOf(user)), state, known.get(user))));
  if (String(id) !== openItemId()) return;
  const writer = document.querySelector("#writer");
  if (!writer) return;
  const writing = [...marks].filter(([, state]) => state === "writing").map(([user]) => nameOf(user));
  const looking = [...marks].filter(([, state]) => state === "viewing").map(([user]) => nameOf(user));
  const shown = writing.length ? sentence("writing", writing.join(", ")) : looking.length ? sentence("viewing", looking.join(", ")) : "";
  if (writer.textContent === shown) return;
  writer.replaceChildren(...(writing.length ? [voice()] : []), shown);
}

function mark(label, state, colleague) {
  const span = document.createElement("span");
  span.className = state === "writing" ? "typing" : "here";
  span.setAttribute("role", "img");
  span.setAttribute("aria-label", label);
  span.title = label;
  if (state === "writing") span.append(voice());
  if (colleague?.avatar) span.append(colleague.avatar.cloneNode(true));
  return span;
}

function voice() {
  return document.querySelector("#live svg.voice").cloneNode(true);
}

function arrive() {
  const open = openItemId();
  if (open === here) return;
  if (here) presence.leave("item", Number(here));
  here = open;
  if (here) presence.join("item", Number(here));
}

document.body.addEventListener("live:presence", ({ detail }) => {
  if (detail.kind === "item") draw(detail.id);
});
document.addEventListener("inbox:shown", () => {
  arrive();
  if (here) draw(here);
});
document.addEventListener("inbox:reply", () => here && draw(here));
document.addEventListener("inbox:put", ({ detail }) => {
  for (const id of detail.ids) draw(id);
});
document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("#reply .reply-text") || !here) return;
  if (target.value.trim()) presence.writing("item", Number(here));
  else presence.rested("item", Number(here));
});
document.addEventListener("inbox:sent", () => {
  if (!here) return;
  presence.rested("item", Number(here));
  draw(here);
});
