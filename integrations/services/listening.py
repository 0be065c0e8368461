"""Whether a network tells us by itself what is written to an account: asked for, looked at daily, and ended.

Polling is the backstop, so nothing here stops an account: what is not told arrives later. Ending it acts on every
organisation that uses the account, so only the last one does.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from integrations import register, registry, vault
from integrations.contract import Account, Credentials, Feature
from integrations.engagement import Arrived, Confirming, EngagingProvider
from integrations.errors import ProviderError, TransientError
from integrations.models import Grant, SocialAccount
from integrations.services.bells import LOOK_AT_ACCOUNTS, SLOW
from lib.claims.doorbell import ring_after_commit
from live.changes import record_change

logger = logging.getLogger(__name__)

Listening = SocialAccount.Listening
LEAVE_WITHIN = timedelta(minutes=2)  # before the grant is given back: its end takes the account's token along
TRY_AGAIN = timedelta(minutes=30)
GIVE_UP_AFTER = timedelta(days=1)
ASKED_BACK_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Listened:
    """What came of asking a network to tell us, or to tell us no more. ``error`` None: it said yes."""

    error: ProviderError | None = None


def is_wanted(network: str, account: Account) -> bool:
    """Whether this account may listen, and its network tells by itself."""
    provider = registry.engaging(network)
    may = bool(account.features & {Feature.ENGAGE, Feature.MESSAGES})
    return provider is not None and provider.has_webhooks and may


def listen(network: str, account: Account, *, now: datetime) -> Listened | None:
    """Make sure that the network tells us of the account; None where it is not wanted. Touches no database."""
    provider = registry.engaging(network)
    if provider is None or not is_wanted(network, account):
        return None
    try:
        if not provider.is_subscribed(account, now=now):
            provider.subscribe(account, now=now)
    except ProviderError as error:
        return Listened(error=error)
    return Listened()


def note(social_account_id: int, listened: Listened | None, *, now: datetime) -> None:
    """Keep what came of it with the account. In scope; a passing disturbance changes nothing that was known."""
    row = SocialAccount.objects.select_for_update().get(pk=social_account_id)
    if row.state != SocialAccount.State.ACTIVE:
        return
    if listened is None:
        found, reason = Listening.OFF, ""
    elif listened.error is None and _never_asked_back(row, now=now):
        logger.warning("account %s is not told: its network never asked back", social_account_id)
        found, reason = Listening.POLLED, "webhook_refused"
    elif listened.error is None:
        found, reason = Listening.TOLD, ""
    elif isinstance(listened.error, TransientError) and row.listening == Listening.TOLD:
        logger.info("whether account %s is told was not learnt: %s", social_account_id, listened.error)
        return
    else:
        logger.warning("account %s is not told: %s", social_account_id, listened.error)
        found, reason = Listening.POLLED, listened.error.key
    row.listening, row.listening_reason, row.listening_checked_at = found, reason, now
    row.save(update_fields=["listening", "listening_reason", "listening_checked_at"])
    record_change("account", row.pk, social_account=row.pk)


def _never_asked_back(row: SocialAccount, *, now: datetime) -> bool:
    """Whether a network that agrees later only had its time for it and did not; the first look gives it that time."""
    provider = _confirming(registry.engaging(row.network))
    if provider is None or row.listening_checked_at is None:
        return False
    confirmed_at = row.listening_confirmed_at
    is_confirmed = confirmed_at is not None and now - confirmed_at < provider.confirmation_lasts
    return not is_confirmed and now - row.listening_checked_at >= ASKED_BACK_WITHIN


def confirm(network: str, provider: EngagingProvider, arrived: Arrived, *, now: datetime) -> None:
    """Keep that a network asked back about an account and was answered, for every organisation that has it."""
    confirming = _confirming(provider)
    if confirming is not None and (account_id := confirming.confirmed_account(arrived)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT passage.confirm_listening(%s, %s, %s)", [network, account_id, now])


def _confirming(provider: object) -> Confirming | None:
    return provider if isinstance(provider, Confirming) else None


# -- leaving -----------------------------------------------------------------------------------------------------------


def leave_later(account: SocialAccount, *, now: datetime) -> None:
    """Have the network told soon that we listen no more. ``account`` still has its token; its row has lost it.

    One that lives by its grant's token takes that along for the while: it may be the grant's last account.
    """
    sealed = account.sealed
    if sealed is None and account.grant is not None:
        sealed = _sealed_for(account, account.grant)
    SocialAccount.objects.filter(pk=account.pk).update(sealed=sealed, listening=Listening.LEAVING, look_at=now)
    ring_after_commit(LOOK_AT_ACCOUNTS, queue=SLOW)


def _sealed_for(account: SocialAccount, grant: Grant) -> bytes | None:
    """Return the grant's token sealed as the account's; None where there is none that opens."""
    try:
        credentials = vault.open_grant(grant)
    except ProviderError as error:
        logger.warning("account %s leaves without a token: %s", account.pk, error)
        return None
    purpose = vault.presence(account.network, account.network_id)
    return vault.seal(credentials, organisation_id=account.organisation_id, purpose=purpose)


def is_used_again(row: SocialAccount) -> bool:
    """Whether somebody has connected the account since; then nothing is ended. In scope."""
    if not register.is_used(row.network, register.Kind.PRESENCE, row.network_id):
        return False
    _forget(row)
    return True


def account_that_leaves(row: SocialAccount) -> Account:
    """Return what a provider takes to end its events: with the account's own token, else as the app alone."""
    if row.sealed is not None:
        return vault.account_for_calls(row)
    return Account(network_id=row.network_id, credentials=Credentials(access_token=""))


def leave(network: str, account: Account, *, now: datetime) -> Listened:
    """Ask the network to tell us no more. Touches no database."""
    provider = registry.engaging(network)
    try:
        if provider is not None:
            provider.unsubscribe(account, now=now)
    except ProviderError as error:
        return Listened(error=error)
    return Listened()


def note_left(social_account_id: int, listened: Listened | None, *, now: datetime) -> None:
    """Erase the token once the network has been told, or cannot be told any more. In scope."""
    row = SocialAccount.objects.select_for_update().get(pk=social_account_id)
    if row.listening != Listening.LEAVING:
        SocialAccount.objects.filter(pk=row.pk).update(look_at=now)  # connected again meanwhile: ask to be told anew
        return
    error = listened.error if listened else None
    if isinstance(error, TransientError) and now - row.state_changed_at < GIVE_UP_AFTER:
        SocialAccount.objects.filter(pk=row.pk).update(look_at=now + TRY_AGAIN)
        return
    if error is not None:
        logger.warning("account %s could not be unsubscribed: %s", row.pk, error)
    _forget(row)


def _forget(row: SocialAccount) -> None:
    SocialAccount.objects.filter(pk=row.pk, listening=Listening.LEAVING).update(
        sealed=None, listening=Listening.OFF, look_at=None
    )
