"""Hours at which a deferred item may come back, in the organisation's zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext

MORNING, AFTERNOON = time(9), time(14)


@dataclass(frozen=True, kw_only=True)
class Hour:
    words: str
    at: datetime


def hours_to_come(now: datetime) -> list[Hour]:
    """Return the hours that people defer to most, the nearest first."""
    local = timezone.localtime(now)
    today = local.date()
    monday = today + timedelta(days=7 - today.weekday())
    found = [Hour(words=gettext("In an hour"), at=local + timedelta(hours=1))]
    if local.time() < time(13):
        found.append(Hour(words=gettext("This afternoon"), at=_at(today, AFTERNOON)))
    found.append(Hour(words=gettext("Tomorrow morning"), at=_at(today + timedelta(days=1), MORNING)))
    if monday != today + timedelta(days=1):
        found.append(Hour(words=gettext("On Monday"), at=_at(monday, MORNING)))
    return found


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=timezone.get_current_timezone())
