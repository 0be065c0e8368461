"""The socket of one page of one member: numbers and ids only. The browser asks the normal view, which asks who may."""

import contextlib
import json
from asyncio import Task, create_task
from dataclasses import dataclass
from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth import get_user
from django.http import HttpRequest

from accounts.middleware import open_memberships
from live.database import in_database
from live.kinds import find_kind
from live.lines import Line
from live.presence import GONE, STATES, Subject
from live.switchboard import switchboard

#: What a browser says that no page of ours says.
MALFORMED = 4400
#: Subjects on which one page may say that somebody is there.
_SUBJECTS_MAX = 20
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class _Guest:
    organisation_id: int
    user_id: int
    session: str


class LiveSocket(AsyncJsonWebsocketConsumer):
    """Lets members in, and passes between their browser and the switchboard. The protocol: docs/live.md"""

    _line: Line | None = None

    async def connect(self) -> None:
        guest = await self._recognise()
        if guest is None:
            await self.close()  # before accepting: a stranger sees the same refusal for any slug
            return
        self._guest = guest
        self._subjects: set[Subject] = set()
        self._line = Line(user_id=guest.user_id, session=guest.session, send=self.send_json, close=self.close)
        self._sending: Task[None] = create_task(self._line.run())
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self._line is None:
            return
        await switchboard().leave(self._line, self._guest.organisation_id, self._subjects)
        self._sending.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Take one message; what is none of ours ends the conversation."""
        content = None
        with contextlib.suppress(ValueError):
            content = json.loads(text_data or "")
        match content:
            case {"kind": "hello", "cursor": cursor} if _is_number(cursor):
                await self._greet(cursor)
            case {"kind": "presence", "subject": [str(kind), number], "state": str(state)} if (
                _is_number(number) and state in STATES and find_kind(kind) is not None
            ):
                await self._mark((kind, number), state)
            case _:
                await self.close(MALFORMED)

    async def _greet(self, cursor: int) -> None:
        if self._line is not None and not self._line.hears:
            await switchboard().greet(self._line, self._guest.organisation_id, cursor=cursor)

    async def _mark(self, subject: Subject, state: str) -> None:
        if self._line is None or (subject not in self._subjects and len(self._subjects) >= _SUBJECTS_MAX):
            return
        if state == GONE:
            self._subjects.discard(subject)
        else:
            self._subjects.add(subject)
        await switchboard().mark(self._line, self._guest.organisation_id, subject, state)

    async def _recognise(self) -> _Guest | None:
        return await in_database(self._find_guest)

    def _find_guest(self) -> _Guest | None:
        request = HttpRequest()
        request.session = self.scope["session"]
        user = get_user(request)
        if not user.is_authenticated:
            return None
        slug = self.scope["url_route"]["kwargs"]["slug"]
        found = next((one.organisation_id for one in open_memberships(user) if one.organisation.slug == slug), None)
        key = request.session.session_key
        return None if found is None or key is None else _Guest(found, user.pk, key)


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST_ID
