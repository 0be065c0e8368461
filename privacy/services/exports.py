"""Exports of everything: asked for, taken, ended. Each needs the organisation's scope."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language

from accounts.models import User
from eventlog.models import Event
from eventlog.services import record
from lib.claims.doorbell import ring_after_commit
from lib.tenancy.scope import require_organisation_id
from live.changes import record_change
from privacy.ending import delete_rows
from privacy.exporting.sealing import new_key
from privacy.models import Export, ExportPart, RetentionWork

BELL, QUEUE = "privacy.tasks.make_exports", "slow"
#: The kind of change that browsers are told of.
EXPORT = "export"

Listener = Callable[[Export, datetime], object]
_listeners: list[Listener] = []


def on_export_ended(listener: Listener) -> None:
    """Call `listener(export, at)` when one is ready or failed, in that transaction."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell_outcome(export: Export, at: datetime) -> None:
    for listener in _listeners:
        listener(export, at)


@transaction.atomic
def ask_for_export(*, actor: User, at: datetime) -> Export:
    """Have an archive of everything made; while one is being made, return that. A worker begins at once."""
    if (running := Export.objects.under_way().first()) is not None:
        found: Export = running
        return found
    export: Export = Export.objects.create(
        asked_by=actor, language=actor.language or get_language() or "en", asked_at=at, available_at=at
    )
    export.sealed = new_key(export.pk, organisation_id=export.organisation_id)
    export.save(update_fields=["sealed"])
    record("privacy.export.asked", export)
    ring_after_commit(BELL, queue=QUEUE)
    return export


def record_taken(export: Export) -> None:
    """Write down that somebody downloads it."""
    record("privacy.export.taken", export)


def find_last_taken() -> Event | None:
    """Return when an export was last downloaded, as the event log knows it; the archive itself may be gone."""
    taken = Event.objects.filter(
        organisation_id=require_organisation_id(), subject_type="export", name="privacy.export.taken"
    )
    return taken.order_by("-at", "-id").first()


@transaction.atomic
def delete_export(export: Export, *, at: datetime) -> bool:
    """End an archive before its time, made or not; tell whether there was something to end. Files follow the commit."""
    locked = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    if locked.state not in {Export.State.UNDER_WAY, Export.State.READY}:
        return False
    _end(locked, Export.State.ENDED, Export.Reason.TAKEN_BACK, at=at)
    record("privacy.export.deleted", locked)
    return True


def give_up(export: Export, *, now: datetime) -> None:
    """It could not be made: say so to whoever asked."""
    _end(export, Export.State.FAILED, Export.Reason.TRIES, at=now)
    record("privacy.export.failed", export)
    tell_outcome(export, now)


def let_go_after_erasure(at: datetime) -> None:
    """Somebody was erased who may stand in archives: those that are ready end, one being made begins anew."""
    for export in Export.objects.select_for_update(of=("self",)).filter(state=Export.State.READY).order_by("pk"):
        _end(export, Export.State.ENDED, Export.Reason.ERASURE, at=at)
        record("privacy.export.ended", export, data={"reason": Export.Reason.ERASURE.value})
    for export in Export.objects.select_for_update(of=("self",)).under_way():
        _delete_parts(export, at)
        # Another token: what a worker writes now counts for nothing.
        export.place, export.done, export.total, export.parts, export.size_bytes, export.missing = {}, 0, 0, 0, 0, 0
        export.available_at, export.lease_until, export.lease_token = at, None, export.lease_token + 1
        export.save()
        ring_after_commit(BELL, queue=QUEUE)


def _end(export: Export, state: Export.State, reason: Export.Reason, *, at: datetime) -> None:
    _delete_parts(export, at)
    export.state, export.reason, export.ended_at = state, reason, at
    export.sealed, export.place, export.available_at, export.lease_until = None, {}, None, None
    export.lease_token += 1
    export.save()
    record_change(EXPORT, export.pk)


def _delete_parts(export: Export, at: datetime) -> None:
    """Delete an archive's parts. Their files, perhaps thousands, are a worker's: it is asked to come at once."""
    while ids := list(ExportPart.objects.filter(export=export).values_list("pk", flat=True)[:1000]):
        delete_rows(ExportPart, ids, room=1000, at=at)
    work = RetentionWork.objects.filter(organisation_id=export.organisation_id, record_class="exports")
    work.update(available_at=at)
    ring_after_commit("privacy.tasks.apply_rules", queue=QUEUE)
