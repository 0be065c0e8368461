"""Hints through Redis: after a commit, what changed, to whichever process has sockets of that organisation.

They may be lost, doubled or out of order without harm: they are numbered, and what is missing stands in the table.
Telling never fails and, while Redis is away, hardly waits. Written straight to Redis: through a channel layer each
would cost a worker an event loop and a new connection, which was more than all the rest of a publication.
"""

import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import redis
from django.conf import settings

from live.events import Event

logger = logging.getLogger(__name__)

#: How long a Redis that did not answer is left alone, so that its outage slows nobody down.
_PAUSE_SECONDS = 5.0
#: A bulk command's hint says only how far the numbers go; each process reads the rest with one query.
_EVENTS_MAX = 200

_silent_until = 0.0


def channel_of(organisation_id: int) -> str:
    """Return the channel of an organisation. Databases of one Redis share channels, so the name has the database's."""
    return f"live:{_database()}:{organisation_id}"


def sessions_channel() -> str:
    """Return the channel on which the end of sign-ins is told."""
    return f"live:{_database()}:sessions"


def tell_changes(organisation_id: int, last: int, events: Sequence[Event]) -> None:
    """Say that an organisation's changes now go up to this number, and which the newest are."""
    message: dict[str, Any] = {"last": last}
    if len(events) <= _EVENTS_MAX:
        message["events"] = events
    _publish(channel_of(organisation_id), message)


def tell_session_ended(session_key: str) -> None:
    """Say that a sign-in is over; its key travels as a digest."""
    _publish(sessions_channel(), {"session": digest(session_key)})


def tell_user_changed(user_id: int) -> None:
    """Say that the sign-ins of this user must be looked at anew."""
    _publish(sessions_channel(), {"user": user_id})


def digest(session_key: str) -> str:
    """Return what stands for a session's key outside the table of sessions."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def _publish(channel: str, message: Mapping[str, Any]) -> None:
    global _silent_until  # noqa: PLW0603  # one pause per process
    if time.monotonic() < _silent_until:
        return
    try:
        _redis().publish(channel, json.dumps(message, separators=(",", ":")))
    except (OSError, redis.RedisError) as error:
        _silent_until = time.monotonic() + _PAUSE_SECONDS
        logger.warning("hint on %s not sent: %s", channel, type(error).__name__)


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_connect_timeout=1, socket_timeout=1)


@cache
def _database() -> int:
    # A client that is never used opens no connection.
    return int(redis.Redis.from_url(settings.CELERY_BROKER_URL).get_connection_kwargs().get("db", 0))
