"""Taking an account away: its history stays, its access ends, at the network too once nobody else lives by it."""

from datetime import datetime

from django.db import transaction

from eventlog.services import record
from integrations import register
from integrations.events import AccountDisconnected, publish
from integrations.models import Grant, SocialAccount
from integrations.services.bells import HOUSE, TEND_GRANTS
from integrations.services.lanes import hold_lanes
from integrations.services.listening import LEAVE_WITHIN, leave_later
from lib.claims.doorbell import ring_after_commit
from live.changes import record_change


@transaction.atomic
def disconnect(account: SocialAccount, *, cancel_scheduled: bool, now: datetime) -> None:
    """Disconnect an account; its posts, figures and messages stay. Its own token is erased with this transaction.

    `cancel_scheduled`: cancel what is planned; otherwise it is held and goes on should the account come back. Where the
    network tells us of the account and nobody else uses it, the token is kept, sealed, until the network has been asked
    to stop (services.listening), and a grant that nothing lives by is given back a little later, since its end would
    take the token along.
    """
    told = SocialAccount.objects.filter(pk=account.pk, listening=SocialAccount.Listening.TOLD).exists()
    moved = SocialAccount.objects.filter(pk=account.pk).exclude(state=SocialAccount.State.DISCONNECTED)
    if not moved.update(
        state=SocialAccount.State.DISCONNECTED,
        state_reason="",
        state_changed_at=now,
        sealed=None,
        grant=None,
        look_at=None,
        listening=SocialAccount.Listening.OFF,
        listening_reason="",
    ):
        return
    hold_lanes([account], reason="account_disconnected")
    is_last = register.release(account.network, register.Kind.PRESENCE, account.network_id)
    must_leave = told and is_last
    if must_leave:
        leave_later(account, now=now)
    data = {"network": account.network, "cancel_scheduled": cancel_scheduled}
    record("integrations.account.disconnected", account, data=data)
    publish(AccountDisconnected(social_account_id=account.pk, cancel_scheduled=cancel_scheduled, at=now))
    record_change("account", account.pk, social_account=account.pk)
    if account.grant_id is not None:
        withdraw_if_unused(account.grant_id, now=now, revoke_at=now + LEAVE_WITHIN if must_leave else now)


def withdraw_if_unused(grant_id: int, *, now: datetime, revoke_at: datetime | None = None) -> None:
    """Give a grant back when none of our accounts lives by it, at `revoke_at` or at once. Call it in a transaction.

    The token is erased at once where other organisations still use the person's grant. The last one keeps it, sealed,
    until the network has been asked to revoke it (services.refreshing).
    """
    grant = Grant.objects.select_for_update().get(pk=grant_id)
    if grant.state == Grant.State.WITHDRAWN or SocialAccount.objects.filter(grant=grant).exists():
        return
    is_last = register.release(grant.network, register.Kind.PERSON, grant.outside_id)
    must_revoke = is_last and grant.sealed is not None
    grant.state, grant.state_reason, grant.state_changed_at = Grant.State.WITHDRAWN, "", now
    grant.available_at = (revoke_at or now) if must_revoke else None
    grant.lease_until, grant.attempts = None, 0
    if not must_revoke:
        grant.sealed = None
    grant.save()
    if must_revoke:
        ring_after_commit(TEND_GRANTS, queue=HOUSE)
    record("integrations.grant.withdrawn", grant, data={"network": grant.network, "revoke": must_revoke})
