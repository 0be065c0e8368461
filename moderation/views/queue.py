"""The inbox's list: a page of it, and its rows as they change."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from lib.numbers import number_in
from moderation.inbox import items_in, listed, read_filters, read_queue
from moderation.keys import KEYS
from moderation.views.parts import counters, row_context

#: How many rows a page asks for at once when it hears that they changed.
MOST_ROWS = 100


@requires(Permission.VIEW_INBOX)
@require_safe
def inbox(request: OrganisationRequest) -> HttpResponse:
    """Show who waits, and beside them the place where an item opens."""
    return render(request, "moderation/inbox.html", {**queue_context(request), "pane": "queue"})


@requires(Permission.VIEW_INBOX)
@require_safe
def rows(request: OrganisationRequest) -> HttpResponse:
    """Those of some items that the view still shows, as rows, and the counters: asked for when items changed."""
    now = timezone.now()
    filters = read_filters(request.GET)
    asked = [number for number in map(number_in, request.GET.getlist("id")[:MOST_ROWS]) if number is not None]
    shown = {one.pk for one in items_in(filters, request.membership, now=now).filter(pk__in=asked)} if asked else set()
    # What has left the view stands in its last row for a moment, for whoever is looking at it.
    found = listed(request.membership).filter(pk__in=asked) if asked else ()
    context = {
        **row_context(request),
        "rows": list(found),
        "shown": shown,
        **counters(request),
    }
    return render(request, "moderation/partials/rows.html", context)


def queue_context(request: OrganisationRequest) -> dict[str, Any]:
    """Return what the list needs: it stands beside an open item too."""
    now = timezone.now()
    filters = read_filters(request.GET)
    queue = read_queue(
        filters, request.membership, now=now, before=request.GET.get("before", ""), after=request.GET.get("after", "")
    )
    return {
        **row_context(request),
        "queue": queue,
        "open_id": None,
        "tabs": queue.tabs,
        "rows": queue.page.rows,
        "shown": {one.pk for one in queue.page.rows},
        "page_keys": KEYS,
        "may_answer": request.membership.may(Permission.ANSWER_INBOX),
        "may_moderate": request.membership.may(Permission.MODERATE_INBOX),
    }
