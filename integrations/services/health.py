"""What becomes of social accounts when their access is lost, and when it comes back."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from eventlog.services import record
from integrations import registry
from integrations.errors import AuthorisationLost, Reach
from integrations.events import AccountLost, AccountReturned, publish
from integrations.models import Grant, SocialAccount
from integrations.services.lanes import hold_lanes, resume_lanes
from live.changes import record_change

CLOCKS_APART = timedelta(hours=1)  # the network's and ours; the last access may end a little before its consent


@transaction.atomic
def mark_account_lost(
    social_account_id: int, *, error: AuthorisationLost, now: datetime, called_at: datetime | None = None
) -> None:
    """Take a network's word that it no longer accepts an access: hold what waits, and tell the rooms above.

    An error that reaches the grant takes all its accounts along. `called_at` is when the refused call began: if
    somebody has connected anew since, the refusal speaks of the former access and changes nothing.
    """
    account = SocialAccount.objects.select_related("grant").get(pk=social_account_id)
    grant = account.grant
    if called_at is not None and grant is not None and grant.granted_at > called_at:
        return
    if grant is not None and error.reach is Reach.GRANT:
        mark_grant_lost(grant, reason=_reason(grant, error, now=now), now=now, own_tokens_too=True)
    else:
        lose(SocialAccount.objects.filter(pk=account.pk), reason=error.key, now=now)


def _reason(grant: Grant, error: AuthorisationLost, *, now: datetime) -> str:
    """Return why a grant is lost: an access that expired for good did so because its consent was over."""
    ends_at = grant.consent_ends_at
    if error.refresh_may_help and ends_at is not None and now >= ends_at - CLOCKS_APART:
        return registry.provider(grant.network).consent_over
    return error.key


@transaction.atomic
def mark_grant_lost(grant: Grant, *, reason: str, now: datetime, own_tokens_too: bool) -> None:
    """Note that a grant is dead, and hold the accounts that live by it.

    `own_tokens_too`: also those with a token of their own. A person's token at Meta can run out while the tokens of
    their pages live on; then only a refused call on a page's behalf tells that the page is lost.
    """
    changed = Grant.objects.filter(pk=grant.pk).exclude(state__in=[Grant.State.LOST, Grant.State.WITHDRAWN])
    if changed.update(
        state=Grant.State.LOST,
        state_reason=reason,
        state_changed_at=now,
        available_at=None,
        lease_until=None,
    ):
        record("integrations.grant.lost", grant, data={"reason": reason, "network": grant.network})
    accounts = SocialAccount.objects.filter(grant=grant)
    lose(accounts if own_tokens_too else accounts.filter(sealed=None), reason=reason, now=now)


def bring_back(accounts: Sequence[SocialAccount], *, now: datetime, send_late: bool | None = None) -> None:
    """Open the lanes of accounts that can be spoken for again, and tell the rooms above. Call it in a transaction."""
    returned = [account for account in accounts if account.state != SocialAccount.State.ACTIVE]
    for account in returned:
        account.state, account.state_reason, account.state_changed_at = SocialAccount.State.ACTIVE, "", now
        account.save(update_fields=["state", "state_reason", "state_changed_at"])
        record("integrations.account.returned", account, data={"network": account.network})
    ids = tuple(account.pk for account in returned)
    if not ids:
        return
    resume_lanes(returned)
    publish(AccountReturned(social_account_ids=ids, send_late=send_late, at=now))
    _record_changes(returned)


def note_answered(social_account_ids: Collection[int], *, now: datetime) -> None:
    """Note that the network has just answered for these accounts."""
    SocialAccount.objects.filter(pk__in=social_account_ids).update(checked_at=now)


def lose(accounts: "QuerySet[SocialAccount]", *, reason: str, now: datetime) -> None:
    """Hold those of these accounts that were healthy, and tell the rooms above. Call it in a transaction."""
    lost = list(accounts.filter(state=SocialAccount.State.ACTIVE).order_by("pk").select_for_update())
    if not lost:
        return
    ids = tuple(account.pk for account in lost)
    SocialAccount.objects.filter(pk__in=ids).update(
        state=SocialAccount.State.LOST, state_reason=reason, state_changed_at=now, look_at=None
    )
    hold_lanes(lost, reason=reason)
    for account in lost:
        record("integrations.account.lost", account, data={"reason": reason, "network": account.network})
    publish(AccountLost(social_account_ids=ids, reason=reason, at=now))
    _record_changes(lost)


def _record_changes(accounts: Sequence[SocialAccount]) -> None:
    for account in accounts:
        record_change("account", account.pk, social_account=account.pk)
