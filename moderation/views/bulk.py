"""One command for many items: started, watched, and taken back before it begins."""

from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from moderation.forms import BulkForm
from moderation.inbox import items_in, read_filters
from moderation.models import BulkCommand
from moderation.sentences import sentence
from moderation.services.bulk import ITEMS_MAX, start_bulk, undo_bulk
from moderation.trouble import NotAllowed, NotPossible
from moderation.views.commands import able


@requires(Permission.ANSWER_INBOX)
@require_POST
def start(request: OrganisationRequest) -> HttpResponse:
    """Start a command for the items chosen, or for all that the view holds; show how it goes on."""
    form = BulkForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    sent, now = form.cleaned_data, timezone.now()
    items = form.items
    if sent["everything"]:
        held = items_in(read_filters(request.GET), request.membership, now=now)
        items = list(held.order_by("pk").values_list("pk", "version")[: ITEMS_MAX + 1])
    details = {"assign": {"to": sent["to"]}, "close": {"reviewed": True}}.get(sent["name"], {})
    try:
        command = start_bulk(
            sent["name"], items=items, key=sent["key"], actor=request.membership, now=now, details=details
        )
    except NotAllowed:
        raise PermissionDenied(str(Permission.MODERATE_INBOX.label)) from None
    except NotPossible as refusal:
        context = {"refusal": sentence(refusal.key, refusal.facts), "slug": request.organisation.slug}
        return render(request, "moderation/partials/bulk.html", context, status=422)
    return _show(request, command)


@requires(Permission.ANSWER_INBOX)
@require_safe
def progress(request: OrganisationRequest, bulk_id: int) -> HttpResponse:
    """Show how far one's own command has come."""
    return _show(request, _find(request, bulk_id))


@requires(Permission.ANSWER_INBOX)
@require_POST
def undo(request: OrganisationRequest, bulk_id: int) -> HttpResponse:
    """Take it back before it begins."""
    command = _find(request, bulk_id)
    try:
        command = undo_bulk(command, actor=request.membership, now=timezone.now())
    except NotPossible as refusal:
        return _show(request, command, refusal=sentence(refusal.key, refusal.facts))
    return _show(request, command)


@requires(Permission.VIEW_INBOX)
@require_safe
def colleagues(request: OrganisationRequest) -> HttpResponse:
    """Those to whom several items can be given; what one of them may not answer is left alone."""
    context = {"colleagues": able(None), "slug": request.organisation.slug}
    return render(request, "moderation/partials/colleagues_several.html", context)


def _find(request: OrganisationRequest, bulk_id: int) -> BulkCommand:
    found: BulkCommand = get_object_or_404(BulkCommand.objects.filter(user=request.user), pk=bulk_id)
    return found


def _show(request: OrganisationRequest, command: BulkCommand, **more: Any) -> HttpResponse:
    total, skipped = len(command.item_ids), len(command.skipped)
    is_waiting = command.state == BulkCommand.State.WAITING
    context = {
        "bulk": command,
        "slug": request.organisation.slug,
        "total": total,
        "words": _words(command, total, skipped),
        "reasons": _reasons(command),
        "is_under_way": is_waiting,
        "may_undo": is_waiting and not command.done and command.undo_until > timezone.now(),
        **more,
    }
    return render(request, "moderation/partials/bulk.html", context)


def _words(command: BulkCommand, total: int, skipped: int) -> str:
    names = {"count": total, "done": command.done, "left": skipped}
    if command.state == BulkCommand.State.UNDONE:
        return gettext("Taken back: nothing was done.")
    if command.state == BulkCommand.State.DONE:
        words = ngettext("Done for %(count)s item.", "Done for %(count)s items.", total - skipped)
        return words % {**names, "count": total - skipped}
    if command.done:
        return gettext("%(done)s of %(count)s done.") % names
    return ngettext("About to be done for %(count)s item.", "About to be done for %(count)s items.", total) % names


def _reasons(command: BulkCommand) -> list[str]:
    """Say why some were left alone, each reason once with its number."""
    counted: dict[str, int] = {}
    for _item_id, key in command.skipped:
        counted[key] = counted.get(key, 0) + 1
    own = {
        "stale": gettext("it had changed meanwhile"),
        "not_allowed": gettext("you may not do this there"),
        "not_found": gettext("it is no longer there"),
        "refused": gettext("somebody else has it in hand"),
        "failed": gettext("something went wrong here: look at it by itself"),
    }
    return [
        gettext("%(count)s left alone: %(why)s") % {"count": count, "why": own.get(key) or sentence(key, {})}
        for key, count in counted.items()
    ]
