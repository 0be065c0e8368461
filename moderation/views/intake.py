"""How messages come in: one account's reading, more from before, and what could not be read."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission
from accounts.requests import OrganisationRequest, requires
from integrations.models import SocialAccount
from lib.numbers import number_in
from lib.pagination import page_of
from moderation.models import InboundEvent, Poll
from moderation.sentences import sentence
from moderation.services.polling import fill_back
from moderation.services.reading import read_again

#: How far back an account can be read, in days, as people choose it.
PERIODS = (7, 30, 90)
_PAGE_SIZE = 50
_AT_ONCE_MAX = 500


@require_safe
@requires(Permission.VIEW_ACCOUNTS)
def account(request: OrganisationRequest, account_id: int) -> HttpResponse:
    """A part of an account's panel: when it was read, what it waits for, and how to read more."""
    found = _open_account(request, account_id)
    poll = Poll.objects.filter(social_account=found).first()
    context = {
        "account": found,
        "poll": poll,
        "reason": sentence(poll.reason, {**poll.reason_data, "network": found.network}) if poll and poll.reason else "",
        "every": _every(poll) if poll and poll.polled_at else "",
        "unread": InboundEvent.objects.filter(social_account=found, state=InboundEvent.State.DEAD).count(),
        "periods": PERIODS,
        "may_fill": poll is not None and request.membership.may(Permission.CONNECT_ACCOUNTS),
        "may_read_again": request.membership.may(Permission.MANAGE_ORGANISATION),
    }
    return render(request, "moderation/partials/account_intake.html", context)


def _every(poll: Poll) -> str:
    """Return how often an account is asked, in words: more accounts that share a budget are each asked less often."""
    minutes = -(-poll.interval_seconds // 60)
    if minutes < 120:
        return ngettext("asked every minute", "asked every %(count)s minutes", minutes) % {"count": minutes}
    hours = -(-minutes // 60)
    return ngettext("asked every hour", "asked every %(count)s hours", hours) % {"count": hours}


@require_POST
@requires(Permission.CONNECT_ACCOUNTS)
def fill(request: OrganisationRequest, account_id: int) -> HttpResponse:
    """Read an account again from so many days ago on."""
    found = _open_account(request, account_id)
    days = request.POST.get("days", "")
    if (period := number_in(days)) not in PERIODS:
        allowed = ", ".join(str(each) for each in PERIODS)
        words = gettext("The period was “%(found)s”; %(allowed)s days are allowed. Choose one of them.")
        messages.error(request, words % {"found": days[:20], "allowed": allowed})
    else:
        fill_back(found, since=timezone.now() - timedelta(days=period), now=timezone.now())
        words = gettext("What was written in the last %(days)s days is being brought in.")
        messages.success(request, words % {"days": period})
    return redirect("integrations:account", slug=request.organisation.slug, account_id=found.pk)


@require_safe
@requires(Permission.MANAGE_ORGANISATION)
def unread(request: OrganisationRequest) -> HttpResponse:
    """List the events of networks that could not be read, newest first."""
    dead = InboundEvent.objects.filter(state=InboundEvent.State.DEAD).select_related("social_account")
    page = page_of(
        dead.defer("payload", "social_account__sealed"),
        before=request.GET.get("before", ""),
        after=request.GET.get("after", ""),
        size=_PAGE_SIZE,
    )
    rows = [(event, sentence(event.reason, {**event.reason_data, "network": event.network})) for event in page.rows]
    return render(request, "moderation/unread.html", {"page": page, "rows": rows})


@require_POST
@requires(Permission.MANAGE_ORGANISATION)
def read_unread(request: OrganisationRequest) -> HttpResponse:
    """Have all of them read again, or the one that is named."""
    dead = InboundEvent.objects.filter(state=InboundEvent.State.DEAD).order_by("pk")
    chosen = request.POST.get("event", "")
    if chosen:
        dead = dead.filter(pk=number_in(chosen) or 0)
    count = read_again(list(dead.defer("payload")[:_AT_ONCE_MAX]), now=timezone.now())
    messages.success(request, gettext("Events that are being read again: %(count)s.") % {"count": count})
    return redirect("moderation:unread", slug=request.organisation.slug)


def _open_account(request: OrganisationRequest, account_id: int) -> SocialAccount:
    found: SocialAccount = get_object_or_404(SocialAccount.objects.open_to(request.membership), pk=account_id)
    return found
