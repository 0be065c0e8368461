"""One item: what was said, what was done, who says it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from moderation.opened import others_in
from moderation.views.parts import item_context, listed_item, opened_item
from moderation.views.queue import queue_context

#: Sent by the page's script, which has the list already and wants the item alone.
PART = "X-Part"


@requires(Permission.VIEW_INBOX)
@require_safe
def item(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """Show an item beside the list; on a phone, alone."""
    return _show(request, item_id, pane="item")


@requires(Permission.VIEW_INBOX)
@require_safe
def person(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """The same page, where a phone shows who writes."""
    return _show(request, item_id, pane="person")


@requires(Permission.VIEW_INBOX)
@require_safe
def others(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """What others wrote under the same post."""
    found = listed_item(request, item_id)
    entries, earlier = others_in(found, before=request.GET.get("before", ""))
    context = {"entries": entries, "earlier": earlier, "item": found, "slug": request.organisation.slug}
    return render(request, "moderation/partials/others.html", context)


def _show(request: OrganisationRequest, item_id: int, *, pane: str) -> HttpResponse:
    context = {**item_context(request, opened_item(request, item_id)), "pane": pane}
    if PART in request.headers:
        return render(request, "moderation/partials/item.html", context)
    return render(request, "moderation/inbox.html", {**queue_context(request), **context})
