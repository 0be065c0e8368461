"""The doorbell's door: one task goes round until no account is due."""

from celery import shared_task
from django.utils import timezone

from insights.services.measuring import begin_measuring, measure_due
from lib.claims.loops import loop


@shared_task(name="insights.tasks.measure")
def measure() -> None:
    """Ask networks for figures."""
    with loop("measure"):
        begin_measuring(now=timezone.now())
        measure_due(timezone.now)
