// The signs in the rail stay true on every page: what waits behind its sections is counted anew when something changed.

const GATHERED_MS = 800;
// A busy hour changes much; a sign that is a few seconds old misleads nobody.
const AT_MOST_EACH_MS = 4000;
const KINDS = ["item", "publication", "account", "notice", "again"];
const SIGN = ":scope > .count, :scope > .dot";

const url = document.querySelector(".rail")?.dataset.signsUrl;
let timer = 0;
let last = -Infinity;

function askSoon() {
  timer ||= setTimeout(ask, Math.max(GATHERED_MS, last + AT_MOST_EACH_MS - performance.now()));
}

async function ask() {
  last = performance.now();
  try {
    const response = await fetch(url);
    if (response.ok && !response.redirected) put(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    // Unreachable: after the gap all is asked for again.
  } finally {
    timer = 0;
  }
}

function put(fresh) {
  for (const link of fresh.querySelectorAll("li[id] > a")) {
    const sign = link.querySelector(SIGN);
    for (const here of document.querySelectorAll(`#${link.parentElement.id} > a, #more-menu > a[href="${link.getAttribute("href")}"]`)) {
      here.querySelector(SIGN)?.remove();
      if (sign) here.append(here.closest("#more-menu") ? dot(sign) : sign.cloneNode(true));
    }
  }
}

/** A menu says only that something waits. */
function dot(sign) {
  const small = document.createElement("span");
  small.className = "dot end";
  small.dataset.tone = sign.dataset.tone;
  const words = document.createElement("span");
  words.className = "aside-text";
  words.textContent = sign.querySelector(".aside-text").textContent;
  small.append(words);
  return small;
}

if (url) for (const kind of KINDS) document.body.addEventListener(`live:${kind}`, askSoon);
