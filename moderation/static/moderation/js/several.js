// Several items at once: chosen by X or by hand, then one command for all of them, with its progress and a way back.

import htmx from "htmx";
import { post, query } from "moderation/commands";
import { currentRow, openItemId } from "moderation/panes";
import { toast } from "web/toast";

const queue = document.querySelector("#queue");
const rows = document.querySelector("#rows");
const bar = document.querySelector("#several");
const begins = document.querySelector("#several-begins");
const all = document.querySelector("#several-all");

const chosen = () => [...rows.querySelectorAll(".pick:checked")].map((box) => box.closest("li"));

function begin(is) {
  queue.toggleAttribute("data-several", is);
  bar.hidden = !is;
  begins.setAttribute("aria-pressed", String(is));
  if (!is) {
    for (const box of rows.querySelectorAll(".pick:checked")) box.checked = false;
    if (all) all.checked = false;
  }
  tally();
}

function tally() {
  const count = all?.checked ? all.parentElement.textContent.replace(/\D/g, "") : chosen().length;
  document.querySelector("#several-count").textContent = count;
  const none = bar.hidden || !Number(count);
  for (const button of bar.querySelectorAll("[data-several], [popovertarget]")) button.disabled = none;
}

function toggle(row) {
  if (!row) return;
  const box = row.querySelector(".pick");
  if (bar.hidden) begin(true);
  box.checked = !box.checked;
  tally();
}

async function start(name, to) {
  const fields = new URLSearchParams({ key: crypto.randomUUID(), name });
  if (to) fields.set("to", to);
  if (all?.checked) fields.set("everything", "on");
  else for (const row of chosen()) fields.append("item", `${row.dataset.item}:${row.dataset.version}`);
  try {
    const answer = await post(`${bar.dataset.url}${query()}`, fields);
    const panel = answer.body.querySelector("#bulk");
    document.querySelector("#bulk").replaceWith(panel);
    htmx.process(panel);
    if (answer.status === 200) begin(false);
    panel.querySelector("button")?.focus();
  } catch (error) {
    toast(error instanceof TypeError ? document.body.dataset.unreachable : error.message);
  }
}

if (bar) {
  begins.addEventListener("press", () => begin(begins.getAttribute("aria-pressed") === "true"));
  rows.addEventListener("change", tally);
  all?.addEventListener("change", tally);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-several]");
    if (button && bar.contains(button)) {
      for (const menu of document.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
      start(button.dataset.several, button.dataset.to);
    }
    if (event.target.closest?.("[data-several-ends]")) begin(false);
    if (event.target.closest?.("[data-bulk-closes]")) {
      const empty = document.createElement("div");
      empty.id = "bulk";
      document.querySelector("#bulk").replaceWith(empty);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]") || event.target.closest?.("[popover]")) return;
    if (event.key === "Escape" && !bar.hidden && !event.target.matches?.("textarea")) return void begin(false);
    if (event.key !== "x" || "noShortcuts" in document.body.dataset) return;
    if (event.target.closest?.("input:not(.pick), textarea, select")) return;
    event.preventDefault();
    toggle(currentRow() ?? document.getElementById(`row-${openItemId()}`));
  });
}
