"""What agents do with an item: commands by button and by key, each under the version that the page showed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Membership, User
from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from integrations.services.access import find_reach
from moderation.forms import CommandForm
from moderation.models import Item
from moderation.sentences import sentence
from moderation.services import commands
from moderation.states import ItemState
from moderation.trouble import AlreadyEngaged, NotAllowed, NotPossible, Refused, Stale
from moderation.views.parts import Offer, Said, after, listed_item


@dataclass(frozen=True, kw_only=True)
class Order:
    """A command as it came from a page."""

    request: OrganisationRequest
    form: CommandForm
    now: datetime

    @property
    def actor(self) -> Membership:
        return self.request.membership

    @property
    def version(self) -> int:
        version: int = self.form.cleaned_data["version"]
        return version


@requires(Permission.ANSWER_INBOX)
@require_POST
def command(request: OrganisationRequest, item_id: int, command: str) -> HttpResponse:
    """Carry out one command; answer with the row, the counters and the item's head as they are now."""
    item = listed_item(request, item_id)
    if command not in COMMANDS:
        raise Http404
    form = CommandForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    try:
        words = COMMANDS[command](item, Order(request=request, form=form, now=timezone.now()))
    except Refused as refusal:
        return refuse(request, item, refusal)
    said = Said(words=words, undo_key=str(form.cleaned_data["key"]))
    return after(request, item_id, said, with_item=command not in LEAVES)


@requires(Permission.ANSWER_INBOX)
@require_POST
def undo(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """Take back the command of a key."""
    item = listed_item(request, item_id)
    form = CommandForm({**request.POST.dict(), "version": 0})
    if not form.is_valid():
        raise BadRequest
    try:
        commands.undo(item, key=form.cleaned_data["key"], actor=request.membership, now=timezone.now())
    except Refused as refusal:
        return refuse(request, item, refusal)
    return after(request, item_id, Said(words=gettext("Undone.")))


@requires(Permission.ANSWER_INBOX)
@require_safe
def colleagues(request: OrganisationRequest, item_id: int) -> HttpResponse:
    """Those to whom an item can be given."""
    item = listed_item(request, item_id)
    context = {"colleagues": able(item.social_account_id), "item": item, "slug": request.organisation.slug}
    return render(request, "moderation/partials/colleagues.html", context)


def able(social_account_id: int | None) -> list[User]:
    """Return who may answer, on an account or on any, by name."""
    memberships = [one for one in Membership.objects.select_related("user") if one.may(Permission.ANSWER_INBOX)]
    if social_account_id is not None:
        memberships = find_reach(memberships, [social_account_id])[social_account_id]
    return sorted((one.user for one in memberships), key=lambda user: str(user).casefold())


def refuse(request: OrganisationRequest, item: Item, refusal: Refused) -> HttpResponse:
    """Say why nothing was done, and show the item as it is now."""
    match refusal:
        case NotAllowed():
            raise PermissionDenied(str(Permission.ANSWER_INBOX.label))
        case AlreadyEngaged():
            offer = Offer(command="assign", words=gettext("Take it over"), to=request.user.pk)
            words = gettext("%(who)s already has it in hand.") % {"who": refusal.owner}
            return after(request, item.pk, Said(words=words, tone="wait", key="engaged", offer=offer), status=409)
        case Stale():
            words = gettext("Nothing was done: it has changed since this page was drawn. It is shown as it is now.")
            return after(request, item.pk, Said(words=words, tone="wait", key="stale"), status=409)
        case NotPossible():
            said = Said(words=sentence(refusal.key, refusal.facts), tone="alarm", key=refusal.key)
            if refusal.key == "close_needs_reply_or_review":
                said = replace(said, offer=Offer(command="close-reviewed", words=gettext("Close as reviewed")))
            return after(request, item.pk, said, status=422)
    raise refusal


def _engage(item: Item, order: Order) -> str:
    commands.engage(item, key=order.form.cleaned_data["key"], actor=order.actor, now=order.now)
    return gettext("It is in your hands.")


def _assign(item: Item, order: Order) -> str:
    to_id = order.form.cleaned_data["to"]
    to = User.objects.filter(pk=to_id).first() if to_id else None
    if to_id and to is None:
        raise NotPossible("assign_to_somebody_who_cannot")
    commands.assign(
        item,
        to=to,
        version=order.version,
        key=order.form.cleaned_data["key"],
        actor=order.actor,
        now=order.now,
    )
    if to is None:
        return gettext("Given back to everybody.")
    if to.pk == order.actor.user_id:
        return gettext("It is in your hands.")
    return gettext("Given to %(who)s.") % {"who": to}


def _defer(item: Item, order: Order) -> str:
    until = order.form.cleaned_data["until"]
    if until is None:
        raise NotPossible("defer_into_the_past")
    commands.defer(
        item,
        until=until,
        version=order.version,
        key=order.form.cleaned_data["key"],
        actor=order.actor,
        now=order.now,
    )
    local = timezone.localtime(until)
    return gettext("It comes back on %(day)s at %(hour)s.") % {
        "day": date_format(local, "l j F"),
        "hour": local.strftime("%H:%M"),
    }


def _close(item: Item, order: Order) -> str:
    commands.close(
        item,
        version=order.version,
        key=order.form.cleaned_data["key"],
        actor=order.actor,
        now=order.now,
        reviewed=order.form.cleaned_data["reviewed"],
    )
    return gettext("Closed.")


def _ignore(item: Item, order: Order) -> str:
    commands.ignore(item, version=order.version, key=order.form.cleaned_data["key"], actor=order.actor, now=order.now)
    return gettext("Ignored. Their next words will not call anybody.")


def _reopen(item: Item, order: Order) -> str:
    done = commands.reopen(
        item, version=order.version, key=order.form.cleaned_data["key"], actor=order.actor, now=order.now
    )
    return gettext("Open again, and new.") if done.state == ItemState.NEW else gettext("Open again.")


def _mute(item: Item, order: Order) -> str:
    commands.mute(
        item, muted=True, version=order.version, key=order.form.cleaned_data["key"], actor=order.actor, now=order.now
    )
    return gettext("Muted: its news calls nobody.")


def _unmute(item: Item, order: Order) -> str:
    commands.mute(
        item, muted=False, version=order.version, key=order.form.cleaned_data["key"], actor=order.actor, now=order.now
    )
    return gettext("Its news calls again.")


#: After these the page goes on to the next item.
LEAVES = frozenset({"defer", "close", "ignore"})
COMMANDS: dict[str, Callable[[Item, Order], str]] = {
    "engage": _engage,
    "assign": _assign,
    "defer": _defer,
    "close": _close,
    "ignore": _ignore,
    "reopen": _reopen,
    "mute": _mute,
    "unmute": _unmute,
}
