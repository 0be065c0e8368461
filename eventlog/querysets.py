"""Reading the event log."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from eventlog.models import Event
from lib.tenancy.scope import require_organisation_id


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What a reader looks for; empty fields leave all in. Days are those of the zone in force."""

    actor_id: int | None = None
    area: str = ""  # how a name begins: accounts, gallery.asset
    from_on: date | None = None
    until_on: date | None = None
    subject_type: str = ""
    subject_id: int | None = None


def organisation_events(wanted: Filter) -> QuerySet[Event]:
    """Return the events of the organisation in scope that pass the filter, unordered."""
    rows = Event.objects.filter(organisation_id=require_organisation_id())
    if wanted.actor_id is not None:
        rows = rows.filter(actor_id=wanted.actor_id)
    if wanted.area:
        rows = rows.filter(name__startswith=f"{wanted.area}.")
    if wanted.from_on:
        rows = rows.filter(at__gte=_midnight(wanted.from_on))
    if wanted.until_on and wanted.until_on < date.max:
        rows = rows.filter(at__lt=_midnight(wanted.until_on + timedelta(days=1)))
    if wanted.subject_type and wanted.subject_id is not None:
        rows = rows.filter(subject_type=wanted.subject_type, subject_id=wanted.subject_id)
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
