"""What joins a server process's sockets to Redis and to their organisations' feeds; one for each event loop."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import Error
from redis.asyncio import Redis
from redis.exceptions import RedisError

from live.database import in_database
from live.events import from_json
from live.feed import Feed
from live.hints import channel_of, digest, sessions_channel
from live.lines import SIGNED_OUT, Line
from live.presence import GONE, Subject
from live.sessions import find_ended

logger = logging.getLogger(__name__)

#: Seconds between the ticks by which cursors pass what was filtered out and lost hints are healed.
TICK = 10.0
#: While Redis is away each table is looked at this often instead, in seconds.
_LOOK = 1.0
#: How long a subscription may take to be confirmed, and how long a feed without sockets is kept, in seconds.
_SUBSCRIBE_WITHIN = 2.0
_KEEP_IDLE = 30.0


class Switchboard:
    """Subscribes once per organisation that has sockets here, hears hints, ticks, and hangs up on who signed out."""

    def __init__(self) -> None:
        self._redis: Any = Redis.from_url(settings.CELERY_BROKER_URL, socket_connect_timeout=1, socket_keepalive=True)
        self._pubsub: Any = None
        self._feeds: dict[int, Feed] = {}
        self._channels: dict[str, Feed] = {}
        self._confirmed: dict[str, asyncio.Event] = {}
        self._tasks: dict[object, asyncio.Task[None]] = {}
        self._joining = asyncio.Lock()

    # Lines ------------------------------------------------------------------------------------------------------------

    async def greet(self, line: Line, organisation_id: int, *, cursor: int) -> None:
        """Join a line to its organisation's feed, with what it missed since this number."""
        async with self._joining:
            self._start("hear", self._hear())
            self._start("tick", self._tick())
            feed = self._feeds.get(organisation_id) or await self._open(organisation_id)
            feed.join(line)
        await feed.greet(line, cursor)

    async def mark(self, line: Line, organisation_id: int, subject: Subject, state: str) -> None:
        """Say what a line's user does with a subject. Without Redis nobody is told, and nothing fails."""
        feed = self._feeds.get(organisation_id)
        if feed is None:
            return
        try:
            await feed.mark(line, subject, state)
        except (RedisError, OSError) as error:
            logger.warning("a mark in organisation %s not set: %s", organisation_id, type(error).__name__)

    async def leave(self, line: Line, organisation_id: int, subjects: set[Subject]) -> None:
        """Forget a line, and take its marks away."""
        feed = self._feeds.get(organisation_id)
        if feed is None:
            return
        for subject in subjects:
            await self.mark(line, organisation_id, subject, GONE)
        feed.leave(line)

    async def close(self) -> None:
        """End all feeds and let go of Redis."""
        tasks = set(self._tasks.values())
        self._tasks.clear()
        await _end_all(tasks)
        if self._pubsub is not None:
            await self._pubsub.aclose()
        await self._redis.aclose()
        self._feeds.clear()
        self._channels.clear()

    # Feeds ------------------------------------------------------------------------------------------------------------

    async def _open(self, organisation_id: int) -> Feed:
        feed = Feed(organisation_id, self._redis)
        channel = channel_of(organisation_id)
        self._channels[channel] = feed
        await self._subscribe(channel)  # before the number is read, so that nothing falls between
        try:
            await feed.begin()
        except BaseException:
            del self._channels[channel]
            raise
        self._feeds[organisation_id] = feed
        self._start(organisation_id, feed.run())
        return feed

    async def _end(self, feed: Feed) -> None:
        async with self._joining:
            if feed.lines:
                return
            channel = channel_of(feed.organisation_id)
            del self._feeds[feed.organisation_id], self._channels[channel]
            self._confirmed.pop(channel, None)
            await _end_all({self._tasks[feed.organisation_id]})
            del self._tasks[feed.organisation_id]  # not before: whoever closes all meanwhile must find it
            if self._pubsub is not None:
                with contextlib.suppress(RedisError, OSError):
                    await self._pubsub.unsubscribe(channel)

    async def _subscribe(self, channel: str) -> None:
        """Subscribe, and wait until Redis has said so; while it is away the feed is looked at instead."""
        confirmed = self._confirmed[channel] = asyncio.Event()
        if self._pubsub is None:
            return
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            await self._pubsub.subscribe(channel)
            async with asyncio.timeout(_SUBSCRIBE_WITHIN):
                await confirmed.wait()

    def _start(self, key: object, work: Any) -> None:
        if key in self._tasks:
            work.close()
        else:
            self._tasks[key] = asyncio.create_task(work, name=f"live {key}")

    # Redis ------------------------------------------------------------------------------------------------------------

    async def _hear(self) -> None:
        """Listen for as long as this task lives, whatever happens to Redis."""
        while True:
            try:
                async for channel, message in self._messages():
                    self._take(channel, message)
            except (RedisError, OSError) as error:
                logger.warning("live hints: %s; looking at the tables instead", type(error).__name__)
            except Exception:
                logger.exception("live hints")
            self._pubsub = None
            for feed in self._feeds.values():
                feed.look()
                feed.look_at_marks()
            await asyncio.sleep(_LOOK)

    async def _messages(self) -> AsyncIterator[tuple[str, Any]]:
        pubsub = self._redis.pubsub()
        try:
            await pubsub.subscribe(sessions_channel(), *self._channels)
            self._pubsub = pubsub
            async for each in pubsub.listen():
                channel = each["channel"].decode()
                if each["type"] == "subscribe":
                    self._confirm(channel)
                elif each["type"] == "message":
                    yield channel, json.loads(each["data"])
        finally:
            await pubsub.aclose()

    def _confirm(self, channel: str) -> None:
        if channel in self._confirmed:
            self._confirmed[channel].set()
        feed = self._channels.get(channel)
        if feed is not None:  # what was said before this moment was not heard
            feed.look()
            feed.look_at_marks()

    def _take(self, channel: str, message: dict[str, Any]) -> None:
        feed = self._channels.get(channel)
        if channel == sessions_channel():
            self._hang_up(session=message.get("session"), user_id=message.get("user"))
        elif feed is not None and "presence" in message:
            feed.look_at_marks()
        elif feed is not None:
            feed.hear(message["last"], from_json(message.get("events", ())))

    # Sign-ins ---------------------------------------------------------------------------------------------------------

    def _hang_up(self, *, session: str | None, user_id: int | None) -> None:
        for line in self._lines():
            if session is not None and digest(line.session) == session:
                line.close(SIGNED_OUT)
        if user_id is not None:
            self._start(("user", user_id), self._check_user(user_id))

    async def _check_user(self, user_id: int) -> None:
        try:
            await self._check_sessions([line for line in self._lines() if line.user_id == user_id])
        finally:
            self._tasks.pop(("user", user_id), None)

    async def _check_sessions(self, lines: list[Line]) -> None:
        if not lines:
            return
        sessions = {line.session: line.user_id for line in lines}
        ended = await in_database(find_ended, sessions)
        for line in lines:
            if line.session in ended:
                line.close(SIGNED_OUT)

    def _lines(self) -> list[Line]:
        return [line for feed in self._feeds.values() for line in feed.lines]

    # The clock --------------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Heal what was lost: look at each table, each member's rights, each sign-in; and move cursors on."""
        while True:
            await asyncio.sleep(TICK)
            for feed in list(self._feeds.values()):
                if not feed.lines and time.monotonic() - feed.idle_since > _KEEP_IDLE:
                    await self._end(feed)
                    continue
                feed.look()
                await self._try(feed.refresh())
                for line in feed.lines:
                    if line.hears:
                        line.tick()
            await self._try(self._check_sessions(self._lines()))

    async def _try(self, work: Any) -> None:
        try:
            await work
        except Error as error:
            logger.warning("live tick: the database is away (%s)", type(error).__name__)
        except Exception:
            logger.exception("live tick")


async def _end_all(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended: one that waits for a thread may miss the first time it is told.

    asgiref's sync_to_async returns its thread's result where it is cancelled meanwhile, and the cancellation is gone.
    """
    while tasks:
        for task in tasks:
            task.cancel()
        _done, tasks = await asyncio.wait(tasks, timeout=0.2)


_switchboards: WeakKeyDictionary[asyncio.AbstractEventLoop, Switchboard] = WeakKeyDictionary()


def switchboard() -> Switchboard:
    """Return the running loop's own."""
    loop = asyncio.get_running_loop()
    if loop not in _switchboards:
        _switchboards[loop] = Switchboard()
    return _switchboards[loop]
