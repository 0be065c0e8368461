"""Doorbells' doors of the inbox: each task goes through its queue until nothing is due, and leaves a sign of life."""

from celery import shared_task
from django.utils import timezone

from lib.claims.loops import loop
from moderation.services import reading, returning
from moderation.services.bulk import run_due
from moderation.services.counting import fold_all, prove_all
from moderation.services.polling import begin_polling, poll_due
from moderation.services.waking import wake_due
from moderation.services.working import moderate_due


@shared_task(name="moderation.tasks.moderate")
def moderate() -> None:
    """Carry replies and other acts to the networks."""
    with loop("moderate"):
        moderate_due(timezone.now)


@shared_task(name="moderation.tasks.run_bulk")
def run_bulk() -> None:
    """Carry out bulk commands whose undo window is over."""
    with loop("bulk"):
        run_due(timezone.now)


@shared_task(name="moderation.tasks.sweep")
def sweep() -> None:
    """Give back what workers held when they died."""
    with loop("moderation sweep"):
        returning.give_back_expired(now=timezone.now())
        reading.give_back_expired(now=timezone.now())


@shared_task(name="moderation.tasks.read_events")
def read_events() -> None:
    """Read what webhooks brought."""
    with loop("intake"):
        reading.read_due(timezone.now)


@shared_task(name="moderation.tasks.poll")
def poll() -> None:
    """Ask networks what they have not told."""
    with loop("poll"):
        begin_polling(now=timezone.now())
        poll_due(timezone.now)


@shared_task(name="moderation.tasks.wake")
def wake() -> None:
    """Bring deferred items back at their hour."""
    with loop("wake"):
        wake_due(now=timezone.now())


@shared_task(name="moderation.tasks.fold_counts")
def fold_counts() -> None:
    """Fold the counters' deltas."""
    with loop("counts"):
        fold_all()


@shared_task(name="moderation.tasks.prove_counts")
def prove_counts() -> None:
    """Count anew by night: the counters must be right."""
    with loop("proof of counts"):
        prove_all()
