"""The after queue: what is to be done for publications that are out.

A worker takes each one step further: an edit or deletion that a person wants, the question what the network decided,
a follow-up or the look for one whose answer was lost. A follow-up's attempt is committed before its call, which is
never repeated blindly; all other steps can be repeated.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Max

from integrations.budgets import Need, reserve, write_reports
from integrations.contract import Operation, Progress, Verdict
from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    RateLimited,
    TransientError,
)
from integrations.models import SocialAccount
from integrations.services import aftermath
from integrations.services.lanes import lower_lanes
from lib.addresses import web_address
from lib.claims.claiming import Claim, Claimed, Clock, wait_before_retry
from lib.claims.loops import drain
from lib.claims.threads import CALLS_AT_ONCE, in_threads
from lib.tenancy.scope import scope
from scheduler.models import Amendment, FollowUp, Publication, Queue
from scheduler.services import trouble
from scheduler.services.aftercare import Aftercare, as_fields, read, stuck_reason
from scheduler.services.reconciling import EMPTY_LOOKS
from scheduler.services.trouble import Ended
from scheduler.services.work import Job, Move, answer, load, settle
from scheduler.states import State

logger = logging.getLogger(__name__)

WORK = Claimed(
    function="claim_publications",
    queue=Queue.AFTER,
    batch=CALLS_AT_ONCE,
    in_flight=20,
    lease=timedelta(minutes=3),  # a cover of some megabytes, and some patience with the database
)

#: A call that has not started by then is not made: its lease could end, and somebody look in vain, while it is made.
_CALL_WITHIN = timedelta(seconds=10)
#: After so many looks without proof a person is asked.
_LOOKS_MAX = 8
#: A network that says nothing for so long will say nothing.
_VERDICT_WITHIN = timedelta(days=14)
_HELD_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class _Result:
    """One step that ended: the move, and what to write of its attempt or its amendment."""

    ended: Ended
    attempt_id: int | None = None
    attempt: Mapping[str, Any] = field(default_factory=dict)
    amendment_id: int | None = None
    amendment: Mapping[str, Any] = field(default_factory=dict)
    knew_of: int | None = None  # the amendment that stood when the step was chosen


@dataclass(frozen=True)
class _Step:
    """A call about to be made; a follow-up's attempt stands committed."""

    care: Aftercare
    operation: Operation
    attempt: FollowUp | None = None
    begun_at: datetime | None = None


def follow_up_due(clock: Clock) -> int:
    """Go on until nothing is due any more, and return how many publications were worked on."""
    return drain(WORK, follow_up_claimed, clock, name="after")


def follow_up_claimed(claims: Sequence[Claim], clock: Clock) -> None:
    """Take claimed publications one step further."""
    now = clock()
    steps, moves = _sort_out(read(job for job in load(claims) if job.published is not None), now=now)
    if moves:
        settle(moves, now=now)
    results = in_threads(lambda step: _take(step, clock), _begin(steps, clock))
    finished_at = clock()
    settle(
        [each.ended.move for each in results],
        now=finished_at,
        also=lambda written: _write(results, written, now=finished_at),
    )
    write_reports(now=clock())


def _sort_out(cares: Sequence[Aftercare], *, now: datetime) -> tuple[list[_Step], list[Move]]:
    """Tell what can be done now from what has to wait."""
    steps: list[_Step] = []
    moves: list[Move] = []
    for care in cares:
        operation = care.operation()
        move = _hold_back(care, operation, now)
        if operation is None or move is not None:
            moves.append(move or _stay(care.job, **as_fields(care.onward(now=now))))
        else:
            steps.append(_Step(care, operation))
    rooms = reserve([_need(step) for step in steps], now=now)
    for step, later in zip(steps, rooms, strict=True):
        if later is not None:
            moves.append(trouble.over_budget(step.care.job, budget=later.budget, until=later.until))
    return [step for step, later in zip(steps, rooms, strict=True) if later is None], moves


def _hold_back(care: Aftercare, operation: Operation | None, now: datetime) -> Move | None:
    """Return why nothing is to be asked of the network now, or None."""
    job = care.job
    if job.state != State.PUBLISHED:
        return _stay(job)  # it is no longer out: nothing to do
    if job.account_state != SocialAccount.State.ACTIVE:
        return _stay(job, available_at=now + _HELD_PAUSE, reason="account_held")
    if operation is Operation.LOOK and care.last is not None:
        visible_at = care.last.started_at + job.provider.visibility_delay
        if now < visible_at:
            return _stay(job, available_at=visible_at, reason="follow_up_waits", reason_data={"name": care.next_name})
    return None


def _need(step: _Step) -> Need:
    job = step.care.job
    return Need(
        network=job.account.network,
        account_id=job.account.network_id,
        person_id=job.account.person_id,
        units=job.provider.cost(step.operation, job.composition),
    )


def _begin(steps: Sequence[_Step], clock: Clock) -> list[_Step]:
    """Write and commit the attempts at follow-ups that are about to be made; what is no longer ours is left out."""
    ready = [step for step in steps if step.operation is not Operation.FOLLOW_UP]
    by_organisation: dict[int, list[_Step]] = defaultdict(list)
    for step in steps:
        if step.operation is Operation.FOLLOW_UP:
            by_organisation[step.care.job.organisation_id].append(step)
    for organisation_id, group in sorted(by_organisation.items()):
        for step in sorted(group, key=lambda each: each.care.job.id):
            now = clock()
            try:
                with scope(organisation=organisation_id):
                    attempt = _begin_one(step.care, now)
            except IntegrityError:
                logger.exception("publication %s: its follow-up could not be begun", step.care.job.id)
                continue
            if attempt is not None:
                ready.append(replace(step, attempt=attempt, begun_at=now))
    return ready


def _begin_one(care: Aftercare, now: datetime) -> FollowUp | None:
    claim = care.job.claim
    ours = Publication.objects.filter(
        pk=claim.id, lease_token=claim.token, lease_until__isnull=False, state=State.PUBLISHED
    )
    if ours.update(lease_until=now + WORK.lease) != 1:
        return None
    last = FollowUp.objects.filter(publication_id=claim.id).aggregate(last=Max("number"))["last"] or 0
    attempt: FollowUp = FollowUp.objects.create(
        publication_id=claim.id, name=care.next_name, number=last + 1, lease_token=claim.token, started_at=now
    )
    return attempt


# -- calls, in threads that hold no connection -------------------------------------------------------------------------


def _take(step: _Step, clock: Clock) -> _Result:
    knew_of = step.care.amendment.pk if step.care.amendment is not None else None
    return replace(_call(step, clock), knew_of=knew_of)


def _call(step: _Step, clock: Clock) -> _Result:
    """Make the call; whatever happens, the answer is a result."""
    act = _ACTS[step.operation]
    try:
        return act(step, clock)
    except ProviderError as error:
        return _AFTER_ERRORS[step.operation](step, error, clock())
    except Exception:
        logger.exception("publication %s: %s failed in our own code", step.care.job.id, step.operation)
        network = step.care.job.account.network
        unclear: ProviderError = TransientError("unavailable", network=network)
        if step.operation is Operation.FOLLOW_UP:
            unclear = OutcomeUnknown("no_answer", network=network)  # it may well have gone out
        return _AFTER_ERRORS[step.operation](step, unclear, clock())


def _ask_verdict(step: _Step, clock: Clock) -> _Result:
    care, job = step.care, step.care.job
    verdict: Verdict = job.provider.verdict(job.open_account(), care.published.network_id, now=clock())
    now = clock()
    if verdict.refused is not None:
        return _Result(Ended(None, _refused_after_all(job, verdict.refused)))
    if verdict.published is None:
        return _Result(Ended(None, _ask_again(care, verdict.ask_after or wait_before_retry(job.attempts + 1), now)))
    published = replace(verdict.published, judged=True, published_at=verdict.published.published_at or now)
    after = replace(care, job=replace(job, published=published))
    move = _stay(
        job,
        **as_fields(after.onward(now=now)),
        published=answer(published, now=now),
        event="accepted",
        event_data={"network_id": published.network_id},
    )
    return _Result(Ended(None, move))


def _ask_again(care: Aftercare, wait: timedelta, now: datetime) -> Move:
    since = care.published.published_at or now
    if now - since > _VERDICT_WITHIN:
        return _stay(care.job, reason="verdict_missing", published={"is_judged": True}, event="verdict_missing")
    return _stay(care.job, available_at=now + max(wait, timedelta(seconds=1)), reason="awaiting_verdict")


def _refused_after_all(job: Job, error: PermanentError) -> Move:
    """The network took it and then refused it: nothing of it is to be seen, and a person decides."""
    return replace(trouble.refused(job, error), published={"is_judged": True}, event="refused_after")


def _amend(step: _Step, clock: Clock) -> _Result:
    care, job, amendment = step.care, step.care.job, step.care.amendment
    if amendment is None:
        raise LookupError(f"publication {job.id}: there is nothing to amend")
    network_id, now = care.published.network_id, clock()
    published: dict[str, Any] = {}
    if step.operation is Operation.DELETE:
        job.provider.delete_published(job.open_account(), network_id, now=now)
        move = _stay(job, deleted_at=clock(), event="deleted")
    else:
        wanted = replace(job.composition, text=amendment.text)
        said = job.provider.edit_published(job.open_account(), wanted, network_id, now=now)
        published = {"network_id": said.network_id, "permalink": web_address(said.permalink, 500)}
        move = _stay(
            job, **as_fields(replace(care, amendment=None).onward(now=now)), published=published, event="edited"
        )
    done = {"state": Amendment.State.DONE, "ended_at": clock()}
    return _Result(Ended(None, move), amendment_id=amendment.pk, amendment=done)


def _do_follow_up(step: _Step, clock: Clock) -> _Result:
    care, job = step.care, step.care.job
    if step.begun_at is None or clock() - step.begun_at > _CALL_WITHIN:
        # Its moment has passed, as after a machine slept: surely not done, so due again.
        logger.warning("publication %s: begun too long ago to be called now", job.id)
        move = _stay(job, **as_fields(care.onward(now=clock())))
        return _attempt(step, move, outcome=FollowUp.Outcome.POSTPONED, ended_at=clock())
    kept = job.provider.follow_up(
        job.open_account(), job.composition, care.next_name, care.published, care.done, now=clock()
    )
    return _followed(step, kept, clock())


def _look(step: _Step, clock: Clock) -> _Result:
    care, job = step.care, step.care.job
    found = job.provider.find_follow_up(
        job.open_account(),
        job.composition,
        care.next_name,
        care.published,
        care.done,
        since=care.begun_at or job.publish_at,
        now=clock(),
    )
    now = clock()
    if found is not None:
        return _followed(step, found, now)
    last = _last(step)
    looks, empty = last.looks + 1, last.empty_looks + 1
    if empty < EMPTY_LOOKS:
        return _look_again(step, now, looks=looks, empty_looks=empty)
    move = _stay(job, available_at=now, reason="follow_up_waits", reason_data={"name": care.next_name})
    return _attempt(step, move, outcome=FollowUp.Outcome.ABSENT, looks=looks, empty_looks=empty)


_ACTS: Mapping[Operation, Callable[[_Step, Clock], _Result]] = {
    Operation.VERDICT: _ask_verdict,
    Operation.EDIT: _amend,
    Operation.DELETE: _amend,
    Operation.FOLLOW_UP: _do_follow_up,
    Operation.LOOK: _look,
}


# -- what comes of a call ----------------------------------------------------------------------------------------------


def _followed(step: _Step, kept: Progress, now: datetime) -> _Result:
    care = step.care
    done = _last(step)
    after = replace(
        care,
        attempts=(*(each for each in care.attempts if each.pk != done.pk), _as_done(done, kept)),
    )
    move = _stay(care.job, **as_fields(after.onward(now=now)), event="followed_up", event_data={"name": care.next_name})
    return _attempt(step, move, outcome=FollowUp.Outcome.DONE, kept=dict(kept), ended_at=now)


def _as_done(attempt: FollowUp, kept: Progress) -> FollowUp:
    return FollowUp(
        pk=attempt.pk, name=attempt.name, number=attempt.number, outcome=FollowUp.Outcome.DONE, kept=dict(kept)
    )


def _after_verdict_error(step: _Step, error: ProviderError, now: datetime) -> _Result:
    job = step.care.job
    if isinstance(error, AuthorisationLost):
        return _Result(Ended(error, _patiently(trouble.lost_access(job, error, before=State.PUBLISHED, now=now))))
    if isinstance(error, PermanentError) and error.key == "post_gone":
        return _Result(Ended(error, _refused_after_all(job, error)))
    if isinstance(error, PermanentError):
        move = _stay(
            job,
            reason="verdict_missing",
            reason_data=trouble.reason_of(error),
            published={"is_judged": True},
            event="verdict_missing",
            event_data={"key": error.key},
        )
        return _Result(Ended(error, move))
    return _Result(Ended(error, _patiently(trouble.postponed(job, error, before=State.PUBLISHED, now=now))))


def _patiently(move: Move) -> Move:
    return replace(move, reason="awaiting_verdict", reason_data={}, event="", event_data={})


def _after_amendment_error(step: _Step, error: ProviderError, now: datetime) -> _Result:
    care, job, amendment = step.care, step.care.job, step.care.amendment
    key = "delete_refused" if step.operation is Operation.DELETE else "edit_refused"
    if not isinstance(error, PermanentError) or amendment is None:
        waits = "delete_waits" if step.operation is Operation.DELETE else "edit_waits"
        return _Result(Ended(error, replace(_put_off(job, error, now), reason=waits, reason_data={})))
    stop = as_fields(replace(care, amendment=None).onward(now=now))
    facts = {"key": error.key, **trouble.reason_of(error)}
    move = _stay(
        job, **{**stop, "reason": key, "reason_data": facts}, event=key, event_data={"key": error.key}, asks=True
    )
    refused = {
        "state": Amendment.State.REFUSED,
        "ended_at": now,
        "reason": error.key,
        "reason_data": error.facts(),
    }
    return _Result(Ended(error, move), amendment_id=amendment.pk, amendment=refused)


def _after_follow_up_error(step: _Step, error: ProviderError, now: datetime) -> _Result:
    job, name = step.care.job, step.care.next_name
    ended = {"ended_at": now, "code": error.code[:60], "reason": error.key, "reason_data": error.facts()}
    waits: dict[str, Any] = {"reason": "follow_up_waits", "reason_data": {"name": name}}
    if isinstance(error, OutcomeUnknown) or (isinstance(error, PermanentError) and error.look_first):
        until = now if isinstance(error, PermanentError) else now + job.provider.visibility_delay
        move = _stay(
            job, available_at=until, counts=True, **waits, event="follow_up_unknown", event_data={"name": name}
        )
        return _attempt(step, move, error=error, outcome=FollowUp.Outcome.UNKNOWN, **ended)
    if isinstance(error, PermanentError):
        facts = {"name": name, "key": error.key, **trouble.reason_of(error)}
        move = _stay(
            job,
            reason=stuck_reason(FollowUp.Outcome.REFUSED),
            reason_data=facts,
            event="follow_up_refused",
            event_data={"name": name, "key": error.key},
            asks=True,
        )
        return _attempt(step, move, error=error, outcome=FollowUp.Outcome.REFUSED, **ended)
    move = replace(_put_off(job, error, now), **waits)
    return _attempt(step, move, error=error, outcome=FollowUp.Outcome.POSTPONED, **ended)


def _after_look_error(step: _Step, error: ProviderError, now: datetime) -> _Result:
    last = _last(step)
    if isinstance(error, AuthorisationLost):
        move = replace(
            trouble.lost_access(step.care.job, error, before=State.PUBLISHED, now=now),
            reason="follow_up_waits",
            reason_data={"name": step.care.next_name},
        )
        return _attempt(step, move, error=error, outcome=FollowUp.Outcome.UNKNOWN)
    return _look_again(step, now, error=error, looks=last.looks + 1, empty_looks=last.empty_looks)


def _look_again(
    step: _Step, now: datetime, *, looks: int, empty_looks: int, error: ProviderError | None = None
) -> _Result:
    job, name = step.care.job, step.care.next_name
    seen = {"looks": looks, "empty_looks": empty_looks}
    if looks < _LOOKS_MAX:
        until = now + wait_before_retry(looks)
        move = _stay(job, available_at=until, reason="follow_up_waits", reason_data={"name": name})
        return _attempt(step, move, error=error, outcome=FollowUp.Outcome.UNKNOWN, **seen)
    move = _stay(
        job,
        reason=stuck_reason(FollowUp.Outcome.ASKED),
        reason_data={"name": name},
        event="follow_up_asked",
        event_data={"name": name},
        asks=True,
    )
    return _attempt(step, move, error=error, outcome=FollowUp.Outcome.ASKED, **seen)


_AFTER_ERRORS: Mapping[Operation, Callable[[_Step, ProviderError, datetime], _Result]] = {
    Operation.VERDICT: _after_verdict_error,
    Operation.EDIT: _after_amendment_error,
    Operation.DELETE: _after_amendment_error,
    Operation.FOLLOW_UP: _after_follow_up_error,
    Operation.LOOK: _after_look_error,
}


def _put_off(job: Job, error: ProviderError, now: datetime) -> Move:
    if isinstance(error, AuthorisationLost):
        return trouble.lost_access(job, error, before=State.PUBLISHED, now=now)
    return trouble.postponed(job, error, before=State.PUBLISHED, now=now)


def _stay(job: Job, **fields: Any) -> Move:
    return Move(job=job, before=job.state, after=job.state, **fields)


def _last(step: _Step) -> FollowUp:
    found = step.attempt or step.care.last
    if found is None:
        raise LookupError(f"publication {step.care.job.id}: no attempt is known")
    return found


def _attempt(step: _Step, move: Move, *, error: ProviderError | None = None, **fields: Any) -> _Result:
    return _Result(Ended(error, move), attempt_id=_last(step).pk, attempt=fields)


# -- writing it down ---------------------------------------------------------------------------------------------------


def _write(results: Sequence[_Result], moves: Sequence[Move], *, now: datetime) -> None:
    """Write what the attempts and amendments came to, in the transaction that settles their moves."""
    written = {id(move) for move in moves}
    ours = [each for each in results if id(each.ended.move) in written]
    for each in ours:
        if each.attempt_id is not None:
            FollowUp.objects.filter(pk=each.attempt_id).update(**each.attempt)
        if each.amendment_id is not None:
            Amendment.objects.filter(pk=each.amendment_id).update(**each.amendment)
    for each in ours:
        _see_to_wishes(each, now=now)
        _stop_others(each.ended, now=now)


def _see_to_wishes(result: _Result, *, now: datetime) -> None:
    """What a person has asked for while the call was made does not wait for the hour that its end has set."""
    job, is_deleted = result.ended.move.job, result.ended.move.deleted_at is not None
    came_meanwhile = Amendment.objects.filter(publication=job.id, state=Amendment.State.WAITING)
    if result.knew_of is not None:
        came_meanwhile = came_meanwhile.exclude(pk=result.knew_of)
    if is_deleted:
        came_meanwhile.update(state=Amendment.State.DROPPED, ended_at=now)
    elif came_meanwhile.exists():
        Publication.objects.filter(pk=job.id).update(available_at=now)
        lanes = Publication.objects.filter(pk=job.id, lane__isnull=False).values_list("lane_id", flat=True)
        lower_lanes(dict.fromkeys(lanes, now))


def _stop_others(ended: Ended, *, now: datetime) -> None:
    """Stop what the same trouble would meet: not what is to be published, whose limits are others."""
    error, job = ended.error, ended.move.job
    if isinstance(error, AuthorisationLost):
        trouble.see_to([ended], now=now)
    elif isinstance(error, RateLimited) and ended.move.delays_until is not None:
        until = ended.move.delays_until
        aftermath.delay(
            job.account_id, job.account.network, error.reach, queues=(Queue.AFTER,), until=until, reason=error.key
        )
