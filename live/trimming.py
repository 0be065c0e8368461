"""Changes end after a few days: whoever was away for longer fetches anew what they show."""

from datetime import datetime, timedelta

from django.db import connection

from lib.tenancy.scope import scope
from live.models import LiveEvent

KEPT = timedelta(days=3)
_BATCH = 2000


def trim_events(*, now: datetime, kept: timedelta = KEPT, batch: int = _BATCH) -> int:
    """Delete changes older than `kept`, organisation by organisation, in short transactions; return how many."""
    trimmed = 0
    for organisation_id in _organisation_ids():
        while ended := _trim_batch(organisation_id, before=now - kept, batch=batch):
            trimmed += ended
            if ended < batch:
                break
    return trimmed


def _trim_batch(organisation_id: int, *, before: datetime, batch: int) -> int:
    """Look at the oldest numbers only: they are in the order of their hours."""
    with scope(organisation=organisation_id):
        oldest = LiveEvent.objects.after(0).values_list("sequence", "at")[:batch]
        ended = [sequence for sequence, at in oldest if at < before]
        if not ended:
            return 0
        deleted, _per_model = LiveEvent.objects.filter(sequence__lte=ended[-1]).delete()
        return int(deleted)


def _organisation_ids() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.organisation_ids()")
        return [pk for (pk,) in cursor.fetchall()]
