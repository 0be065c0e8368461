// Lists that rows join and leave while somebody reads them:
//
//   <div id="posts" data-arrivals="publication" data-list-url="…"><ol data-rows> <li id="publication-7">… </ol></div>
//
// The list is asked for anew from its own address when a row is unknown to it, and row by row brought up to date. Nothing
// moves what is under the pointer or has the focus: rows above it wait until both are elsewhere, or the page's button
// [data-arrivals-more] is pressed.

import htmx from "htmx";
import { fetchAgainLater } from "web/live";

const GATHERED_MS = 200;
// What was just seen not to belong to the list, as a colleague's draft that is saved at every pause, is asked about less.
const GATHERED_LATE_MS = 3000;
const FOCUSABLE = "a[href], button, input, select, textarea, [tabindex]";
const ADDED = ["data-arrived", "data-htmx-powered"];

class List {
  constructor(frame) {
    this.frame = frame;
    this.kind = frame.dataset.arrivals;
    this.timer = null;
    this.asked = new Set(); // ids of what is unknown to the list
    this.strangers = new Set(); // those of them that it did not have when it was asked
    this.waits = false; // whether some of the list was held back
    this.fetches = 0;
    this.fetchedRows = new Map(); // when rows were last asked for by themselves
    for (const departure of ["pointerleave", "focusout"]) {
      frame.addEventListener(departure, () => setTimeout(() => this.waits && this.ask(0)));
    }
    frame.addEventListener("click", ({ target }) => {
      if (target.closest("[data-arrivals-more]")) this.fetch({ force: true });
    });
    frame.addEventListener("htmx:before:request", ({ target }) => this.fetchedRows.set(target.id, performance.now()));
    document.body.addEventListener(`live:${this.kind}`, ({ detail }) => {
      if (!this.row(detail.id)) this.ask(this.strangers.has(detail.id) ? GATHERED_LATE_MS : GATHERED_MS, detail.id);
    });
    document.body.addEventListener("live:again", () => this.ask());
    // A row whose own view no longer knows it has gone, or is no longer for this reader.
    frame.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
      if (ctx.response.status === 404) this.ask();
    });
  }

  get rows() {
    return this.frame.querySelector("[data-rows]");
  }

  row(id) {
    return this.frame.querySelector(`#${CSS.escape(`${this.kind}-${id}`)}`);
  }

  ask(wait = GATHERED_MS, id = null) {
    if (id !== null) this.asked.add(id);
    const at = performance.now() + wait;
    if (this.timer && this.at <= at) return;
    clearTimeout(this.timer);
    this.at = at;
    this.timer = setTimeout(() => this.fetch(), wait);
  }

  async fetch({ force = false } = {}) {
    const { asked } = this;
    const turn = (this.fetches += 1);
    const began = performance.now();
    let fresh = null;
    this.asked = new Set();
    this.timer = null;
    try {
      const answer = await fetch(this.frame.dataset.listUrl, { headers: { "HX-Request": "true" } });
      if (answer.status >= 500) fetchAgainLater();
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      fresh = page.querySelector(`#${CSS.escape(this.frame.id)}`);
    } catch {
      fetchAgainLater();
      return;
    }
    if (!fresh || turn !== this.fetches) return; // a later answer is on its way
    for (const id of asked) {
      const belongs = fresh.querySelector(`#${CSS.escape(`${this.kind}-${id}`)}`);
      if (belongs) this.strangers.delete(id);
      else this.strangers.add(id);
    }
    this.settle(fresh, { began, force });
  }

  /** Bring the page's rows to what was fetched, as far as that moves nothing; the rest waits. */
  settle(fresh, { began, force }) {
    const wanted = fresh.querySelector("[data-rows]");
    if (!wanted || !this.rows) {
      // From an empty list to a full one or back: there is no row to be pushed.
      if (Boolean(wanted) !== Boolean(this.rows)) this.replace(fresh);
      this.waits = false;
      return;
    }
    this.waits = this.update(wanted, force ? null : this.heldRow(), began);
    const more = this.frame.querySelector("[data-arrivals-more]");
    if (more) more.hidden = !this.waits;
  }

  heldRow() {
    return [...this.rows.children].find((row) => row.matches(":hover") || row.contains(document.activeElement)) ?? null;
  }

  update(wanted, held, began) {
    let waits = false;
    const above = (row) => held && row.compareDocumentPosition(held) & Node.DOCUMENT_POSITION_FOLLOWING;
    const ids = new Set([...wanted.children].map((row) => row.id));
    for (const row of [...this.rows.children]) {
      if (ids.has(row.id)) continue;
      if (row === held || above(row)) waits = true;
      else row.remove();
    }
    let before = null; // the row after which the next one comes
    for (const fresh of [...wanted.children]) {
      const known = document.getElementById(fresh.id);
      if (known) {
        // What a row fetched for itself meanwhile is newer than the list.
        before = this.fetchedRows.get(known.id) > began ? known : renew(known, fresh);
        if (known === held) held = before;
        continue;
      }
      const next = before ? before.nextElementSibling : this.rows.firstElementChild;
      if (held && (next === held || (next && above(next)))) {
        waits = true;
        continue;
      }
      const row = document.importNode(fresh, true);
      row.dataset.arrived = "";
      this.rows.insertBefore(row, next);
      htmx.process(row);
      before = row;
    }
    return waits;
  }

  replace(fresh) {
    this.frame.replaceChildren(...document.importNode(fresh, true).childNodes);
    for (const part of this.frame.children) htmx.process(part);
  }
}

/** Put a fresh row in the place of a known one where they differ, and give back the focus. */
function renew(known, fresh) {
  if (bare(known) === bare(fresh)) return known;
  const row = document.importNode(fresh, true);
  const focused = [...known.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  known.replaceWith(row);
  htmx.process(row);
  if (focused >= 0) row.querySelectorAll(FOCUSABLE)[focused]?.focus({ preventScroll: true });
  return row;
}

/** A row's text without what scripts have added to it. */
function bare(row) {
  const copy = row.cloneNode(true);
  for (const part of [copy, ...copy.querySelectorAll("*")]) ADDED.forEach((name) => part.removeAttribute(name));
  return copy.outerHTML;
}

for (const frame of document.querySelectorAll("[data-arrivals]")) new List(frame);
