"""Google's OAuth: consent, codes, tokens that refresh without turning, inspecting, revoking.

Source: Google Identity, "Using OAuth 2.0 for Web Server Applications" and "OpenID Connect", read 2026-11-22 through
dated copies.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.responses import JSONResponse, Response

from sandbox.apps import App
from sandbox.calls import Call
from sandbox.networks._google import limits
from sandbox.networks._google.errors import oauth_error
from sandbox.networks._google.keys import ISSUER, SigningKey
from sandbox.networks._google.state import (
    ALIASES,
    EMAIL,
    OPENID,
    PROFILE,
    SIGN_IN,
    Code,
    GoogleState,
    Grant,
    Person,
    Token,
)

DEAD = "Token has been expired or revoked."


@dataclass(frozen=True, kw_only=True)
class ConsentRequest:
    """What an app asks a person for."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    offline: bool
    prompt: frozenset[str]
    include_granted: bool
    login_hint: str
    challenge: str
    method: str

    @property
    def optional(self) -> tuple[str, ...]:
        """What a person may untick."""
        return tuple(scope for scope in self.scopes if scope not in SIGN_IN)


class ConsentError(ValueError):
    """The address cannot be answered by a redirect: the person sees why."""


def read_consent(state: GoogleState, query: dict[str, str]) -> ConsentRequest:
    """Check an authorisation address. Raises ConsentError."""
    app = state.world.apps.google.get(query.get("client_id", ""))
    if app is None:
        raise ConsentError("Error 401: invalid_client. The OAuth client was not found.")
    redirect_uri = query.get("redirect_uri", "")
    if not app.allows(redirect_uri):
        raise ConsentError(f"Error 400: redirect_uri_mismatch. {redirect_uri!r} is not registered for this client.")
    if query.get("response_type") != "code":
        raise ConsentError("Error 400: unsupported_response_type. Only code is served here.")
    scopes = tuple(dict.fromkeys(ALIASES.get(each, each) for each in query.get("scope", "").split()))
    if not scopes:
        raise ConsentError("Error 400: invalid_request. Missing required parameter: scope")
    if unknown := [scope for scope in scopes if scope not in state.scopes]:
        raise ConsentError(f"Error 400: invalid_scope. Some requested scopes were invalid: {', '.join(unknown)}")
    method = query.get("code_challenge_method", "plain")
    if method not in {"plain", "S256"}:
        raise ConsentError("Error 400: invalid_request. code_challenge_method must be plain or S256.")
    return ConsentRequest(
        app=app,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=query.get("state", ""),
        offline=query.get("access_type", "online") == "offline",
        prompt=frozenset(query.get("prompt", "").split()),
        include_granted=query.get("include_granted_scopes") == "true",
        login_hint=query.get("login_hint", ""),
        challenge=query.get("code_challenge", ""),
        method=method,
    )


def approve(
    state: GoogleState, request: ConsentRequest, person: Person, *, scopes: Sequence[str], identity: str = ""
) -> str:
    """Record what the person allowed; the address to send them back to."""
    given = [scope for scope in request.scopes if scope in SIGN_IN or scope in scopes]
    if not given:
        return decline(request)
    grant_id = f"{request.app.id}:{person.id}"
    before = state.grants.find(grant_id)
    kept = before.scopes if before else []
    state.grants.put(
        Grant(id=grant_id, app_id=request.app.id, person_id=person.id, scopes=list(dict.fromkeys([*kept, *given])))
    )
    code = state.codes.put(
        Code(
            id="4/0A" + secrets.token_urlsafe(52),
            app_id=request.app.id,
            person_id=person.id,
            identity=identity,
            redirect_uri=request.redirect_uri,
            scopes=list(dict.fromkeys([*given, *(kept if request.include_granted else [])])),
            challenge=request.challenge,
            method=request.method,
            # Without prompt=consent only the first consent ever brings a refresh token.
            offline=request.offline and ("consent" in request.prompt or before is None),
            expires_at=state.now + limits.CODE_SECONDS,
        )
    )
    return _back(request, code=code.id, scope=" ".join(code.scopes), authuser="0", prompt="consent")


def decline(request: ConsentRequest) -> str:
    return _back(request, error="access_denied")


def _back(request: ConsentRequest, **answer: str) -> str:
    joint = "&" if "?" in request.redirect_uri else "?"
    state = {"state": request.state} if request.state else {}
    return f"{request.redirect_uri}{joint}{urlencode({**state, **answer})}"


# Tokens


def exchange_code(state: GoogleState, call: Call, key: SigningKey) -> Response:
    """grant_type=authorization_code."""
    app, form = _authenticated_app(state, call), call.form
    code = state.codes.find(form.get("code", ""))
    if code is None or code.app_id != app.id:
        raise oauth_error("invalid_grant", "Malformed auth code.")
    if code.used or code.expires_at <= state.now:
        raise oauth_error("invalid_grant", "Bad Request")
    if form.get("redirect_uri") != code.redirect_uri:
        raise oauth_error("redirect_uri_mismatch", "Bad Request")
    if code.challenge and not form.get("code_verifier"):
        raise oauth_error("invalid_grant", "Missing code verifier.")
    if code.challenge and not _verifies(code, form["code_verifier"]):
        raise oauth_error("invalid_grant", "Invalid code verifier.")
    state.codes.put(replace(code, used=True))
    grant_id = f"{app.id}:{code.person_id}"
    if state.grants.find(grant_id) is None:
        raise oauth_error("invalid_grant", DEAD)  # withdrawn between the click and this
    answer = issue(state, grant_id, code.scopes, identity=code.identity, offline=code.offline)
    if OPENID in code.scopes:
        answer["id_token"] = key.sign(_claims(state, code, app))
    return JSONResponse(answer)


def issue(
    state: GoogleState, grant_id: str, scopes: Sequence[str], *, identity: str = "", offline: bool = True
) -> dict[str, Any]:
    """Give tokens: an access token, and with `offline` a refresh token."""
    access = _mint_access(state, grant_id, scopes, identity=identity, offline=offline)
    answer: dict[str, Any] = {"access_token": access.id, "expires_in": limits.ACCESS_TOKEN_SECONDS}
    if offline:
        token = _mint_refresh(state, grant_id, scopes, identity=identity)
        answer["refresh_token"] = token.id
        if token.expires_at:
            answer["refresh_token_expires_in"] = int(token.expires_at - state.now)
    return {**answer, "scope": " ".join(scopes), "token_type": "Bearer"}


def refresh(state: GoogleState, call: Call) -> Response:
    """grant_type=refresh_token: another access token; the refresh token stays what it is."""
    app = _authenticated_app(state, call)
    token = state.tokens.find(call.form.get("refresh_token", ""))
    if token is None or token.kind != "refresh" or token.app_id != app.id:
        raise oauth_error("invalid_grant", "Bad Request")
    if not token.lives(state.now):
        raise oauth_error("invalid_grant", DEAD)
    state.tokens.put(replace(token, used_at=state.now))
    access = _mint_access(state, token.grant_id, token.scopes, identity=token.identity, offline=True)
    return JSONResponse(
        {
            "access_token": access.id,
            "expires_in": limits.ACCESS_TOKEN_SECONDS,
            "scope": " ".join(token.scopes),
            "token_type": "Bearer",
        }
    )


def token_info(state: GoogleState, call: Call) -> Response:
    """What an access token is good for. Numbers are texts here."""
    token = state.tokens.find({**call.query, **call.form}.get("access_token", ""))
    if token is None or token.kind != "access" or not token.lives(state.now):
        raise oauth_error("invalid_token", "Invalid Value")
    person = state.persons.find(token.person_id)
    answer = {"azp": token.app_id, "aud": token.app_id}
    if OPENID in token.scopes:
        answer["sub"] = token.person_id
    answer |= {
        "scope": " ".join(token.scopes),
        "exp": str(int(token.expires_at)),
        "expires_in": str(int(token.expires_at - state.now)),
    }
    if EMAIL in token.scopes and person:
        answer |= {"email": person.email, "email_verified": "true"}
    return JSONResponse({**answer, "access_type": "offline" if token.offline else "online"})


def revoke(state: GoogleState, call: Call) -> Response:
    """Either token ends everything the person allowed the app, in all services."""
    token = state.tokens.find({**call.query, **call.form}.get("token", ""))
    if token is None or not token.lives(state.now):
        raise oauth_error("invalid_token", "Token expired or revoked")
    state.end_grant(token.grant_id)
    return JSONResponse({})


def _mint_access(state: GoogleState, grant_id: str, scopes: Sequence[str], *, identity: str, offline: bool) -> Token:
    return state.tokens.put(
        Token(
            id="ya29." + secrets.token_urlsafe(120),
            kind="access",
            grant_id=grant_id,
            identity=identity,
            scopes=list(scopes),
            issued_at=state.now,
            expires_at=state.now + limits.ACCESS_TOKEN_SECONDS,
            used_at=state.now,
            offline=offline,
        )
    )


def _mint_refresh(state: GoogleState, grant_id: str, scopes: Sequence[str], *, identity: str) -> Token:
    """One more, and the oldest of too many ends without a word."""
    for old in state.living(grant_id, "refresh")[: -(limits.LIVE_REFRESH_TOKENS - 1)]:
        state.tokens.put(replace(old, dead=True))
    testing = state.world.settings.google_testing
    return state.tokens.put(
        Token(
            id="1//0" + secrets.token_urlsafe(72),
            kind="refresh",
            grant_id=grant_id,
            identity=identity,
            scopes=list(scopes),
            issued_at=state.now,
            expires_at=state.now + limits.TESTING_SECONDS if testing else 0,
            used_at=state.now,
        )
    )


def _claims(state: GoogleState, code: Code, app: App) -> dict[str, Any]:
    person = state.persons.find(code.person_id)
    claims: dict[str, Any] = {"iss": ISSUER, "azp": app.id, "aud": app.id, "sub": code.person_id}
    if EMAIL in code.scopes and person:
        claims |= {"email": person.email, "email_verified": True}
    if PROFILE in code.scopes and person:
        claims["name"] = person.name
    return {**claims, "iat": int(state.now), "exp": int(state.now) + limits.HOUR}


def _authenticated_app(state: GoogleState, call: Call) -> App:
    """By the keys in the body, or as Basic."""
    client_id, secret = _basic(call) or (call.form.get("client_id", ""), call.form.get("client_secret", ""))
    if not client_id:
        raise oauth_error("invalid_request", "Could not determine client ID from request.")
    app = state.world.apps.google.get(client_id)
    if app is None:
        raise oauth_error("invalid_client", "The OAuth client was not found.", 401)
    if not hmac.compare_digest(app.secret, secret):
        raise oauth_error("invalid_client", "Unauthorized", 401)
    return app


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except ValueError:
        return None
    return unquote(user), unquote(password)


def _verifies(code: Code, verifier: str) -> bool:
    if code.method == "plain":
        return hmac.compare_digest(code.challenge, verifier)
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(code.challenge, base64.urlsafe_b64encode(digest).rstrip(b"=").decode())
