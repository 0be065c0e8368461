"""Rest.li 2.0 as it stands in addresses and answers.

Keys, lists and records keep `( ) , :` as they are; whatever is inside a value must be percent-encoded, a URN's colons
included. Source: linkedin.github.io/rest.li, "Protocol versions and URI encoding"; the official client's encoder.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks.linkedin.errors import illegal, invalid

_STRUCTURE = re.compile(r"[(),:']")
Value = str | list["Value"] | dict[str, "Value"]


def raw_path(call: Call) -> str:
    """The path after the host's name, still encoded: what is decoded once cannot be told apart any more."""
    raw = call.scope.get("raw_path")
    path = raw.decode("latin-1") if isinstance(raw, bytes) else quote(str(call.scope["path"]))
    return path.partition("?")[0].lstrip("/").partition("/")[2]


def read_value(raw: str) -> Value:
    """Understand one value. Raises ValueError."""
    if raw.startswith("List(") and raw.endswith(")"):
        return [read_value(part) for part in _parts(raw[5:-1])]
    if raw.startswith("(") and raw.endswith(")"):
        record: dict[str, Value] = {}
        for part in _parts(raw[1:-1]):
            name, colon, value = part.partition(":")
            if not colon:
                raise ValueError(part)
            record[unquote(name)] = read_value(value)
        return record
    if _STRUCTURE.search(raw):
        raise ValueError(raw)
    return unquote(raw)


def _parts(text: str) -> list[str]:
    """Cut at the commas that stand in no inner parentheses."""
    if not text:
        return []
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def read_key(raw: str) -> str:
    """One key of a path as text. Raises Refused for a URN that was not encoded."""
    try:
        value = read_value(raw)
    except ValueError:
        raise illegal("path variables") from None
    if not isinstance(value, str):
        raise illegal("path variables")
    return value


def read_record(raw: str) -> dict[str, str]:
    """A compound key of a path. Raises Refused."""
    try:
        value = read_value(raw)
    except ValueError:
        raise illegal("path variables") from None
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise illegal("path variables")
    return {name: str(each) for name, each in value.items()}


@dataclass(frozen=True)
class Query:
    """The query of one call. Every method raises Refused."""

    values: dict[str, Value]

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise invalid("PARAM_INVALID", f"Invalid param {name}: a required value is missing or malformed")
        return value

    def texts(self, name: str) -> list[str]:
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise invalid("PARAM_INVALID", f"Invalid param {name}: must be List(...)")
        return [str(each) for each in value]

    def record(self, name: str) -> dict[str, Value] | None:
        value = self.values.get(name)
        if value is not None and not isinstance(value, dict):
            raise invalid("PARAM_INVALID", f"Invalid param {name}: must be a record (...)")
        return value

    def number(self, name: str, default: int, *, most: int | None = None) -> int:
        value = self.text(name, str(default))
        if not value.isdigit() or (most is not None and int(value) > most):
            raise invalid("PARAM_INVALID", f"Invalid param {name}: {value}")
        return int(value)

    def __contains__(self, name: str) -> bool:
        return name in self.values


def read_query(call: Call) -> Query:
    """Understand a query. Raises Refused for values that were not encoded as the protocol asks."""
    values: dict[str, Value] = {}
    for pair in call.scope["query_string"].decode("latin-1").split("&"):
        name, _, raw = pair.partition("=")
        if not name:
            continue
        if name == "fields":
            continue  # a projection: the twin shows everything
        try:
            values[unquote(name)] = read_value(raw)
        except ValueError:
            raise invalid("PARAM_INVALID", f"Invalid query parameters passed to request: {name}") from None
    return Query(values)


def time_range(record: Value | None) -> tuple[float, float]:
    """(start:ms,end:ms) in seconds; an open end is for ever. Raises Refused."""
    found = record if isinstance(record, dict) else {}
    start, end = str(found.get("start", "0")), str(found.get("end", "99999999999999"))
    if not (start.isdigit() and end.isdigit()):
        raise invalid("PARAM_INVALID", "Invalid param timeRange")
    return int(start) / 1000, int(end) / 1000


def page_of(rows: list[Any], query: Query, *, most: int = 100, total: bool = True) -> Response:
    """One page of elements. Its end is a short page; the total is told where LinkedIn knows it."""
    start, count = query.number("start", 0), query.number("count", 10, most=most)
    paging: dict[str, Any] = {"start": start, "count": count, "links": []}
    if total:
        paging["total"] = len(rows)
    return JSONResponse({"elements": rows[start : start + count], "paging": paging})


def milliseconds(at: float) -> int:
    return int(at * 1000)


def created(key: str, body: Any = None) -> Response:
    """201 with the new key in a header; most creates have no body."""
    headers = {"x-restli-id": key, "x-linkedin-id": key}
    if body is None:
        return Response(status_code=201, headers=headers)
    return JSONResponse(body, status_code=201, headers=headers)


def number_of(urn: str) -> str:
    """The last part of a URN."""
    return urn.rpartition(":")[2]
