// Lists that rows join and leave while somebody reads them:
//
//   <div id="posts" data-arrivals="publication" data-list-url="…"><ol data-rows> <li id="publication-7">… </ol></div>
//
// The list is asked for anew from its own address when a row is unknown to it, and row by row brought up to date. Nothing
// moves what is under the pointer or has the focus: rows above it wait until both are elsewhere, or the page's button
// [data-arrivals-more] is pressed.

import htmx from "htmx";

const GATHERED_MS = 200;
const FOCUSABLE = "a[href], button, input, select, textarea, [tabindex]";
const ADDED = ["data-arrived", "data-htmx-powered"];

class List {
  constructor(frame) {
    this.frame = frame;
    this.kind = frame.dataset.arrivals;
    this.more = frame.querySelector("[data-arrivals-more]");
    this.timer = null;
    this.again = false;
    this.fresh = null; // the list as it was fetched last, while some of it waits
    for (const departure of ["pointerleave", "focusout"]) {
      frame.addEventListener(departure, () => setTimeout(() => this.fresh && this.settle()));
    }
    this.more?.addEventListener("click", () => this.settle({ force: true }));
    document.body.addEventListener(`live:${this.kind}`, ({ detail }) => {
      if (!this.row(detail.id)) this.ask();
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

  ask() {
    this.timer ??= setTimeout(() => this.fetch(), GATHERED_MS);
  }

  async fetch() {
    try {
      const answer = await fetch(this.frame.dataset.listUrl, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.fresh = page.querySelector(`#${CSS.escape(this.frame.id)}`);
    } catch {
      return; // what is missed now comes when the connection stands again
    } finally {
      this.timer = null;
    }
    this.settle();
  }

  /** Bring the page's rows to what was fetched, as far as that moves nothing; the rest waits. */
  settle({ force = false } = {}) {
    const wanted = this.fresh?.querySelector("[data-rows]");
    if (!wanted || !this.rows) {
      // From an empty list to a full one or back: there is no row to be pushed.
      if (this.fresh && Boolean(wanted) !== Boolean(this.rows)) this.replace();
      this.fresh = null;
      return;
    }
    const held = force ? null : this.heldRow();
    const waits = this.update(wanted, held);
    if (this.more) this.more.hidden = !waits;
    if (!waits) this.fresh = null;
  }

  heldRow() {
    return [...this.rows.children].find((row) => row.matches(":hover") || row.contains(document.activeElement)) ?? null;
  }

  update(wanted, held) {
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
        before = renew(known, fresh);
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

  replace() {
    const content = document.importNode(this.fresh, true);
    this.frame.replaceChildren(...content.childNodes);
    this.more = this.frame.querySelector("[data-arrivals-more]");
    this.more?.addEventListener("click", () => this.settle({ force: true }));
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
