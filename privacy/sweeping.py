"""What ends and is no row of a model: the cache's table, and log files on this machine."""

import gzip
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from privacy.models import SecurityIncident
from privacy.record_classes import RECORD_CLASSES

_CACHE = "accounts_cache"
_ROTATED = ".gz"


def sweep_cache(at: datetime) -> int:
    """Delete counts of sign-in limits, by address, that are past their own end."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_CACHE} WHERE expires <= %s", [at])  # noqa: S608  # named above
        return int(cursor.rowcount)


def sweep_logs(at: datetime) -> int:
    """Begin this machine's logs anew each day, and remove what is older than its period; return how many went.

    Files are copied and cut, since those who write them keep them open (in append mode, so they go on at the new end).
    While a security incident is open nothing is removed.
    """
    folder: Path = settings.LOG_DIR
    if not folder.is_dir():
        return 0
    for log in sorted(folder.glob("*.log")):
        _rotate(log, at.astimezone(UTC).date())
    if SecurityIncident.objects.filter(resolved_at=None).exists():
        return 0
    period = RECORD_CLASSES["access_logs"].default
    oldest = period.before(at).astimezone(UTC).date() if period else date.min
    over = [path for path in folder.glob(f"*.log.*{_ROTATED}") if (day := _day_of(path)) and day < oldest]
    for path in over:
        path.unlink(missing_ok=True)
    return len(over)


def _rotate(log: Path, today: date) -> None:
    """Put what the log holds under today's date, once a day."""
    place = log.with_name(f"{log.name}.{today.isoformat()}{_ROTATED}")
    if place.exists() or log.stat().st_size == 0:
        return
    unfinished = place.with_suffix(".part")
    with log.open("rb") as source, gzip.open(unfinished, "wb") as copy:
        shutil.copyfileobj(source, copy)
    unfinished.replace(place)
    with log.open("r+b") as file:
        file.truncate(0)


def _day_of(path: Path) -> date | None:
    """Return the day that a rotated log's name says; its lines are of that day and before."""
    try:
        return date.fromisoformat(path.name.removesuffix(_ROTATED).rsplit(".", 1)[1])
    except ValueError:
        return None


_SWEEPS: dict[str, Callable[[datetime], int]] = {"sessions": sweep_cache, "access_logs": sweep_logs}
KEYS = tuple(_SWEEPS)


def sweep(key: str, *, at: datetime) -> int:
    """Sweep what belongs to a record class of the platform's and is no row; return how much went."""
    act = _SWEEPS.get(key)
    return act(at) if act else 0
