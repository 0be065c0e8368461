"""Coming to pages and staying with them: consent, tokens, roles. A part of the provider."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from integrations.contract import Account, AppKeys, Credentials, Feature, GrantedAccess, Presence
from integrations.errors import AuthorisationLost, PermanentError, ProviderError, Reach, TransientError
from integrations.networks.linkedin import limits, mapping
from integrations.networks.linkedin.client import LinkedInClient
from integrations.networks.linkedin.errors import KEY

_LISTING = frozenset({"rw_organization_admin"})


def scopes_of(*, openid: bool) -> Mapping[Feature, frozenset[str]]:
    """What each feature needs. Pages are listed by ``rw_organization_admin``; identity has two ways."""
    base = _LISTING | ({"openid", "profile"} if openid else {"r_basicprofile"})
    return MappingProxyType(
        {
            Feature.PUBLISH: base | {"w_organization_social", "r_organization_social"},
            Feature.ENGAGE: base
            | {"r_organization_social", "r_organization_social_feed", "w_organization_social_feed"},
            Feature.INSIGHTS: base,
        }
    )


class LinkedInConnecting:
    """Needs what ``LinkedInProvider`` sets: the client, the keys, the scopes, and what the app may do."""

    _client: LinkedInClient
    _keys: AppKeys
    _oauth_url: str
    _openid: bool
    _is_developing: bool
    scopes: Mapping[Feature, frozenset[str]]

    def authorisation_url(
        self, *, redirect_uri: str, state: str, code_verifier: str, features: Collection[Feature]
    ) -> str:
        """Ask for everything, whatever is wanted now: asking for another set would end the member's earlier tokens.

        One member may have connected for several organisations, in each with other features.
        """
        query = {
            "response_type": "code",
            "client_id": self._keys.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "scope": " ".join(sorted(self._everything)),
        }
        return f"{self._oauth_url}/oauth/v2/authorization?{urlencode(query, quote_via=quote)}"

    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, features: Collection[Feature], now: datetime
    ) -> GrantedAccess:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        try:
            answer = self._client.token(form, now=now)
        except AuthorisationLost as error:  # what LinkedIn says of a dead code: nothing was lost yet
            raise PermanentError(
                "connect_failed", network=KEY, status=error.status, reason=error.reason, reach=Reach.GRANT
            ) from None
        credentials = mapping.credentials(answer, now=now, asked=self._everything)
        person_id, name = mapping.person(self._whose(credentials, now=now))
        asked = frozenset().union(*(self.scopes.get(each, frozenset()) for each in features))
        return GrantedAccess(
            person_id=person_id, person_name=name, credentials=credentials, missing=asked - credentials.scopes
        )

    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        """Return a new access token; the refresh token stays, and the year of the consent goes on running down."""
        if not credentials.refresh_token:  # LinkedIn gives none to apps it has not approved
            raise AuthorisationLost("access_lost", network=KEY, reach=Reach.GRANT)
        form = {"grant_type": "refresh_token", "refresh_token": credentials.refresh_token}
        return mapping.credentials(self._client.token(form, now=now), now=now, former=credentials)

    def revoke(self, credentials: Credentials, *, person_id: str, now: datetime) -> None:
        self._client.revoke_token(credentials.access_token, now=now)

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        """Yield the pages on which the member has any role, looked up some at once."""
        token = credentials.access_token
        acls = list(self._client.roles(token, now=now))
        members = {mapping.number_of(str(each.get("roleAssignee") or "")) for each in acls}
        found = mapping.roles_by_organization(acls)
        urns = list(found)
        for start in range(0, len(urns), limits.ORGANIZATIONS_A_CALL):
            some = urns[start : start + limits.ORGANIZATIONS_A_CALL]
            facts = self._organizations(token, some, now=now)
            for urn in some:
                if urn in facts:
                    yield mapping.presence(urn, facts[urn], roles=found[urn], member_id=next(iter(members), ""))

    def describe(self, account: Account, *, now: datetime) -> Presence:
        """Return the page as it is. AuthorisationLost: the member has no role on it any more."""
        token, urn = account.credentials.access_token, account.network_id
        acls = list(self._client.roles(token, now=now))
        roles = mapping.roles_by_organization(acls).get(urn)
        facts = self._organizations(token, [urn], now=now).get(urn)
        if roles is None or facts is None:
            raise AuthorisationLost("linkedin_role_lost", network=KEY, reach=Reach.ACCOUNT)
        member_id = account.person_id or account.details.get("member", "")
        return mapping.presence(
            urn, facts, roles=roles, member_id=member_id, picture_url=self._logo(token, facts, now=now)
        )

    # inside

    @property
    def _everything(self) -> frozenset[str]:
        return frozenset().union(*self.scopes.values())

    def _whose(self, credentials: Credentials, *, now: datetime) -> Mapping[str, Any]:
        """Return the member; a token may not be accepted yet in its first seconds, which is no lost access."""
        ask = self._client.userinfo if self._openid else self._client.me
        try:
            return ask(credentials.access_token, now=now)
        except AuthorisationLost as error:
            raise TransientError("unavailable", network=KEY, status=error.status, reason=error.reason) from None

    def _organizations(self, token: str, urns: Collection[str], *, now: datetime) -> dict[str, Mapping[str, Any]]:
        """Return what several pages are called. An app in development has no call for several."""
        numbers = {mapping.number_of(urn): urn for urn in urns}
        if not self._is_developing:
            found = self._client.organizations(token, list(numbers), now=now)
            return {numbers[number]: facts for number, facts in found.items() if number in numbers}
        facts: dict[str, Mapping[str, Any]] = {}
        for number, urn in numbers.items():
            try:
                facts[urn] = self._client.organization(token, number, now=now)
            except (PermanentError, AuthorisationLost) as error:
                if isinstance(error, AuthorisationLost) and error.reach is not Reach.ACCOUNT:
                    raise
        return facts

    def _logo(self, token: str, facts: Mapping[str, Any], *, now: datetime) -> str:
        """Return where a page's picture is now; without one nothing else suffers."""
        urn = mapping.logo_of(facts)
        if not urn:
            return ""
        try:
            return str(self._client.asset(token, "images", urn, now=now).get("downloadUrl") or "")
        except ProviderError:
            return ""
