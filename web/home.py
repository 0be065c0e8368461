"""Home: what needs a person, who waits, what goes out today, how the accounts are; and the way in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.middleware import open_memberships
from accounts.models import Organisation
from accounts.permissions import Permission
from accounts.requests import OrganisationRequest
from moderation.needs import inbox_needs, waiting_on
from scheduler.day import today_of
from scheduler.needs import health_of, needs_of
from web.figures import home_figures_of
from web.preferences import LAST_VISITED_COOKIE


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Another organisation of the same person, and how much needs them there."""

    organisation: Organisation
    count: int


@require_safe
@login_required
def enter(request: HttpRequest) -> HttpResponse:
    """Lead to the organisation visited last, or the only one; whoever has none makes one."""
    slugs = [one.organisation.slug for one in open_memberships(request.user)]
    if not slugs:
        return redirect("accounts:create_organisation")
    last = request.COOKIES.get(LAST_VISITED_COOKIE, "")
    return redirect("organisation_home", slug=last if last in slugs else slugs[0])


@require_safe
def home(request: OrganisationRequest) -> HttpResponse:
    """Answer "what needs a person?", then show the day."""
    now = timezone.now()
    member = request.membership
    figures, beside = home_figures_of(request, now=now)
    health = health_of(member, total=beside.accounts, lost=beside.accounts_lost)
    waiting = waiting_on(figures.strangers) if member.may(Permission.VIEW_INBOX) else None
    needs = needs_of(member, health, beside.asking, now=now)
    if waiting:
        needs += inbox_needs(member, waiting, is_unsent=beside.is_unsent)
    context = {
        "now": now,
        "needs": needs,
        "day": today_of(member, now=now),
        "health": health,
        "waiting": waiting,
        "answered_in": beside.answered_in,
        "elsewhere": _elsewhere(request, beside.elsewhere),
        "is_new": not health.total,
        "may_connect": member.may(Permission.CONNECT_ACCOUNTS),
        "may_write": member.may(Permission.WRITE_POSTS),
        "place": request.organisation.time_zone.rsplit("/", 1)[-1].replace("_", " "),
        "greeting": _part_of_day(now),
        "first_name": str(request.user).split("@", 1)[0].split(" ", 1)[0],
    }
    response = render(request, "web/home.html", context)
    if request.COOKIES.get(LAST_VISITED_COOKIE) != request.organisation.slug:
        response.set_cookie(
            LAST_VISITED_COOKIE,
            request.organisation.slug,
            max_age=timedelta(days=400),
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response


def _part_of_day(now: datetime) -> str:
    hour = timezone.localtime(now).hour
    return "morning" if 4 <= hour < 12 else "afternoon" if hour < 18 else "evening"


def _elsewhere(request: OrganisationRequest, counts: Mapping[int, int]) -> list[Elsewhere]:
    """Return the person's other organisations, those that need them most first."""
    others = [one.organisation for one in request.memberships if one.pk != request.membership.pk]
    found = [Elsewhere(organisation=one, count=counts.get(one.pk, 0)) for one in others]
    return sorted(found, key=lambda one: -one.count)
