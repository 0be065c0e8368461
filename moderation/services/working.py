"""The workers of moderation actions: claim, call the network, write down how it ended.

A reply is the one call that cannot be repeated: it is marked as being sent, and that committed, before its call. When
its answer is lost it is looked for at the network, and only two looks that find nothing make it due again. All other
acts end in the same state however often they are done, so they are simply tried again.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from integrations import vault
from integrations.budgets import Need, reserve, write_reports
from integrations.contract import Account, Composition, Operation, Provider
from integrations.engagement import Act, EngagingProvider, Target
from integrations.errors import OutcomeUnknown, ProviderError, TransientError
from integrations.models import SocialAccount
from integrations.registry import engaging, provider
from lib.claims.claiming import Claim, Claimed, Clock, by_organisation
from lib.claims.loops import drain
from lib.claims.threads import CALLS_AT_ONCE, in_threads
from lib.tenancy.scope import scope
from moderation.models import Message, ModerationAction
from moderation.services import ending
from moderation.services.acting import QUEUE
from moderation.services.ending import Ended
from moderation.services.fetching import target_of
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
#: How far before an attempt other replies are told apart from ours.
_NEIGHBOURS = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A claimed action with all that its call needs."""

    claim: Claim
    action: ModerationAction
    account_id: int
    account_state: str
    account: vault.SealedAccount = field(repr=False)
    provider: Provider = field(repr=False)
    network: EngagingProvider = field(repr=False)
    known: frozenset[str] = frozenset()  # replies at the network that are other messages of ours

    @property
    def act(self) -> Act:
        return Act(self.action.act)

    @property
    def state(self) -> WayOut:
        return WayOut(self.action.state)

    @property
    def text(self) -> str:
        return self.action.reply.text if self.action.reply is not None else ""

    @property
    def target(self) -> Target:
        return target_of(self.action.message)


def moderate_due(clock: Clock) -> int:
    """Work until nothing is due any more, and return how many actions were worked on."""
    return drain(WORK, moderate_claimed, clock, name="moderate")


def moderate_claimed(claims: Sequence[Claim], clock: Clock) -> None:
    """See claimed actions through one step, whatever it brings."""
    jobs = _load(claims)
    ready, ended = _sort_out(jobs, now=clock())
    begun_at = clock()
    begun = _begin(ready, now=begun_at)
    ended += in_threads(lambda job: _call(job, begun_at, clock), begun)
    ending.settle(ended, now=clock())
    write_reports(now=clock())


def _load(claims: Sequence[Claim]) -> list[Job]:
    """Return what is still ours, organisation by organisation; one that cannot be read costs the others nothing."""
    jobs: list[Job] = []
    for organisation_id, group in by_organisation(claims):
        try:
            with scope(organisation=organisation_id):
                jobs += _load_organisation(group)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("moderation actions of organisation %s could not be loaded", organisation_id)
    return jobs


def _load_organisation(claims: Sequence[Claim]) -> list[Job]:
    by_id = {claim.id: claim for claim in claims}
    found = ModerationAction.objects.filter(pk__in=by_id, lease_until__isnull=False).select_related(
        "message__author", "message__thread", "reply", "social_account__grant"
    )
    return [
        _job(action, by_id[action.pk])
        for action in found.order_by("pk")
        if action.lease_token == by_id[action.pk].token
    ]


def _job(action: ModerationAction, claim: Claim) -> Job:
    account = action.social_account
    network = engaging(account.network)
    if network is None:
        raise LookupError(f"{account.network} neither listens nor answers")
    return Job(
        claim=claim,
        action=action,
        account_id=account.pk,
        account_state=account.state,
        account=vault.sealed_account(account),
        provider=provider(account.network),
        network=network,
        known=_known(action) if action.state == WayOut.UNKNOWN else frozenset(),
    )


def _known(action: ModerationAction) -> frozenset[str]:
    """What was written on the network itself is not among them: it may be this very reply's echo."""
    others = Message.objects.filter(
        social_account=action.social_account_id,
        origin=Message.Origin.AGENT,
        written_at__gte=_since(action) - _NEIGHBOURS,
    )
    return frozenset(others.exclude(network_id="").values_list("network_id", flat=True))


def _since(action: ModerationAction) -> datetime:
    return action.started_at or action.created_at


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
    elif job.act is Act.REPLY:
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
        if job.act is not Act.REPLY:
            job.network.act(account, job.act, job.target, now=clock())
            return ending.done(job)
        return ending.done(job, job.network.reply(account, job.target, job.text, now=clock()))
    except ProviderError as error:
        return ending.met(job, error, now=clock())
    except Exception:
        # A fault of ours between the call and its answer: a reply may well have gone out.
        logger.exception("moderation action %s: the call failed in our own code", job.action.pk)
        return ending.met(job, _own_fault(job), now=clock())


def _own_fault(job: Job) -> ProviderError:
    if job.act is Act.REPLY and job.state is WayOut.SENDING:
        return OutcomeUnknown("no_answer", network=job.account.network)
    return TransientError("unavailable", network=job.account.network)


def _look(job: Job, clock: Clock, *, account: Account) -> Ended:
    findings = job.network.find_reply(
        account, job.target, job.text, since=_since(job.action), known=job.known, now=clock()
    )
    return ending.looked(job, findings, now=clock())
