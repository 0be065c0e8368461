"""What an error of a network means for a publication, whichever step met it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.env import env
from integrations.errors import (
    AuthorisationLost,
    PermanentError,
    ProviderError,
    RateLimited,
    Reach,
    TransientError,
)
from integrations.models import SocialAccount
from integrations.services import aftermath
from lib.claims.claiming import wait_before_retry
from scheduler.models import Queue
from scheduler.services.work import Job, Move
from scheduler.states import Outcome, State

#: How long an account whose lane should be held, and is not yet, is left alone.
_HELD_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Ended:
    """A step that ended, and the move that it leads to; its error, if any, may concern lanes and accounts as well."""

    error: ProviderError | None
    move: Move


def postponed_until(job: Job, error: ProviderError, *, now: datetime) -> datetime:
    """Return when to try again: the network's own hour where it gave one, else the wait that grows with each try."""
    if isinstance(error, RateLimited) and error.reset_at is not None:
        return max(error.reset_at, now + timedelta(seconds=1))
    wait = wait_before_retry(job.attempts + 1)
    if isinstance(error, TransientError) and error.retry_after is not None:
        wait = max(error.retry_after, timedelta(seconds=1))
    return now + wait


def reason_of(error: ProviderError, **more: Any) -> dict[str, Any]:
    """Return what a publication keeps of an error, for the sentence that people read."""
    return {**error.parameters, "code": error.code, "detail": error.detail, **more}


def hold_back(job: Job, now: datetime) -> Move | None:
    """Return why a scheduled publication must not go on now, or None."""
    if job.account_state != SocialAccount.State.ACTIVE:
        return _wait(job, until=now + _HELD_PAUSE, reason="account_held")
    late = now - job.publish_at
    if late <= env.publish_grace or job.when_late == "send":
        return None
    minutes = int(late.total_seconds() // 60)
    if job.when_late == "drop":
        return Move(
            job=job,
            before=State.SCHEDULED,
            after=State.FAILED,
            reason="late_dropped",
            reason_data={"minutes": minutes},
            event="failed",
            event_data={"key": "late_dropped"},
            asks=True,
        )
    return Move(
        job=job,
        before=State.SCHEDULED,
        after=State.SCHEDULED,
        reason="late_ask",
        reason_data={"minutes": minutes},
        event="asked_because_late",
        asks=True,
    )


def over_budget(job: Job, *, budget: str, until: datetime) -> Move:
    """Return the move of a publication for which its network has no room before an hour."""
    return _wait(job, until=until, reason="over_budget", delays_until=until, budget=budget, until_at=until.isoformat())


def refused(job: Job, error: PermanentError) -> Move:
    """Return the move of a publication that its network will not take as it is."""
    return Move(
        job=job,
        before=job.state,
        after=State.FAILED,
        reason=error.key,
        reason_data=reason_of(error),
        event="failed",
        event_data={"key": error.key, "code": error.code},
        asks=True,
    )


def postponed(job: Job, error: ProviderError, *, before: State, now: datetime, **fields: Any) -> Move:
    """Return the move of a publication that is to be tried again."""
    until = postponed_until(job, error, now=now)
    return Move(
        job=job,
        before=before,
        after=State.SCHEDULED if before == State.SENDING else before,
        available_at=until,
        counts=True,
        reason=error.key,
        reason_data=reason_of(error, until_at=until.isoformat()),
        delays_until=until if isinstance(error, RateLimited) and error.reach is not Reach.POST else None,
        event="postponed",
        event_data={"key": error.key, "until": until.isoformat()},
        **fields,
    )


def see_to(ended: Sequence[Ended], *, now: datetime) -> None:
    """Stop what the same trouble would meet: in the organisation's scope, in the transaction that settles the moves."""
    for each in ended:
        job, error = each.move.job, each.error
        if isinstance(error, AuthorisationLost):
            aftermath.see_to_access(job.account_id, error, now=now)
        elif isinstance(error, RateLimited) and each.move.delays_until is not None:
            _delay(job, error.reach, each.move.delays_until, error.key)


def delay_accounts(moves: Sequence[Move], *, queues: Collection[Queue]) -> None:
    """Hold back these lanes of accounts that are over their budget.

    A day's uploads that are used up leave a film that is there already its hour.
    """
    for move in moves:
        if move.delays_until is not None and move.reason == "over_budget":
            _delay(move.job, Reach.ACCOUNT, move.delays_until, move.reason, queues=queues)


def _delay(
    job: Job,
    reach: Reach,
    until: datetime,
    reason: str,
    *,
    queues: Collection[Queue] = (Queue.MEDIA, Queue.PUBLISH),
) -> None:
    aftermath.delay(job.account_id, job.account.network, reach, queues=queues, until=until, reason=reason)


def _wait(job: Job, *, until: datetime, reason: str, delays_until: datetime | None = None, **data: Any) -> Move:
    return Move(
        job=job,
        before=job.state,
        after=job.state,
        available_at=until,
        reason=reason,
        reason_data=data,
        delays_until=delays_until,
        event="postponed",
        event_data={"key": reason, "until": until.isoformat()},
    )


def lost_access(job: Job, error: AuthorisationLost, *, before: State, now: datetime, **fields: Any) -> Move:
    """Return the move of a publication whose account is no longer accepted: it stays due, and its lane is seen to."""
    return Move(
        job=job,
        before=before,
        after=State.SCHEDULED if before == State.SENDING else before,
        # A refresh takes seconds; where only a person can help, the lane is held whatever the hour.
        available_at=now + timedelta(seconds=15),
        reason=error.key,
        reason_data=reason_of(error),
        event="postponed",
        event_data={"key": error.key},
        **fields,
    )


def outcome_of(error: ProviderError) -> Outcome:
    """Return how a delivery that met this error ended."""
    return Outcome.REFUSED if isinstance(error, PermanentError) else Outcome.POSTPONED
