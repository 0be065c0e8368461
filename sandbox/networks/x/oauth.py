"""OAuth 2.0 with PKCE as X does it: codes of 30 s, refresh tokens that turn at every use.

Source: docs.x.com, OAuth 2.0 Authorization Code Flow with PKCE, read 2026-08-22.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.responses import JSONResponse, Response

from sandbox.apps import App
from sandbox.calls import Call
from sandbox.networks.x import limits, webhooks
from sandbox.networks.x.errors import forbidden, oauth_error, refuse, unauthorised
from sandbox.networks.x.state import Code, Grant, Token, User, XState

SCOPES = {
    "tweet.read": "See posts you can see",
    "tweet.write": "Post and delete posts for you",
    "tweet.moderate.write": "Hide and show replies to your posts",
    "users.read": "See accounts you can see",
    "users.email": "See your e-mail address",
    "media.write": "Upload pictures and videos for you",
    "offline.access": "Stay connected until you withdraw it",
    "like.read": "See what you like",
    "like.write": "Like and unlike for you",
    "follows.read": "See whom you follow",
    "follows.write": "Follow and unfollow for you",
    "dm.read": "Read your messages",
    "dm.write": "Write messages for you",
    "block.read": "See whom you block",
    "block.write": "Block and unblock for you",
    "mute.read": "See whom you mute",
    "mute.write": "Mute and unmute for you",
    "list.read": "See your lists",
    "list.write": "Change your lists",
    "bookmark.read": "See your bookmarks",
    "bookmark.write": "Change your bookmarks",
    "space.read": "See spaces you can see",
    "broadcast.read": "See your broadcasts",
}
DEAD_VALUE = "Value passed for the token was invalid."


@dataclass(frozen=True, kw_only=True)
class ConsentRequest:
    """What an app asks a person for."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    challenge: str
    method: str


class ConsentError(Exception):
    """The address cannot be answered by a redirect: the person sees why."""


def read_consent(state: XState, query: dict[str, str]) -> ConsentRequest:
    """Check an authorisation address. Raises ConsentError."""
    app = state.world.apps.x.get(query.get("client_id", ""))
    if app is None:
        raise ConsentError("No app has this client_id.")
    redirect_uri = query.get("redirect_uri", "")
    if not app.allows(redirect_uri):
        raise ConsentError(f"The redirect_uri {redirect_uri!r} is not registered for this app.")
    if query.get("response_type") != "code":
        raise ConsentError("response_type must be code.")
    if len(query.get("state", "")) > limits.STATE_LENGTH or not query.get("state"):
        raise ConsentError(f"state must have 1 to {limits.STATE_LENGTH} characters.")
    if query.get("code_challenge_method", "plain") not in {"S256", "plain"} or not query.get("code_challenge"):
        raise ConsentError("code_challenge is required, and code_challenge_method must be S256 or plain.")
    scopes = tuple(query.get("scope", "").split())
    if not scopes or (unknown := [scope for scope in scopes if scope not in SCOPES]):
        raise ConsentError(f"scope is empty or has unknown names: {' '.join(unknown) if scopes else ''}")
    return ConsentRequest(
        app=app,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=query["state"],
        challenge=query["code_challenge"],
        method=query.get("code_challenge_method", "plain"),
    )


def approve(state: XState, request: ConsentRequest, user: User) -> str:
    """Give a code; the address to send the person back to."""
    code = Code(
        id=secrets.token_urlsafe(48),
        app_id=request.app.id,
        user_id=user.id,
        redirect_uri=request.redirect_uri,
        scopes=list(request.scopes),
        challenge=request.challenge,
        method=request.method,
        expires_at=state.now + limits.CODE_SECONDS,
    )
    state.codes.put(code)
    return _back(request, code=code.id)


def decline(request: ConsentRequest) -> str:
    return _back(request, error="access_denied")


def _back(request: ConsentRequest, **answer: str) -> str:
    joint = "&" if "?" in request.redirect_uri else "?"
    return f"{request.redirect_uri}{joint}{urlencode({'state': request.state, **answer})}"


# Tokens


def exchange_code(state: XState, call: Call, app: App) -> Response:
    form = call.form
    code = state.codes.find(form.get("code", ""))
    if code is None or code.app_id != app.id or code.used or code.expires_at <= state.now:
        raise oauth_error("invalid_request", "Value passed for the authorization code was invalid.")
    if form.get("redirect_uri") != code.redirect_uri:
        raise oauth_error(
            "invalid_request", "Value passed for the redirect uri did not match the uri of the authorization code."
        )
    if not _verifies(code, form.get("code_verifier", "")):
        raise oauth_error("invalid_request", "Value passed for the code verifier did not match the code challenge.")
    state.codes.put(replace(code, used=True))
    call.account = code.user_id
    grant = state.grants.put(Grant(id=state.new_id(), app_id=app.id, user_id=code.user_id, scopes=code.scopes))
    return JSONResponse(issue_pair(state, grant))


def refresh(state: XState, call: Call, app: App) -> Response:
    """A new pair; the refresh token that was used is dead before the answer leaves."""
    token = state.tokens.find(call.form.get("refresh_token", ""))
    if token is None or token.kind != "refresh" or token.app_id != app.id:
        raise oauth_error("invalid_request", DEAD_VALUE)
    grant = state.grants.find(token.grant_id)
    if grant is None or grant.ended or token.dead or token.expires_at <= state.now:
        raise oauth_error("invalid_request", DEAD_VALUE)
    state.tokens.put(replace(token, dead=True))
    call.account = grant.user_id
    return JSONResponse(issue_pair(state, grant))


def issue_app_token(state: XState, call: Call) -> Response:
    """App-only bearer token, for the consumer key and secret."""
    key, secret = _basic(call) or ("", "")
    app = next((app for app in state.world.apps.x.values() if app.consumer_key and app.consumer_key == key), None)
    if app is None or not hmac.compare_digest(app.consumer_secret, secret):
        raise refuse(403, "Forbidden", "Unable to verify your credentials")
    if call.form.get("grant_type") != "client_credentials":
        raise refuse(400, "Invalid Request", "Missing or invalid grant_type", "invalid-request")
    token = Token(
        id="AAAA" + secrets.token_urlsafe(60), kind="app", app_id=app.id, grant_id="", expires_at=float("1e12")
    )
    state.tokens.put(token)
    return JSONResponse({"token_type": "bearer", "access_token": token.id})


def revoke(state: XState, call: Call, app: App) -> Response:
    """Either token of a pair ends the grant. An unknown token is answered like a known one (RFC 7009)."""
    token = state.tokens.find(call.form.get("token", ""))
    if token and token.app_id == app.id:
        if grant := state.grants.find(token.grant_id):
            call.account = grant.user_id
            state.grants.put(replace(grant, ended=True))
        state.tokens.put(replace(token, dead=True))
    return JSONResponse({"revoked": True})


def authenticate_app(state: XState, call: Call) -> App:
    """Basic for confidential clients, client_id in the body for public ones."""
    if basic := _basic(call):
        app = state.world.apps.x.get(basic[0])
        if app and app.secret and hmac.compare_digest(app.secret, basic[1]):
            return app
        raise oauth_error("unauthorized_client", "Missing valid authorization header", 401)
    app = state.world.apps.x.get(call.form.get("client_id", ""))
    if app is None or app.secret:
        raise oauth_error("unauthorized_client", "Missing valid authorization header", 401)
    return app


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except ValueError:
        return ("", "")
    return unquote(user), unquote(password)


def _verifies(code: Code, verifier: str) -> bool:
    if code.method == "plain":
        return hmac.compare_digest(code.challenge, verifier)
    digest = hashlib.sha256(verifier.encode()).digest()
    return hmac.compare_digest(code.challenge, base64.urlsafe_b64encode(digest).rstrip(b"=").decode())


def issue_pair(state: XState, grant: Grant) -> dict[str, Any]:
    """A fresh access token, and with offline.access a fresh refresh token."""
    access = _mint(state, grant, "access", limits.ACCESS_TOKEN_SECONDS)
    answer: dict[str, Any] = {
        "token_type": "bearer",
        "expires_in": limits.ACCESS_TOKEN_SECONDS,
        "access_token": access.id,
        "scope": " ".join(grant.scopes),
    }
    if "offline.access" in grant.scopes:
        answer["refresh_token"] = _mint(state, grant, "refresh", limits.REFRESH_TOKEN_SECONDS).id
    return answer


def _mint(state: XState, grant: Grant, kind: str, seconds: float) -> Token:
    return state.tokens.put(
        Token(
            id=secrets.token_urlsafe(66),
            kind=kind,
            app_id=grant.app_id,
            grant_id=grant.id,
            expires_at=state.now + seconds,
        )
    )


# Who calls


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whom a bearer token speaks for; an app-only token speaks for no user."""

    app_id: str
    user: User | None
    scopes: frozenset[str]


def identify(state: XState, call: Call) -> Caller | Response:
    """Resolve the bearer token, or the answer for one that does not live."""
    token = state.tokens.find(call.bearer or "")
    if token is None or token.kind == "refresh" or token.dead or token.expires_at <= state.now:
        return unauthorised()
    if token.kind == "app":
        return Caller(app_id=token.app_id, user=None, scopes=frozenset())
    grant = state.grants.find(token.grant_id)
    user = state.users.find(grant.user_id) if grant and not grant.ended else None
    if grant is None or user is None:
        return unauthorised()
    return Caller(app_id=token.app_id, user=user, scopes=frozenset(grant.scopes))


def require_user(caller: Caller, *scopes: str) -> User:
    """The user behind the call, who granted these scopes."""
    if caller.user is None:
        raise refuse(
            403,
            "Unsupported Authentication",
            "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint. "
            "Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
            "unsupported-authentication",
        )
    if not caller.scopes.issuperset(scopes):
        raise forbidden("Forbidden")
    if caller.user.suspended:
        raise refuse(403, "Forbidden", "User is suspended or locked and may not perform this action.", "user-suspended")
    return caller.user


def require_app(caller: Caller) -> None:
    """The app itself must call, with its own token."""
    if caller.user is not None:
        raise refuse(
            403,
            "Unsupported Authentication",
            "Authenticating with OAuth 2.0 User Context is forbidden for this endpoint. "
            "Supported authentication types are [OAuth 2.0 Application-Only].",
            "unsupported-authentication",
        )


def end_grants(state: XState, user_id: str) -> int:
    """The user withdraws the app: every grant of theirs ends. How many did."""
    living = [grant for grant in state.grants.group(user_id) if not grant.ended]
    for grant in living:
        state.grants.put(replace(grant, ended=True))
    for app_id in dict.fromkeys(grant.app_id for grant in living):
        webhooks.tell_revoked(state, user_id, app_id)
    return len(living)


def expire_access(state: XState, user_id: str) -> int:
    """End the running access tokens of a user; refresh tokens live on. How many ended."""
    grants = {grant.id for grant in state.grants.group(user_id)}
    running = [
        token
        for token in state.tokens.all()
        if token.kind == "access" and token.grant_id in grants and token.expires_at > state.now
    ]
    for token in running:
        state.tokens.put(replace(token, expires_at=state.now))
    return len(running)
