"""One organisation's changes in one server process: in order, without holes, each read once for all its sockets."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import Error
from redis.exceptions import RedisError

from lib.tenancy.scope import scope
from live import presence
from live.access import Reader, read_readers
from live.database import in_database
from live.events import Event, follow_on, read_events
from live.kinds import ACCESS, find_kind
from live.lines import CLOSED_TO_USER, Line, Present
from live.models import LiveSequence
from live.presence import NOBODY, Marks, Subject

logger = logging.getLogger(__name__)

#: Changes of one subject within this many seconds are told as one. The first of a quiet time is told at once.
WINDOW = 0.1
#: So many changes are caught up with; who has missed more fetches what it shows anew.
CATCH_UP_MAX = 500
#: So many are kept here, for browsers that come back.
_RECENT_MAX = 1000
#: How long a database or a Redis that did not answer is left alone.
_PAUSE_SECONDS = 1.0


class Feed:
    """Hands on an organisation's changes, first to last, to the lines that joined; `run` must be running.

    `cursor` is the number up to which they have been handed on. What is heard that does not follow on makes it read
    the table, as does `look`.
    """

    def __init__(self, organisation_id: int, redis: Any) -> None:
        self.organisation_id = organisation_id
        self.cursor = 0
        self.lines: set[Line] = set()
        self.idle_since = time.monotonic()
        self._redis = redis
        self._recent: deque[Event] = deque()  # what was handed on last; its newest is `cursor`
        self._heard: dict[int, Event] = {}
        self._last_heard = 0
        self._must_look = False
        self._marks: Marks = NOBODY
        self._marks_are_stale = True
        self._places: dict[Subject, int | None] = {}  # subjects with a mark: their social account
        self._wake = asyncio.Event()
        self._reading = asyncio.Lock()

    async def begin(self) -> None:
        """Start from now on: what came before is read when somebody asks for it."""
        self.cursor = await in_database(_read_last, self.organisation_id)

    # What comes from outside ------------------------------------------------------------------------------------------

    def hear(self, last: int, events: Iterable[Event]) -> None:
        """Take a hint."""
        if last <= self.cursor:
            return
        self._last_heard = max(self._last_heard, last)
        self._heard.update((event.sequence, event) for event in events)
        if len(self._heard) > _RECENT_MAX:  # the table has them all
            self._heard.clear()
        self._wake.set()

    def look(self) -> None:
        """Read what the table has after the cursor, since hints may have been lost."""
        self._must_look = True
        self._wake.set()

    def look_at_marks(self) -> None:
        """Ask Redis anew who is where."""
        self._marks_are_stale = True
        self._wake.set()

    # Lines ------------------------------------------------------------------------------------------------------------

    def join(self, line: Line) -> None:
        """Count a line in. It hears nothing until it has said hello."""
        self.lines.add(line)

    def leave(self, line: Line) -> None:
        self.lines.discard(line)
        self.idle_since = time.monotonic()

    async def greet(self, line: Line, cursor: int) -> None:
        """Give a line what it missed since a number, or have it begin anew; from here on it hears what comes."""
        await self.refresh([line.user_id])
        missed = await self._since(cursor)
        # From here to the end nothing is awaited, so that no change falls between what was missed and what comes.
        line.hears = True
        if missed is None:
            line.begin_anew(cursor=self.cursor)
        else:
            line.cursor = cursor
            line.offer(missed, cursor=self.cursor)
        line.tick()
        self._show([line])

    async def refresh(self, user_ids: Collection[int] | None = None) -> None:
        """Ask anew what these users, or all, may read; hang up on who is no member any more."""
        async with self._reading:
            asked = {line.user_id for line in self.lines} if user_ids is None else set(user_ids)
            if not asked:
                return
            await self._ask(asked)

    async def _ask(self, user_ids: set[int]) -> None:
        readers = await in_database(read_readers, self.organisation_id, user_ids)
        for line in self.lines:
            if line.user_id in user_ids:
                self._apply(line, readers.get(line.user_id))

    def _apply(self, line: Line, reader: Reader | None) -> None:
        if reader == line.reader:
            return
        line.reader = reader
        if reader is None:
            line.close(CLOSED_TO_USER)
        elif line.hears:
            line.begin_anew(cursor=self.cursor)
            self._show([line])

    async def _since(self, cursor: int) -> list[Event] | None:
        """Return all changes after a number up to the feed's cursor, or None when they are too many, or gone."""
        if cursor > self.cursor:
            await self._advance(look=True)  # that page was made from a transaction of which no hint has come yet
        if self.cursor - cursor > CATCH_UP_MAX:
            return None
        async with self._reading:
            oldest = self._recent[0].sequence if self._recent else self.cursor + 1
            if cursor < oldest - 1:
                older = await in_database(_read, self.organisation_id, cursor, CATCH_UP_MAX, oldest)
                if not follow_on(cursor, older) or len(older) != oldest - 1 - cursor:
                    return None
                now_oldest = self._recent[0].sequence if self._recent else self.cursor + 1
                if now_oldest == oldest:  # others may have been handed on meanwhile, and some let go
                    self._recent.extendleft(reversed(older))
        found = [event for event in self._recent if event.sequence > cursor]
        return found if cursor + len(found) == self.cursor else None

    # Handing on -------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Hand on what comes, window by window, for as long as this task lives."""
        while True:
            await self._wait()
            try:
                await self._advance()
                await self._refresh_marks()
            except (Error, RedisError, OSError) as error:
                logger.warning("feed of organisation %s: %s; trying again", self.organisation_id, type(error).__name__)
                self._wake.set()
                await asyncio.sleep(_PAUSE_SECONDS)
            except Exception:
                logger.exception("feed of organisation %s", self.organisation_id)
                self.look()
                await asyncio.sleep(_PAUSE_SECONDS)
            await asyncio.sleep(WINDOW)

    async def _wait(self) -> None:
        """Wait for something to hand on, or for the first mark to end."""
        ends_at = self._marks.ends_at
        try:
            async with asyncio.timeout(None if ends_at is None else max(0.0, ends_at - time.time())):
                await self._wake.wait()
        except TimeoutError:
            self._marks_are_stale = True
        self._wake.clear()

    async def _advance(self, *, look: bool = False) -> None:
        """Hand on what follows on; read the table once where something is missing."""
        async with self._reading:
            events = self._take_heard()
            if look or self._must_look or self._last_heard > self.cursor + len(events):
                self._must_look = True  # should the database not answer, it is asked again
                events = await in_database(_read, self.organisation_id, self.cursor, CATCH_UP_MAX + 1, None)
                self._must_look = False
            if len(events) > CATCH_UP_MAX or not follow_on(self.cursor, events):
                await self._jump()
                return
        if any(event.kind == ACCESS for event in events):
            await self.refresh({event.user_id for event in events if event.kind == ACCESS and event.user_id})
        self._hand_on(events)

    def _take_heard(self) -> list[Event]:
        events: list[Event] = []
        while (event := self._heard.get(self.cursor + 1 + len(events))) is not None:
            events.append(event)
        return events

    def _hand_on(self, events: Sequence[Event]) -> None:
        # While access was asked for, somebody else may have handed some of these on.
        events = [event for event in events if event.sequence > self.cursor]
        if not events:
            return
        self._move_to(events[-1].sequence)
        self._recent.extend(events)
        while len(self._recent) > _RECENT_MAX:
            self._recent.popleft()
        for line in self.lines:
            line.offer(events, cursor=self.cursor)

    async def _jump(self) -> None:
        """Go to the end at once: everybody fetches anew what they show."""
        last = await in_database(_read_last, self.organisation_id)
        self._must_look = False
        self._recent.clear()
        self._move_to(last)
        await self._ask({line.user_id for line in self.lines})
        for line in self.lines:
            if line.hears:
                line.begin_anew(cursor=self.cursor)

    def _move_to(self, cursor: int) -> None:
        self.cursor = cursor
        for sequence in [each for each in self._heard if each <= cursor]:
            del self._heard[sequence]

    # Presence ---------------------------------------------------------------------------------------------------------

    async def mark(self, line: Line, subject: Subject, state: str) -> None:
        """Say what a line's user does with a subject; for what they may not see, as for what is absent, nothing."""
        if line.reader is None or not line.hears or not await self._may_see(line.reader, subject):
            return
        await presence.mark(
            self._redis,
            self.organisation_id,
            subject=subject,
            user_id=line.user_id,
            line=line.id,
            state=state,
        )

    async def _may_see(self, reader: Reader, subject: Subject) -> bool:
        await self._locate([subject])
        kind = find_kind(subject[0])
        return (
            kind is not None
            and subject in self._places
            and reader.may_see(kind, social_account_id=self._places[subject])
        )

    async def _refresh_marks(self) -> None:
        if not self._marks_are_stale:
            return
        self._marks_are_stale = False  # now: whatever is said while Redis is asked makes them stale again
        try:
            self._marks = await presence.read(self._redis, self.organisation_id)
        except (RedisError, OSError):
            self._marks = NOBODY  # marks help; without Redis there are none
        try:
            await self._locate(self._marks.states)
        except Error:
            self._marks_are_stale = True
            raise
        for subject in [each for each in self._places if each not in self._marks.states]:
            del self._places[subject]
        self._show(self.lines)

    async def _locate(self, subjects: Iterable[Subject]) -> None:
        wanted: dict[str, list[int]] = {}
        for kind, subject_id in subjects:
            if (kind, subject_id) not in self._places:
                wanted.setdefault(kind, []).append(subject_id)
        for kind, subject_ids in wanted.items():
            found = await in_database(_locate, self.organisation_id, kind, subject_ids)
            self._places.update({(kind, subject_id): account_id for subject_id, account_id in found.items()})

    def _show(self, lines: Iterable[Line]) -> None:
        """Tell lines who is where; readers with the same rights share one answer."""
        answers: dict[tuple[Any, Any], Present] = {}
        for line in lines:
            if line.reader is None or not line.hears:
                continue
            rights = (line.reader.role, line.reader.social_account_ids)
            if rights not in answers:
                answers[rights] = self._present_to(line.reader)
            line.show(answers[rights])

    def _present_to(self, reader: Reader) -> Present:
        present: dict[tuple[Subject, int], str] = {}
        for subject, users in self._marks.states.items():
            kind = find_kind(subject[0])
            if kind and subject in self._places and reader.may_see(kind, social_account_id=self._places[subject]):
                present.update(((subject, user_id), state) for user_id, state in users.items())
        return present


def _read(organisation_id: int, after: int, most: int, before: int | None) -> list[Event]:
    with scope(organisation=organisation_id):
        return read_events(after, most=most, before=before)


def _read_last(organisation_id: int) -> int:
    with scope(organisation=organisation_id):
        return LiveSequence.objects.values_list("last", flat=True).first() or 0


def _locate(organisation_id: int, kind_name: str, subject_ids: Sequence[int]) -> dict[int, int | None]:
    kind = find_kind(kind_name)
    if kind is None or kind.locate is None:
        return {}
    with scope(organisation=organisation_id):
        return dict(kind.locate(subject_ids))
