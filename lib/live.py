"""Hints to browsers: something changed, ask again. Ids only, after the commit, and never in the way of the change."""

import logging
import time
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

#: What channels_redis puts before its channels unless told otherwise; a test listens through the layer itself.
_PREFIX = "asgi"
#: How long a Redis that did not answer is left alone, so that its outage slows nobody down.
_PAUSE_SECONDS = 5.0

_silent_until = 0.0


def organisation_group(organisation_id: int) -> str:
    """Return the channel group that an organisation's sockets listen to."""
    return f"organisation-{organisation_id}"


def send_hints(organisation_id: int, hints: Iterable[tuple[str, int]]) -> None:
    """Tell an organisation's browsers which things changed, as (kind, id), at once."""
    _send(organisation_id, [{"type": "hint", "hint": {"kind": kind, "id": subject_id}} for kind, subject_id in hints])


def hint_after_commit(organisation_id: int, *hints: tuple[str, int]) -> None:
    """Send hints once the transaction at hand is committed; never, should it be rolled back."""
    transaction.on_commit(lambda: send_hints(organisation_id, hints), robust=True)


def tell_sockets_after_commit(organisation_id: int, message: dict[str, Any]) -> None:
    """Send a message to an organisation's sockets themselves (a method of theirs, by its type), not to browsers."""
    transaction.on_commit(lambda: _send(organisation_id, [message]), robust=True)


def _send(organisation_id: int, messages: Sequence[dict[str, Any]]) -> None:
    """Publish to the organisation's group.

    When Redis is down nobody is told and nothing fails: pages ask again when they reconnect. Written straight to Redis,
    in the channel layer's own form: through the layer each message would cost a worker an event loop and a new
    connection, which was more than all the rest of a publication.
    """
    global _silent_until  # noqa: PLW0603  # one pause per process
    if not messages or time.monotonic() < _silent_until:
        return
    layer = get_channel_layer()
    channel = f"{_PREFIX}__group__{organisation_group(organisation_id)}"
    try:
        with _redis().pipeline(transaction=False) as pipe:
            for message in messages:
                pipe.publish(channel, layer.serialize(message))
            pipe.execute()
    except (OSError, redis.RedisError) as error:
        _silent_until = time.monotonic() + _PAUSE_SECONDS
        logger.warning("live hints of organisation %s not sent: %s", organisation_id, type(error).__name__)


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_connect_timeout=1, socket_timeout=1)
