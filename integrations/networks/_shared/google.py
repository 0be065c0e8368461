"""What Google's services have in common: being allowed, staying allowed, giving it back, and how refusals look.

A person allows a *client* (the app's pair of keys), for all services that use it. Refresh tokens do not turn; revoking
one ends everything the person allowed that client, so whoever revokes asks the register first
(`integrations.register`).

Sources: Google Identity, "Using OAuth 2.0 for Web Server Applications", "OpenID Connect"; google.rpc.Status and
google.rpc.ErrorInfo (AIP-193); read 2026-11-22.
"""

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from integrations.contract import CONSENT_OVER, AppKeys, Credentials, GrantedAccess
from integrations.errors import (
    AuthorisationLost,
    PermanentError,
    ProviderError,
    RateLimited,
    Reach,
    TransientError,
)
from integrations.networks._shared.oauth import code_challenge, expiry
from integrations.networks._shared.refusals import Refusal, Refused, body_of, error_for, lost_answer, send, shape_of
from lib.http import Answer, Client

# Who somebody is: asked for by all services alike, so that one person has one id in all of them.
IDENTITY = frozenset({"openid", "https://www.googleapis.com/auth/userinfo.email"})

TESTING_LIFE = timedelta(days=7)
CLOCKS_APART = timedelta(hours=1)

_MISCONFIGURED = Refusal(raises=PermanentError, key="app_misconfigured", reach=Reach.APP)
_GRANT_DEAD = Refusal(raises=AuthorisationLost, key="access_lost", reach=Reach.GRANT)
# An administrator's policy, not the end of the grant: what was given may still be there.
_NOT_ALLOWED = Refusal(raises=AuthorisationLost, key="permission_missing", reach=Reach.ACCOUNT)

# What the token endpoint says (`error`), whatever its status.
TOKEN_TABLE: dict[str, Refusal] = {
    "invalid_grant": _GRANT_DEAD,
    "invalid_token": _GRANT_DEAD,
    "invalid_client": _MISCONFIGURED,
    "unauthorized_client": _MISCONFIGURED,
    "redirect_uri_mismatch": _MISCONFIGURED,
    "deleted_client": _MISCONFIGURED,
    "admin_policy_enforced": _NOT_ALLOWED,
    "org_internal": _NOT_ALLOWED,
    "access_denied": _NOT_ALLOWED,
    "invalid_scope": _MISCONFIGURED,
    "invalid_request": Refusal(raises=PermanentError, key="refused", reach=Reach.GRANT),
    "unsupported_grant_type": Refusal(raises=PermanentError, key="refused", reach=Reach.GRANT),
    "rate_limit_exceeded": Refusal(raises=RateLimited, key="rate_limited", reach=Reach.APP),
    "temporarily_unavailable": Refusal(raises=TransientError, key="unavailable", reach=Reach.APP),
}

# What every API says in `ErrorInfo.reason`; a service's own table is asked first.
REASONS: dict[str, Refusal] = {
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Refusal(raises=AuthorisationLost, key="permission_missing", reach=Reach.GRANT),
    "SERVICE_DISABLED": _MISCONFIGURED,
    "API_DISABLED": _MISCONFIGURED,
    "CONSUMER_INVALID": _MISCONFIGURED,
    "CONSUMER_SUSPENDED": _MISCONFIGURED,
    "BILLING_DISABLED": _MISCONFIGURED,
    "USER_PROJECT_DENIED": _MISCONFIGURED,
    "API_KEY_INVALID": _MISCONFIGURED,
    "RATE_LIMIT_EXCEEDED": Refusal(raises=RateLimited, key="rate_limited", reach=Reach.APP),
}

# What every API says by its status word, where no reason says more.
STATUSES: dict[str, Refusal] = {
    "UNAUTHENTICATED": Refusal(
        raises=AuthorisationLost, key="access_expired", reach=Reach.GRANT, refresh_may_help=True
    ),
    "RESOURCE_EXHAUSTED": Refusal(raises=RateLimited, key="rate_limited", reach=Reach.APP),
    "INTERNAL": Refusal(raises=TransientError, key="unavailable"),
    "UNAVAILABLE": Refusal(raises=TransientError, key="unavailable"),
    "DEADLINE_EXCEEDED": Refusal(raises=TransientError, key="unavailable"),
    "CANCELLED": Refusal(raises=TransientError, key="unavailable"),
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """An error body taken apart.

    ``reason`` is that of the first ErrorInfo, or of the older ``errors`` list, which is ``listed`` in any case;
    ``fields`` are the names of what was wrong in the request, where the API says so.
    """

    status: str = ""
    reason: str = ""
    listed: str = ""
    message: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    shape: str = ""


def fault_of(answer: Answer) -> Fault:
    """Take the envelope of an API apart; what is missing stays empty."""
    body = body_of(answer)
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return Fault(shape=shape_of(body))
    details = [each for each in _list(error.get("details")) if isinstance(each, dict)]
    older = [each for each in _list(error.get("errors")) if isinstance(each, dict)]
    info: Mapping[str, Any] = next((each for each in details if each.get("reason")), {})
    metadata = info.get("metadata")
    listed = str((older[0].get("reason") if older else "") or "")
    return Fault(
        status=str(error.get("status") or ""),
        reason=str(info.get("reason") or listed),
        listed=listed,
        message=str(error.get("message") or ""),
        metadata=metadata if isinstance(metadata, dict) else {},
        fields=tuple(
            str(each.get("field"))
            for detail in details
            for each in (*_list(detail.get("errorDetails")), *_list(detail.get("fieldViolations")))
            if isinstance(each, dict) and each.get("field")
        ),
        shape=shape_of(body),
    )


def common_row(fault: Fault, status: int) -> Refusal | None:
    """Return what a fault means in every service alike, None where the service itself must know."""
    row = REASONS.get(fault.reason) or STATUSES.get(fault.status)
    if row is None and status >= 500:
        return STATUSES["UNAVAILABLE"]
    return row


class GoogleOAuth:
    """Google's OAuth for one service's client. Calls are made once; errors carry the service's key.

    ``accounts_url`` is where people consent (https://accounts.google.com), ``oauth_url`` where tokens come from
    (https://oauth2.googleapis.com). ``testing``: the operator's consent screen is in testing, where Google ends every
    access after seven days. It says no more than that an access is dead, whether its time was over or somebody ended
    it: the hour tells which.
    """

    def __init__(
        self,
        *,
        network: str,
        keys: AppKeys,
        http: Client,
        accounts_url: str,
        oauth_url: str,
        testing: bool = False,
    ) -> None:
        self._network = network
        self._keys = keys
        self._http = http
        self._accounts = accounts_url.rstrip("/")
        self._oauth = oauth_url.rstrip("/")
        self._testing = testing
        self.consent_over = "google_testing_over" if testing else CONSENT_OVER

    # https://developers.google.com/identity/protocols/oauth2/web-server#creatingclient
    def authorisation_url(self, *, redirect_uri: str, state: str, code_verifier: str, scopes: frozenset[str]) -> str:
        """Return where to send the person. Offline access and the consent page are asked for each time: otherwise a
        refresh token comes with the first consent only.
        """
        query = {
            "client_id": self._keys.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": " ".join(sorted(scopes)),
            "state": state,
            "access_type": "offline",
            "prompt": "consent",
            "code_challenge": code_challenge(code_verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._accounts}/o/oauth2/v2/auth?{urlencode(query)}"

    # https://developers.google.com/identity/protocols/oauth2/web-server#exchange-authorization-code
    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, asked: frozenset[str], now: datetime
    ) -> GrantedAccess:
        """Turn a code into access, and say whose it is; what the person unticked is ``missing``."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }
        try:
            answer = self._token(form, now=now)
        except AuthorisationLost as error:  # what Google says of a dead code: nothing was lost yet
            raise PermanentError(
                "connect_failed", network=self._network, status=error.status, code=error.code, reach=Reach.GRANT
            ) from None
        credentials = _credentials(answer, now=now)
        if self._testing and credentials.consent_ends_at is None:
            credentials = replace(credentials, consent_ends_at=now + TESTING_LIFE)
        person = self._person(answer)
        return GrantedAccess(
            person_id=str(person["sub"]),
            person_name=str(person.get("name") or person.get("email") or ""),
            credentials=credentials,
            missing=asked - credentials.scopes,
        )

    # https://developers.google.com/identity/protocols/oauth2/web-server#offline
    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        """Return access for another hour. The refresh token stays what it is, so a lost answer may be asked again."""
        if not credentials.refresh_token:
            raise AuthorisationLost("access_lost", network=self._network, reach=Reach.GRANT)
        form = {"grant_type": "refresh_token", "refresh_token": credentials.refresh_token}
        try:
            answer = self._token(form, now=now)
        except AuthorisationLost as error:
            ends_at = credentials.consent_ends_at
            if error.reach is not Reach.GRANT or ends_at is None or now < ends_at - CLOCKS_APART:
                raise
            over = AuthorisationLost(
                self.consent_over, network=self._network, status=error.status, code=error.code, reach=Reach.GRANT
            )
        else:
            return _credentials(answer, now=now, old=credentials)
        raise over

    # https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke
    def revoke(self, credentials: Credentials, *, now: datetime) -> None:
        """End all that the person allowed this client, in every service; a grant already dead is no error."""
        form = {"token": credentials.refresh_token or credentials.access_token}
        answer = send(self._http, "POST", f"{self._oauth}/revoke", network=self._network, once=False, form=form)
        if answer.ok:
            return
        error = self._refusal(answer)
        if not isinstance(error, AuthorisationLost) or error.reach is not Reach.GRANT:
            raise error

    def _token(self, form: Mapping[str, str], *, now: datetime) -> Mapping[str, Any]:
        form = {"client_id": self._keys.client_id, "client_secret": self._keys.client_secret, **form}
        answer = send(self._http, "POST", f"{self._oauth}/token", network=self._network, once=False, form=form)
        body = body_of(answer)
        if not answer.ok:
            raise self._refusal(answer)
        if not isinstance(body, dict) or not body.get("access_token"):
            raise lost_answer(self._network, status=answer.status, once=False)
        return body

    def _refusal(self, answer: Answer) -> ProviderError:
        body = body_of(answer)
        said = body if isinstance(body, dict) else {}
        code = said.get("error")
        code = code if isinstance(code, str) else ""
        row = TOKEN_TABLE.get(code)
        if row is None and answer.status >= 500:
            row = TOKEN_TABLE["temporarily_unavailable"]
        refused = Refused(
            network=self._network,
            status=answer.status,
            code=code,
            detail=str(said.get("error_description") or ""),
            shape=shape_of(body),
        )
        return error_for(refused, row, once=False)

    def _person(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the claims of the id token. It came from Google itself over TLS, so its signature proves no more.

        Source: OpenID Connect Core, section 3.1.3.7, point 6.
        """
        try:
            payload = str(answer.get("id_token") or "").split(".")[1]
            claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except (IndexError, ValueError, binascii.Error):
            claims = None
        if not isinstance(claims, dict) or not claims.get("sub") or claims.get("aud") != self._keys.client_id:
            raise lost_answer(self._network, status=200, once=False)
        return claims


def _credentials(answer: Mapping[str, Any], *, now: datetime, old: Credentials | None = None) -> Credentials:
    scopes = frozenset(str(answer.get("scope") or "").split())
    return Credentials(
        access_token=str(answer["access_token"]),
        refresh_token=str(answer.get("refresh_token") or "") or (old.refresh_token if old else ""),
        expires_at=expiry(answer.get("expires_in"), now=now),
        # Only where the access is for a time: the person chose so, or the consent screen is in testing.
        consent_ends_at=expiry(answer.get("refresh_token_expires_in"), now=now)
        or (old.consent_ends_at if old else None),
        scopes=scopes or (old.scopes if old else frozenset()),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
