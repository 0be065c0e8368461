"""A small HTTP client: a request is one write of bytes made before, and connections are kept.

Thousands of webhooks a second leave little time for each, so nothing is built or parsed twice.
"""

import asyncio
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

ANSWER_SECONDS = 10.0
KEPT_BYTES = 64 * 1024


class Unreachable(Exception):
    """No connection, or none long enough for an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class Client:
    """Requests to any address, a connection kept for each place; one request at a time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int, bool], _Connection] = {}

    async def send(self, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """Raise Unreachable, or TimeoutError after ANSWER_SECONDS."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        place = (parts.hostname or "", parts.port or (443 if secure else 80), secure)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Accept: */*"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if method != "GET":
            lines.append(f"Content-Length: {len(body)}")
        request = "\r\n".join([*lines, "", ""]).encode("latin-1") + body
        async with asyncio.timeout(ANSWER_SECONDS):
            return await self._exchange(place, request)

    async def _exchange(self, place: tuple[str, int, bool], request: bytes) -> Answer:
        kept = self._kept.pop(place, None)
        if kept and kept.usable:
            try:
                return await self._ask(place, kept, request)
            except Unreachable:
                if kept.began:
                    raise
                # Closed by the other side while it was kept: nothing was read, so it is asked anew.
        return await self._ask(place, await _connect(place), request)

    async def _ask(self, place: tuple[str, int, bool], connection: "_Connection", request: bytes) -> Answer:
        try:
            answer = await connection.ask(request)
        except BaseException:
            connection.close()
            raise
        if connection.usable:
            self._kept[place] = connection
        return answer

    def close(self) -> None:
        for connection in self._kept.values():
            connection.close()
        self._kept.clear()


async def _connect(place: tuple[str, int, bool]) -> "_Connection":
    host, port, secure = place
    try:
        _, connection = await asyncio.get_running_loop().create_connection(
            _Connection, host, port, ssl=True if secure else None
        )
    except (OSError, ValueError) as error:
        raise Unreachable(str(error)) from error
    return connection


class _Connection(asyncio.Protocol):
    """One connection; the methods named on_* are the parser's."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Answer] | None = None
        self.usable = False
        self.began = False  # whether any byte of the present answer has come

    async def ask(self, request: bytes) -> Answer:
        if self._transport is None or not self.usable:
            raise Unreachable("the connection is closed")
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._size = 0
        self.began = False
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self.usable = False
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.usable = True

    def data_received(self, data: bytes) -> None:
        self.began = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, AttributeError) as error:
            self._end(Unreachable(f"no HTTP: {error}"))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        self._end(Unreachable(str(exc or "closed without an answer")))

    def on_body(self, body: bytes) -> None:
        if self._size < KEPT_BYTES:
            self._body.append(body)
        self._size += len(body)

    def on_message_complete(self) -> None:
        self.usable = self.usable and self._parser.should_keep_alive()
        answer, self._answer = self._answer, None
        if answer and not answer.done():
            answer.set_result(Answer(self._parser.get_status_code(), b"".join(self._body)))

    def _end(self, error: Exception) -> None:
        answer, self._answer = self._answer, None
        if answer and not answer.done():
            answer.set_exception(error)
