"""The workers of moderation actions: claim, call the network, write down how it ended.

An answer is what cannot be repeated: it is marked as being sent, and that committed, before its call. When the call's
own answer is lost it is looked for at the network, and only two looks that find nothing make it due again. All other
acts end in the same state however often they are done, so they are simply tried again.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from integrations import vault
from integrations.budgets import Need, reserve, write_reports
from integrations.contract import Account, Composition, Operation
from integrations.engagement import Act, PrivatelyAnswering, Sent
from integrations.errors import OutcomeUnknown, PermanentError, ProviderError, TransientError
from integrations.models import SocialAccount
from lib.claims.claiming import Claim, Claimed, Clock
from lib.claims.loops import drain
from lib.claims.threads import CALLS_AT_ONCE, in_threads
from lib.tenancy.scope import scope
from moderation.models import Message, ModerationAction
from moderation.services import ending
from moderation.services.acting import QUEUE
from moderation.services.ending import Ended
from moderation.services.jobs import Job, load, since
from moderation.states import WayOut

logger = logging.getLogger(__name__)

WORK = Claimed(
    function="claim_actions",
    queue=QUEUE,
    batch=CALLS_AT_ONCE,  # all are begun before they are called, so no more than are called at once
    in_flight=40,
    lease=timedelta(seconds=90),
)

#: A call that has not started by then is not made: its lease could end, and somebody look in vain, while it is made.
_CALL_WITHIN = timedelta(seconds=10)


def moderate_due(clock: Clock) -> int:
    """Work until nothing is due any more, and return how many actions were worked on."""
    return drain(WORK, moderate_claimed, clock, name="moderate")


def moderate_claimed(claims: Sequence[Claim], clock: Clock) -> None:
    """See claimed actions through one step, whatever it brings."""
    jobs = load(claims)
    ready, ended = _sort_out(jobs, now=clock())
    begun_at = clock()
    begun = _begin(ready, now=begun_at)
    ended += in_threads(lambda job: _call(job, begun_at, clock), begun)
    ending.settle(ended, now=clock())
    write_reports(now=clock())


def _sort_out(jobs: Sequence[Job], *, now: datetime) -> tuple[list[Job], list[Ended]]:
    """Tell what can be called now from what waits for its account or for its budget."""
    held = [ending.held(job, now=now) for job in jobs if job.account_state != SocialAccount.State.ACTIVE]
    able = [job for job in jobs if job.account_state == SocialAccount.State.ACTIVE]
    rooms = reserve([_need(job) for job in able], now=now)
    ready = [job for job, later in zip(able, rooms, strict=True) if later is None]
    held += [
        ending.over_budget(job, budget=later.budget, until=later.until)
        for job, later in zip(able, rooms, strict=True)
        if later is not None
    ]
    return ready, held


def _need(job: Job) -> Need:
    if job.state is WayOut.UNKNOWN:
        units = job.provider.cost(Operation.LOOK)
    elif job.is_answer:
        units = job.provider.cost(Operation.REPLY, Composition(text=job.text))
    else:
        units = job.provider.cost(Operation.ACT)
    return Need(
        network=job.account.network,
        account_id=job.account.network_id,
        person_id=job.account.person_id,
        units=units,
    )


def _begin(jobs: Sequence[Job], *, now: datetime) -> list[Job]:
    """Mark what is about to be sent, and commit that; what is no longer ours is left out. Looks only read."""
    begun: list[Job] = []
    for organisation_id in sorted({job.claim.organisation_id for job in jobs}):
        group = [job for job in jobs if job.claim.organisation_id == organisation_id]
        with scope(organisation=organisation_id):
            begun += [job for job in group if job.state is WayOut.UNKNOWN or _mark_sending(job, now=now)]
    return begun


def _mark_sending(job: Job, *, now: datetime) -> bool:
    ours = ModerationAction.objects.filter(
        pk=job.action.pk, lease_token=job.claim.token, lease_until__isnull=False, state=WayOut.WAITING
    )
    if not ours.update(state=WayOut.SENDING, started_at=now, lease_until=now + WORK.lease):
        return False
    job.action.state, job.action.started_at = WayOut.SENDING, now
    if job.action.reply_id is not None:
        Message.objects.filter(pk=job.action.reply_id).update(way_out=WayOut.SENDING)
    return True


def _call(job: Job, begun_at: datetime, clock: Clock) -> Ended:
    """Speak to the network. In a thread, without a database; whatever happens, it has an end."""
    if clock() - begun_at > _CALL_WITHIN:
        return ending.not_made(job, now=clock())
    try:
        account = vault.open_account(job.account)
        if job.state is WayOut.UNKNOWN:
            return _look(job, clock, account=account)
        if job.is_answer:
            return ending.done(job, _answer(job, account, now=clock()))
        job.network.act(account, job.act, job.target, now=clock())
        return ending.done(job)
    except ProviderError as error:
        return ending.met(job, error, now=clock())
    except Exception:
        # A fault of ours between the call and its answer: ours may well have gone out.
        logger.exception("moderation action %s: the call failed in our own code", job.action.pk)
        return ending.met(job, _own_fault(job), now=clock())


def _own_fault(job: Job) -> ProviderError:
    if job.is_answer and job.state is WayOut.SENDING:
        return OutcomeUnknown("no_answer", network=job.account.network)
    return TransientError("unavailable", network=job.account.network)


def _answer(job: Job, account: Account, *, now: datetime) -> Sent:
    if job.act is Act.REPLY_PRIVATELY:
        return _privately(job).reply_privately(account, job.target, job.text, now=now)
    return job.network.reply(account, job.target, job.text, now=now)


def _look(job: Job, clock: Clock, *, account: Account) -> Ended:
    find = job.network.find_reply
    if job.act is Act.REPLY_PRIVATELY:
        find = _privately(job).find_private_reply
    findings = find(account, job.target, job.text, since=since(job.action), known=job.known, now=clock())
    return ending.looked(job, findings, now=clock())


def _privately(job: Job) -> PrivatelyAnswering:
    if not isinstance(job.network, PrivatelyAnswering):
        raise PermanentError("act_not_offered", network=job.account.network)
    return job.network
