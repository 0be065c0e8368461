// The composer. Every change is saved in a moment, one save at a time; what cannot be saved stays in this browser and is
// sent again. The server's answer brings the parts around the words (counts, previews, checks), never the words.

import htmx from "htmx";
import { toast } from "web/toast";

const QUIET_MS = 700;
const AGAIN_MS = 5000;

const form = document.querySelector("#composer");
const words = form.dataset;
const copyName = `composer:${words.key}`;
const saves = "saves" in words;
const locked = "locked" in words;

let timer = 0;
let saving = false;
let changed = false;
let leaving = false;
let wantsPictures = false;
const waiting = new Map();

function later(wait = QUIET_MS) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function touched() {
  changed = true;
  keepCopy();
  later();
}

async function save() {
  if (saving || leaving || locked) return;
  saving = true;
  changed = false;
  const asksPictures = wantsPictures;
  wantsPictures = false;
  const headers = { "X-Autosave": "1", "X-CSRFToken": document.body.dataset.csrf };
  if (asksPictures) headers["X-Pictures"] = "1";
  try {
    const response = await fetch(form.getAttribute("action"), { method: "POST", headers, body: new FormData(form) });
    if (response.status === 409) showConflict(await response.text());
    else if (!response.ok) throw new Error(String(response.status));
    else settle(await response.text());
  } catch {
    wantsPictures ||= asksPictures;
    if (!leaving) unsaved();
  } finally {
    saving = false;
    if (changed) later();
  }
}

function settle(html) {
  put(html);
  document.querySelector("#composer-conflict").replaceChildren();
  const { url, title } = document.querySelector("#composer-state").dataset;
  if (url && form.getAttribute("action") !== url) {
    form.setAttribute("action", url);
    history.replaceState(history.state, "", url);
  }
  document.querySelector("#composer-title").textContent = title;
  if (saves && !changed) forgetCopy();
}

function put(html) {
  const parts = new DOMParser().parseFromString(html, "text/html").body;
  const { id } = document.activeElement;
  // What stands in <noscript> is only text to this page, but not to a parser: its button must not become Enter's.
  for (const unneeded of parts.querySelectorAll("noscript")) unneeded.remove();
  for (const part of [...parts.children]) {
    const place = part.id && document.getElementById(part.id);
    // What was changed after this save was sent is newer than its answer.
    const isOlder = (changed && part.matches(".shape")) || (wantsPictures && part.id === "composer-pictures");
    // An answer of the network that is on its way has its place in what stands here.
    const isAwaited = place?.querySelector(".htmx-request");
    waiting.delete(part.id);
    if (place && isTypedIn(place)) waiting.set(part.id, part);
    if (!place || isTypedIn(place) || isOlder || isAwaited) continue;
    keepOffers(place, part);
    place.replaceWith(part);
    if (part.matches(".shape")) htmx.process(part);
  }
  htmx.process(document.querySelector("#composer-pictures"));
  // A choice that was just made keeps the keyboard.
  if (id && document.activeElement === document.body) document.getElementById(id)?.focus();
  showPicked();
}

// What an answer could not change under somebody's fingers changes when they have left, unless they wrote on meanwhile.
function putWaiting() {
  for (const [id, part] of waiting) {
    const place = document.getElementById(id);
    if (isTypedIn(place)) continue;
    waiting.delete(id);
    if (changed || saving) continue;
    const { id: at } = document.activeElement;
    keepOffers(place, part);
    place.replaceWith(part);
    htmx.process(part);
    if (at && document.activeElement === document.body) document.getElementById(at)?.focus();
  }
}

function isTypedIn(place) {
  const typed = "textarea, input:not([type='radio'], [type='checkbox'])";
  return place.contains(document.activeElement) && document.activeElement.matches(typed);
}

// What an account was asked for stays to choose from; the server knows only what was chosen.
function keepOffers(place, part) {
  for (const select of place.querySelectorAll("select[data-asks]")) {
    const fresh = part.querySelector(`#${select.id}`);
    if (!fresh || select.options.length <= fresh.options.length) continue;
    const chosen = fresh.value;
    fresh.replaceChildren(...select.children);
    fresh.value = chosen;
  }
}

function unsaved() {
  document.querySelector("#composer-saved").textContent = words.unsaved;
  later(AGAIN_MS);
}

function showConflict(html) {
  const place = document.querySelector("#composer-conflict");
  const parts = new DOMParser().parseFromString(html, "text/html").body;
  place.replaceChildren(...parts.children);
  place.scrollIntoView({ block: "nearest" });
}

// -- the copy in this browser ---------------------------------------------------------------------------------------

function keepCopy() {
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "version");
  try {
    localStorage.setItem(copyName, JSON.stringify(fields));
  } catch {
    // A browser that keeps nothing still saves to the server.
  }
}

function forgetCopy() {
  localStorage.removeItem(copyName);
}

function offerCopy() {
  const kept = localStorage.getItem(copyName);
  if (!kept || locked) return forgetCopy();
  const fields = Map.groupBy(JSON.parse(kept), ([name]) => name);
  // The parts of a thread share a name: each has its place among them.
  const text = (area) => {
    const place = [...form.querySelectorAll(`textarea[name="${area.name}"]`)].indexOf(area);
    return fields.get(area.name)?.[place]?.[1]?.replaceAll("\r\n", "\n");
  };
  const texts = [...form.querySelectorAll("textarea[name]")].map((area) => [area, text(area)]);
  const other = texts.filter(([area, value]) => value !== undefined && value !== area.value);
  if (!other.length) return forgetCopy();
  const run = () => {
    for (const [area, value] of other) area.value = value;
    touched();
  };
  return toast(words.found, { label: words.restore, run });
}

// -- accounts, own texts, previews ----------------------------------------------------------------------------------

function picked() {
  return new Set([...form.querySelectorAll("[name='account']:checked")].map((box) => box.dataset.network));
}

function showPicked() {
  const networks = picked();
  for (const row of form.querySelectorAll(".composer-networks li[data-network]")) row.hidden = !networks.has(row.dataset.network);
  const buttons = [...form.querySelectorAll("#preview-switch > [data-network]")];
  for (const button of buttons) button.hidden = !networks.has(button.dataset.network);
  const shown = buttons.filter((button) => !button.hidden);
  const chosen = shown.find((button) => button.getAttribute("aria-pressed") === "true") ?? shown[0];
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === chosen));
  for (const card of form.querySelectorAll(".preview")) card.hidden = card.dataset.network !== chosen?.dataset.network;
}

function toggleOwn(button) {
  const row = button.closest("li");
  const own = row.toggleAttribute("data-own");
  const area = row.querySelector("textarea");
  const link = row.querySelector(".own-link");
  // What was written for this network alone stays in the field, so that a second press brings it back.
  if (own && !area.value) {
    area.value = form.elements.text.value;
    link.value = form.elements.link.value;
  }
  area.disabled = !own;
  link.disabled = !own;
  row.querySelector(".own").hidden = !own;
  const line = row.querySelector(".follows");
  line.textContent = own ? line.dataset.hasOwn : line.dataset.follows;
  button.textContent = own ? button.dataset.share : button.dataset.write;
  if (own) area.focus();
  touched();
}

function findAccount(text) {
  const wanted = text.trim().toLocaleLowerCase();
  for (const item of form.querySelectorAll("#accounts > li")) item.hidden = !item.dataset.name.toLocaleLowerCase().includes(wanted);
}

// Writing into the last part of a thread brings an empty one after it, up to what the network takes.
function growThread(area) {
  const field = area.closest(".field");
  const shape = area.closest(".shape");
  const areas = [...shape.querySelectorAll("[data-part]")];
  if (area !== areas.at(-1) || !area.value.trim() || areas.length >= Number(shape.dataset.parts)) return;
  const next = field.cloneNode(true);
  const fresh = next.querySelector("[data-part]");
  fresh.id = area.id.replace(/\d+$/, areas.length);
  fresh.value = "";
  const label = next.querySelector("label");
  label.htmlFor = fresh.id;
  label.textContent = label.textContent.replace(/\d+/, areas.length + 2);
  next.querySelector(".error")?.remove();
  field.after(next);
}

// -- pictures -------------------------------------------------------------------------------------------------------

function choosePicture(id) {
  for (const panel of form.querySelectorAll(".media-alt")) panel.hidden = panel.dataset.picture !== id;
  for (const item of form.querySelectorAll(".media-strip > [data-picture]")) {
    item.querySelector("button").setAttribute("aria-pressed", String(item.dataset.picture === id));
  }
}

function changePictures(act) {
  act(form.querySelector(".media-strip"));
  wantsPictures = true;
  touched();
}

function movePicture(id, by) {
  changePictures((strip) => {
    const item = strip.querySelector(`[data-picture="${id}"]`);
    const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (other?.dataset.picture) other[by < 0 ? "before" : "after"](item);
  });
}

function detachPicture(id) {
  changePictures((strip) => {
    strip.querySelector(`[data-picture="${id}"]`).remove();
    document.getElementById(`picture-${id}`).remove();
    choosePicture(strip.querySelector("[data-picture]")?.dataset.picture);
  });
}

document.body.addEventListener("gallery:chosen", ({ detail: { ids } }) => {
  changePictures((strip) => {
    const present = new Set([...strip.querySelectorAll("[name='picture']")].map((input) => input.value));
    for (const id of ids.map(String).filter((one) => !present.has(one))) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "picture", value: id });
      strip.lastElementChild.before(input);
    }
  });
});

// -- what people do -------------------------------------------------------------------------------------------------

form.addEventListener("input", ({ target }) => {
  if (target.id === "find-account") return findAccount(target.value);
  if (target.dataset.counts) document.getElementById(target.dataset.counts).textContent = target.value.length;
  if (target.name === "account") showPicked();
  if (target.matches("[data-part]")) growThread(target);
  return touched();
});

form.addEventListener("focusout", () => setTimeout(putWaiting));

form.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  if (at("[data-own-toggle]")) return toggleOwn(at("[data-own-toggle]"));
  if (at("[data-moves]")) return movePicture(at(".media-alt").dataset.picture, Number(at("[data-moves]").dataset.moves));
  if (at("[data-detaches]")) return detachPicture(at(".media-alt").dataset.picture);
  if (at(".media-strip > [data-picture]")) return choosePicture(at("[data-picture]").dataset.picture);
  if (at("[data-take-theirs]")) return forgetCopy();
  if (at("[data-goes]")) {
    event.preventDefault();
    return goTo(at("[data-goes]").hash.slice(1));
  }
  if (at("[data-keep-mine]")) {
    event.preventDefault();
    form.querySelector("#composer-state > [name='version']").value = at("[data-keep-mine]").value;
    return save();
  }
  return null;
});

function goTo(id) {
  const field = document.getElementById(id);
  const panel = field?.closest(".media-alt");
  if (panel) choosePicture(panel.dataset.picture);
  document.querySelector(".composer-switch > button")?.click();
  field?.focus();
}

document.querySelector("#preview-switch").addEventListener("press", showPicked);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.querySelector("[data-main]")?.click();
});

form.addEventListener("submit", (event) => {
  // A second click finds the page on its way; the server would not do it twice either.
  if (leaving) return event.preventDefault();
  leaving = true;
  clearTimeout(timer);
  keepCopy();
  sessionStorage.setItem("composer:sent", copyName);
  return setTimeout(() => {
    for (const button of form.querySelectorAll(".composer-when .button")) button.disabled = true;
  });
});

addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});

addEventListener("beforeunload", (event) => {
  if (changed && !leaving && !saves) event.preventDefault();
});

offerCopy();
