"""The reconcile queue: a publication was sent and its answer lost, so look at the network for it.

Found: it is published. Two looks that find nothing, after the time in which the network may still hide it, prove that
it never arrived, and it is due again. What only resembles it goes to a person, with both texts side by side.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from integrations.budgets import Need, reserve, write_reports
from integrations.contract import Findings, Operation
from integrations.errors import AuthorisationLost, ProviderError, RateLimited, TransientError
from lib.addresses import web_address
from lib.claims.claiming import Claim, Claimed, Clock, wait_before_retry
from lib.claims.loops import drain
from lib.claims.threads import CALLS_AT_ONCE, in_threads
from lib.tenancy.scope import scope
from scheduler.models import Look, Publication, Queue
from scheduler.services import trouble
from scheduler.services.aftercare import as_fields, first_stop
from scheduler.services.trouble import Ended
from scheduler.services.work import Job, Move, answer, load, settle
from scheduler.states import Outcome, State

logger = logging.getLogger(__name__)

WORK = Claimed(
    function="claim_publications",
    queue=Queue.RECONCILE,
    batch=CALLS_AT_ONCE,
    in_flight=20,
    lease=timedelta(minutes=5),  # a look may read several pages
)

#: How many looks must find nothing before it counts as proven.
EMPTY_LOOKS = 2
#: After so many looks without a verdict a person is asked.
_LOOKS_MAX = 8
#: How far before the first attempt other publications' posts are told apart from ours.
_NEIGHBOURS = timedelta(days=2)
#: Behind how many posts of other organisations with the same words ours is still looked for.
_OTHERS_MAX = 5


@dataclass(frozen=True)
class _Seen:
    """One look: what to write of it, and what it leads to."""

    ended: Ended
    verdict: Look.Verdict
    sightings: Sequence[Mapping[str, Any]] = ()


def reconcile_due(clock: Clock) -> int:
    """Look until nothing is due any more, and return how many publications were looked for."""
    return drain(WORK, reconcile_claimed, clock, name="reconcile")


def reconcile_claimed(claims: Sequence[Claim], clock: Clock) -> None:
    """Look once for each of these publications."""
    now = clock()
    jobs = [job for job in load(claims) if job.delivery_id is not None]
    rooms = reserve([_need(job) for job in jobs], now=now)
    later = [
        trouble.over_budget(job, budget=room.budget, until=room.until)
        for job, room in zip(jobs, rooms, strict=True)
        if room is not None
    ]
    if later:
        settle(later, now=now)
    ready = [job for job, room in zip(jobs, rooms, strict=True) if room is None]
    known = {job.id: _known(job) for job in ready}
    seen = _look_past_others(in_threads(lambda job: _look(job, known[job.id], clock), ready), known, clock)
    finished_at = clock()
    settle(
        [each.ended.move for each in seen],
        now=finished_at,
        also=lambda moves: _write_looks(seen, moves, now=finished_at),
    )
    write_reports(now=clock())


def _look_past_others(seen: Sequence[_Seen], known: Mapping[int, Collection[str]], clock: Clock) -> list[_Seen]:
    """Look again where what was found is another organisation's, which shares the page and sent the same words."""
    return [_past_others(each, known[each.ended.move.job.id], clock) for each in seen]


def _past_others(seen: _Seen, known: Collection[str], clock: Clock) -> _Seen:
    others: set[str] = set()
    while seen.verdict is Look.Verdict.FOUND and _is_anothers(seen.ended.move):
        others.add(seen.ended.move.published["network_id"])
        if len(others) > _OTHERS_MAX:
            job = seen.ended.move.job
            return _could_not_look(job, TransientError("unavailable", network=job.account.network), clock())
        seen = _look(seen.ended.move.job, {*known, *others}, clock)
    return seen


def _is_anothers(move: Move) -> bool:
    account = move.job.account
    with scope(organisation=move.job.organisation_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT passage.post_is_anothers(%s, %s, %s)",
            [account.network, account.network_id, move.published["network_id"]],
        )
        return bool(cursor.fetchone()[0])


def _need(job: Job) -> Need:
    return Need(
        network=job.account.network,
        account_id=job.account.network_id,
        person_id=job.account.person_id,
        units=job.provider.cost(Operation.LOOK, job.composition),
    )


def _known(job: Job) -> frozenset[str]:
    """Return the posts at the network that other publications of the account are known to be."""
    with scope(organisation=job.organisation_id):
        others = Publication.objects.filter(
            social_account_id=job.account_id, published_at__gte=_since(job) - _NEIGHBOURS
        ).exclude(network_id="")
        return frozenset(others.values_list("network_id", flat=True))


def _since(job: Job) -> datetime:
    return job.looked_for_since or job.publish_at


def _look(job: Job, known: Collection[str], clock: Clock) -> _Seen:
    """Ask the network. In a thread, without a database; whatever happens, it was a look."""
    try:
        findings = _find(job, known, clock)
    except ProviderError as error:
        return _could_not_look(job, error, clock())
    except Exception:
        logger.exception("publication %s: the look failed in our own code", job.id)
        return _could_not_look(job, TransientError("unavailable", network=job.account.network), clock())
    return _judge(job, findings, clock())


def _find(job: Job, known: Collection[str], clock: Clock) -> Findings:
    """Look at the post that the network named, where it did; else, or where that is not ours, among the latest."""
    account, since = job.open_account(), _since(job)
    if named := str(job.delivery_reason.get("same_as") or ""):
        found = job.provider.find_named(account, job.composition, named, since=since, known=known, now=clock())
        if found.published is not None:
            return found
    return job.provider.find_published(account, job.composition, job.progress, since=since, known=known, now=clock())


def _judge(job: Job, findings: Findings, now: datetime) -> _Seen:
    if findings.published is not None:
        move = _move(
            job,
            State.PUBLISHED,
            published=answer(findings.published, now=_since(job)),
            delivery={"outcome": Outcome.PUBLISHED},
            event="found",
            event_data={"network_id": findings.published.network_id},
            **as_fields(first_stop(job.provider, job.composition, findings.published, now=now)),
        )
        return _Seen(Ended(None, move), Look.Verdict.FOUND)
    if findings.candidates:
        sightings = [
            {
                "network_id": each.network_id,
                "permalink": web_address(each.permalink, 500),
                "text": each.text,
                "published_at": each.published_at.isoformat(),
                "media_count": each.media_count,
            }
            for each in findings.candidates
        ]
        return _Seen(Ended(None, _ask(job, "look_alike")), Look.Verdict.ALIKE, sightings)
    if not findings.covered:
        return _Seen(Ended(None, _look_again(job, "look_too_short", now)), Look.Verdict.FAILED)
    return _Seen(Ended(None, _nothing_found(job, now)), Look.Verdict.NOTHING)


def _nothing_found(job: Job, now: datetime) -> Move:
    if job.delivery_reason.get("look_first"):
        # The network had refused it as a copy, and shows none of ours: it was refused, and stays so.
        move = _move(
            job,
            State.FAILED,
            reason=str(job.delivery_reason["key"]),
            reason_data=job.delivery_reason.get("parameters") or {},
            delivery={"outcome": Outcome.REFUSED, **_of_delivery(job)},
            event="failed",
            event_data={"key": job.delivery_reason["key"]},
        )
        return replace(move, asks=True)
    if job.empty_looks + 1 < EMPTY_LOOKS:
        return _look_again(job, "look_nothing_yet", now)
    return replace(
        _move(job, State.SCHEDULED, delivery={"outcome": Outcome.ABSENT, **_of_delivery(job)}, event="absent"),
        queue=Queue.PUBLISH,
        available_at=now,
        reason="proven_absent",
    )


def _could_not_look(job: Job, error: ProviderError, now: datetime) -> _Seen:
    if isinstance(error, AuthorisationLost):
        move = trouble.lost_access(job, error, before=State.OUTCOME_UNKNOWN, now=now)
    elif isinstance(error, RateLimited):
        move = trouble.postponed(job, error, before=State.OUTCOME_UNKNOWN, now=now)
    else:
        move = _look_again(job, error.key, now)
    return _Seen(Ended(error, move), Look.Verdict.FAILED)


def _look_again(job: Job, reason: str, now: datetime) -> Move:
    """Look once more, each time later; after many looks without a verdict ask a person."""
    if job.looks + 1 >= _LOOKS_MAX:
        return _ask(job, reason)
    until = now + wait_before_retry(job.looks + 1)
    return replace(_move(job, State.OUTCOME_UNKNOWN, reason=reason), available_at=until, delivery_id=None)


def _ask(job: Job, reason: str) -> Move:
    move = _move(job, State.OUTCOME_UNKNOWN, reason=reason, event="asked", event_data={"key": reason})
    return replace(move, asks=True, delivery_id=None)


def _move(job: Job, after: State, **fields: Any) -> Move:
    return Move(job=job, before=State.OUTCOME_UNKNOWN, after=after, delivery_id=job.delivery_id, **fields)


def _of_delivery(job: Job) -> dict[str, Any]:
    """Return what its delivery knows already, to be written again beside the new outcome."""
    facts = job.delivery_reason
    return {
        "http_status": facts.get("status"),
        "code": facts.get("code", ""),
        "reason": facts.get("key", ""),
        "reason_data": dict(facts),
    }


def _write_looks(seen: Sequence[_Seen], moves: Sequence[Move], *, now: datetime) -> None:
    written = {id(move) for move in moves}
    ours = [each for each in seen if id(each.ended.move) in written]
    Look.objects.bulk_create(
        Look(
            delivery_id=each.ended.move.job.delivery_id,
            looked_at=now,
            verdict=each.verdict,
            sightings=list(each.sightings),
        )
        for each in ours
        if each.ended.move.job.delivery_id is not None
    )
    trouble.see_to([each.ended for each in ours], now=now)
