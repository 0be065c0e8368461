"""Facebook Login, by which a person lets us speak for pages and for the Instagram accounts that hang on them.

There is no refresh token: a person's token lives 60 days and is exchanged for a new one only while it is valid. Tokens
of pages that came from it stay valid and have no end of their own.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from integrations.contract import AppKeys, Credentials, Feature, GrantedAccess
from integrations.errors import AuthorisationLost, PermanentError, Reach, TransientError
from integrations.networks._shared.meta.answers import granted
from integrations.networks._shared.meta.graph import GraphClient
from integrations.networks._shared.oauth import expiry


class MetaLogin:
    """The first half of a provider. Needs its key, its scopes, the app's keys, a client, and where the dialog is."""

    key: ClassVar[str]
    scopes: Mapping[Feature, frozenset[str]]
    rotates_refresh_tokens = False

    _keys: AppKeys
    _client: GraphClient
    _dialog: str

    def authorisation_url(
        self, *, redirect_uri: str, state: str, code_verifier: str, features: Collection[Feature]
    ) -> str:
        query = {
            "client_id": self._keys.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "response_type": "code",
            "scope": ",".join(sorted(self._asked(features))),
            "auth_type": "rerequest",  # asks again for what was declined once; without effect otherwise
        }
        return f"{self._dialog}?{urlencode(query)}"

    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, features: Collection[Feature], now: datetime
    ) -> GrantedAccess:
        try:
            answer = self._client.exchange_code(code=code, redirect_uri=redirect_uri, now=now)
        except (AuthorisationLost, PermanentError) as error:  # Meta says of a dead code what it says of a dead token
            raise PermanentError(
                "connect_failed",
                network=self.key,
                status=error.status,
                code=error.code,
                reason=error.reason,
                reach=Reach.GRANT,
            ) from None
        credentials = self._extended(_credentials(answer, now=now), now=now)
        token = credentials.access_token
        person = self._client.me(token, now=now)
        scopes = granted(self._client.permissions(token, now=now))
        return GrantedAccess(
            person_id=str(person.get("id") or ""),
            person_name=str(person.get("name") or ""),
            credentials=Credentials(access_token=token, expires_at=credentials.expires_at, scopes=scopes),
            missing=self._asked(features) - scopes,
        )

    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        """Exchange the long-lived token of a person for a new one, which Meta allows only while it is still valid."""
        return _credentials(self._client.extend_token(credentials.access_token, now=now), now=now, old=credentials)

    def revoke(self, credentials: Credentials, *, person_id: str, now: datetime) -> None:
        """End what the person allowed the app, for all of its products at once."""
        try:
            self._client.delete_permissions(credentials.access_token, person_id=person_id, now=now)
        except AuthorisationLost as error:
            if error.reach is not Reach.GRANT:  # refused this call, and alive all the same
                raise

    def _extended(self, credentials: Credentials, *, now: datetime) -> Credentials:
        """Make a fresh token long-lived. Where that fails for the moment keep it: it can be extended while it lives."""
        try:
            return _credentials(self._client.extend_token(credentials.access_token, now=now), now=now, old=credentials)
        except TransientError:
            return credentials

    def _asked(self, features: Collection[Feature]) -> frozenset[str]:
        return frozenset().union(*(self.scopes.get(each, frozenset()) for each in features))


def _credentials(answer: Mapping[str, Any], *, now: datetime, old: Credentials | None = None) -> Credentials:
    return Credentials(
        access_token=str(answer["access_token"]),
        expires_at=expiry(answer.get("expires_in"), now=now),
        scopes=old.scopes if old else frozenset(),
    )
