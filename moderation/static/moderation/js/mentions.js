// Naming a colleague in a note: after an @ those whose name begins so are offered, and Enter or Tab writes the name out.

import { findColleagues } from "moderation/colleagues";

const MOST = 6;
// An @ that begins a word, and what was typed behind it: names have blanks in them.
const BEGUN = /(?:^|[\s(])@([^@\n]{0,60})$/;

let names = [];
let at = 0;

const list = () => document.querySelector("#mentions");
const isNote = (element) => element?.matches?.("#reply .reply-text[data-purpose='note']");

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function begunIn(field) {
  return field.value.slice(0, field.selectionStart).match(BEGUN)?.[1] ?? null;
}

/** Whether a name, or one of its words, begins with what was typed. */
function fits(name, typed) {
  const words = folded(name).split(" ");
  return words.some((_, place) => words.slice(place).join(" ").startsWith(folded(typed)));
}

async function offer(field) {
  const typed = begunIn(field);
  if (typed === null) return close();
  const me = Number(document.body.dataset.user);
  const colleagues = [...(await findColleagues())].filter(([user]) => user !== me);
  // The note may have been sent, or gone on with, while colleagues were asked for.
  if (!field.isConnected || begunIn(field) !== typed) return undefined;
  const found = colleagues.filter(([, { name }]) => fits(name, typed)).slice(0, MOST);
  if (!found.length) return close();
  names = found.map(([, { name }]) => name);
  at = 0;
  list().replaceChildren(...found.map(option));
  list().hidden = false;
  return choose(field);
}

function option([user, { name, avatar }]) {
  const entry = document.createElement("li");
  entry.id = `mention-${user}`;
  entry.setAttribute("role", "option");
  const words = document.createElement("span");
  words.className = "clip";
  words.textContent = name;
  entry.append(...(avatar ? [avatar.cloneNode(true)] : []), words);
  return entry;
}

function choose(field) {
  const entries = [...list().children];
  for (const [place, entry] of entries.entries()) entry.setAttribute("aria-selected", String(place === at));
  field.setAttribute("aria-activedescendant", entries[at].id);
}

function close() {
  names = [];
  list()?.replaceChildren();
  list()?.setAttribute("hidden", "");
  document.querySelector("#note-text")?.removeAttribute("aria-activedescendant");
}

function write(field, name) {
  const typed = begunIn(field);
  if (typed === null) return close();
  field.setRangeText(`${name} `, field.selectionStart - typed.length, field.selectionStart, "end");
  close();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return undefined;
}

document.addEventListener("input", ({ target }) => {
  if (isNote(target)) offer(target);
});

// While names are offered some keys are theirs: seen before the page's own keys.
document.addEventListener("keydown", (event) => {
  if (!names.length || !isNote(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    at = (at + step + names.length) % names.length;
    choose(event.target);
  } else if (event.key === "Enter" || event.key === "Tab") {
    write(event.target, names[at]);
  } else if (event.key === "Escape") {
    close();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  // The field keeps the focus.
  if (event.target.closest?.("#mentions")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const entry = event.target.closest?.("#mentions > li");
  if (entry) write(document.querySelector("#note-text"), entry.querySelector(".clip").textContent);
});

document.addEventListener("focusout", ({ target }) => {
  if (isNote(target)) close();
});
