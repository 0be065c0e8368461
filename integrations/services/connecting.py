"""Connecting an account: to the network and back, then choosing what to connect.

`start` and `choose` write in the organisation's scope. `arrive` opens its scopes itself, because it calls the network
in between and no transaction may stay open around a call.
"""

import hashlib
import json
import logging
import secrets
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from eventlog.services import record
from integrations import register, registry, vault
from integrations.contract import Credentials, Feature, GrantedAccess, Presence, acts_as
from integrations.errors import AuthorisationLost, PermanentError, ProviderError, TransientError
from integrations.models import ConnectAttempt, ConnectLink, Grant, SocialAccount
from integrations.services.access import open_to_member
from integrations.services.bells import HOUSE, LOOK_AT_ACCOUNTS, SLOW, TEND_GRANTS
from integrations.services.disconnecting import withdraw_if_unused
from integrations.services.health import bring_back, lose
from integrations.services.refreshing import refresh_due_at
from lib.claims.doorbell import ring_after_commit
from lib.tenancy.scope import require_organisation_id, scope

logger = logging.getLogger(__name__)

# What this product does today; asking for more would break networks' terms. What is refused is left out, not missed.
FEATURES = frozenset(Feature)
BACK_WITHIN = timedelta(minutes=10)
CHOOSE_WITHIN = timedelta(hours=1)
PRESENCES_MAX = 5_000
REVOKED_WITHIN_SECONDS = 20
_SAID_AS_THEY_ARE = {"access_lost", "app_misconfigured", "permission_missing"}
Step = ConnectAttempt.Step


@dataclass(frozen=True, kw_only=True)
class Departure:
    """Where to send the person, and what the session must remember to recognise them when they return."""

    url: str = field(repr=False)
    state_hash: str
    attempt_id: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """One presence that a grant reaches, as it was when the person came back; kept sealed until they have chosen."""

    network_id: str
    name: str
    handle: str
    picture_url: str
    permalink: str
    able: frozenset[str]
    details: Mapping[str, str]
    credentials: Credentials | None = field(repr=False)


def hash_state(state: str) -> str:
    """Return what is kept of a state parameter: whoever reads the database or a session cannot use it."""
    return hashlib.sha256(state.encode()).hexdigest()


# -- leaving -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def start(
    network: str,
    *,
    user: User | None,
    redirect_uri: str,
    now: datetime,
    account: SocialAccount | None = None,
    send_late: bool | None = None,
    link: ConnectLink | None = None,
) -> Departure:
    """Begin to connect, or with `account` to reconnect that one and no other. Who has no user comes by a `link`."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    state_hash = hash_state(state)
    attempt = ConnectAttempt.objects.create(
        network=network,
        user=user,
        link=link,
        social_account=account,
        send_late=send_late,
        state_hash=state_hash,
        started_at=now,
        sealed=vault.seal_text(verifier, organisation_id=require_organisation_id(), purpose=_purpose(state_hash)),
    )
    url = registry.provider(network).authorisation_url(
        redirect_uri=redirect_uri, state=state, code_verifier=verifier, features=FEATURES
    )
    return Departure(url=url, state_hash=state_hash, attempt_id=attempt.pk)


# -- coming back -------------------------------------------------------------------------------------------------------


def arrive(
    attempt_id: int,
    *,
    organisation_id: int,
    user_id: int | None,
    code: str,
    denied: bool,
    redirect_uri: str,
    now: datetime,
) -> None:
    """Take a person back from the network; how it went stands in the attempt. Call it outside any scope.

    The state was checked by the caller. A second arrival with it, or a late one, finds the attempt used and changes
    nothing.
    """
    with scope(organisation=organisation_id, user=user_id):
        mine = Q(user=None) if user_id is None else Q(user_id=user_id)
        attempt = ConnectAttempt.objects.select_for_update().get(mine, pk=attempt_id)
        verifier = _use(attempt, denied=denied or not code, now=now)
    if verifier is None:
        return
    network = attempt.network
    provider = registry.provider(network)
    try:
        access = provider.exchange_code(
            code=code, redirect_uri=redirect_uri, code_verifier=verifier, features=FEATURES, now=now
        )
    except ProviderError as error:
        logger.info("connecting to %s failed: %s", network, error)
        with scope(organisation=organisation_id, user=user_id):
            _fail(attempt_id, _reason_of(error), {})
        return
    person_id = access.person_id
    with scope(organisation=organisation_id, user=user_id):
        _announce(attempt_id, network, person_id)
    presences: list[Presence] = []
    try:
        _let_revocation_end(network, person_id, now=now)
        presences += islice(provider.list_presences(access.credentials, now=now), PRESENCES_MAX)
    except ProviderError as error:
        logger.info("connecting to %s failed: %s", network, error)
        with scope(organisation=organisation_id, user=user_id):
            _fail(attempt_id, _reason_of(error), {})
            _give_back(network, access, now=now)
        return
    with scope(organisation=organisation_id, user=user_id):
        if not _settle(attempt_id, access, presences, now=now):
            _give_back(network, access, now=now)


def _use(attempt: ConnectAttempt, *, denied: bool, now: datetime) -> str | None:
    """Use an attempt up, once, and return its verifier; None where it ends here."""
    if attempt.step != Step.AWAY or attempt.sealed is None:
        return None
    sealed, attempt.sealed = bytes(attempt.sealed), None
    in_time = now - attempt.started_at <= BACK_WITHIN
    # Until the network has answered: should this process die now, the person reads that it was interrupted.
    attempt.step, attempt.reason = Step.FAILED, "connect_interrupted"
    if denied or not in_time:
        attempt.reason = "connect_denied" if denied else "connect_late"
    attempt.save()
    if denied or not in_time:
        return None
    return vault.open_text(sealed, organisation_id=attempt.organisation_id, purpose=_purpose(attempt.state_hash))


def _announce(attempt_id: int, network: str, person_id: str) -> None:
    """Note that we use this person, before anything is kept: no revocation begins from now on.

    The attempt remembers whom, so that a process that dies here leaves nobody in the register for ever (`tidy`).
    """
    register.use(network, register.Kind.PERSON, [person_id])
    ConnectAttempt.objects.filter(pk=attempt_id).update(reason_data={"person_id": person_id})


def _let_revocation_end(network: str, person_id: str, *, now: datetime) -> None:
    """Wait until a revocation that had begun before is over. Whether it took ours along, the next call tells.

    Raises TransientError when it takes too long for somebody who waits in front of a browser.
    """
    deadline = time.monotonic() + REVOKED_WITHIN_SECONDS
    while register.is_being_revoked(network, person_id, now=now):
        if time.monotonic() > deadline:
            raise TransientError("unavailable", network=network)
        time.sleep(0.2)


def _settle(attempt_id: int, access: GrantedAccess, presences: Sequence[Presence], *, now: datetime) -> bool:
    """Decide what the new access is good for and keep it; return False when it is not kept."""
    attempt = ConnectAttempt.objects.select_related("social_account", "user", "link__created_by").get(pk=attempt_id)
    wanted = attempt.social_account
    if not presences:
        _fail(attempt_id, "connect_no_presence", {})
        return False
    if wanted is not None and wanted.network_id not in {each.network_id for each in presences}:
        found = [(each.handle and f"@{each.handle}") or each.name for each in presences[:3]]
        _fail(attempt_id, "connect_wrong_person", {"found": ", ".join(found), "allowed": wanted.title})
        return False
    grant = _keep(access, attempt, now=now)
    found_ones = [_found(each) for each in presences]
    _renew(grant, attempt, found_ones, now=now)
    attempt.grant, attempt.reason, attempt.reason_data = grant, "", {}
    if attempt.link_id is not None:
        ConnectLink.objects.filter(pk=attempt.link_id).update(used_at=now)
    if wanted is not None:
        attempt.step = Step.DONE
    elif [each.network_id for each in presences] == [acts_as(access.person_id)]:
        connect_found(
            grant, found_ones, user=_beneficiary(attempt), now=now
        )  # a network where the person is the account leaves nothing to choose
        attempt.step = Step.DONE
    else:
        attempt.step = Step.CHOOSING
        attempt.sealed = _seal_found(found_ones, attempt)
    attempt.save()
    return True


def _called(presence: Presence, person_id: str) -> str:
    is_person = presence.network_id == person_id
    return f"@{presence.handle}" if is_person and presence.handle else presence.name


def _keep(access: GrantedAccess, attempt: ConnectAttempt, *, now: datetime) -> Grant:
    """Store what a person has granted; one who granted before keeps their row, and no token is overwritten by none."""
    network, person_id = attempt.network, access.person_id
    grant = Grant.objects.select_for_update().filter(network=network, outside_id=person_id).first()
    grant = grant or Grant(network=network, outside_id=person_id, token_version=0)
    credentials = _not_poorer(access.credentials, grant)
    grant.sealed = vault.seal(
        credentials, organisation_id=attempt.organisation_id, purpose=vault.person(network, person_id)
    )
    grant.name = access.person_name or grant.name
    grant.token_version += 1
    grant.scopes, grant.missing_scopes = sorted(credentials.scopes), sorted(access.missing)
    grant.state, grant.state_reason, grant.state_changed_at = Grant.State.ACTIVE, "", now
    grant.granted_by, grant.granted_at = attempt.user, now
    grant.expires_at, grant.refreshed_at = credentials.expires_at, now
    grant.consent_ends_at, grant.consent_told_days = credentials.consent_ends_at, None
    grant.available_at = refresh_due_at(credentials, network=network, now=now)
    grant.lease_until, grant.attempts = None, 0
    grant.save()
    register.use(network, register.Kind.PERSON, [person_id])
    record("integrations.grant.given", grant, data={"network": network, "missing": grant.missing_scopes})
    return grant


def _not_poorer(new: Credentials, grant: Grant) -> Credentials:
    """Return the new credentials, with the former refresh token where the network gave none this time."""
    if new.refresh_token or grant.sealed is None:
        return new
    try:
        former = vault.open_grant(grant)
    except ProviderError:
        return new
    return replace(new, refresh_token=former.refresh_token)


def _renew(grant: Grant, attempt: ConnectAttempt, found: Iterable[Found], *, now: datetime) -> None:
    """Give fresh access to the accounts that lived by this grant, were lost, or are being reconnected.

    An account that works through somebody else's grant is left alone: it changes hands only when it is chosen.
    """
    by_id = {each.network_id: each for each in found}
    known = SocialAccount.objects.filter(network=grant.network, network_id__in=by_id).order_by("pk").select_for_update()
    renewed = [
        account
        for account in known
        if account.pk == attempt.social_account_id
        or account.state == SocialAccount.State.LOST
        or (account.grant_id == grant.pk and account.state == SocialAccount.State.ACTIVE)
    ]
    pairs = [(account, by_id[account.network_id]) for account in renewed]
    _take_over(pairs, grant, now=now, send_late=attempt.send_late)
    if len(by_id) < PRESENCES_MAX:  # otherwise the network may reach more than was read
        lose(SocialAccount.objects.filter(grant=grant).exclude(network_id__in=by_id), reason="presence_gone", now=now)


def _give_back(network: str, access: GrantedAccess, *, now: datetime) -> None:
    """Have an access revoked that we have no use for, unless somebody lives by the same person's grant.

    It becomes a withdrawn grant, whose revocation is work like any other: tried until it is done, and seen by others.
    """
    person_id = access.person_id
    grant = Grant.objects.select_for_update().filter(network=network, outside_id=person_id).first()
    if grant is not None and grant.state != Grant.State.WITHDRAWN:
        return
    if not register.release(network, register.Kind.PERSON, person_id):
        return
    grant = grant or Grant(network=network, outside_id=person_id, name=access.person_name, token_version=0)
    purpose = vault.person(network, person_id)
    grant.sealed = vault.seal(access.credentials, organisation_id=require_organisation_id(), purpose=purpose)
    grant.token_version += 1
    grant.state, grant.state_changed_at = Grant.State.WITHDRAWN, now
    grant.available_at, grant.lease_until, grant.attempts = now, None, 0
    grant.save()
    ring_after_commit(TEND_GRANTS, queue=HOUSE)


def _reason_of(error: ProviderError) -> str:
    """Return the sentence for somebody who connects: what networks refuse is mostly worded for posts."""
    if error.key in _SAID_AS_THEY_ARE:
        return error.key
    return "connect_failed" if isinstance(error, PermanentError | AuthorisationLost) else "connect_unreachable"


def _fail(attempt_id: int, reason: str, data: Mapping[str, str]) -> None:
    ConnectAttempt.objects.filter(pk=attempt_id).update(
        step=Step.FAILED, reason=reason, reason_data=dict(data), sealed=None
    )


# -- choosing ----------------------------------------------------------------------------------------------------------


def found_by(attempt: ConnectAttempt, *, now: datetime) -> list[Found]:
    """Return what an attempt found, in the network's order.

    Nothing once the hour for choosing is over, or once the grant was given back because its last account was
    disconnected meanwhile: the tokens in the list died with it.
    """
    if attempt.step != Step.CHOOSING or attempt.sealed is None or now - attempt.started_at > CHOOSE_WITHIN:
        return []
    if attempt.grant is None or attempt.grant.state == Grant.State.WITHDRAWN:
        return []
    text = vault.open_text(
        bytes(attempt.sealed), organisation_id=attempt.organisation_id, purpose=_purpose(attempt.state_hash)
    )
    return [_from_facts(facts) for facts in json.loads(text)]


@transaction.atomic
def choose(attempt: ConnectAttempt, network_ids: Collection[str], *, now: datetime) -> list[SocialAccount]:
    """Connect the chosen presences of an attempt and return them; ids that the grant does not reach are left out."""
    if attempt.grant_id is None:
        return []
    attempt.grant = Grant.objects.select_for_update().get(pk=attempt.grant_id)
    chosen = [each for each in found_by(attempt, now=now) if each.network_id in network_ids]
    return connect_found(attempt.grant, chosen, user=_beneficiary(attempt), now=now)


def connect_found(grant: Grant, found: Sequence[Found], *, user: User | None, now: datetime) -> list[SocialAccount]:
    """Connect presences through a grant: new ones get a row, former ones their own row back, with its history.

    A member who may work with chosen accounts only may work with the new ones they have just brought, or had brought.
    """
    pairs, new = [], []
    for each in found:
        account, is_new = _row_of(each, grant, now=now)
        pairs.append((account, each))
        new += [account] if is_new else []
    _take_over(pairs, grant, now=now)
    if user is not None:
        open_to_member(user, new)
    return [account for account, _ in pairs]


def _beneficiary(attempt: ConnectAttempt) -> User | None:
    """Return the member for whom an attempt connects: who made it, or who made the link it came by."""
    return attempt.user or (attempt.link.created_by if attempt.link is not None else None)


def _row_of(found: Found, grant: Grant, *, now: datetime) -> tuple[SocialAccount, bool]:
    account: SocialAccount
    account, is_new = SocialAccount.objects.select_for_update().get_or_create(
        network=grant.network,
        network_id=found.network_id,
        defaults={"name": found.name[:200], "grant": grant, "connected_at": now, "state_changed_at": now},
    )
    if is_new:
        record("integrations.account.connected", account, data={"network": grant.network})
    elif account.state == SocialAccount.State.DISCONNECTED:
        account.connected_at = now
    return account, is_new


def _take_over(
    pairs: Sequence[tuple[SocialAccount, Found]], grant: Grant, *, now: datetime, send_late: bool | None = None
) -> None:
    """Let accounts live by this grant from now on, and give back the grants that nothing lives by any more."""
    former_grants = {account.grant_id for account, _ in pairs if account.grant_id not in {None, grant.pk}}
    for account, found in pairs:
        _write(account, found, grant, now=now)
    register.use(grant.network, register.Kind.PRESENCE, [found.network_id for _, found in pairs])
    bring_back([account for account, _ in pairs], now=now, send_late=send_late)
    ring_after_commit(LOOK_AT_ACCOUNTS, queue=SLOW)  # for their pictures
    for grant_id in sorted(former_grants):
        withdraw_if_unused(grant_id, now=now)


def _write(account: SocialAccount, found: Found, grant: Grant, *, now: datetime) -> None:
    """Bring an account's row up to date with what its network says, its token included."""
    purpose = vault.presence(account.network, account.network_id)
    own = found.credentials
    account.grant = grant
    account.sealed = vault.seal(own, organisation_id=grant.organisation_id, purpose=purpose) if own else None
    account.name, account.handle = found.name[:200], found.handle[:100]
    account.picture_url, account.permalink = found.picture_url[:1000], found.permalink[:500]
    account.details = dict(found.details)
    account.kind = "profile" if account.network_id == grant.outside_id else "page"
    account.capabilities = sorted(_able(found, grant))
    account.checked_at, account.look_at = now, now
    account.listening, account.listening_reason = SocialAccount.Listening.OFF, ""  # the look asks the network
    account.save()


def _able(found: Found, grant: Grant) -> set[str]:
    """What the person's role allows and their grant covers."""
    scopes = registry.provider(grant.network).scopes
    return {feature for feature in found.able if scopes.get(Feature(feature), frozenset()) <= set(grant.scopes)}


# -- tidying -----------------------------------------------------------------------------------------------------------


def tidy(*, now: datetime) -> None:
    """Erase attempts that are over, and give back grants through which nothing was connected. In scope."""
    over = ConnectAttempt.objects.filter(started_at__lt=now - CHOOSE_WITHIN)
    unused = Grant.objects.filter(
        state__in=[Grant.State.ACTIVE, Grant.State.UNKNOWN, Grant.State.LOST],
        granted_at__lt=now - CHOOSE_WITHIN,
        social_accounts=None,
    )
    for grant_id in unused.order_by("pk").values_list("pk", flat=True):
        withdraw_if_unused(grant_id, now=now)
    _forget_announced(over)
    over.delete()


def _forget_announced(attempts: Iterable[ConnectAttempt]) -> None:
    """Take those out of the register whose connection was interrupted before it was decided what becomes of it."""
    for attempt in attempts:
        person_id = attempt.reason_data.get("person_id")
        live = Grant.objects.filter(network=attempt.network, outside_id=person_id).exclude(state=Grant.State.WITHDRAWN)
        if person_id and not live.exists():
            register.release(attempt.network, register.Kind.PERSON, person_id)


# -- as JSON, to be sealed ---------------------------------------------------------------------------------------------


def _found(presence: Presence) -> Found:
    return Found(
        network_id=presence.network_id,
        name=presence.name,
        handle=presence.handle,
        picture_url=presence.picture_url,
        permalink=presence.permalink,
        able=frozenset(feature.value for feature in presence.able),
        details=dict(presence.details),
        credentials=presence.credentials,
    )


def _seal_found(found: Sequence[Found], attempt: ConnectAttempt) -> bytes:
    facts = [
        {
            "network_id": each.network_id,
            "name": each.name,
            "handle": each.handle,
            "picture_url": each.picture_url,
            "permalink": each.permalink,
            "able": sorted(each.able),
            "details": dict(each.details),
            "credentials": vault.to_facts(each.credentials) if each.credentials else None,
        }
        for each in found
    ]
    purpose = _purpose(attempt.state_hash)
    return vault.seal_text(json.dumps(facts), organisation_id=attempt.organisation_id, purpose=purpose)


def _from_facts(facts: Mapping[str, Any]) -> Found:
    credentials = facts["credentials"]
    return Found(
        **{
            **facts,
            "able": frozenset(facts["able"]),
            "credentials": vault.from_facts(credentials) if credentials else None,
        }
    )


def _purpose(state_hash: str) -> str:
    return f"connect:{state_hash}"
