"""What goes out today, a line for each post and hour, with the present between past and future."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Window
from django.utils import timezone

from accounts.models import Membership
from scheduler.models import Publication
from scheduler.states import State
from scheduler.telling import Note, address_of_publication, note_of

MOST_PUBLICATIONS = 50


@dataclass(kw_only=True)
class Line:
    """Publications of one post that share an hour, a state and what there is to say."""

    first: Publication
    note: Note | None
    is_past: bool
    address: str
    networks: dict[str, int] = field(default_factory=dict)  # network -> publications on it

    @property
    def count(self) -> int:
        return sum(self.networks.values())


@dataclass(frozen=True, kw_only=True)
class Day:
    """Today's lines; `total` counts all publications, shown or not."""

    past: Sequence[Line]
    coming: Sequence[Line]
    posts: int
    total: int
    is_cut: bool


def today_of(member: Membership, *, now: datetime) -> Day:
    """Return today in the current zone, in one statement."""
    zone = timezone.get_current_timezone()
    today = timezone.localtime(now).date()
    begins = datetime.combine(today, time.min, tzinfo=zone)
    ends = datetime.combine(today + timedelta(days=1), time.min, tzinfo=zone)
    rows = (
        Publication.objects.open_to(member)
        .filter(publish_at__gte=begins, publish_at__lt=ends)
        .exclude(state__in=[State.DRAFT, State.CANCELLED])
        .annotate(total=Window(Count("pk")))
        .listed()
        .order_by(F("publish_at"), F("id"))
    )
    found: list[Any] = list(rows[:MOST_PUBLICATIONS])  # publications with their number beside them
    lines = _lines(found, member.organisation.slug, now=now)
    total = found[0].total if found else 0
    return Day(
        past=[line for line in lines if line.is_past],
        coming=[line for line in lines if not line.is_past],
        posts=len({one.post_id for one in found}),
        total=total,
        is_cut=total > len(found),
    )


def _lines(publications: Sequence[Publication], slug: str, *, now: datetime) -> list[Line]:
    lines: dict[tuple[object, ...], Line] = {}
    for one in publications:
        note = note_of(one, now=now)
        mark = (one.post_id, one.publish_at, one.state, note)
        line = lines.get(mark)
        if line is None:
            is_past = one.publish_at is not None and one.publish_at <= now
            address = address_of_publication(one, slug)
            line = lines[mark] = Line(first=one, note=note, is_past=is_past, address=address)
        network = one.social_account.network
        line.networks[network] = line.networks.get(network, 0) + 1
    return list(lines.values())
