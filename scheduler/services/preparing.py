"""The media queue: upload what a publication needs, ahead of its hour, and see that the network is done with it.

Everything here can be repeated. Progress is saved after each upload, through the worker's own connection: the threads
that upload have none. An upload may take as long as it takes: its lease is renewed for as long as its worker lives.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue

from integrations.budgets import Need, reserve, write_reports
from integrations.contract import Operation, Progress, Readiness
from integrations.errors import AuthorisationLost, PermanentError, ProviderError, TransientError
from lib.claims.claiming import Claim, Claimed, Clock, by_organisation
from lib.claims.heartbeat import Heartbeat
from lib.claims.loops import drain
from lib.tenancy.scope import scope
from scheduler.models import Publication, PublicationQuerySet, Queue
from scheduler.services import progress as progresses
from scheduler.services import trouble
from scheduler.services.trouble import Ended
from scheduler.services.work import Job, Move, load, settle
from scheduler.states import State

logger = logging.getLogger(__name__)

_AT_ONCE = 4

WORK = Claimed(
    function="claim_publications",
    queue=Queue.MEDIA,
    batch=_AT_ONCE,
    in_flight=16,
    lease=timedelta(minutes=1),  # renewed by heartbeat
)

_SAVED_WITHIN_SECONDS = 60


class LeaseLost(Exception):
    """Somebody took the publication back while its media were on the way: stop."""


@dataclass
class _Save:
    """A thread's wish to have its progress written, and the place where it waits for the answer."""

    job: Job
    progress: Progress
    done: "Future[bool]" = field(default_factory=Future)


def prepare_due(clock: Clock) -> int:
    """Prepare until nothing is due any more, and return how many publications were worked on."""
    return drain(WORK, prepare_claimed, clock, name="media")


def prepare_claimed(claims: Sequence[Claim], clock: Clock) -> None:
    """Take claimed publications one step further: to the publish queue, to a later check, or to their end."""
    now = clock()
    ready, moves = _sort_out(load(claims), now=now)
    if moves:
        settle(moves, now=now, also=partial(trouble.delay_accounts, queues=[Queue.MEDIA]))
    ended = _upload(ready, clock)
    finished_at = clock()
    settle(
        [each.move for each in ended],
        now=finished_at,
        also=lambda written: trouble.see_to([each for each in ended if each.move in written], now=finished_at),
    )
    write_reports(now=clock())


def _sort_out(jobs: Sequence[Job], *, now: datetime) -> tuple[list[Job], list[Move]]:
    held = {job.id: move for job in jobs if (move := trouble.hold_back(job, now)) is not None}
    ready = [job for job in jobs if job.id not in held]
    for job, later in zip(ready, reserve([_need(job) for job in ready], now=now), strict=True):
        if later is not None:
            held[job.id] = trouble.over_budget(job, budget=later.budget, until=later.until)
    return [job for job in ready if job.id not in held], list(held.values())


def _need(job: Job) -> Need:
    """Return what this step may use up: an upload is counted when it begins, and not with each look at it."""
    steps = [Operation.CHECK] if job.progress else [Operation.PREPARE, Operation.CHECK]
    units: Counter[str] = Counter()
    for step in steps:
        units.update(job.provider.cost(step, job.composition))
    return Need(
        network=job.account.network,
        account_id=job.account.network_id,
        person_id=job.account.person_id,
        units=units,
    )


def _upload(jobs: Sequence[Job], clock: Clock) -> list[Ended]:
    """Prepare and check all in threads, and write their progress here until the last one has ended."""
    if not jobs:
        return []
    wishes: SimpleQueue[_Save] = SimpleQueue()
    heartbeat = Heartbeat(WORK.lease, partial(_renew, [job.claim for job in jobs]), clock)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="upload") as pool:
        futures = [pool.submit(_step, job, wishes, clock) for job in jobs]
        while not all(each.done() for each in futures):
            _grant(wishes)
            heartbeat.beat()
        wait(futures)
    return [ended for each in futures if (ended := each.result()) is not None]


def _grant(wishes: "SimpleQueue[_Save]") -> None:
    """Write one wish, if one comes soon."""
    try:
        wish = wishes.get(timeout=0.05)
    except Empty:
        return
    try:
        wish.done.set_result(_write(wish))
    except Exception as error:  # the thread must learn of it, whatever it is
        wish.done.set_exception(error)


def _write(wish: _Save) -> bool:
    claim = wish.job.claim
    kept = progresses.seal(wish.progress, organisation_id=claim.organisation_id, publication_id=claim.id)
    with scope(organisation=claim.organisation_id):
        return _ours(claim).update(progress=kept) == 1


def _renew(claims: Sequence[Claim], until: datetime) -> None:
    """Lengthen the leases of what is still ours. Those that have ended keep theirs, which nobody minds."""
    for organisation_id, group in by_organisation(claims):
        with scope(organisation=organisation_id):
            for claim in group:
                _ours(claim).update(lease_until=until)


def _ours(claim: Claim) -> PublicationQuerySet:
    found: PublicationQuerySet = Publication.objects.filter(
        pk=claim.id, lease_token=claim.token, lease_until__isnull=False
    )
    return found


def _step(job: Job, wishes: "SimpleQueue[_Save]", clock: Clock) -> Ended | None:
    """Prepare and check one publication, in a thread. None: it is no longer ours."""

    def save(progress: Progress) -> None:
        wish = _Save(job, dict(progress))
        wishes.put(wish)
        if not wish.done.result(timeout=_SAVED_WITHIN_SECONDS):
            raise LeaseLost

    try:
        account = job.open_account()
        progress = job.provider.prepare(account, job.composition, job.progress, save=save, now=clock())
        readiness = job.provider.check(account, job.composition, progress, now=clock())
        return Ended(None, _after(job, progress, readiness, clock()))
    except LeaseLost:
        logger.info("publication %s: taken back while its media were on the way", job.id)
        return None
    except ProviderError as error:
        return Ended(error, _troubled(job, error, clock()))
    except Exception:
        logger.exception("publication %s: its media could not be prepared", job.id)
        unreadable = TransientError("media_unreadable", network=job.account.network)
        return Ended(unreadable, _troubled(job, unreadable, clock()))


def _after(job: Job, progress: Progress, readiness: Readiness, now: datetime) -> Move:
    if readiness.failed is not None:
        return trouble.refused(job, readiness.failed)
    if readiness.prepare_again:
        return _stay(job, progress, now + timedelta(seconds=1), counts=True)
    if readiness.check_after is not None:
        return _stay(job, progress, now + readiness.check_after)
    return Move(
        job=job,
        before=State.SCHEDULED,
        after=State.SCHEDULED,
        queue=Queue.PUBLISH,
        available_at=max(job.publish_at, now),
        is_prepared=True,
        progress=progress,
        event="prepared",
        event_data={"media": len(job.composition.media)},
    )


def _stay(job: Job, progress: Progress, until: datetime, *, counts: bool = False) -> Move:
    return Move(
        job=job,
        before=State.SCHEDULED,
        after=State.SCHEDULED,
        available_at=until,
        counts=counts,
        progress=progress,
        reason="media_processing",
    )


def _troubled(job: Job, error: ProviderError, now: datetime) -> Move:
    if isinstance(error, AuthorisationLost):
        return trouble.lost_access(job, error, before=State.SCHEDULED, now=now)
    if isinstance(error, PermanentError):
        return trouble.refused(job, error)
    return trouble.postponed(job, error, before=State.SCHEDULED, now=now)
