"""One item: what was said, what was done, who says it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from moderation.inbox import read_filters
from moderation.models import Item
from moderation.opened import Opened, find_item, open_item, others_in
from moderation.views.queue import queue_context

#: Sent by the page's script, which has the list already and wants the item alone.
PART = "X-Part"


@requires(Permission.ANSWER_INBOX)
@require_safe
def item(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """Show an item beside the list; on a phone, alone."""
    return _show(request, item_id, pane="item")


@requires(Permission.ANSWER_INBOX)
@require_safe
def person(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """The same page, where a phone shows who writes."""
    return _show(request, item_id, pane="person")


@requires(Permission.ANSWER_INBOX)
@require_safe
def others(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """What others wrote under the same post."""
    found = require_item(request, item_id)
    entries, earlier = others_in(found, before=request.GET.get("before", ""))
    context = {"entries": entries, "earlier": earlier, "item": found, "slug": request.organisation.slug}
    return render(request, "moderation/partials/others.html", context)


def require_item(request: OrganisationRequest, item_id: int) -> Item:
    """Return an item open to this member, or raise the same 404 as for one that does not exist."""
    found = find_item(request.membership, item_id)
    if found is None:
        raise Http404
    return found


def item_context(request: OrganisationRequest, opened: Opened) -> dict[str, Any]:
    """Return what the panes of an item need."""
    return {
        "opened": opened,
        "item": opened.item,
        "slug": request.organisation.slug,
        "now": timezone.now(),
        "query": read_filters(request.GET).query(),
        "member": request.membership,
        "is_mine": opened.item.assignee_id == request.user.pk,
    }


def _show(request: OrganisationRequest, item_id: int, *, pane: str) -> HttpResponse:
    opened = open_item(require_item(request, item_id), before=request.GET.get("earlier", ""))
    context = {**item_context(request, opened), "pane": pane}
    if PART in request.headers:
        return render(request, "moderation/partials/item.html", context)
    return render(request, "moderation/inbox.html", {**queue_context(request), **context})
