"""Claimed moderation actions, each with all that its call needs: read in the organisation's scope, used outside it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from integrations import vault
from integrations.contract import Provider
from integrations.engagement import ANSWERS, Act, EngagingProvider, Target
from integrations.registry import engaging, provider
from lib.claims.claiming import Claim, by_organisation
from lib.tenancy.scope import scope
from moderation.models import Message, ModerationAction
from moderation.services.fetching import target_of
from moderation.states import WayOut

logger = logging.getLogger(__name__)

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
    known: frozenset[str] = frozenset()  # answers at the network that are other messages of ours

    @property
    def act(self) -> Act:
        return Act(self.action.act)

    @property
    def is_answer(self) -> bool:
        return self.act in ANSWERS

    @property
    def state(self) -> WayOut:
        return WayOut(self.action.state)

    @property
    def text(self) -> str:
        return self.action.reply.text if self.action.reply is not None else ""

    @property
    def target(self) -> Target:
        return target_of(self.action.message)


def load(claims: Sequence[Claim]) -> list[Job]:
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
        written_at__gte=since(action) - _NEIGHBOURS,
    )
    return frozenset(others.exclude(network_id="").values_list("network_id", flat=True))


def since(action: ModerationAction) -> datetime:
    """Return when what may have been sent was first about to be."""
    return action.started_at or action.created_at
