"""What an export shows people to read: chapters of pages, which rooms hand in with templates of their own.

Pages stand in an archive that is opened from a disk: their templates extend privacy/export/page.html, link by paths
within the archive, and load nothing from anywhere else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """The rows of one page, and the id after which the next one begins."""

    rows: Sequence[Any]
    last: int
    is_last: bool


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One subject. `read` and `count` are called in the organisation's scope."""

    key: str  # its folder in the archive
    title: Promise
    template: str  # gets `rows`
    count: Callable[[], int]
    read: Callable[[int], Leaf]  # of the rows after this id


_chapters: dict[str, Chapter] = {}


def add_chapter(chapter: Chapter) -> None:
    """Let exports have this chapter. Called once, when the app is ready."""
    _chapters[chapter.key] = chapter


def chapters() -> list[Chapter]:
    return list(_chapters.values())


def leaf_of(rows: "QuerySet[Any]", *, after: int, size: int) -> Leaf:
    """Return a page of so many rows after an id."""
    found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
    shown = found[:size]
    return Leaf(rows=shown, last=shown[-1].pk if shown else after, is_last=len(found) <= size)
