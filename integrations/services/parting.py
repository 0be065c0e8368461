"""The end of an organisation, for its accounts: nothing goes out, then access is given back, then keys."""

from datetime import datetime

from integrations import vault
from integrations.models import Grant, SocialAccount
from integrations.services.disconnecting import disconnect, withdraw_if_unused
from integrations.services.lanes import hold_lanes, resume_lanes
from lib.tenancy.scope import scope

REASON = "organisation_ends"


def pause() -> None:
    """Let nothing go out to any network. In scope."""
    hold_lanes(SocialAccount.objects.all(), reason=REASON)


def resume(now: datetime) -> None:
    """Let the work of healthy accounts go on. In scope."""
    resume_lanes(SocialAccount.objects.filter(state=SocialAccount.State.ACTIVE))


def give_back(organisation_id: int, now: datetime) -> int | None:
    """Disconnect every account and withdraw every grant; return how many grants, None while networks are being told.

    What other organisations share outside goes on for them (integrations.register).
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
        if leaving.exists() or waiting.exists():
            return None
        return int(Grant.objects.count())


def destroy_keys(organisation_id: int) -> None:
    """Destroy the data keys: no sealed copy of a token opens any more, those in backups included."""
    vault.keyring().destroy(organisation_id)
