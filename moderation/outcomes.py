"""Who must be told how moderation actions end: rooms above subscribe at start-up, workers tell as they write it."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from moderation.models import ModerationAction

logger = logging.getLogger(__name__)

Listener = Callable[[Sequence[ModerationAction], datetime], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call `listener` with actions that need a person: refused, or of an outcome that nothing can prove."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(actions: Sequence[ModerationAction], *, now: datetime) -> None:
    """Tell everybody who listens; a listener that fails loses its own rows and nothing else."""
    if not actions:
        return
    for listener in _listeners:
        try:
            with transaction.atomic():
                listener(actions, now)
        except Exception:
            logger.exception("nobody could be told of moderation actions %s", [action.pk for action in actions])
