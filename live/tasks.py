"""Celery's door to what ends by age."""

from celery import shared_task
from django.utils import timezone

from lib.claims.loops import loop
from live.trimming import trim_events


@shared_task(name="live.tasks.trim")
def trim() -> None:
    """Delete changes that nobody will ask for any more."""
    with loop("trim"):
        trim_events(now=timezone.now())
