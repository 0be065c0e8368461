"""Which bell wakes the workers of which queue."""

from datetime import timedelta

from lib.claims import doorbell
from scheduler.models import Queue

#: Celery's queues are sets of processes: what reads at leisure must not take a slot from what is due now.
_BELLS = {
    Queue.PUBLISH: ("scheduler.tasks.publish", "publish"),
    Queue.MEDIA: ("scheduler.tasks.prepare", "media"),
    Queue.RECONCILE: ("scheduler.tasks.reconcile", "house"),
    Queue.AFTER: ("scheduler.tasks.follow_up", "house"),
}


#: How often beat rings for what is due to be published (config/celery.py).
PUBLISH_EVERY = timedelta(seconds=0.5)


def ring(queue: Queue) -> None:
    """Wake one more worker of a queue of publications, at once."""
    task, celery_queue = _BELLS[queue]
    doorbell.ring(task, queue=celery_queue)


def ring_after_commit(queue: Queue) -> None:
    """Wake the workers of a queue of publications once the transaction at hand is committed."""
    task, celery_queue = _BELLS[queue]
    doorbell.ring_after_commit(task, queue=celery_queue)
