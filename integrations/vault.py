"""Where tokens are sealed and opened: the one door between credentials and rows.

A sealed value is bound to what it belongs to (a person or a presence at a network), so that one copied to another row
does not open. Nothing here logs, and every type that carries a token hides it from its representation.
"""

import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from integrations.contract import Account, Credentials, Feature
from integrations.errors import AuthorisationLost, ProviderError, Reach, TransientError
from integrations.models import Grant, SocialAccount
from lib.crypto import ours
from lib.crypto.keyring import Keyring, SealError

logger = logging.getLogger(__name__)


def keyring() -> Keyring:
    """Return this process's keyring."""
    return ours.keyring()


def person(network: str, outside_id: str) -> str:
    """Return the purpose under which a grant's credentials are sealed."""
    return f"grant:{network}:{outside_id}"


def presence(network: str, network_id: str) -> str:
    """Return the purpose under which a presence's own credentials are sealed."""
    return f"social_account:{network}:{network_id}"


def seal(credentials: Credentials, *, organisation_id: int, purpose: str) -> bytes:
    """Return credentials as they may be kept."""
    return seal_text(json.dumps(to_facts(credentials)), organisation_id=organisation_id, purpose=purpose)


def seal_text(text: str, *, organisation_id: int, purpose: str) -> bytes:
    """Return any other secret as it may be kept."""
    return keyring().seal(text.encode(), organisation_id=organisation_id, purpose=purpose)


def open_text(sealed: bytes, *, organisation_id: int, purpose: str) -> str:
    """Return a secret; raise SealError when it does not open."""
    return keyring().open(bytes(sealed), organisation_id=organisation_id, purpose=purpose).decode()


def open_grant(grant: Grant) -> Credentials:
    """Return the credentials of a grant; raises as `open_account` does."""
    return _open(
        grant.sealed,
        organisation_id=grant.organisation_id,
        network=grant.network,
        purpose=person(grant.network, grant.outside_id),
        reach=Reach.GRANT,
    )


@dataclass(frozen=True, kw_only=True)
class SealedAccount:
    """The columns of a social account and its grant that a call on its behalf needs, still sealed."""

    organisation_id: int
    network: str
    network_id: str
    handle: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    sealed: bytes | memoryview | None = field(default=None, repr=False)  # the account's own token, if it has one
    person_id: str = ""
    grant_sealed: bytes | memoryview | None = field(default=None, repr=False)
    features: Collection[str] = frozenset(Feature)  # SocialAccount.capabilities, where the caller needs them


def open_account(account: SealedAccount) -> Account:
    """Return what a provider takes, without a query.

    AuthorisationLost: there is no token left. TransientError: there is one that does not open, which is the operator's
    matter (a key store not mounted, a master key forgotten) and no reason to ask people to connect anew.
    """
    own = account.sealed is not None
    credentials = _open(
        account.sealed if own else account.grant_sealed,
        organisation_id=account.organisation_id,
        network=account.network,
        purpose=presence(account.network, account.network_id) if own else person(account.network, account.person_id),
        reach=Reach.ACCOUNT if own else Reach.GRANT,
    )
    return Account(
        network_id=account.network_id,
        credentials=credentials,
        handle=account.handle,
        person_id=account.person_id,
        details=account.details,
        features=frozenset(Feature(each) for each in account.features),
    )


def account_for_calls(account: SocialAccount) -> Account:
    """Return what a provider takes for a row that was read with its grant; raises as `open_account` does."""
    return open_account(sealed_account(account))


def sealed_account(account: SocialAccount) -> SealedAccount:
    """Return what calls need of a row that was read with its grant, still sealed: it may leave the transaction."""
    grant = account.grant
    return SealedAccount(
        organisation_id=account.organisation_id,
        network=account.network,
        network_id=account.network_id,
        handle=account.handle,
        details=account.details,
        sealed=account.sealed,
        person_id=grant.outside_id if grant else "",
        grant_sealed=grant.sealed if grant else None,
        features=account.capabilities,
    )


def accounts_for_calls(social_account_ids: Collection[int]) -> dict[int, Account | ProviderError]:
    """Return what providers take for these accounts of the organisation in scope, with one query.

    An account that cannot be used has its error in the place of its access: one bad row spoils no batch.
    """
    accounts = SocialAccount.objects.filter(pk__in=social_account_ids).select_related("grant")
    return {account.pk: _account_or_error(account) for account in accounts}


def _account_or_error(account: SocialAccount) -> Account | ProviderError:
    try:
        return account_for_calls(account)
    except ProviderError as error:
        return error


def to_facts(credentials: Credentials) -> dict[str, object]:
    """Return credentials as JSON takes them: only to be sealed at once."""
    return {
        "access_token": credentials.access_token,
        "refresh_token": credentials.refresh_token,
        "expires_at": credentials.expires_at.isoformat() if credentials.expires_at else None,
        "scopes": sorted(credentials.scopes),
        "consent_ends_at": credentials.consent_ends_at.isoformat() if credentials.consent_ends_at else None,
    }


def from_facts(facts: Mapping[str, object]) -> Credentials:
    """Return the credentials that `to_facts` took apart; what was sealed earlier has no end of consent."""
    scopes = facts["scopes"]
    return Credentials(
        access_token=str(facts["access_token"]),
        refresh_token=str(facts["refresh_token"]),
        expires_at=_moment(facts["expires_at"]),
        scopes=frozenset(str(each) for each in scopes) if isinstance(scopes, list) else frozenset(),
        consent_ends_at=_moment(facts.get("consent_ends_at")),
    )


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def _open(
    sealed: bytes | memoryview | None, *, organisation_id: int, network: str, purpose: str, reach: Reach
) -> Credentials:
    if sealed is None:
        raise AuthorisationLost("access_lost", network=network, reach=reach)
    try:
        return from_facts(json.loads(open_text(bytes(sealed), organisation_id=organisation_id, purpose=purpose)))
    except SealError:
        logger.error("an access of organisation %s at %s does not open", organisation_id, network)  # noqa: TRY400
    raise TransientError("access_unreadable", network=network, reach=reach)
