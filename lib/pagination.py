"""Lists page by keyset: a page begins after the last row's own key, so the thousandth costs what the first one does.

A cursor is that key in an address. One that nobody could have been given shows the first page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

M = TypeVar("M", bound=models.Model)
_SEPARATOR = "_"


@dataclass(frozen=True, kw_only=True)
class Page(Generic[M]):
    """Rows, highest key first, and the cursors of the pages beside them; empty where there is none."""

    rows: list[M]
    newer: str = ""
    older: str = ""


def page_of(
    rows: "QuerySet[M]", *, by: Sequence[str] = ("id",), before: str = "", after: str = "", size: int = 50
) -> Page[M]:
    """Return the page of rows below the cursor `before`, or above `after`, or the first one.

    `by` names the fields of the key, of which the last is unique; `rows` are ordered here, by all of them descending.
    """
    key = _parse(rows.model, by, after)
    if key is not None:
        found = list(rows.filter(_beyond(by, key, "gt")).order_by(*by)[: size + 1])
        has_newer, shown = len(found) > size, found[:size][::-1]
        return _page(shown, by, has_newer=has_newer, has_older=True)
    key = _parse(rows.model, by, before)
    below = rows if key is None else rows.filter(_beyond(by, key, "lt"))
    found = list(below.order_by(*(f"-{name}" for name in by))[: size + 1])
    return _page(found[:size], by, has_newer=key is not None, has_older=len(found) > size)


def cursor_of(row: models.Model, by: Sequence[str]) -> str:
    """Return the row's key as it stands in addresses."""
    values = (getattr(row, name) for name in by)
    return _SEPARATOR.join(value.isoformat() if isinstance(value, datetime) else str(value) for value in values)


def _page(rows: list[M], by: Sequence[str], *, has_newer: bool, has_older: bool) -> Page[M]:
    if not rows:
        return Page(rows=rows)
    return Page(
        rows=rows,
        newer=cursor_of(rows[0], by) if has_newer else "",
        older=cursor_of(rows[-1], by) if has_older else "",
    )


def _parse(model: type[models.Model], by: Sequence[str], cursor: str) -> list[Any] | None:
    parts = cursor.split(_SEPARATOR)
    if not cursor or len(parts) != len(by):
        return None
    try:
        # A "+" in an hour's offset reads as a blank where an address was copied by hand.
        return [
            _parse_value(model._meta.get_field(name), part.replace(" ", "+"))
            for name, part in zip(by, parts, strict=True)
        ]
    except ValueError:
        return None


def _parse_value(field: Any, text: str) -> Any:
    if isinstance(field, models.DateTimeField):
        value = datetime.fromisoformat(text)
        if value.tzinfo is None:
            raise ValueError(text)
        return value
    return int(text)


def _beyond(by: Sequence[str], key: list[Any], side: str) -> Q:
    """(a, b) < (x, y), spelled a <= x AND (a < x OR b < y): the first half is what an index can start from."""
    condition = Q(**{f"{by[-1]}__{side}": key[-1]})
    for name, value in reversed(list(zip(by[:-1], key[:-1], strict=True))):
        condition = Q(**{f"{name}__{side}e": value}) & (Q(**{f"{name}__{side}": value}) | condition)
    return condition
