"""What a rule is about to take, row by row, to be read before it is chosen: rooms hand in how their rows are told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from accounts.models import Membership
from privacy import engine
from privacy.registry import Entry, entries_of
from privacy.rules import InForce

_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class DueList:
    """How rows of a model are listed. Both are called in the organisation's scope, in the reader's language."""

    title: Promise  # of the link that leads to it
    header: Callable[[], list[str]]
    #: One line for each of these rows that the member may read.
    lines: Callable[[Sequence[int], Membership], list[list[str]]]


_lists: dict[str, DueList] = {}


def list_with(label: str, due_list: DueList) -> None:
    """Let the rows of a model be listed where a rule would take them."""
    _lists[label] = due_list


def find_list(key: str) -> tuple[Entry, DueList] | None:
    """Return what is listed of a record class; None where nothing is."""
    return next(((entry, _lists[entry.label]) for entry in entries_of(key) if entry.label in _lists), None)


def next_ids(entry: Entry, instead: InForce, *, at: datetime, after: int) -> list[int]:
    """Return the next ids of what a first run under a rule, as of `at`, would take; holds keep theirs."""
    return engine.due_ids(entry, instead, at=at, after=after, limit=_BATCH)


def is_last(ids: Sequence[int]) -> bool:
    return len(ids) < _BATCH
