from datetime import timedelta

from django.utils import timezone

from accounts.models import Organisation
from lib.tenancy.scope import scope
from live.changes import record_change
from live.models import LiveEvent
from live.trimming import KEPT, trim_events
from tests.factories import make_organisation

NOW = timezone.now()


def make_events(organisation: Organisation, *ages: timedelta) -> None:
    for number, age in enumerate(ages, start=1):
        with scope(organisation=organisation.pk):
            record_change("publication", number)
        with scope(organisation=organisation.pk):
            LiveEvent.objects.filter(subject_id=number).update(at=NOW - age)


def left(organisation: Organisation) -> list[int]:
    with scope(organisation=organisation.pk):
        return list(LiveEvent.objects.after(0).values_list("sequence", flat=True))


def test_changes_end_after_a_few_days_and_not_before(db: None) -> None:
    day = timedelta(days=1)
    acme, other = make_organisation("Acme"), make_organisation("Other")
    make_events(acme, KEPT + 2 * day, KEPT + day, KEPT - day)
    make_events(other, KEPT - day)

    assert trim_events(now=NOW) == 2

    assert left(acme) == [3]
    assert left(other) == [1]


def test_it_goes_on_in_batches_until_nothing_is_old(db: None) -> None:
    acme = make_organisation("Acme")
    make_events(acme, *[KEPT * 2] * 7, KEPT / 2)

    assert trim_events(now=NOW, batch=3) == 7

    assert left(acme) == [8]
