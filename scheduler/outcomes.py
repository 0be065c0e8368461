"""Who must be told how publications end: rooms above subscribe at start-up; the engine tells, in its transaction."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from scheduler.models import Publication

logger = logging.getLogger(__name__)

Listener = Callable[[Sequence[Publication], datetime], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call `listener` with publications that need a person: failed, outcome unknown, too late to go by themselves."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(publications: Sequence[Publication], *, now: datetime) -> None:
    """Tell everybody who listens; a listener that fails loses its own rows and nothing else.

    What has happened at the network must be recorded whatever becomes of the news of it.
    """
    for listener in _listeners:
        try:
            with transaction.atomic():
                listener(publications, now)
        except Exception:
            ids = [publication.pk for publication in publications]
            logger.exception("nobody could be told of publications %s", ids)
