"""Calls made at once, in threads that hold no connection to the database."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

#: Calls one worker process has in the air, and so the most that one kill leaves in doubt.
CALLS_AT_ONCE = 10


def in_threads(act: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Do the same to all, at most CALLS_AT_ONCE at a time; `act` must not raise."""
    if len(items) == 1:
        return [act(items[0])]
    return list(_pool().map(act, items))


@cache
def _pool() -> ThreadPoolExecutor:
    """Made on first use, which is after the fork, and kept: its threads keep their connections to the networks."""
    return ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="call")
