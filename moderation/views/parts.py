"""What answers of the inbox have in common: the item asked for, and the parts of the page that it changes."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest
from moderation.hours import hours_to_come
from moderation.inbox import items_in, listed, read_filters, tabs_of
from moderation.models import Item
from moderation.offers import reply_offer
from moderation.opened import Opened, find_item, open_item
from moderation.services.counting import count_by_account


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What can be done instead, by one press."""

    command: str
    words: str
    to: int | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the page says when a command has been answered; `undo_key` or `undo_url` puts Undo beside it."""

    words: str
    tone: str = ""
    key: str = ""
    undo_key: str = ""
    undo_url: str = ""
    offer: Offer | None = None


def listed_item(request: OrganisationRequest, item_id: int) -> Item:
    """Return an item open to this member, or raise the same 404 as for one that does not exist."""
    found: Item | None = listed(request.membership).filter(pk=item_id).first()
    if found is None:
        raise Http404
    return found


def require_item(request: OrganisationRequest, item_id: int) -> Item:
    """Return it with all that its page shows."""
    found = find_item(request.membership, item_id)
    if found is None:
        raise Http404
    return found


def opened_item(request: OrganisationRequest, item_id: int) -> Opened:
    item = require_item(request, item_id)
    return open_item(item, member=request.membership, before=request.GET.get("earlier", ""))


def after(
    request: OrganisationRequest,
    item_id: int,
    said: Said,
    *,
    status: int = 200,
    with_item: bool = True,
    **more: Any,
) -> HttpResponse:
    """Answer a command with the parts of the page that it changes: row, counters, and the item unless it is left."""
    filters = read_filters(request.GET)
    found = items_in(filters, request.membership, now=timezone.now()).filter(pk=item_id)
    context = {
        **(item_context(request, opened_item(request, item_id)) if with_item else {}),
        **row_context(request),
        "said": said,
        "rows": [listed_item(request, item_id)],
        "shown": set(found.values_list("pk", flat=True)),
        **counters(request),
        **more,
    }
    return render(request, "moderation/partials/after.html", context, status=status)


def counters(request: OrganisationRequest) -> dict[str, Any]:
    """Return the counts of every view under the page's filters, and of every account."""
    accounts = count_by_account(request.membership)
    return {"tabs": tabs_of(read_filters(request.GET), accounts), "accounts": accounts}


def row_context(request: OrganisationRequest) -> dict[str, Any]:
    """Return what rows and counters need beside themselves."""
    filters = read_filters(request.GET)
    return {"filters": filters, "query": filters.query(), "slug": request.organisation.slug, "now": timezone.now()}


def item_context(request: OrganisationRequest, opened: Opened) -> dict[str, Any]:
    """Return what the panes of an item need."""
    item, now, last = opened.item, timezone.now(), opened.last_entry
    typed = opened.drafts.get("reply", "")
    return {
        "opened": opened,
        "item": item,
        "open_id": item.pk,
        "slug": request.organisation.slug,
        "now": now,
        "query": read_filters(request.GET).query(),
        "is_mine": item.assignee_id == request.user.pk,
        "may_answer": request.membership.may(Permission.ANSWER_INBOX),
        "may_moderate": request.membership.may(Permission.MODERATE_INBOX),
        "may_erase": request.membership.may(Permission.MANAGE_PRIVACY),
        "hours": hours_to_come(now),
        "last_acts": last.acts if last else (),
        "last_message_id": last.pk if last else None,
        "reply": reply_offer(item, opened.answerable, typed=typed, now=now),
    }
