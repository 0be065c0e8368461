"""What every Graph call shares: what is asked, how a node is shown, how a list is paged."""

import base64
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks.facebook import limits
from sandbox.networks.facebook.errors import bad_parameter, missing_permission, no_such_object
from sandbox.networks.facebook.fields import Field, parse_fields, require_known
from sandbox.networks.facebook.oauth import Speaker
from sandbox.networks.facebook.state import FacebookState, Page

VERSION = re.compile(r"^v\d+\.\d+$")


def split_version(path: str) -> tuple[str, str]:
    """The version an address begins with, "" where it names none, and the rest."""
    first, _, rest = path.partition("/")
    return (first, rest) if VERSION.match(first) else ("", path)


def params_of(call: Call) -> dict[str, str]:
    """Query and body together, as Graph takes them; what is not text in JSON is put back into JSON."""
    params = {**call.query, **call.form}
    if isinstance(call.json, dict):
        params |= {name: value if isinstance(value, str) else json.dumps(value) for name, value in call.json.items()}
    return params


def token_of(call: Call, params: dict[str, str]) -> str:
    """The token a call carries, in its header or among its parameters."""
    return call.bearer or params.get("access_token", "")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A read with what every node needs to be shown."""

    state: FacebookState
    call: Call
    params: dict[str, str]
    speaker: Speaker
    version: str

    def fields(self, node: str, default: str) -> list[Field]:
        """What is asked for, checked against what the node has."""
        fields = parse_fields(self.params.get("fields") or default)
        require_known(fields, node)
        return fields


# What a node's names give. A function a name, so that only what is asked for is made.

Shown = Callable[[Field], Any]


def compose(values: dict[str, Shown], fields: list[Field]) -> dict[str, Any]:
    """The asked fields that have a value, and the id in any case."""
    shown = {}
    for asked in fields:
        value = values[asked.name](asked) if asked.name in values else None
        if value not in {None, ""} if isinstance(value, str | None) else True:
            shown[asked.name] = value
    shown["id"] = values["id"](Field("id"))
    return shown


# Pages of lists


def page_of(
    reading: Reading,
    rows: Iterable[Any],
    key: Callable[[Any], str],
    show: Callable[[Any], dict[str, Any]],
    **beside: Any,
) -> Response:
    """One page of a list, with cursors; `next` only where there is more. `beside` stands next to the data.

    Rows may include deleted ones: they are not shown, but a cursor that points to one still finds its place.
    """
    size = _limit(reading.params)
    after = _read_cursor(reading.params.get("after", ""))
    remaining = iter(rows)
    if after:
        for row in remaining:
            if key(row) == after:
                break
    page = list(islice((row for row in remaining if not getattr(row, "deleted_at", None)), size + 1))
    more, page = len(page) > size, page[:size]
    body: dict[str, Any] = {"data": [show(row) for row in page]}
    if page:
        cursors = {"before": _cursor(key(page[0])), "after": _cursor(key(page[-1]))}
        body["paging"] = {"cursors": cursors}
        if more:
            body["paging"]["next"] = _next(reading, cursors["after"], size)
    return JSONResponse({**body, **beside})


def _next(reading: Reading, after: str, size: int) -> str:
    """The next page's address. It carries the token only where the query did."""
    query = {name: value for name, value in reading.call.query.items() if name not in {"after", "before", "limit"}}
    path = reading.call.path if reading.call.path.startswith("v") else f"{reading.version}/{reading.call.path}"
    return f"{reading.call.base}/{reading.call.host}/{path}?{urlencode({**query, 'limit': size, 'after': after})}"


def _limit(params: dict[str, str]) -> int:
    text = params.get("limit", str(limits.PAGE_SIZE))
    if not text.isdigit():
        raise bad_parameter("Param limit must be an integer")
    return max(1, min(int(text), limits.PAGE_SIZE_MAX))


def _cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> str:
    if not cursor:
        return ""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        raise bad_parameter("Invalid cursors values") from None


def read_time(params: dict[str, str], name: str, default: float) -> float:
    text = params.get(name, "")
    if not text:
        return default
    try:
        return float(text) if text.replace(".", "").isdigit() else datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise bad_parameter(f"Param {name} must be a unix timestamp or a date") from None


def own_page(reading: Reading, page_id: str) -> Page:
    speaker = reading.speaker
    page = speaker.page if page_id == "me" else reading.state.find_page(page_id)
    if page is None:
        raise no_such_object(page_id, "GET")
    require_reader(speaker)
    return page


def require_reader(speaker: Speaker) -> None:
    if not speaker.has("pages_read_engagement"):
        raise missing_permission("pages_read_engagement")
