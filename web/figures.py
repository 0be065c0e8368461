"""What waits for a member: counted in one statement, for the rail on every page and for home with what it adds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission
from scheduler.needs import Asking, asking_terms
from scheduler.states import State

_DECIDERS = {State.OUTCOME_UNKNOWN: Permission.SCHEDULE_POSTS, State.IN_REVIEW: Permission.APPROVE_POSTS}
_COUNT_FOR_RAIL = "SELECT * FROM web_figures(%s, %s, %s, %s)"
_COUNT_FOR_HOME = "SELECT * FROM web_figures(%s, %s, %s, %s), web_home(%s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How many things wait where, of those that one member may see."""

    lost: int  # accounts whose authorisation ended
    undecided: int  # posts that ask for a decision this member may take
    unread: int  # notices
    strangers: Mapping[str, int] = field(default_factory=dict)  # who wait for an answer, by network


@dataclass(frozen=True, kw_only=True)
class HomeFigures:
    """What home shows beside the rail's figures, and where there are rows to read."""

    accounts: int  # those the member may work with, lost ones among them
    accounts_lost: int
    asking: Asking
    is_unsent: bool  # a reply did not arrive
    answered_in: timedelta | None  # the median wait of those who were first answered today
    elsewhere: Mapping[int, int]  # what needs this person, by other organisation


def figures_of(request: Any) -> Figures:
    """Return the figures of an organisation's page, counted once: home counts them before the rail does."""
    found: Figures | None = getattr(request, "figures", None)
    if found is None:
        found = request.figures = read_figures(request.membership)
    return found


def home_figures_of(request: Any, *, now: datetime) -> tuple[Figures, HomeFigures]:
    """Return the rail's figures and home's, and keep the first for the rail."""
    request.figures, beside = read_home(request.membership, now=now)
    return request.figures, beside


def read_figures(membership: Membership) -> Figures:
    """Count what waits, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_FOR_RAIL, _rail_terms(membership))
        return _figures(cursor.fetchone())


def read_home(membership: Membership, *, now: datetime) -> tuple[Figures, HomeFigures]:
    """Count what waits and what home shows beside it, in one statement; the day is that of the current zone."""
    terms = [*_rail_terms(membership), membership.pk, membership.may(Permission.VIEW_INBOX), now, _midnight(now)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_FOR_HOME, [*terms, *asking_terms(now)])
        row = cursor.fetchone()
    accounts, lost, asking_ids, asking_counts, is_unsent, answered_in, elsewhere = row[4:]
    return _figures(row[:4]), HomeFigures(
        accounts=accounts,
        accounts_lost=lost,
        asking=Asking(first_ids=asking_ids or [], counts=_read(asking_counts)),
        is_unsent=bool(is_unsent),
        answered_in=answered_in,
        elsewhere={int(pk): count for pk, count in _read(elsewhere).items()},
    )


def _rail_terms(membership: Membership) -> list[Any]:
    decides_on = [state for state, permission in _DECIDERS.items() if membership.may(permission)]
    sees = [membership.may(Permission.VIEW_ACCOUNTS), membership.may(Permission.VIEW_INBOX)]
    return [membership.pk, decides_on, *sees]


def _figures(row: tuple[Any, ...]) -> Figures:
    lost, undecided, unread, strangers = row
    waiting = {network: count for network, count in _read(strangers).items() if count}
    return Figures(lost=lost or 0, undecided=undecided, unread=unread, strangers=waiting)


def _read(counts: str | None) -> dict[str, int]:
    return dict(json.loads(counts)) if counts else {}


def _midnight(now: datetime) -> datetime:
    return datetime.combine(timezone.localtime(now).date(), time.min, tzinfo=timezone.get_current_timezone())
