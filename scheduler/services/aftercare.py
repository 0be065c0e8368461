"""What is still to be done for publications that are out, read from their rows: one step at a time, in order.

First what a person wants changed, then the network's verdict where it has not said its last word, then the follow-ups.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.contract import Composition, Operation, Progress, Provider, Published
from lib.tenancy.scope import scope
from scheduler.models import Amendment, FollowUp, Queue
from scheduler.services.work import Job

#: When a network is asked for its verdict for the first time after it took a post.
FIRST_ASK = timedelta(seconds=15)

_SETTLED = frozenset({FollowUp.Outcome.DONE, FollowUp.Outcome.LET_BE})
_STUCK = frozenset({FollowUp.Outcome.REFUSED, FollowUp.Outcome.ASKED})
#: Nobody but a worker that is gone leaves one open; its call may have been made.
_TO_LOOK_FOR = frozenset({FollowUp.Outcome.UNKNOWN, FollowUp.Outcome.OPEN})


@dataclass(frozen=True)
class Stop:
    """Where a publication waits next; without an hour nothing more happens by itself."""

    available_at: datetime | None = None
    reason: str = ""
    reason_data: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Aftercare:
    """One publication that is out, with the attempts at its follow-ups and what a person wants done to it."""

    job: Job
    attempts: Sequence[FollowUp] = ()
    amendment: Amendment | None = None

    @property
    def published(self) -> Published:
        if self.job.published is None:
            raise LookupError(f"publication {self.job.id} is not out")
        return self.job.published

    @property
    def done(self) -> dict[str, Progress]:
        """Return what the follow-ups that are done left behind, by name."""
        return {each.name: each.kept for each in self.attempts if each.outcome == FollowUp.Outcome.DONE}

    @property
    def next_name(self) -> str:
        """The first follow-up that is neither done nor let be; none: all are."""
        settled = {each.name for each in self.attempts if each.outcome in _SETTLED}
        return next((name for name in _names(self.job) if name not in settled), "")

    @property
    def last(self) -> FollowUp | None:
        """The last attempt at the next follow-up."""
        return next((each for each in reversed(self.attempts) if each.name == self.next_name), None)

    @property
    def is_stuck(self) -> bool:
        """Whether a person must decide before the follow-ups go on."""
        return self.last is not None and self.last.outcome in _STUCK

    @property
    def begun_at(self) -> datetime | None:
        """When the next follow-up was first tried."""
        return next((each.started_at for each in self.attempts if each.name == self.next_name), None)

    def operation(self) -> Operation | None:
        """Return what the next step asks of the network; None: nothing."""
        if self.amendment is not None:
            return Operation.EDIT if self.amendment.act == Amendment.Act.EDIT else Operation.DELETE
        if not self.published.judged:
            return Operation.VERDICT
        if not self.next_name or self.is_stuck:
            return None
        return Operation.LOOK if self.last is not None and self.last.outcome in _TO_LOOK_FOR else Operation.FOLLOW_UP

    def onward(self, *, now: datetime) -> Stop:
        """Return where it waits when nothing else has just happened to it."""
        if not self.published.judged:
            return Stop(now + FIRST_ASK, "awaiting_verdict")
        if not self.next_name:
            return Stop()
        if self.last is not None and self.is_stuck:
            return Stop(None, stuck_reason(self.last.outcome), {**self.last.reason_data, "name": self.last.name})
        return Stop(now, "follow_up_waits", {"name": self.next_name})


def stuck_reason(outcome: str) -> str:
    return "follow_up_refused" if outcome == FollowUp.Outcome.REFUSED else "follow_up_unknown"


def first_stop(provider: Provider, composition: Composition, published: Published, *, now: datetime) -> Stop:
    """Return where a publication waits when it has just gone out."""
    if not published.judged:
        return Stop(now + FIRST_ASK, "awaiting_verdict")
    names = provider.follow_ups(composition)
    return Stop(now, "follow_up_waits", {"name": names[0]}) if names else Stop()


def as_fields(stop: Stop) -> dict[str, Any]:
    """Return the fields of a move to this stop."""
    fields: dict[str, Any] = {
        "available_at": stop.available_at,
        "reason": stop.reason,
        "reason_data": stop.reason_data or {},
    }
    return fields if stop.available_at is None else {**fields, "queue": Queue.AFTER}


def read(jobs: Iterable[Job]) -> list[Aftercare]:
    """Return these jobs with their attempts and amendments: two statements an organisation."""
    by_organisation: dict[int, list[Job]] = defaultdict(list)
    for job in jobs:
        by_organisation[job.organisation_id].append(job)
    found: list[Aftercare] = []
    for organisation_id, group in sorted(by_organisation.items()):
        ids = [job.id for job in group]
        with scope(organisation=organisation_id):
            attempts: dict[int, list[FollowUp]] = defaultdict(list)
            for attempt in FollowUp.objects.filter(publication__in=ids).order_by("number"):
                attempts[attempt.publication_id].append(attempt)
            waiting = Amendment.objects.filter(publication__in=ids, state=Amendment.State.WAITING)
            amendments = {each.publication_id: each for each in waiting}
        found += [Aftercare(job, tuple(attempts[job.id]), amendments.get(job.id)) for job in group]
    return found


def _names(job: Job) -> tuple[str, ...]:
    return job.provider.follow_ups(job.composition)
