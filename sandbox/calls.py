"""One call as a twin sees it, and the record of all calls."""

import hashlib
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive, Scope

from sandbox.faults import Fault, Kind

BODY_LIMIT = 64 * 1024 * 1024


class ClientLeft(Exception):
    """The caller hung up before its call was complete: nothing is carried out."""


class BodyTooLarge(Exception):
    """More than any endpoint takes."""


class BadBody(Exception):
    """The body is not what its content type says."""


@dataclass(kw_only=True)
class File:
    name: str
    content_type: str
    data: bytes


@dataclass(kw_only=True)
class Call:
    """A request with its body read. `path` is what follows the real host's name; `at` is when its head had arrived."""

    scope: Scope
    method: str
    host: str
    path: str
    at: float
    body: bytes = b""
    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    json: Any = None
    faults: dict[Kind, Fault] = field(default_factory=dict)
    account: str = ""
    text: str | None = None
    resources: list[str] = field(default_factory=list)  # what a reading call found, where that is what is paid for
    spool: Path | None = None  # where a body of any length was received instead
    left: bool = False  # the caller hung up before the end of it

    @cached_property
    def headers(self) -> Headers:
        return Headers(scope=self.scope)

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True))

    def repeated_query(self, name: str) -> list[str]:
        """All values of a parameter that may stand several times in the address."""
        query = parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        return [value for key, value in query if key == name]

    @property
    def base(self) -> str:
        """The sandbox's own address as this caller knows it, for links in answers."""
        return f"{self.scope['scheme']}://{self.headers.get('host', '127.0.0.1')}"

    def repeated(self, name: str) -> list[str]:
        """All values of a repeated form field, such as ticked boxes."""
        return [value for key, value in parse_qsl(self.body.decode()) if key == name]

    @property
    def bearer(self) -> str | None:
        """The token of the Authorization header, where there is one."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() in {"bearer", "oauth"} and token else None


async def read_call(scope: Scope, receive: Receive, *, host: str, path: str, spool: Path | None = None) -> Call:
    """Read a request to its end, its body into `spool` where there is one.

    Raises ClientLeft, BodyTooLarge or BadBody.
    """
    call = Call(scope=scope, method=scope["method"], host=host, path=path, at=time.time(), spool=spool)
    if spool:
        call.left = not await _receive_into(spool, receive)
    elif call.method in {"POST", "PUT", "PATCH", "DELETE"}:
        call.body = await _read_body(receive)
        if call.body:
            await _parse_body(call)
    return call


async def _read_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_LIMIT:
            raise BodyTooLarge
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _receive_into(spool: Path, receive: Receive) -> bool:
    """Keep what comes; whether all of it did."""
    with spool.open("wb") as file:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            file.write(message.get("body", b""))
            if not message.get("more_body", False):
                return True


async def _parse_body(call: Call) -> None:
    content_type = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if content_type == "application/json":
            call.json = json.loads(call.body)
        elif content_type == "multipart/form-data":
            await _parse_multipart(call)
        elif content_type == "application/x-www-form-urlencoded" or (not content_type and call.method != "PUT"):
            call.form = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
    except (ValueError, MultiPartException) as error:
        raise BadBody(str(error)) from error


async def _parse_multipart(call: Call) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield call.body

    parser = MultiPartParser(call.headers, stream(), max_part_size=BODY_LIMIT)  # type: ignore[arg-type]
    form = await parser.parse()
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                call.files[name] = File(
                    name=value.filename or "", content_type=value.content_type or "", data=await value.read()
                )
            else:
                call.form[name] = value
    finally:
        await form.close()


def fingerprint(text: str) -> str:
    """What a text is counted under: the SHA-256 of its UTF-8 form, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is kept of a call. `at` is real time, so that lateness can be measured; no token is kept."""

    number: int
    at: float
    network: str
    operation: str
    account: str
    method: str
    path: str
    status: int  # 0: the connection was cut
    milliseconds: float
    faults: tuple[str, ...]
    fingerprint: str | None

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


class CallLog:
    """The newest calls, in the order of their ends, and totals of all since the last reset."""

    def __init__(self, keep: int = 100_000) -> None:
        self._records: deque[Record] = deque(maxlen=keep)
        self.totals: dict[str, int] = {}
        self._number = 0

    def add(self, call: Call, *, network: str, operation: str, status: int) -> None:
        self._number += 1
        self.totals[operation] = self.totals.get(operation, 0) + 1
        self._records.append(
            Record(
                number=self._number,
                at=call.at,
                network=network,
                operation=operation,
                account=call.account,
                method=call.method,
                path=call.path,
                status=status,
                milliseconds=round((time.time() - call.at) * 1000, 3),
                faults=tuple(call.faults),
                fingerprint=None if call.text is None else fingerprint(call.text),
            )
        )

    def select(self, wanted: Callable[[Record], bool], limit: int) -> list[Record]:
        """The newest `limit` records that are wanted, oldest of them first."""
        found: list[Record] = []
        for record in reversed(self._records):
            if wanted(record):
                found.append(record)
                if len(found) == limit:
                    break
        return found[::-1]

    def clear(self) -> None:
        self._records.clear()
        self.totals.clear()
