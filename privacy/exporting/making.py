"""Makes archives: leased, one part after the other. A kill loses one part, and whoever hears the next bell goes on.

Each part is written down (ExportPart) before its file is stored, and counts only once it is: what a dead worker left is
removed by its successor. What is written meanwhile by others may or may not be in it: an archive is made while people
work, and says when.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection

from accounts.models import Organisation
from eventlog.services import record
from lib.claims.claiming import Clock, wait_before_retry
from lib.claims.loops import come_round
from lib.crypto.keyring import SealError
from lib.tenancy.scope import scope
from live.changes import record_change
from privacy.ending import delete_rows
from privacy.exporting.place import Place
from privacy.exporting.sealing import open_key, seal_part
from privacy.exporting.sections import MISSING, Making, Section, sections
from privacy.exporting.zipping import Archive, Entry, entries_of
from privacy.files import remove_ended_files, store
from privacy.models import Export, ExportPart
from privacy.services.exports import EXPORT, give_up, tell_outcome

logger = logging.getLogger(__name__)

LOOP = "exports"
LEASE = timedelta(minutes=5)
#: A part is stored once it has so many bytes, or so many seconds have gone into it: what a kill may lose.
PART_BYTES = 4 * 1024 * 1024
PART_SECONDS = 2.0
TRIES_MAX = 8


class Superseded(Exception):
    """The lease ran out and somebody else has the export, or it was ended: what was written now counts for nothing."""


@dataclass(frozen=True)
class Turn:
    """One export in our hands until its lease ends."""

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
            take(turn, clock, is_enough=is_enough)
        except Superseded:
            logger.warning("export %s: taken over by another, or ended", turn.id)
        except SealError:
            logger.exception("export %s: its key does not open", turn.id)
            _fail(turn, clock(), tries=0)
        except Exception:
            logger.exception("export %s failed", turn.id)
            _fail(turn, clock(), tries=TRIES_MAX)
        turns += 1
        come_round(LOOP)
    return turns


def claim(now: datetime) -> Turn | None:
    """Lease the export that has been due for longest; None when none is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.claim_exports(%s, %s)", [now, now + LEASE])
        row = cursor.fetchone()
        return Turn(*row) if row else None


def take(turn: Turn, clock: Clock, *, is_enough: Callable[[], bool]) -> None:
    """Write part after part until the archive is whole, or until it is enough for now."""
    _clear_away(turn, clock())
    while _write_part(turn, clock):
        come_round(LOOP)
        if is_enough():
            _give_back(turn, clock())
            return


def _write_part(turn: Turn, clock: Clock) -> bool:
    """Write and store the next part; return whether there is more."""
    with scope(organisation=turn.organisation_id):
        export = _mine(turn)
        export.lease_until = clock() + LEASE
        organisation = Organisation.objects.get(pk=turn.organisation_id)
        making = Making(
            organisation_id=turn.organisation_id,
            language=export.language,
            time_zone=organisation.time_zone,
            asked_at=export.asked_at,
            part_bytes=PART_BYTES,
        )
        if not export.total:
            export.total = sum(section.total(making) for section in sections())
        export.save(update_fields=["lease_until", "total"])
        key = open_key(bytes(export.sealed or b""), export.pk, organisation_id=turn.organisation_id)
    place = Place.of(export.place)
    archive = Archive.resumed(place.archive, made_at=export.asked_at)
    is_whole, done = _write(archive, place, making)
    if is_whole:
        with scope(organisation=turn.organisation_id):
            kept = list(ExportPart.objects.filter(export=turn.id).values_list("entries", flat=True))
        archive.close([*entries_of(kept), *archive.finished])
    data, finished = archive.take()
    place.archive = archive.facts()
    part = _store(turn, data, finished, key)
    try:
        with scope(organisation=turn.organisation_id):
            export = _mine(turn)
            ExportPart.objects.filter(pk=part.pk).update(is_stored=True)
            _count(export, data, done, place, now=clock())
            if is_whole:
                _finish(export, now=clock())
            export.save()
            record_change(EXPORT, export.pk)
    except Superseded:
        # Whoever has taken over has removed the row, and looked for the file before it was there.
        store().delete(part.storage_key)
        raise
    return not is_whole


def _write(archive: Archive, place: Place, making: Making) -> tuple[bool, int]:
    """Write until a part is full, or its time is over. Return whether everything is written, and how much was now."""
    began, done = monotonic(), 0
    ordered = sections()
    while archive.waiting_bytes < PART_BYTES and monotonic() - began < PART_SECONDS:
        section = _section(ordered, place)
        wrote = section.write(archive, place, making)
        done += wrote.count
        if not wrote.is_over:
            continue
        number = ordered.index(section) + 1
        if number == len(ordered):
            return True, done
        place.go_to(ordered[number].key)
    return False, done


def _section(ordered: list[Section], place: Place) -> Section:
    """Return the section that is being written; the last one where it is no more, since the product has changed."""
    return next((each for each in ordered if each.key == place.section), ordered[-1] if place.section else ordered[0])


def _store(turn: Turn, data: bytes, finished: list[Entry], key: bytes) -> ExportPart:
    """Store a part: its row first, then its file, outside any transaction. It counts only once its row says so."""
    with scope(organisation=turn.organisation_id):
        number = _mine(turn).parts + 1
        part: ExportPart = ExportPart.objects.create(
            export_id=turn.id,
            number=number,
            storage_key=f"organisations/{turn.organisation_id}/exports/{secrets.token_hex(16)}.part",
            size_bytes=len(data),
            entries=[entry.as_facts() for entry in finished],
        )
    sealed = seal_part(data, key, export_id=turn.id, number=number)
    store().save(part.storage_key, sealed, content_type="application/octet-stream")
    return part


def _count(export: Export, data: bytes, done: int, place: Place, *, now: datetime) -> None:
    export.parts += 1
    export.size_bytes += len(data)
    export.done += done
    export.missing = place.counts.get(MISSING, 0)
    export.place, export.lease_until, export.attempts = place.facts(), now + LEASE, 0


def _finish(export: Export, *, now: datetime) -> None:
    export.state, export.ready_at = Export.State.READY, now
    export.place, export.available_at, export.lease_until = {}, None, None
    record("privacy.export.ready", export, data={"size_bytes": export.size_bytes, "missing": export.missing})
    tell_outcome(export, now)


def _give_back(turn: Turn, now: datetime) -> None:
    with scope(organisation=turn.organisation_id):
        mine = Export.objects.filter(pk=turn.id, lease_token=turn.token, state=Export.State.UNDER_WAY)
        mine.update(available_at=now, lease_until=None, attempts=0)


def _clear_away(turn: Turn, now: datetime) -> None:
    """Remove what a predecessor began to store."""
    with scope(organisation=turn.organisation_id):
        _mine(turn)
        begun = list(ExportPart.objects.filter(export=turn.id, is_stored=False).values_list("pk", flat=True))
        if begun:
            delete_rows(ExportPart, begun, room=len(begun), at=now)
    remove_ended_files(turn.organisation_id)


def _fail(turn: Turn, now: datetime, *, tries: int) -> None:
    """Try again later, or give it up."""
    with scope(organisation=turn.organisation_id):
        export = Export.objects.select_for_update(of=("self",)).filter(pk=turn.id, lease_token=turn.token).first()
        if export is None or export.state != Export.State.UNDER_WAY:
            return
        if export.attempts < tries:
            export.available_at, export.lease_until = now + wait_before_retry(export.attempts), None
            export.save(update_fields=["available_at", "lease_until"])
            return
        give_up(export, now=now)
    remove_ended_files(turn.organisation_id)


def _mine(turn: Turn) -> Export:
    """Return the row, locked; raise Superseded when it is ours no more, or its organisation has ended."""
    found: Export | None = (
        Export.objects.select_for_update(of=("self",))
        .filter(pk=turn.id, lease_token=turn.token, state=Export.State.UNDER_WAY, organisation__closed_at=None)
        .first()
    )
    if found is None:
        raise Superseded
    return found
