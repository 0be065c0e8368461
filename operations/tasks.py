"""Beat's own sign of life: that this ran shows that beat rings, Redis carries and a worker listens."""

from celery import shared_task

from lib.claims.loops import loop


@shared_task(name="operations.tasks.note_beat")
def note_beat() -> None:
    """Note that the clock ticks."""
    with loop("beat"):
        pass
