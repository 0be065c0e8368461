"""Doorbells: a message that says "there may be work", names a queue and carries nothing else.

It may be lost, doubled or late without harm, since the rows say what is to be done and beat rings too. Ringing never
fails and, while the broker is away, hardly waits.
"""

import logging
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: A bell not heard by then is not worth answering: a later one has rung.
HEARD_WITHIN_SECONDS = 10
#: How long a broker that did not answer is left alone, so that its outage slows nobody down.
_PAUSE_SECONDS = 5.0

_silent_until = 0.0


def ring(task: str, *, queue: str) -> None:
    """Ring at once."""
    global _silent_until  # noqa: PLW0603  # one pause per process
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task, queue=queue, expires=HEARD_WITHIN_SECONDS, ignore_result=True, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        _silent_until = time.monotonic() + _PAUSE_SECONDS
        logger.warning("bell of %s not rung: %s", queue, type(error).__name__)


def ring_after_commit(task: str, *, queue: str) -> None:
    """Ring once the work is there for others to see."""
    transaction.on_commit(lambda: ring(task, queue=queue), robust=True)
