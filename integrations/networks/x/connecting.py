"""Coming to an account and staying with it: consent, tokens, who it is. A part of the provider."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from integrations.contract import Account, AppKeys, Credentials, Feature, GrantedAccess, Presence
from integrations.errors import AuthorisationLost, OutcomeUnknown, PermanentError, Reach
from integrations.networks._shared.oauth import code_challenge, expiry
from integrations.networks.x import mapping
from integrations.networks.x.client import XClient
from integrations.networks.x.errors import KEY

_READING = frozenset({"tweet.read", "users.read", "offline.access"})
SCOPES: Mapping[Feature, frozenset[str]] = MappingProxyType(
    {
        Feature.PUBLISH: _READING | {"tweet.write", "media.write"},
        Feature.ENGAGE: _READING | {"tweet.write", "tweet.moderate.write"},
        Feature.MESSAGES: _READING | {"dm.read", "dm.write"},
        Feature.INSIGHTS: _READING,
    }
)


def scopes_of(*, enterprise: bool, messages: bool) -> Mapping[Feature, frozenset[str]]:
    """Leave out what only other apps may have; X's consent page names no permission that they could not use."""
    scopes = {feature: each for feature, each in SCOPES.items() if messages or feature is not Feature.MESSAGES}
    if enterprise:
        scopes[Feature.ENGAGE] |= {"like.write"}
    return MappingProxyType(scopes)


class XConnecting:
    """Needs what ``XProvider`` sets: the client, the keys, the scopes, and whether the app may read messages."""

    _client: XClient
    _keys: AppKeys
    _authorise_url: str
    _messages: bool
    scopes: Mapping[Feature, frozenset[str]]

    def authorisation_url(
        self, *, redirect_uri: str, state: str, code_verifier: str, features: Collection[Feature]
    ) -> str:
        query = {
            "response_type": "code",
            "client_id": self._keys.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(sorted(self._asked(features))),
            "state": state,
            "code_challenge": code_challenge(code_verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._authorise_url}/i/oauth2/authorize?{urlencode(query)}"

    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, features: Collection[Feature], now: datetime
    ) -> GrantedAccess:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }
        try:
            answer = self._client.token(form, once=False)
        except AuthorisationLost as error:  # what X says of a dead code: nothing was lost yet
            raise PermanentError(
                "connect_failed", network=KEY, status=error.status, reason=error.reason, reach=Reach.GRANT
            ) from None
        asked = self._asked(features)
        credentials = _credentials(answer, now=now, scopes=asked)
        user = self._client.me(credentials.access_token)
        return GrantedAccess(
            person_id=str(user.get("id") or ""),
            person_name=str(user.get("name") or user.get("username") or ""),
            credentials=credentials,
            missing=asked - credentials.scopes,
        )

    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        if not credentials.refresh_token:  # offline.access was refused
            raise AuthorisationLost("access_lost", network=KEY, reach=Reach.GRANT)
        form = {"grant_type": "refresh_token", "refresh_token": credentials.refresh_token}
        try:
            answer = self._client.token(form, once=True)
        except OutcomeUnknown as error:
            raise OutcomeUnknown(
                "refresh_no_answer", network=KEY, status=error.status, reason=error.reason, reach=Reach.GRANT
            ) from None
        return _credentials(answer, now=now, scopes=credentials.scopes, kept_refresh_token=credentials.refresh_token)

    def revoke(self, credentials: Credentials, *, person_id: str, now: datetime) -> None:
        """End both tokens, the longer-lived one first: X does not say that either takes the other with it."""
        for token in (credentials.refresh_token, credentials.access_token):
            if token:
                self._client.revoke_token(token)

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        yield self._presence(self._client.me(credentials.access_token))

    def describe(self, account: Account, *, now: datetime) -> Presence:
        return self._presence(self._client.me(account.credentials.access_token, subject=account.network_id))

    # inside

    def _asked(self, features: Collection[Feature]) -> frozenset[str]:
        return frozenset().union(*(self.scopes.get(each, frozenset()) for each in features))

    def _presence(self, user: Mapping[str, Any]) -> Presence:
        found = mapping.presence(user)
        return found if self._messages else replace(found, able=found.able - {Feature.MESSAGES})


def _credentials(
    answer: Mapping[str, Any], *, now: datetime, scopes: frozenset[str], kept_refresh_token: str = ""
) -> Credentials:
    return Credentials(
        access_token=str(answer["access_token"]),
        refresh_token=str(answer.get("refresh_token") or kept_refresh_token),
        expires_at=expiry(answer.get("expires_in"), now=now),
        scopes=frozenset(str(answer["scope"]).split()) if answer.get("scope") else scopes,
    )
