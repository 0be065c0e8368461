"""Erases one person across an organisation: their own rows first, then what names them in others' words.

Each batch is its own scope and transaction, keeps how far it came in the request's row, and renews the lease there: a
kill loses one batch. What a hold keeps, or what is on its way to a network, stays for now; it is tried again each day,
and as soon as a hold is released. The proof is the request itself, emptied of every name.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection

from eventlog.services import record
from lib.claims.claiming import Clock, wait_before_retry
from lib.claims.loops import come_round
from lib.tenancy.scope import scope
from privacy.due import not_blank
from privacy.ending import Tally, anonymise_person, delete_person
from privacy.files import remove_ended_files
from privacy.holds import Holds, holds_in_force
from privacy.models import DataSubjectRequest
from privacy.people import KINDS, keeps_people
from privacy.record_classes import Mode
from privacy.registry import find_kind
from privacy.services.exports import let_go_after_erasure
from privacy.traces import Part, Terms, parts

logger = logging.getLogger(__name__)

LOOP = "erasures"
LEASE = timedelta(minutes=5)
#: When what had to stay is tried again.
AGAIN = timedelta(days=1)
#: Rows a transaction ends at most.
BATCH = 2000
#: People's rows a transaction blanks at most.
PEOPLE = 20
#: Why something stays.
HOLD, ON_ITS_WAY = "hold", "on_its_way"


class Superseded(Exception):
    """The lease ran out and somebody else has the request: whatever this batch did is undone."""


@dataclass(frozen=True)
class Turn:
    """One request in our hands until its lease ends."""

    id: int
    organisation_id: int
    token: int


def run_due(clock: Clock, *, seconds: float | None = None) -> int:
    """Work on what is due; after so many seconds the rest is the next bell's. Return how many turns were taken."""
    began, turns = monotonic(), 0

    def is_enough() -> bool:
        return seconds is not None and monotonic() - began > seconds

    while not is_enough() and (turn := claim(clock())):
        try:
            take(turn, clock=clock, is_enough=is_enough)
        except Superseded:
            logger.warning("erasure %s: taken over by another", turn.id)
        except Exception:
            logger.exception("erasure %s failed", turn.id)
            _put_off(turn, clock())
        turns += 1
        come_round(LOOP)
    return turns


def claim(now: datetime) -> Turn | None:
    """Lease the request that has waited for longest; None when none does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.claim_erasures(%s, %s)", [now, now + LEASE])
        row = cursor.fetchone()
        return Turn(*row) if row else None


def take(turn: Turn, *, clock: Clock, is_enough: Callable[[], bool] | None = None) -> None:
    """Work on one request until it is over, or until it is enough for now."""
    while _batch(turn, clock):
        remove_ended_files(turn.organisation_id)
        if is_enough is not None and is_enough():
            _give_back(turn, clock())
            return
    remove_ended_files(turn.organisation_id)


def _batch(turn: Turn, clock: Clock) -> bool:
    """Do the next piece in one transaction; return whether there is more."""
    with scope(organisation=turn.organisation_id):
        request = _mine(turn)
        request.lease_until = clock() + LEASE
        tally = _piece(request, at=clock())
        request.ended = dict(Counter(request.ended) + tally.rows)
        request.files, request.file_bytes = request.files + tally.files, request.file_bytes + tally.file_bytes
        over = request.stage == _OVER
        if over:
            _finish(request, now=clock())
        request.save()
        return not over


_OVER = "over"


def _piece(request: DataSubjectRequest, *, at: datetime) -> Tally:
    """Do what the request's stage says, and name the next one in it."""
    stages = _stages()
    if request.stage not in stages:
        request.stage, request.after, request.kept = stages[0], 0, {}
    holds = holds_in_force()
    if request.stage in KINDS:
        tally = _people(request, request.stage, holds, at=at)
        if not tally.total:
            _keep(request, HOLD, _held(request, request.stage, holds))
            _go_on(request, stages)
            if request.kept and request.stage not in KINDS:
                # Somebody who is held stays whole: what names them elsewhere waits as well.
                request.stage = _OVER
        return tally
    return _named(request, next(part for part in parts() if part.entry.label == request.stage), holds, stages, at=at)


def _stages() -> list[str]:
    return [*KINDS, *(part.entry.label for part in parts()), _OVER]


def _go_on(request: DataSubjectRequest, stages: list[str]) -> None:
    request.stage, request.after = stages[stages.index(request.stage) + 1], 0


def _people(request: DataSubjectRequest, kind: str, holds: Holds, *, at: datetime) -> Tally:
    rows = _erasable(request, kind, holds)
    if rows is None:
        return Tally()
    if request.mode == Mode.DELETE:
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:PEOPLE])
        return delete_person(kind, ids, room=BATCH, at=at) if ids else Tally()
    entry = find_kind(kind)
    if entry is None or entry.personal is None or entry.personal.anonymises is None:
        return Tally()
    columns = entry.personal.anonymises.columns
    named = rows.filter(not_blank(entry.model, columns))
    if entry.personal.anonymised_at:
        named = named.filter(**{f"{entry.personal.anonymised_at}__isnull": True})
    ids = list(named.order_by("pk").values_list("pk", flat=True)[:PEOPLE])
    return anonymise_person(kind, ids, at=at) if ids else Tally()


def _ids(request: DataSubjectRequest, kind: str) -> list[int]:
    return list(request.identity_ids if kind == "identity" else request.contact_ids)


def _rows(request: DataSubjectRequest, kind: str) -> Any:
    entry = find_kind(kind)
    return entry.rows().filter(pk__in=_ids(request, kind)) if entry is not None else None


def _erasable(request: DataSubjectRequest, kind: str, holds: Holds) -> Any:
    entry, rows = find_kind(kind), _rows(request, kind)
    if entry is None or rows is None or keeps_people(holds):
        return None
    return holds.spare(entry, rows)


def _held(request: DataSubjectRequest, kind: str, holds: Holds) -> int:
    rows, free = _rows(request, kind), _erasable(request, kind, holds)
    if rows is None:
        return 0
    return int(rows.count() - (free.count() if free is not None else 0))


def _named(request: DataSubjectRequest, part: Part, holds: Holds, stages: list[str], *, at: datetime) -> Tally:
    terms = Terms(called=request.called, said=request.said if request.mode == Mode.DELETE else ())
    found = part.take_out(terms, after=request.after, holds=holds, at=at)
    _keep(request, ON_ITS_WAY if part.declared.unless is not None else HOLD, found.waiting)
    if found.last is None:
        _go_on(request, stages)
    else:
        request.after = found.last
    return found.tally


def _keep(request: DataSubjectRequest, reason: str, count: int) -> None:
    if count:
        request.kept = dict(Counter(request.kept) + Counter({reason: count}))


def _finish(request: DataSubjectRequest, *, now: datetime) -> None:
    """Say how it ended. What had to stay is tried again, by the names that are kept until then."""
    was_held = request.state == DataSubjectRequest.State.HELD
    request.stage, request.after, request.lease_until, request.attempts = "", 0, None, 0
    if request.kept:
        request.state, request.available_at = DataSubjectRequest.State.HELD, now + AGAIN
        if not was_held:
            record("privacy.person.kept", request, data={"reasons": sorted(request.kept), "rows": request.rows})
        return
    request.state, request.available_at, request.ended_at = DataSubjectRequest.State.DONE, None, now
    request.called, request.said = [], []
    let_go_after_erasure(now)
    data = {"rows": request.rows, "mode": request.mode, "source": request.source}
    record("privacy.person.erased", request, data=data)


def _mine(turn: Turn) -> DataSubjectRequest:
    found: DataSubjectRequest | None = (
        DataSubjectRequest.objects.select_for_update(of=("self",)).filter(pk=turn.id, lease_token=turn.token).first()
    )
    if found is None:
        raise Superseded
    return found


def _give_back(turn: Turn, now: datetime) -> None:
    with scope(organisation=turn.organisation_id):
        mine = DataSubjectRequest.objects.filter(pk=turn.id, lease_token=turn.token)
        mine.update(available_at=now, lease_until=None, attempts=0)


def _put_off(turn: Turn, now: datetime) -> None:
    """It failed: try again soon, then later and later; what ended so far stays ended."""
    with scope(organisation=turn.organisation_id):
        row = DataSubjectRequest.objects.filter(pk=turn.id, lease_token=turn.token).first()
        if row is not None:
            row.available_at, row.lease_until = now + wait_before_retry(row.attempts), None
            row.save(update_fields=["available_at", "lease_until"])
