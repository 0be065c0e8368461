"""What walls show alike: the newest comments in their order, and a private thread as one note with others under it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol, TypeVar

from sandbox.networks.base import Answered, WallNote

WALL_COMMENTS = 30


class Spoken(Protocol):
    """A row of what somebody wrote."""

    @property
    def id(self) -> str: ...

    @property
    def created_at(self) -> float: ...

    @property
    def deleted_at(self) -> float | None: ...


class ByApp(Spoken, Protocol):
    """One that an app may have written."""

    @property
    def app_id(self) -> str: ...


Row = TypeVar("Row", bound=Spoken)


def newest(rows: Iterable[Row], note: Callable[[Row], WallNote]) -> dict[str, Any]:
    """Return the notes of rows that come newest first, in their order, and how many more there are."""
    living = (row for row in rows if row.deleted_at is None)
    shown = list(islice(living, WALL_COMMENTS))[::-1]
    return {"notes": tuple(map(note, shown)), "more": sum(1 for _ in living)}


def conversation(thread_id: str, rows: Sequence[Row], note: Callable[[Row], WallNote]) -> WallNote | None:
    """Return a private thread: the first of its last messages, and the others under it."""
    living = [row for row in rows if row.deleted_at is None][-WALL_COMMENTS:]
    if not living:
        return None
    first, *others = map(note, living)
    return replace(first, on=thread_id, notes=tuple(others), can=("message", *first.can))


def answered(network: str, row: ByApp, *, account: str, on: str, text: str, public: bool) -> Answered:
    """Return a comment or message of an account as the counts show it."""
    return Answered(
        network=network,
        id=row.id,
        account=account,
        on=on,
        text=text,
        at=row.created_at,
        by_app=row.app_id,
        deleted=row.deleted_at is not None,
        public=public,
    )
