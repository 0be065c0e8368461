// Runs on every page: htmx with our rules, then the small things the shell is made of.

import "htmx";
import "web/dates";
import "web/dialog";
import "web/keyboard";
import { fetchAgainLater } from "web/live";
import "web/menu";
import "web/press";
import "web/signs";
import "web/theme";
import { toast } from "web/toast";

const READS = /^(GET|HEAD|OPTIONS)$/;

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (!READS.test(ctx.request.method)) ctx.request.headers["X-CSRFToken"] = document.body.dataset.csrf;
});

// Nobody asked for what a page fetches by itself, so nobody is told when it fails: it is fetched again.
const isByItself = (ctx) => Boolean(ctx?.sourceEvent?.type.startsWith("live:"));

// What is refused leaves the page as it is and says so; 409 and 422 are not swallowed: they bring a page part.
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  if (isByItself(ctx)) {
    if (status >= 500) fetchAgainLater();
    return;
  }
  if (status === 409 || status === 422) return;
  toast(status >= 500 ? document.body.dataset.broken : document.body.dataset.refused);
});

document.addEventListener("htmx:error", ({ detail }) => {
  if (isByItself(detail.ctx)) fetchAgainLater();
  else if (detail.error instanceof TypeError) toast(document.body.dataset.unreachable);
});
