"""The end of an organisation, for its accounts: nothing goes out, then access is given back, then keys."""

from collections import Counter
from datetime import datetime

from django.db.models import Q

from integrations import vault
from integrations.models import Grant, SocialAccount
from integrations.services.disconnecting import disconnect, withdraw_if_unused
from integrations.services.lanes import hold_lanes, resume_lanes
from integrations.services.refreshing import NOT_REVOKED
from lib.tenancy.scope import scope
from privacy.terminating import GivenBack

REASON = "organisation_ends"


def pause() -> None:
    """Let nothing go out to any network. In scope."""
    hold_lanes(SocialAccount.objects.all(), reason=REASON)


def resume(now: datetime) -> None:
    """Let the work of healthy accounts go on. In scope."""
    resume_lanes(SocialAccount.objects.filter(state=SocialAccount.State.ACTIVE))


def give_back(organisation_id: int, now: datetime) -> GivenBack:
    """Disconnect every account and withdraw every grant; say how many there were, and which networks stayed silent.

    What other organisations share outside goes on for them (integrations.register). Revoking is tried for as long as
    the keys last (services.refreshing).
    """
    with scope(organisation=organisation_id):
        accounts = list(SocialAccount.objects.exclude(state=SocialAccount.State.DISCONNECTED).order_by("pk"))
    for account in accounts:
        with scope(organisation=organisation_id):
            disconnect(account, cancel_scheduled=True, now=now)
    with scope(organisation=organisation_id):
        for grant_id in list(Grant.objects.exclude(state=Grant.State.WITHDRAWN).values_list("pk", flat=True)):
            withdraw_if_unused(grant_id, now=now)
        leaving = SocialAccount.objects.filter(listening=SocialAccount.Listening.LEAVING, look_at__isnull=False)
        waiting = Grant.objects.filter(available_at__isnull=False)
        silent = Grant.objects.filter(Q(available_at__isnull=False) | Q(state_reason=NOT_REVOKED))
        return GivenBack(
            grants=int(Grant.objects.count()),
            is_over=not (leaving.exists() or waiting.exists()),
            unconfirmed=dict(Counter(silent.values_list("network", flat=True))),
        )


def destroy_keys(organisation_id: int) -> None:
    """Destroy the data keys: no sealed copy of a token opens any more, those in backups included."""
    vault.keyring().destroy(organisation_id)
