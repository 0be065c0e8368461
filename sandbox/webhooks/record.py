"""What became of each delivery. Bodies and signatures are not kept, only which objects they spoke of."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request. `at` is real time, when it left; status 0 is no answer."""

    number: int
    at: float
    network: str
    app: str
    account: str
    url: str
    kinds: tuple[str, ...]
    objects: tuple[str, ...]
    attempt: int
    status: int
    milliseconds: float
    bytes: int
    outcome: str  # delivered, retried, given_up, dropped

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


class Deliveries:
    """The newest, and totals of all since the last clearing."""

    def __init__(self, keep: int = 100_000) -> None:
        self._newest: deque[Delivery] = deque(maxlen=keep)
        self._number = 0
        self.totals = fresh_totals()

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def add(self, delivery: Delivery) -> None:
        self._newest.append(delivery)
        self.totals["requests"] += delivery.outcome != "dropped"
        self.totals[delivery.outcome] += len(delivery.kinds)

    def select(self, wanted: Callable[[Delivery], bool], limit: int) -> list[Delivery]:
        """The newest `limit` that are wanted, oldest of them first."""
        found: list[Delivery] = []
        for delivery in reversed(self._newest):
            if wanted(delivery):
                found.append(delivery)
                if len(found) == limit:
                    break
        return found[::-1]

    def clear(self) -> None:
        self._newest.clear()
        self.totals = fresh_totals()


def fresh_totals() -> dict[str, int]:
    """`events` happened; `requests` went out; the others count copies of events."""
    return {"events": 0, "requests": 0, "delivered": 0, "retried": 0, "given_up": 0, "dropped": 0}
