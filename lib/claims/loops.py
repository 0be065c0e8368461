"""What surrounds every turn of a loop: a sign of life, and a connection that a restart of the database cannot spoil."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from lib.claims.claiming import Claim, Claimed, Clock

logger = logging.getLogger(__name__)

Beat = Callable[[str, datetime], None]
Act = Callable[[Sequence[Claim], Clock], None]

_beats: list[Beat] = []


def on_turn(beat: Beat) -> None:
    """Call `beat` with a loop's name each time it has come round."""
    if beat not in _beats:
        _beats.append(beat)


def come_round(name: str) -> None:
    """Say that a loop is alive."""
    for beat in _beats:
        beat(name, timezone.now())


def drain(work: Claimed, act: Act, clock: Clock, *, name: str, call_another: Callable[[], None] | None = None) -> int:
    """Claim and act until nothing is due any more; return how many rows were worked on.

    `call_another` is called once, before acting, when the first claim is full: there is more than one worker can take.
    """
    worked = 0
    while claims := work.claim(now=clock()):
        if call_another is not None and not worked and len(claims) == work.batch:
            call_another()
        act(claims, clock)
        worked += len(claims)
        come_round(name)
    return worked


def attend(
    work: Claimed,
    act: Act,
    clock: Clock,
    *,
    name: str,
    patience: timedelta,
    call_another: Callable[[], None] | None = None,
) -> int:
    """Drain; then, until the next bell (`patience`), be there at the moment at which anything more falls due.

    Whoever waits for the bell alone is late by half of what lies between two. This is no alarm clock: the next bell
    ends the wait, and finds what it missed.
    """
    until = clock() + patience
    worked = drain(work, act, clock, name=name, call_another=call_another)
    while due_at := work.find_next_due(after=clock(), until=until):
        time.sleep(max(0.0, (due_at - clock()).total_seconds()))
        worked += drain(work, act, clock, name=name, call_another=call_another)
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
