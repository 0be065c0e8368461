"""What surrounds every turn of a loop: a sign of life, and a connection that a restart of the database cannot spoil."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from lib.claims.claiming import Claim, Claimed, Clock

logger = logging.getLogger(__name__)

Beat = Callable[[str, datetime], None]

_beats: list[Beat] = []


def on_turn(beat: Beat) -> None:
    """Call `beat` with a loop's name each time it has come round."""
    if beat not in _beats:
        _beats.append(beat)


def come_round(name: str) -> None:
    """Say that a loop is alive."""
    for beat in _beats:
        beat(name, timezone.now())


def drain(work: Claimed, act: Callable[[Sequence[Claim], Clock], None], clock: Clock, *, name: str) -> int:
    """Claim and act until nothing is due any more; return how many rows were worked on."""
    worked = 0
    while claims := work.claim(now=clock()):
        act(claims, clock)
        worked += len(claims)
        come_round(name)
    return worked


@contextmanager
def loop(name: str) -> Iterator[None]:
    """Run one turn of a loop.

    A database that is away ends the turn quietly: the next bell finds it, or not. Celery keeps the connection across
    tasks, so a broken one is dropped here; nobody else would.
    """
    try:
        yield
        come_round(name)
    except (OperationalError, InterfaceError) as error:
        logger.warning("%s: the database is away (%s); the next bell tries again", name, type(error).__name__)
        connection.close()
