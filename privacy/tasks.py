"""Celery's door to retention. A message is a doorbell: whoever hears it does what is due."""

from celery import shared_task
from django.utils import timezone

from lib.claims.loops import loop
from privacy import erasing, nightly, terminating
from privacy.exporting import making

#: How long one bell is worked on: the worker has other bells to hear.
SLICE_SECONDS = 5.0


@shared_task(name="privacy.tasks.apply_rules")
def apply_rules() -> None:
    """End what is over."""
    with loop(nightly.LOOP):
        nightly.run_due(timezone.now, seconds=SLICE_SECONDS)


@shared_task(name="privacy.tasks.erase")
def erase() -> None:
    """Erase people who asked for it."""
    with loop(erasing.LOOP):
        erasing.run_due(timezone.now, seconds=SLICE_SECONDS)


@shared_task(name="privacy.tasks.make_exports")
def make_exports() -> None:
    """Make archives that owners asked for."""
    with loop(making.LOOP):
        making.run_due(timezone.now, seconds=SLICE_SECONDS)


@shared_task(name="privacy.tasks.end_organisations")
def end_organisations() -> None:
    """Carry out announced ends whose hour has come."""
    with loop(terminating.LOOP):
        terminating.run_due(timezone.now, seconds=SLICE_SECONDS)
