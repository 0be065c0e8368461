"""One socket's end of a feed: what it has been told, what waits to be sent, and when it has to begin anew."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from live.access import Reader
from live.events import Event
from live.presence import GONE, Subject

#: Subjects that may wait for a slow socket; one more and it is told to fetch everything anew instead.
PENDING_MAX = 300

#: Told to browsers in the range that is left to applications.
CLOSED_TO_USER = 4403  # no longer a member: do not try again
SIGNED_OUT = 4401  # this sign-in is over; the browser may have another by now

Present = Mapping[tuple[Subject, int], str]  # (subject, user's id): state

_OVER = (OSError, RuntimeError)  # what sending to a connection that has gone raises


class Line:
    """Collects for one socket and sends in its own time, so that a slow browser holds up nobody.

    A subject that changes again before it was sent is sent once, with its newest version.
    """

    def __init__(
        self,
        *,
        user_id: int,
        session: str,
        send: Callable[[Any], Awaitable[None]],
        close: Callable[..., Awaitable[None]],
    ) -> None:
        self.id = secrets.token_hex(6)
        self.user_id = user_id
        self.session = session
        self.reader: Reader | None = None
        self.hears = False  # from its hello on
        self.cursor = 0
        self._send, self._close = send, close
        self._pending: dict[Subject, int] = {}
        self._shown: Present = {}
        self._present: Present = {}
        self._begins_anew = False
        self._ticks = False
        self._closing: int | None = None
        self._wake = asyncio.Event()

    def offer(self, events: Iterable[Event], *, cursor: int) -> None:
        """Take those changes that are new to this socket and meant for its reader."""
        if not self.hears or self.reader is None:
            return
        for event in events:
            if event.sequence > self.cursor and self.reader.may_hear(event):
                self._pending[event.subject] = max(event.version, self._pending.get(event.subject, 0))
                self._wake.set()
        self.cursor = max(self.cursor, cursor)
        if len(self._pending) > PENDING_MAX:
            self.begin_anew(cursor=self.cursor)

    def begin_anew(self, *, cursor: int) -> None:
        """Have the browser fetch all it shows: too much was missed, or other things may be read than before."""
        self._pending.clear()
        self._begins_anew = True
        self.cursor = cursor
        self._wake.set()

    def show(self, present: Present) -> None:
        """Take who is where; only what differs from what this socket was told is sent."""
        self._present = present
        self._wake.set()

    def tick(self) -> None:
        """Send a sign of life with the number reached, in case nothing else goes out."""
        self._ticks = True
        self._wake.set()

    def close(self, code: int) -> None:
        """Hang up; what waits is not sent."""
        self._closing = code
        self._wake.set()

    async def run(self) -> None:
        """Send what comes, until hung up."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                if self._closing is not None:
                    await self._close(self._closing)
                    return
                for message in self._take():
                    await self._send(message)
        except _OVER:
            return

    def _take(self) -> Iterator[dict[str, Any]]:
        """Yield what is to be sent now; whatever comes while one is being sent is taken the next time round."""
        said = self._begins_anew or bool(self._pending)
        pending, self._pending = self._pending, {}
        begins_anew, self._begins_anew = self._begins_anew, False
        ticks, self._ticks = self._ticks, False
        cursor = self.cursor
        marks = self._take_marks()
        if begins_anew:
            yield {"kind": "resync", "cursor": cursor}
        elif pending:
            changes = [[kind, subject_id, version] for (kind, subject_id), version in pending.items()]
            yield {"kind": "changes", "cursor": cursor, "changes": changes}
        if marks:
            yield {"kind": "presence", "marks": marks}
        if ticks and not said:
            yield {"kind": "tick", "cursor": cursor}

    def _take_marks(self) -> list[list[Any]]:
        before, self._shown = self._shown, self._present
        if before == self._shown:
            return []
        gone = [(key, GONE) for key in before if key not in self._shown]
        changed = [(key, state) for key, state in self._shown.items() if before.get(key) != state]
        return [
            [kind, subject_id, user_id, state]
            for ((kind, subject_id), user_id), state in (*gone, *changed)
            if user_id != self.user_id
        ]
