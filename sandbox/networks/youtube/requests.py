"""Reading a request: parts, pages, ids, bodies."""

import base64
import binascii
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks._google.calls import Caller
from sandbox.networks.youtube.errors import missing, refuse
from sandbox.networks.youtube.state import Channel, YouTubeState

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call of the Data API with who makes it. `channel` is None where the person chose none."""

    state: YouTubeState
    call: Call
    caller: Caller
    channel: Channel | None

    @property
    def query(self) -> dict[str, str]:
        return self.call.query

    @property
    def me(self) -> Channel:
        """The channel that acts. Raises 401 where the account has none."""
        if self.channel is None:
            raise refuse(401, "youtubeSignupRequired", "Unauthorized", location="Authorization", kind="header")
        if self.channel.closed:
            raise refuse(403, "authenticatedUserAccountClosed", "The account of the authenticated user is closed.")
        return self.channel

    def parts(self, allowed: Collection[str]) -> list[str]:
        """The parts that are wanted."""
        given = self.listed("part")
        if not given:
            raise missing("part")
        if unknown := [part for part in given if part not in allowed]:
            raise refuse(400, "invalidPart", f"{unknown[0]!r}", location="part")
        return given

    def listed(self, name: str) -> list[str]:
        """Values that may be repeated, and may be joined by commas."""
        pairs = parse_qsl(self.call.scope["query_string"].decode("latin-1"))
        return [part for key, value in pairs if key == name for part in value.split(",") if part]

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.query.get(name, str(default))
        if not value.lstrip("-").isdigit() or not low <= int(value) <= high:
            raise refuse(
                400,
                "invalidParameter",
                f"Invalid value '{value}'. Values must be within the range: [{low}, {high}]",
                location=name,
            )
        return int(value)

    def one_of(self, name: str, allowed: Sequence[str], default: str) -> str:
        value = self.query.get(name, default)
        if value not in allowed:
            raise refuse(
                400,
                "invalidParameter",
                f"Invalid value '{value}'. Allowed values are: {list(allowed)}",
                location=name,
            )
        return value

    def flag(self, name: str, default: bool) -> bool:
        return self.query.get(name, str(default)).lower() == "true"

    def body(self) -> dict[str, Any]:
        body = self.call.json
        if not isinstance(body, dict):
            raise refuse(400, "parseError", "This API does not support parsing of this input.")
        return body

    def page(
        self,
        kind: str,
        rows: Sequence[T],
        show: Callable[[T], dict[str, Any]],
        *,
        default: int,
        most: int,
        least: int = 1,
        bare: bool = False,
    ) -> Response:
        """A page of a list. `bare`: an empty one has no items at all, as channels.list."""
        size = self.number("maxResults", default, least, most)
        start = self._start()
        shown = rows[start : start + size]
        answer: dict[str, Any] = {"kind": f"youtube#{kind}", "etag": etag(kind, start, len(rows))}
        if start + size < len(rows) and size:
            answer["nextPageToken"] = _token(start + size)
        if start:
            answer["prevPageToken"] = _token(max(start - size, 0))
        answer["pageInfo"] = {"totalResults": len(rows), "resultsPerPage": size}
        if shown or not bare:
            answer["items"] = [show(row) for row in shown]
        return JSONResponse(answer)

    def _start(self) -> int:
        token = self.query.get("pageToken", "")
        if not token:
            return 0
        try:
            start = base64.urlsafe_b64decode(token + "==").decode()
            return int(start.removeprefix("at:"))
        except (ValueError, binascii.Error):
            raise refuse(
                400, "invalidPageToken", "The request specifies an invalid page token.", location="pageToken"
            ) from None


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"at:{start}".encode()).rstrip(b"=").decode()


def etag(*facts: object) -> str:
    return base64.urlsafe_b64encode(repr(facts).encode())[-27:].decode().rstrip("=")


def moment(at: float) -> str:
    """Write a time as YouTube does: 2026-11-22T09:00:00Z."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def read_moment(text: object) -> float | None:
    """Read RFC 3339; None for what is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.timestamp() if found.tzinfo else None


def picture(call: Call, channel: Channel) -> dict[str, dict[str, Any]]:
    """A channel's face in three sizes, under the sandbox so that it can be opened."""
    url = f"{call.base}/pictures/youtube/{channel.id}.png"
    return {name: {"url": url, "width": size, "height": size} for name, size in _FACES.items()}


_FACES = {"default": 88, "medium": 240, "high": 800}
