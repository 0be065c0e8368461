"""The publish queue: at its hour, each publication's one irreversible call.

A doorbell wakes `publish_due`, which claims, calls and finishes until nothing is due. Before each wave of calls the
deliveries are begun and committed, never more than are called at once: what one kill leaves in doubt is looked for.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError

from integrations.budgets import Need, reserve, write_reports
from integrations.contract import Composition, Level, Operation, Published
from integrations.errors import AuthorisationLost, OutcomeUnknown, PermanentError, ProviderError
from integrations.registry import providers
from lib.claims.claiming import Claim, Claimed, Clock
from lib.claims.loops import attend, drain
from lib.claims.threads import CALLS_AT_ONCE, in_threads
from lib.tenancy.errands import Errand, Statement, run_errands
from scheduler import bells
from scheduler.compositions import judge
from scheduler.models import Queue
from scheduler.services import trouble
from scheduler.services.aftercare import as_fields, first_stop
from scheduler.services.trouble import Ended
from scheduler.services.work import Job, Move, answer, facts_of, load, rows_of, settle
from scheduler.states import Outcome, State

logger = logging.getLogger(__name__)

WORK = Claimed(
    function="claim_publications",
    queue=Queue.PUBLISH,
    batch=2 * CALLS_AT_ONCE,
    in_flight=80,
    # Two calls (a post and its address, 35 s each at most) and some patience with the database.
    lease=timedelta(seconds=90),
)

#: A call that has not started by then is not made: its lease could end, and somebody look in vain, while it is made.
_CALL_WITHIN = timedelta(seconds=10)

#: How often media that a network has forgotten are uploaded anew before people are told.
_PREPARED_AGAIN_MAX = 3

_BEGIN = "SELECT * FROM scheduler_begin_deliveries(%s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class _Delivery:
    """A call about to be made, its row committed."""

    job: Job
    id: int
    begun_at: datetime


def publish_due(clock: Clock) -> int:
    """Publish until nothing is due any more, and return how many publications were worked on."""
    return drain(WORK, publish_claimed, clock, name="publish")


def publish_on_time(clock: Clock) -> int:
    """Publish what is due, then, at its moment, what is due before the next bell. Ring for help where there is much."""
    return attend(
        WORK,
        publish_claimed,
        clock,
        name="publish",
        patience=bells.PUBLISH_EVERY,
        call_another=lambda: bells.ring(Queue.PUBLISH),
    )


def warm_up() -> None:
    """Load what the first publication of each network needs: before a worker's processes part, they share it."""
    for each in providers():
        each.validate(Composition(text="word " * 1000))  # so long that it is counted


def publish_claimed(claims: Sequence[Claim], clock: Clock) -> None:
    """See claimed publications through this step, whatever it brings."""
    now = clock()
    ready, held = _sort_out(load(claims), now=now)
    if held:
        settle(held, now=now, also=partial(trouble.delay_accounts, queues=[Queue.PUBLISH]))
    for wave in _waves(ready):
        deliveries = _begin(wave, clock)
        _write_down(in_threads(lambda each: _commit(each, clock), deliveries), now=clock())
    write_reports(now=clock())


def _sort_out(jobs: Sequence[Job], *, now: datetime) -> tuple[list[Job], list[Move]]:
    """Tell what can go out now from what has to wait, be prepared, or be refused before any call."""
    ready: list[Job] = []
    held: list[Move] = []
    for job in jobs:
        move = trouble.hold_back(job, now) or _refusal(job) or _to_media(job, now)
        if move is None:
            ready.append(job)
        else:
            held.append(move)
    rooms = reserve([_need(job) for job in ready], now=now)
    for job, later in zip(ready, rooms, strict=True):
        if later is not None:
            held.append(trouble.over_budget(job, budget=later.budget, until=later.until))
    return [job for job, later in zip(ready, rooms, strict=True) if later is None], held


def _need(job: Job) -> Need:
    return Need(
        network=job.account.network,
        account_id=job.account.network_id,
        person_id=job.account.person_id,
        units=job.provider.cost(Operation.COMMIT, job.composition),
    )


def _refusal(job: Job) -> Move | None:
    """Ask the same judge as the composer: words or limits may have changed since."""
    for problem in judge(job.provider, job.composition, details=job.account.details):
        if problem.level is Level.ERROR:
            error = PermanentError(problem.key, network=job.account.network, parameters=problem.parameters)
            return trouble.refused(job, error)
    return None


def _to_media(job: Job, now: datetime) -> Move | None:
    if job.is_prepared or not job.provider.needs_preparation(job.composition):
        return None
    return Move(job=job, before=State.SCHEDULED, after=State.SCHEDULED, queue=Queue.MEDIA, available_at=now)


def _waves(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """Cut a batch into as many deliveries as are called at once; jobs of an organisation stay together."""
    for start in range(0, len(jobs), CALLS_AT_ONCE):
        yield list(jobs[start : start + CALLS_AT_ONCE])


def _begin(jobs: Sequence[Job], clock: Clock) -> list[_Delivery]:
    """Write and commit the deliveries that are about to be made; what is no longer ours is left out."""
    by_organisation: dict[int, list[Job]] = defaultdict(list)
    for job in jobs:
        by_organisation[job.organisation_id].append(job)
    now = clock()
    groups = sorted(by_organisation.items())
    answers = run_errands([Errand(key, [_begin_statement(group, now)]) for key, group in groups])
    by_id = {job.id: job for job in jobs}
    begun: list[_Delivery] = []
    for (organisation_id, _group), found in zip(groups, answers, strict=True):
        try:
            begun += [_Delivery(by_id[row["publication_id"]], row["delivery_id"], now) for row in rows_of(found)]
        except DatabaseError:
            logger.exception("deliveries of organisation %s could not be begun", organisation_id)
    return begun


def _begin_statement(jobs: Sequence[Job], now: datetime) -> Statement:
    return Statement(
        _BEGIN,
        [
            [job.id for job in jobs],
            [job.claim.token for job in jobs],
            [job.provider.fingerprint(job.composition) for job in jobs],
            [job.composition.text for job in jobs],
            [len(job.composition.media) for job in jobs],
            now,
            now + WORK.lease,
        ],
    )


def _commit(delivery: _Delivery, clock: Clock) -> Ended:
    """Make the call. In a thread, without a database; whatever happens, the answer is a move."""
    job = delivery.job
    if clock() - delivery.begun_at > _CALL_WITHIN:
        return Ended(None, _not_made(delivery, clock()))
    try:
        published = job.provider.commit(job.open_account(), job.composition, job.progress, now=clock())
    except ProviderError as error:
        return Ended(error, _after(delivery, error, clock()))
    except Exception:
        # A fault of ours between the call and its answer: it may well have gone out.
        logger.exception("publication %s: the call failed in our own code", job.id)
        doubt = OutcomeUnknown("no_answer", network=job.account.network)
        return Ended(doubt, _after(delivery, doubt, clock()))
    return Ended(None, _success(delivery, published, clock()))


def _not_made(delivery: _Delivery, now: datetime) -> Move:
    """Leave a call whose moment has passed, as after a machine slept: surely not sent, so due again."""
    logger.warning("publication %s: begun too long ago to be called now", delivery.job.id)
    return Move(
        job=delivery.job,
        before=State.SENDING,
        after=State.SCHEDULED,
        available_at=now,
        delivery_id=delivery.id,
        delivery={"outcome": Outcome.POSTPONED},
    )


def _success(delivery: _Delivery, published: Published, now: datetime) -> Move:
    return Move(
        job=delivery.job,
        before=State.SENDING,
        after=State.PUBLISHED,
        published=answer(published, now=now),
        **as_fields(first_stop(delivery.job.provider, delivery.job.composition, published, now=now)),
        delivery_id=delivery.id,
        delivery={"outcome": Outcome.PUBLISHED, "http_status": 200},
        event="published",
        event_data={"network_id": published.network_id},
    )


def _after(delivery: _Delivery, error: ProviderError, now: datetime) -> Move:
    """Say what an error of the irreversible call leads to."""
    job = delivery.job
    if isinstance(error, OutcomeUnknown) or (isinstance(error, PermanentError) and error.look_first):
        return _to_look_for(delivery, error, now)
    ended: dict[str, Any] = {"delivery_id": delivery.id, "delivery": facts_of(error, trouble.outcome_of(error))}
    if isinstance(error, AuthorisationLost):
        return trouble.lost_access(job, error, before=State.SENDING, now=now, **ended)
    if isinstance(error, PermanentError):
        if error.key == "media_expired" and job.attempts < _PREPARED_AGAIN_MAX:
            return Move(
                job=job,
                before=State.SENDING,
                after=State.SCHEDULED,
                queue=Queue.MEDIA,
                available_at=now,
                counts=True,
                is_prepared=False,
                progress={},
                reason=error.key,
                **ended,
            )
        return replace(trouble.refused(replace(job, state=State.SENDING), error), **ended)
    return trouble.postponed(job, error, before=State.SENDING, now=now, **ended)


def _to_look_for(delivery: _Delivery, error: ProviderError, now: datetime) -> Move:
    """Leave the publication to the reconcile queue, once what was sent can be seen there."""
    look_first = isinstance(error, PermanentError)
    return Move(
        job=delivery.job,
        before=State.SENDING,
        after=State.OUTCOME_UNKNOWN,
        queue=Queue.RECONCILE,
        available_at=now if look_first else now + delivery.job.provider.visibility_delay,
        counts=True,
        reason=error.key,
        reason_data=trouble.reason_of(error),
        delivery_id=delivery.id,
        delivery=facts_of(error, Outcome.UNKNOWN) | {"reason_data": _reason_data(error)},
        event="outcome_unknown",
        event_data={"key": error.key},
        asks=not look_first,
    )


def _reason_data(error: ProviderError) -> dict[str, object]:
    """Return what the look needs to know: whether the network said that it has the post, and which one it is."""
    if not isinstance(error, PermanentError):
        return {**error.facts(), "look_first": False}
    return {**error.facts(), "look_first": True, "same_as": error.same_as}


def _write_down(ended: Sequence[Ended], *, now: datetime) -> None:
    """Settle a wave: what went well first and together, for it is what must not be lost."""
    settle([each.move for each in ended if each.error is None], now=now)
    troubled = [each for each in ended if each.error is not None]
    settle([each.move for each in troubled], now=now, also=lambda moves: _see_to(troubled, moves, now=now))


def _see_to(ended: Sequence[Ended], moves: Sequence[Move], *, now: datetime) -> None:
    """Stop what the same trouble would meet, for the moves that were written."""
    written = {id(move) for move in moves}
    trouble.see_to([each for each in ended if id(each.move) in written], now=now)
