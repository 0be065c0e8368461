"""Who must be told of what happens in the inbox: rooms above subscribe at start-up, services tell as they write it."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from moderation.models import ModerationAction, Note

logger = logging.getLogger(__name__)

ActionListener = Callable[[Sequence[ModerationAction], datetime], None]
NoteListener = Callable[[Note, Sequence[int], datetime], None]

_listeners: list[ActionListener] = []
_note_listeners: list[NoteListener] = []


def listen(listener: ActionListener) -> None:
    """Call `listener` with actions that need a person: refused, or of an outcome that nothing can prove."""
    if listener not in _listeners:
        _listeners.append(listener)


def listen_to_notes(listener: NoteListener) -> None:
    """Call `listener` with a note and the ids of the members named in it."""
    if listener not in _note_listeners:
        _note_listeners.append(listener)


def tell(actions: Sequence[ModerationAction], *, now: datetime) -> None:
    """Tell everybody who listens of actions; a listener that fails loses its own rows and nothing else."""
    if actions:
        _tell(_listeners, actions, now)


def tell_of_note(note: Note, user_ids: Sequence[int], *, now: datetime) -> None:
    """Tell everybody who listens of those whom a note names, as `tell`."""
    if user_ids:
        _tell(_note_listeners, note, user_ids, now)


def _tell(listeners: Sequence[Callable[..., None]], *news: Any) -> None:
    for listener in listeners:
        try:
            with transaction.atomic():
                listener(*news)
        except Exception:
            logger.exception("news of the inbox could not be told")
