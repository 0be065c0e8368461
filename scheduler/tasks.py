"""Doorbells' doors: each task goes through its queue until nothing is due, and leaves a sign of life.

A message carries no id. It may be lost, doubled or late: the rows say what is to be done, and beat rings again.
"""

from celery import shared_task
from django.utils import timezone

from lib.claims.loops import loop
from scheduler.services.following_up import follow_up_due
from scheduler.services.preparing import prepare_due
from scheduler.services.publishing import publish_on_time
from scheduler.services.reconciling import reconcile_due
from scheduler.services.sweeping import give_back_expired


@shared_task(name="scheduler.tasks.publish")
def publish() -> None:
    """Publish what is due, and be there for what is about to be."""
    with loop("publish"):
        publish_on_time(timezone.now)


@shared_task(name="scheduler.tasks.prepare")
def prepare() -> None:
    """Bring media to the networks, ahead of the hour."""
    with loop("media"):
        prepare_due(timezone.now)


@shared_task(name="scheduler.tasks.reconcile")
def reconcile() -> None:
    """Look for publications whose answer was lost."""
    with loop("reconcile"):
        reconcile_due(timezone.now)


@shared_task(name="scheduler.tasks.follow_up")
def follow_up() -> None:
    """See to what is out: verdicts, follow-ups, edits and deletions."""
    with loop("after"):
        follow_up_due(timezone.now)


@shared_task(name="scheduler.tasks.sweep")
def sweep() -> None:
    """Give back what workers held when they died."""
    with loop("sweep"):
        give_back_expired(now=timezone.now())
