"""A change as it travels between our processes: numbers and ids only."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from live.models import LiveEvent


class Event(NamedTuple):
    """One numbered change, as models.LiveEvent keeps it."""

    sequence: int
    kind: str
    subject_id: int
    version: int
    social_account_id: int | None
    user_id: int | None

    @property
    def subject(self) -> tuple[str, int]:
        return self.kind, self.subject_id


def read_events(after: int, *, most: int, before: int | None = None) -> list[Event]:
    """Return the first changes after a number (and before another), of the organisation in scope: one query."""
    found = LiveEvent.objects.after(after)
    if before is not None:
        found = found.filter(sequence__lt=before)
    return [Event(*row) for row in found.values_list(*Event._fields)[:most]]


def follow_on(after: int, events: Sequence[Event]) -> bool:
    """Tell whether these come right after a number, one after the other: none was trimmed away or is still to come."""
    return all(event.sequence == after + place for place, event in enumerate(events, start=1))


def from_json(rows: Any) -> list[Event]:
    """Return what a hint carries."""
    return [Event(*row) for row in rows]
