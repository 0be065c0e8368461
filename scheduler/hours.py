"""Hours as people write them: a day and a wall-clock time in the organisation's zone, and the nights clocks change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Oddity(StrEnum):
    """What clocks do to a wall-clock time."""

    NONE = ""
    SKIPPED = "skipped"  # clocks went forward over it: it does not exist on that day
    TWICE = "twice"  # clocks went back: it comes twice


@dataclass(frozen=True, kw_only=True)
class Hour:
    """An instant, and what was odd about the time it was read from."""

    at: datetime  # UTC
    oddity: Oddity = Oddity.NONE


#: A day from the ends of time, so that no zone leads beyond them.
_FIRST_DAY, _LAST_DAY = date.min + timedelta(days=2), date.max - timedelta(days=2)


def read_hour(day: date, clock: time, zone: ZoneInfo) -> Hour:
    """Return the instant of a wall-clock time.

    A skipped time moves forward by what was skipped, as people's own clocks did; of a time that comes twice the first
    is meant. Both are odd, so that the page can say what it understood.
    """
    day = min(max(day, _FIRST_DAY), _LAST_DAY)
    wall = datetime.combine(day, clock, tzinfo=zone)
    at = wall.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        return Hour(at=at, oddity=Oddity.SKIPPED)
    if wall.utcoffset() != wall.replace(fold=1).utcoffset():
        return Hour(at=at, oddity=Oddity.TWICE)
    return Hour(at=at)
