"""Whose turn it is: each organisation and record class has a row of work, leased to one worker, due again next night.

Celery's message is a doorbell; these rows say what is due. A worker that dies loses its lease, and whoever hears the
next bell takes the run up again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from accounts.models import Organisation
from lib.claims.claiming import Clock, wait_before_retry
from lib.claims.loops import come_round
from lib.tenancy.scope import scope
from privacy import engine, leases, orphans, sweeping
from privacy.models import RetentionRun, RetentionWork

logger = logging.getLogger(__name__)

LOOP = "retention"
#: How long a worker may be silent; every batch renews it.
LEASE = timedelta(minutes=5)
#: The hour of the night at which rules are applied, in the organisation's own zone.
NIGHT = time(2)


class Superseded(Exception):
    """The lease ran out and somebody else has the work: whatever this batch did is undone."""


@dataclass(frozen=True)
class Turn:
    """One run in our hands until its lease ends."""

    id: int
    organisation_id: int | None
    token: int
    key: str


def seed(now: datetime) -> None:
    """Give work to organisations, and record classes, that have none yet."""
    own = [*engine.record_classes_to_run(organisation_id=0), leases.KEY, orphans.KEY]
    platform = [*engine.record_classes_to_run(organisation_id=None), *sweeping.KEYS]
    with connection.cursor() as cursor:
        cursor.execute("SELECT passage.seed_retention(%s, %s, %s)", [own, sorted(set(platform)), now])


def run_due(clock: Clock, *, seconds: float | None = None) -> int:
    """Apply every rule whose hour has come; return how many turns were taken.

    After so many seconds what is left waits for the next bell: whoever shares the worker has its turn as well.
    """
    seed(clock())
    began, runs = monotonic(), 0

    def is_enough() -> bool:
        return seconds is not None and monotonic() - began > seconds

    while not is_enough() and (turn := claim(clock())):
        try:
            take(turn, clock=clock, is_enough=is_enough)
        except Superseded:
            logger.warning("retention of %s, organisation %s: taken over by another", turn.key, turn.organisation_id)
        except Exception:
            logger.exception("retention of %s, organisation %s failed", turn.key, turn.organisation_id)
            put_off(turn, clock())
        runs += 1
        come_round(LOOP)
    return runs


def claim(now: datetime) -> Turn | None:
    """Lease the run that has been due for longest; None when nothing is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.claim_retention(%s, %s)", [now, now + LEASE])
        row = cursor.fetchone()
        return Turn(*row) if row else None


def find_turn(organisation_id: int | None, key: str, now: datetime) -> Turn | None:
    """Lease one organisation's run of one class before its hour; None while somebody else is at it."""
    with scope(organisation=organisation_id):
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        row = (
            RetentionWork.objects.select_for_update()
            .filter(free, organisation_id=organisation_id, record_class=key)
            .first()
        )
        if row is None:
            return None
        row.lease_until, row.lease_token = now + LEASE, row.lease_token + 1
        row.save(update_fields=["lease_until", "lease_token"])
        return Turn(row.pk, organisation_id, row.lease_token, key)


def take(
    turn: Turn, *, clock: Clock, at: datetime | None = None, is_enough: Callable[[], bool] | None = None
) -> RetentionRun | None:
    """Apply one rule to one organisation, as of `at` or now, and return the proof.

    The next turn is the next night; at once, where `is_enough` cut this one short.
    """
    guard = _guard(turn, clock)
    as_of = at or clock()
    run: RetentionRun | None
    if turn.key == leases.KEY and turn.organisation_id is not None:
        run = leases.run(turn.organisation_id, at=as_of, clock=clock, guard=guard)
    elif turn.key == orphans.KEY and turn.organisation_id is not None:
        orphans.sweep(turn.organisation_id, at=as_of)
        run = None
    else:
        if turn.organisation_id is None:
            sweeping.sweep(turn.key, at=as_of)
        run = engine.run(turn.organisation_id, turn.key, at=as_of, clock=clock, guard=guard, is_enough=is_enough)
    _give_back(turn, clock(), is_over=run is None or run.ended_at is not None)
    return run


def put_off(turn: Turn, now: datetime) -> None:
    """A run failed: try again soon, then later and later; what it ended so far stays ended."""
    with scope(organisation=turn.organisation_id):
        row = RetentionWork.objects.filter(pk=turn.id, lease_token=turn.token).first()
        if row is not None:
            row.available_at, row.lease_until = now + wait_before_retry(row.attempts), None
            row.save(update_fields=["available_at", "lease_until"])


def next_night(now: datetime, time_zone: str) -> datetime:
    """Return the next time it is two at night there."""
    there = now.astimezone(ZoneInfo(time_zone))
    tonight = datetime.combine(there.date(), NIGHT, ZoneInfo(time_zone))
    return tonight if tonight > now else datetime.combine(there.date() + timedelta(days=1), NIGHT, ZoneInfo(time_zone))


def _guard(turn: Turn, clock: Clock) -> Callable[[], None]:
    def renew() -> None:
        """Renew the lease in the batch's own transaction; a batch under a lost lease must not be committed."""
        mine = RetentionWork.objects.filter(pk=turn.id, lease_token=turn.token)
        if not mine.update(lease_until=clock() + LEASE):
            raise Superseded
        come_round(LOOP)

    return renew


def _give_back(turn: Turn, now: datetime, *, is_over: bool) -> None:
    with scope(organisation=turn.organisation_id):
        if not is_over:
            next_at = now
        elif turn.key == leases.KEY:
            next_at = now + leases.EVERY
        else:
            next_at = next_night(now, _zone_of(turn.organisation_id))
        RetentionWork.objects.filter(pk=turn.id, lease_token=turn.token).update(
            available_at=next_at, lease_until=None, attempts=0, ran_at=now
        )


def _zone_of(organisation_id: int | None) -> str:
    if organisation_id is None:
        return "UTC"
    return Organisation.objects.filter(pk=organisation_id).values_list("time_zone", flat=True).first() or "UTC"
