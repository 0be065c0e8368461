"""A browser's side of the socket, without a browser: it keeps what it was told as the page's script does."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from channels.sessions import SessionMiddlewareStack
from django.conf import settings
from django.test import Client

from config.sockets import SOCKETS
from lib.tenancy.scope import scope
from live.models import LiveEvent, LiveSequence

application = SessionMiddlewareStack(URLRouter(SOCKETS))

Subject = tuple[str, int]


@dataclass
class Socket:
    """One connection. `told` holds every message but ticks."""

    line: Any
    told: list[dict[str, Any]] = field(default_factory=list)
    cursor: int = 0
    closed_with: int | None = None

    async def say(self, **message: Any) -> None:
        import json

        await self.line.send_input({"type": "websocket.receive", "text": json.dumps(message)})

    async def hear(self, *, within: float = 2) -> dict[str, Any]:
        """Return the next message, a tick or the end included. Raises TimeoutError."""
        import json

        output = await self.line.receive_output(timeout=within)
        if output["type"] == "websocket.close":
            self.closed_with = output.get("code")
            return {"kind": "closed", "code": self.closed_with}
        message: dict[str, Any] = json.loads(output["text"])
        self.cursor = max(self.cursor, message.get("cursor", 0))
        if message["kind"] != "tick":
            self.told.append(message)
        return message

    async def hear_kind(self, kind: str, *, within: float = 2) -> dict[str, Any]:
        """Return the next message of a kind; what came before it is in `told`."""
        async with asyncio.timeout(within):
            while True:
                message = await self.hear(within=within)
                if message["kind"] == kind:
                    return message

    async def hears_nothing(self, seconds: float = 0.4) -> bool:
        """Tell whether nothing but ticks comes for a while. (A communicator that times out is of no more use.)"""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            if self.line.output_queue.empty():
                await asyncio.sleep(0.02)
            elif (await self.hear())["kind"] != "tick":
                return False
        return True

    async def hang_up(self) -> None:
        await self.line.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.line.wait(timeout=2)


async def knock(browser: Client, slug: str) -> tuple[Socket, str]:
    """Knock at an organisation's socket with a browser's cookie; return the socket and the first answer's type."""
    key = await sync_to_async(lambda: browser.session.session_key)()
    cookie = f"{settings.SESSION_COOKIE_NAME}={key}"
    headers = [(b"origin", b"http://testserver"), (b"host", b"testserver"), (b"cookie", cookie.encode())]
    line: Any = ApplicationCommunicator(
        application,
        {"type": "websocket", "path": f"/ws/o/{slug}/", "query_string": b"", "headers": headers, "subprotocols": []},
    )
    await line.send_input({"type": "websocket.connect"})
    return Socket(line), (await line.receive_output(timeout=2))["type"]


async def listening(browser: Client, slug: str, *, cursor: int) -> Socket:
    """Return a socket that has said hello and been answered with all up to the first tick."""
    socket, answer = await knock(browser, slug)
    assert answer == "websocket.accept"
    await socket.say(kind="hello", cursor=cursor)
    return socket


def cursor_of(organisation_id: int) -> int:
    with scope(organisation=organisation_id):
        return LiveSequence.objects.values_list("last", flat=True).first() or 0


def newest(organisation_id: int) -> tuple[int, dict[Subject, int]]:
    """Return what a fresh fetch shows: the number, then each subject's newest version."""
    cursor = cursor_of(organisation_id)
    with scope(organisation=organisation_id):
        found: dict[Subject, int] = {}
        for event in LiveEvent.objects.after(0):
            subject = (event.kind, event.subject_id)
            found[subject] = max(event.version, found.get(subject, 0))
        return cursor, found
