"""Taking work: rows are leased to a worker, who holds a token that grows with each claim and guards its every write."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db import connection

Clock = Callable[[], datetime]

_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """One row in our hands until its lease ends."""

    id: int
    organisation_id: int
    token: int


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """How a kind of work is claimed: the function of the passage, and how much at once."""

    function: str  # passage.<name>(queue, batch, in_flight, now, until)
    queue: str
    batch: int
    in_flight: int  # leased at a time per network, over all workers
    lease: timedelta

    def claim(self, *, now: datetime) -> list[Claim]:
        """Lease up to a batch of what is due, in turns over organisations. Committed when this returns."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT * FROM passage.{self.function}(%s, %s, %s, %s, %s)",  # noqa: S608  # named in code
                [self.queue, self.batch, self.in_flight, now, now + self.lease],
            )
            return [Claim(*row) for row in cursor.fetchall()]

    def find_next_due(self, *, after: datetime, until: datetime) -> datetime | None:
        """Return the next hour in this span at which something of this kind falls due."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT passage.next_due(%s, %s, %s)", [self.queue, after, until])
            found: datetime | None = cursor.fetchone()[0]
            return found


def by_organisation(claims: Iterable[Claim]) -> Iterator[tuple[int, list[Claim]]]:
    """Yield each organisation with its claims."""
    ordered = sorted(claims, key=lambda each: (each.organisation_id, each.id))
    for organisation_id, group in groupby(ordered, key=lambda each: each.organisation_id):
        yield organisation_id, list(group)


def wait_before_retry(attempts: int) -> timedelta:
    """Return how long to wait after so many tries without success: 30 s, doubling up to an hour."""
    doublings = min(max(attempts, 1) - 1, 10)
    return min(_FIRST_WAIT * (1 << doublings), _LONGEST_WAIT)
