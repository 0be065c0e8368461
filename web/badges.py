"""What waits for a person behind each section of the rail, and in the other organisations: counted in one statement."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Literal

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.models import Membership
from accounts.permissions import Permission
from scheduler.states import State

_DECIDERS = {State.OUTCOME_UNKNOWN: Permission.SCHEDULE_POSTS, State.IN_REVIEW: Permission.APPROVE_POSTS}


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How many things wait where, of those that one member may see."""

    lost: int  # accounts whose authorisation ended
    undecided: int  # posts that ask for a decision this member may take
    unread: int  # notices
    strangers: Mapping[str, int] = field(default_factory=dict)  # who wait for an answer, by network
    elsewhere: Mapping[int, int] = field(default_factory=dict)  # what needs this person, by other organisation
    answered_in: timedelta | None = None  # the median wait of those who were first answered today


@dataclass(frozen=True, kw_only=True)
class Badge:
    """What a section has to tell before it is opened: how many things wait there, or a dot where "some" is enough."""

    tone: Literal["wait", "alarm"]
    words: str  # completes the section's name for readers: "Posts, 2 wait for a decision"
    count: int = 0  # 0 shows the dot


def figures_of(request: Any, *, home_at: datetime | None = None) -> Figures:
    """Return the figures of an organisation's page, counted once: a view that shows them asks before the rail does."""
    found: Figures | None = getattr(request, "figures", None)
    if found is None:
        found = request.figures = read_figures(request.membership, home_at=home_at)
    return found


def read_figures(membership: Membership, *, home_at: datetime | None = None) -> Figures:
    """Count what waits, in one statement.

    With the present hour, what home shows beside it too: the other organisations, and the pace of today's answers, the
    day being that of the current zone.
    """
    decides_on = [state for state, permission in _DECIDERS.items() if membership.may(permission)]
    sees = [membership.may(Permission.VIEW_ACCOUNTS), membership.may(Permission.VIEW_INBOX)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM web_figures(%s, %s, %s, %s, %s, %s)",
            [membership.pk, decides_on, *sees, home_at, home_at and _midnight(home_at)],
        )
        lost, undecided, unread, strangers, elsewhere, answered_in = cursor.fetchone()
    return Figures(
        lost=lost or 0,
        undecided=undecided,
        unread=unread,
        strangers={network: count for network, count in _read(strangers).items() if count},
        elsewhere={int(pk): count for pk, count in _read(elsewhere).items()},
        answered_in=answered_in,
    )


def _read(counts: str | None) -> dict[str, int]:
    return dict(json.loads(counts)) if counts else {}


def _midnight(now: datetime) -> datetime:
    return datetime.combine(timezone.localtime(now).date(), time.min, tzinfo=timezone.get_current_timezone())


def badges_of(figures: Figures, membership: Membership) -> dict[str, Badge]:
    """Return badges by section name: only what this member can do something about."""
    waiting = sum(figures.strangers.values()) if membership.may(Permission.ANSWER_INBOX) else 0
    badges = {}
    if waiting:
        badges["inbox"] = Badge(tone="wait", words=gettext("waiting for an answer"), count=waiting)
    if figures.lost:
        badges["accounts"] = Badge(tone="alarm", words=_attention(figures.lost))
    if figures.undecided:
        badges["posts"] = Badge(tone="wait", words=gettext("waiting for a decision"), count=figures.undecided)
    if figures.unread:
        badges["notices"] = Badge(tone="wait", words=gettext("unread"), count=figures.unread)
    return badges


def _attention(count: int) -> str:
    return ngettext("one needs attention", "%(count)d need attention", count) % {"count": count}
