"""Keeping grants alive, and giving them back: the work of grants.

A claim leases the row and commits; the call is made in a thread without a database connection; its answer is stored at
once, in a transaction of its own, and only if nobody has stored newer tokens meanwhile (`token_version`). Where a
refresh ends the token it used, a lost answer leaves the grant *unknown*: the next try finds out, since the network
either takes the old token, so the first try never arrived, or refuses it, so only a person can connect anew.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import Organisation
from eventlog.services import record
from integrations import register, registry, vault
from integrations.contract import Credentials
from integrations.errors import AuthorisationLost, OutcomeUnknown, ProviderError, RateLimited, Reach
from integrations.models import Grant, SocialAccount
from integrations.services.bells import HOUSE, TEND_GRANTS
from integrations.services.health import bring_back, mark_grant_lost
from lib.claims.doorbell import ring_after_commit
from lib.tenancy.scope import scope
from live.changes import record_change

logger = logging.getLogger(__name__)

REFRESH_AT = 0.7  # of an access's life
LEASE = timedelta(minutes=2)  # longer than a call can take
BATCH = 20
CALLS_AT_ONCE = 8
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
JUST_REFRESHED = timedelta(minutes=1)
LAST_STRETCH = timedelta(hours=1)
TRY_AGAIN_IN = timedelta(seconds=15)
REVOKE_TRIES = 12  # about half a day; then the token is erased all the same
NOT_REVOKED = "not_revoked"  # why a withdrawn grant may live on at its network


@dataclass(frozen=True, kw_only=True)
class _Work:
    """One grant's work, taken out of its row so that no transaction stays open around the call."""

    organisation_id: int
    grant_id: int
    network: str
    person_id: str
    lease_token: int
    token_version: int
    attempts: int
    is_revocation: bool
    credentials: Credentials = field(repr=False)


def refresh_due_at(credentials: Credentials, *, network: str, now: datetime) -> datetime | None:
    """Return when credentials obtained now are to be refreshed: at 70 % of their life; None where they cannot be."""
    if credentials.expires_at is None:
        return None
    if registry.provider(network).rotates_refresh_tokens and not credentials.refresh_token:
        return None  # the person refused offline access
    ends_at = credentials.consent_ends_at
    if ends_at is not None and credentials.expires_at >= ends_at - LAST_STRETCH:
        return None  # it lasts as long as the consent does: only a person can give more
    return now + (credentials.expires_at - now) * REFRESH_AT


def ask_for_refresh(social_account_id: int, *, now: datetime) -> datetime | None:
    """Have an account's grant refreshed as soon as possible; return when to try again what was refused.

    None: a refresh cannot help. The token is the account's own, was renewed a moment ago, or the grant is lost.
    """
    account = SocialAccount.objects.filter(pk=social_account_id).select_related("grant").get()
    grant = account.grant
    if grant is None or account.sealed is not None or grant.state not in {Grant.State.ACTIVE, Grant.State.UNKNOWN}:
        return None
    if grant.available_at is None:
        return None
    if grant.refreshed_at is not None and now - grant.refreshed_at < JUST_REFRESHED:
        return None
    if grant.state == Grant.State.ACTIVE and grant.attempts == 0:
        Grant.objects.filter(pk=grant.pk, available_at__gt=now).update(available_at=now)
        ring_after_commit(TEND_GRANTS, queue=HOUSE)
    # A refresh that is being tried again has its own hour; before it there is no use in asking.
    return max(now + TRY_AGAIN_IN, grant.available_at if grant.attempts else now)


def tend_grants(*, now: datetime) -> int:
    """Do the work of up to 20 grants and return how many were taken. Call it outside any scope."""
    works = [work for claim in _claim(now) if (work := _begin(*claim, now=now)) is not None]
    if not works:
        return 0
    with ThreadPoolExecutor(max_workers=CALLS_AT_ONCE) as pool:
        calls = {pool.submit(_call, work, now): work for work in works}
        for call in as_completed(calls):
            _finish(calls[call], call.result(), now=now)
    return len(works)


def _claim(now: datetime) -> Sequence[tuple[int, int, int, bool]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT grant_id, organisation_id, lease_token, expired FROM passage.claim_grants(%s, %s::interval, %s)",
            [BATCH, str(LEASE), now],
        )
        rows: Sequence[tuple[int, int, int, bool]] = cursor.fetchall()
    return rows


def _begin(grant_id: int, organisation_id: int, lease_token: int, expired: bool, *, now: datetime) -> _Work | None:
    with scope(organisation=organisation_id):
        grant = Grant.objects.get(pk=grant_id)
        is_revocation = grant.state == Grant.State.WITHDRAWN
        if expired and not is_revocation and registry.provider(grant.network).rotates_refresh_tokens:
            _mark_unknown(grant, reason="refresh_no_answer", now=now)
        if is_revocation and register.is_used(grant.network, register.Kind.PERSON, grant.outside_id):
            _let_go(grant)  # somebody has connected through this person since: theirs must not be cut
            return None
        try:
            credentials = vault.open_grant(grant)
        except AuthorisationLost:
            Grant.objects.filter(pk=grant.pk).update(available_at=None, lease_until=None)
            return None
        except ProviderError as error:
            _put_off(grant, error, now=now)
            return None
        return _Work(
            organisation_id=organisation_id,
            grant_id=grant.pk,
            network=grant.network,
            person_id=grant.outside_id,
            lease_token=lease_token,
            token_version=grant.token_version,
            attempts=grant.attempts,
            is_revocation=is_revocation,
            credentials=credentials,
        )


def _call(work: _Work, now: datetime) -> Credentials | ProviderError | None:
    """Make the one call; runs in a thread and touches no database."""
    provider = registry.provider(work.network)
    try:
        if work.is_revocation:
            provider.revoke(work.credentials, person_id=work.person_id, now=now)
            return None
        return provider.refresh(work.credentials, now=now)
    except ProviderError as error:
        return error


def _finish(work: _Work, result: Credentials | ProviderError | None, *, now: datetime) -> None:
    with scope(organisation=work.organisation_id):
        grant = Grant.objects.select_for_update().get(pk=work.grant_id)
        if grant.token_version != work.token_version:
            # Somebody reconnected, or refreshed, meanwhile: what they stored is newer than what we hold.
            Grant.objects.filter(pk=grant.pk, lease_token=work.lease_token).update(lease_until=None)
        elif work.is_revocation:
            _finish_revocation(grant, result, now=now)
        elif isinstance(result, Credentials):
            _store(grant, work.credentials, result, now=now)
        elif isinstance(result, AuthorisationLost):
            mark_grant_lost(grant, reason=result.key, now=now, own_tokens_too=False)
        elif isinstance(result, OutcomeUnknown):
            _mark_unknown(grant, reason=result.key, now=now)
            _put_off(grant, result, now=now)
        elif isinstance(result, ProviderError):
            _put_off(grant, result, now=now)


def _store(grant: Grant, before: Credentials, after: Credentials, *, now: datetime) -> None:
    """Keep new tokens; an empty one never takes the place of one that is there."""
    kept = replace(
        after,
        access_token=after.access_token or before.access_token,
        refresh_token=after.refresh_token or before.refresh_token,
        scopes=after.scopes or before.scopes,
        consent_ends_at=after.consent_ends_at or before.consent_ends_at,
    )
    purpose = vault.person(grant.network, grant.outside_id)
    grant.sealed = vault.seal(kept, organisation_id=grant.organisation_id, purpose=purpose)
    grant.token_version += 1
    grant.expires_at, grant.refreshed_at, grant.consent_ends_at = kept.expires_at, now, kept.consent_ends_at
    grant.available_at = refresh_due_at(kept, network=grant.network, now=now)
    grant.lease_until, grant.attempts = None, 0
    was_lost_for = grant.state_reason
    if grant.state != Grant.State.ACTIVE:
        grant.state, grant.state_reason, grant.state_changed_at = Grant.State.ACTIVE, "", now
        record("integrations.grant.returned", grant, data={"network": grant.network})
    grant.save()
    living_by_it = list(SocialAccount.objects.filter(grant=grant, sealed=None).order_by("pk"))
    SocialAccount.objects.filter(pk__in=[account.pk for account in living_by_it]).update(checked_at=now)
    # An account lost for a reason of its own (a role) is not mended by new tokens.
    bring_back([each for each in living_by_it if was_lost_for and each.state_reason == was_lost_for], now=now)


def _mark_unknown(grant: Grant, *, reason: str, now: datetime) -> None:
    moved = Grant.objects.filter(pk=grant.pk, state=Grant.State.ACTIVE)
    if moved.update(state=Grant.State.UNKNOWN, state_reason=reason, state_changed_at=now):
        record("integrations.grant.unknown", grant, data={"reason": reason, "network": grant.network})
        for account_id in SocialAccount.objects.filter(grant=grant).values_list("pk", flat=True):
            record_change("account", account_id, social_account=account_id)
    grant.refresh_from_db(fields=["state", "state_reason", "state_changed_at"])


def _put_off(grant: Grant, error: ProviderError, *, now: datetime) -> None:
    logger.warning("grant %s of organisation %s put off: %s", grant.pk, grant.organisation_id, error)
    wait = min(SHORTEST_WAIT * 2 ** min(max(grant.attempts - 1, 0), 20), LONGEST_WAIT)
    until = error.reset_at if isinstance(error, RateLimited) else None
    Grant.objects.filter(pk=grant.pk).update(available_at=max(until or now, now + wait), lease_until=None)


def _finish_revocation(grant: Grant, result: Credentials | ProviderError | None, *, now: datetime) -> None:
    # A token that is not accepted for this one call lives on at the network; one that is dead speaks for its grant.
    dead_already = isinstance(result, AuthorisationLost) and result.reach is Reach.GRANT
    if not isinstance(result, ProviderError) or dead_already:
        record("integrations.grant.revoked", grant, data={"network": grant.network})
        _let_go(grant)
    elif grant.attempts >= REVOKE_TRIES and not _is_ending(grant):
        logger.error("grant %s of organisation %s could not be revoked: %s", grant.pk, grant.organisation_id, result)
        record("integrations.grant.revocation_failed", grant, data={"network": grant.network, "reason": result.key})
        Grant.objects.filter(pk=grant.pk).update(state_reason=NOT_REVOKED)
        _let_go(grant)
    else:
        _put_off(grant, result, now=now)


def _is_ending(grant: Grant) -> bool:
    """Whether its organisation is being ended: then it is tried until the keys go, and the certificate tells."""
    return Organisation.objects.filter(pk=grant.organisation_id, closed_at__isnull=False).exists()


def _let_go(grant: Grant) -> None:
    """Erase the token: nothing is to be done with it any more."""
    Grant.objects.filter(pk=grant.pk).update(sealed=None, available_at=None, lease_until=None, attempts=0)
