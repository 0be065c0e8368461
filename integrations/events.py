"""What happens to social accounts, told to the rooms above, which subscribe when they start.

Callbacks run in the transaction of the act and in its scope: what they write stands or falls with it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar


@dataclass(frozen=True, kw_only=True)
class AccountLost:
    """These accounts can no longer be spoken for; their work is held until a person reconnects them."""

    social_account_ids: tuple[int, ...]
    reason: str  # a sentence key
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountReturned:
    """These accounts can be spoken for again, and their lanes are open.

    `send_late`: what a person decided about publications whose hour has passed; None leaves it to the organisation's
    setting.
    """

    social_account_ids: tuple[int, ...]
    send_late: bool | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsentEnding:
    """The consent through which these accounts are spoken for ends at `ends_at`; until then all goes on."""

    social_account_ids: tuple[int, ...]
    ends_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountDisconnected:
    """A person took this account away. `cancel_scheduled`: or keep what is planned, held, in case it comes back."""

    social_account_id: int
    cancel_scheduled: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Work of an account that goes on at `until`. `what` names its kind, `reason` is a sentence key."""

    social_account_id: int
    what: str
    until: datetime
    reason: str


E = TypeVar("E")
ReadingFinder = Callable[[Collection[int], datetime], list[Wait]]
WaitingCounter = Callable[[Collection[int]], Mapping[int, int]]

_callbacks: dict[type[Any], list[Callable[[Any], object]]] = defaultdict(list)


def _nothing_waits(social_account_ids: Collection[int]) -> Mapping[int, int]:
    return {}


def _nothing_is_read(social_account_ids: Collection[int], now: datetime) -> list[Wait]:
    return []


_counter: WaitingCounter = _nothing_waits
_reading: ReadingFinder = _nothing_is_read


def subscribe(event: type[E], callback: Callable[[E], object]) -> None:
    """Have `callback` called with every event of this kind in this process. Asking twice changes nothing."""
    if callback not in _callbacks[event]:
        _callbacks[event].append(callback)


def publish(event: object) -> None:
    """Call all who subscribed, in the order in which they did."""
    for callback in _callbacks[type(event)]:
        callback(event)


def count_waiting_with(counter: WaitingCounter) -> None:
    """Let `counter` say how many planned publications each of some accounts has, with one query."""
    global _counter  # noqa: PLW0603  # one counter per process, set once at its start
    _counter = counter


def count_waiting(social_account_ids: Collection[int]) -> Mapping[int, int]:
    """Return how many publications wait for these accounts; accounts without any may be left out."""
    return _counter(social_account_ids) if social_account_ids else {}


def find_reading_with(finder: ReadingFinder) -> None:
    """Let `finder` say which of some accounts cannot be read for now, with one query."""
    global _reading  # noqa: PLW0603  # one finder per process, set once at its start
    _reading = finder


def reading_that_waits(social_account_ids: Collection[int], *, now: datetime) -> list[Wait]:
    """Return for which of these accounts reading waits, and until when."""
    return _reading(social_account_ids, now) if social_account_ids else []
