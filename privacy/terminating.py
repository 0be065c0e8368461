"""Carries out the end of an organisation, in this order: files, grants, keys, rows; then the certificate.

Leased and in bounded batches: a kill loses one. Any legal hold stops it, and says so. What the law keeps stays:
the event log, for a year after the end (passage.end_events), and with it the organisation's row, closed and nameless.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import connection

from accounts.models import Organisation
from eventlog.services import record
from lib.claims.claiming import Clock, wait_before_retry
from lib.claims.loops import come_round
from lib.tenancy.scope import scope
from privacy.certificates import send_certificate
from privacy.due import size_column
from privacy.ending import StillReferred, Tally, delete_rows
from privacy.files import remove_ended_files
from privacy.models import EndedFile, LegalHold, Termination
from privacy.registry import Entry, registry

logger = logging.getLogger(__name__)

LOOP = "ends"
LEASE = timedelta(minutes=5)
#: When an end that a hold stops is tried again, and one that waits for the networks.
AGAIN, SOON = timedelta(days=1), timedelta(minutes=1)
#: How long the networks are waited for, before keys and rows end all the same: the tokens go with the keys.
PATIENCE = timedelta(days=3)
BATCH = 2000
ROWS = 500
FILES = 200
STAGES = ("files", "grants", "keys", "rows")


class Superseded(Exception):
    """The lease ran out and somebody else has the work: whatever this batch did is undone."""


@dataclass(frozen=True)
class Turn:
    """One end in our hands until its lease ends."""

    id: int
    organisation_id: int
    token: int


@dataclass(frozen=True, kw_only=True)
class GivenBack:
    """How far access has been given back at the networks."""

    grants: int  # that there were
    is_over: bool  # no network is still being told
    unconfirmed: Mapping[str, int]  # network -> grants whose end it has not confirmed, tried again until now


@dataclass(frozen=True, kw_only=True)
class Networks:
    """What only the floor of the networks can do; each is called in the organisation's scope but `give_back`."""

    pause: Callable[[], None]  # let nothing go out
    resume: Callable[[datetime], None]
    #: Outside any transaction: give all access back, and say how far that is.
    give_back: Callable[[int, datetime], GivenBack]
    destroy_keys: Callable[[int], None]


_networks: list[Networks] = []


def networks_with(networks: Networks) -> None:
    _networks[:] = [networks]


def networks() -> Networks:
    return _networks[0]


def run_due(clock: Clock, *, seconds: float | None = None) -> int:
    """Work on what is due; after so many seconds the rest is the next bell's. Return how many turns were taken."""
    began, turns = monotonic(), 0

    def is_enough() -> bool:
        return seconds is not None and monotonic() - began > seconds

    while not is_enough() and (turn := claim(clock())):
        try:
            while _step(turn, clock):
                remove_ended_files(turn.organisation_id)
                if is_enough():
                    _put_off(turn, clock())
                    break
        except Superseded:
            logger.warning("end of organisation %s: taken over by another", turn.organisation_id)
        except Exception:
            logger.exception("end of organisation %s failed", turn.organisation_id)
            _put_off(turn, clock(), failed=True)
        turns += 1
        come_round(LOOP)
    return turns


def claim(now: datetime) -> Turn | None:
    """Lease the end that has been due for longest; None when none is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.claim_terminations(%s, %s)", [now, now + LEASE])
        row = cursor.fetchone()
        return Turn(*row) if row else None


def _step(turn: Turn, clock: Clock) -> bool:
    """Do the next piece, each in its own transactions; return whether there is more to do now."""
    with scope(organisation=turn.organisation_id):
        found = _mine(turn)
        if _is_held(found, now=clock()):
            return False
        stage = found.stage
        if not stage:
            Organisation.objects.filter(pk=turn.organisation_id).update(closed_at=clock())
            found.state, found.stage = Termination.State.ENDING, STAGES[0]
            found.save()
            return True
    if stage == "grants":
        return _give_back_grants(turn, clock)
    if stage == "keys":
        networks().destroy_keys(turn.organisation_id)
    with scope(organisation=turn.organisation_id):
        found = _mine(turn)
        found.lease_until = clock() + LEASE
        tally = {"files": _files, "keys": lambda *_: None, "rows": _rows}[stage](found, clock())
        if tally is not None:
            found.ended = dict(Counter(found.ended) + tally.rows)
            found.files, found.file_bytes = found.files + tally.files, found.file_bytes + tally.file_bytes
            found.save()
            return True
        over = _go_on(found, clock())
        found.save()
    if over:
        _certify(turn, clock())
    return not over


def _is_held(found: Termination, *, now: datetime) -> bool:
    """Whether a legal hold stops it. Then it is written down, and tried again when the hold is released."""
    if not LegalHold.objects.active().exists():
        return False
    if found.state != Termination.State.HELD:
        record("privacy.organisation.end_held", found)
    found.state, found.available_at, found.lease_until = Termination.State.HELD, now + AGAIN, None
    found.save()
    return True


def _go_on(found: Termination, now: datetime) -> bool:
    """Name the next stage; tell whether there is none."""
    found.stages = {**found.stages, found.stage: now.isoformat()}
    found.label, found.after = "", 0
    place = STAGES.index(found.stage) + 1
    if place < len(STAGES):
        found.stage = STAGES[place]
        return False
    return True


def _files(found: Termination, now: datetime) -> Tally | None:
    """Write the next files down to be removed; None when there are no more."""
    for entry in _owned():
        if not (entry.personal and entry.personal.files) or entry.label < found.label:
            continue
        after = found.after if entry.label == found.label else 0
        ids = list(entry.rows().filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:FILES])
        if not ids:
            continue
        rows = entry.rows().filter(pk__in=ids)
        keys = list(entry.file_keys(rows))
        EndedFile.objects.bulk_create(
            EndedFile(organisation_id=found.organisation_id, storage_key=key, ended_at=now) for key in keys
        )
        size = size_column(entry.personal, entry.model)
        found.label, found.after = entry.label, ids[-1]
        return Tally(files=len(keys), file_bytes=sum(rows.values_list(size, flat=True)) if size else 0)
    return None


def _rows(found: Termination, now: datetime) -> Tally | None:
    """Delete the next rows, whoever refers to others first; None when none are left, LookupError when none can go."""
    stuck = ""
    for entry in _owned():
        ids = list(entry.rows().order_by("pk").values_list("pk", flat=True)[:ROWS])
        if not ids:
            continue
        try:
            tally = delete_rows(entry.model, ids, room=BATCH, at=now)
        except StillReferred:
            stuck = entry.label  # what refers to it goes first; it is asked for again
            continue
        tally.files, tally.file_bytes = 0, 0  # counted as they were removed
        return tally
    if stuck:
        raise LookupError(f"rows of {stuck} are left, and nothing that refers to them can go")
    return None


def _owned() -> list[Entry]:
    return [entry for entry in registry() if entry.is_owned]


def _give_back_grants(turn: Turn, clock: Clock) -> bool:
    given = networks().give_back(turn.organisation_id, clock())
    with scope(organisation=turn.organisation_id):
        found, now = _mine(turn), clock()
        began = datetime.fromisoformat(found.stages["files"])
        # What is silent to the end is said on the certificate: its tokens go with the keys, and open to nobody.
        found.grants, found.unrevoked = given.grants, dict(given.unconfirmed)
        if not given.is_over and now < began + PATIENCE:
            found.available_at, found.lease_until, found.attempts = now + SOON, None, 0
            found.save()
            return False
        _go_on(found, now)
        found.save()
        return True


def _certify(turn: Turn, now: datetime) -> None:
    """Close what is left and send the certificate. The organisation's row stays for its event log, without a name."""
    with scope(organisation=turn.organisation_id):
        found = _mine(turn)
        owners = list(found.owner_ids)
        record("privacy.organisation.ended", found, data={"rows": found.rows, "files": found.files})
        Organisation.objects.filter(pk=turn.organisation_id).update(
            name="", agency_name="", slug=f"ended-{turn.organisation_id}", closed_at=now
        )
        found.state, found.ended_at, found.available_at, found.lease_until = Termination.State.DONE, now, None, None
        found.owner_ids, found.asked_by_id = [], None
        found.save()
    send_certificate(found, owners)


def _mine(turn: Turn) -> Termination:
    found = Termination.objects.select_for_update().filter(pk=turn.id, lease_token=turn.token).first()
    if found is None:
        raise Superseded
    return found


def _put_off(turn: Turn, now: datetime, *, failed: bool = False) -> None:
    with scope(organisation=turn.organisation_id):
        row: Any = Termination.objects.filter(pk=turn.id, lease_token=turn.token).first()
        if row is not None:
            row.available_at = now + wait_before_retry(row.attempts) if failed else now
            row.lease_until = None
            row.save(update_fields=["available_at", "lease_until"])
