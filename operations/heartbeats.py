"""Signs of life: each loop writes one now and then, and whoever asks sees which loops have stopped."""

from datetime import datetime, timedelta

from django.db import connection

from operations.models import Heartbeat

#: The loops that must come round, and the longest silence of each that is still normal.
EXPECTED = {
    "beat": timedelta(seconds=60),
    "publish": timedelta(seconds=60),
    "media": timedelta(minutes=6),  # one upload may take as long as its lease
    "reconcile": timedelta(minutes=6),
    "after": timedelta(minutes=6),
    "sweep": timedelta(seconds=60),
    "grants": timedelta(minutes=6),
    "looks": timedelta(minutes=15),
    "mail": timedelta(minutes=6),
    "intake": timedelta(seconds=60),
    "poll": timedelta(minutes=6),
    "measure": timedelta(minutes=15),
    "wake": timedelta(seconds=60),
    "moderate": timedelta(seconds=60),
    "moderation sweep": timedelta(seconds=60),
    "retention": timedelta(minutes=15),  # one batch, or one fetch of content anew, may wait for others
    "erasures": timedelta(minutes=15),
    "ends": timedelta(minutes=15),
    "exports": timedelta(minutes=15),
    "watch": timedelta(seconds=60),
}

#: More often would be work for nobody's benefit.
_EVERY = timedelta(seconds=5)
_UPSERT = """
    INSERT INTO operations_heartbeat (name, beaten_at) VALUES (%s, %s)
    ON CONFLICT (name) DO UPDATE SET beaten_at = greatest(operations_heartbeat.beaten_at, excluded.beaten_at)
"""

_noted: dict[str, datetime] = {}


def note(name: str, now: datetime) -> None:
    """Note that a loop has come round; at most every five seconds per process."""
    before = _noted.get(name)
    if before is not None and now - before < _EVERY:
        return
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [name, now])
    _noted[name] = now


def silent(now: datetime) -> dict[str, datetime | None]:
    """Return the loops that have been silent for too long, with their last sign of life."""
    seen = dict(Heartbeat.objects.filter(name__in=EXPECTED).values_list("name", "beaten_at"))
    return {
        name: seen.get(name) for name, longest in EXPECTED.items() if name not in seen or now - seen[name] > longest
    }
