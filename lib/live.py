"""Hints to browsers: something changed, ask again. Ids only, after the commit, and never in the way of the change."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)


def organisation_group(organisation_id: int) -> str:
    """Return the channel group that an organisation's sockets listen to."""
    return f"organisation-{organisation_id}"


def send_hints(organisation_id: int, hints: Iterable[tuple[str, int]]) -> None:
    """Tell an organisation's browsers which things changed, as (kind, id), at once.

    When Redis is down nobody is told and nothing fails: pages ask again when they reconnect.
    """
    _send(organisation_id, [{"type": "hint", "hint": {"kind": kind, "id": subject_id}} for kind, subject_id in hints])


def tell_sockets_after_commit(organisation_id: int, message: dict[str, Any]) -> None:
    """Send a message to an organisation's sockets themselves (a method of theirs, by its type), not to browsers."""
    transaction.on_commit(lambda: _send(organisation_id, [message]), robust=True)


def _send(organisation_id: int, messages: Sequence[dict[str, Any]]) -> None:
    layer = get_channel_layer()
    group = organisation_group(organisation_id)
    try:
        for message in messages:
            async_to_sync(layer.group_send)(group, message)
    except (OSError, ConnectionError) as error:
        logger.warning("live hints of organisation %s not sent: %s", organisation_id, type(error).__name__)


def hint_after_commit(organisation_id: int, *hints: tuple[str, int]) -> None:
    """Send hints once the transaction at hand is committed; never, should it be rolled back."""
    transaction.on_commit(lambda: send_hints(organisation_id, hints), robust=True)
