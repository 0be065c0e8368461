"""OAuth 2.0 as LinkedIn does it: no PKCE, scopes with commas in answers, a consent that lasts a year and no longer.

Source: learn.microsoft.com/linkedin, authorization code flow, programmatic refresh tokens, token introspection, read
through dated copies 2025-11 to 2026-08.
"""

import hmac
import secrets
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from sandbox.apps import App
from sandbox.calls import Call
from sandbox.networks.linkedin import limits
from sandbox.networks.linkedin.errors import (
    DEAD_GRANT,
    EXPIRED,
    MALFORMED,
    NO_TOKEN,
    REVOKED,
    denied,
    oauth_error,
    unauthorised,
)
from sandbox.networks.linkedin.state import Code, LinkedInState, Member, Organization, Token

COMMUNITY = {
    "r_basicprofile": "Use your name and photo",
    "rw_organization_admin": "Manage your pages and see their figures",
    "r_organization_admin": "See your pages and their figures",
    "w_organization_social": "Publish, change and delete posts of your pages",
    "r_organization_social": "Read the posts of your pages",
    "w_organization_social_feed": "Comment and react for your pages",
    "r_organization_social_feed": "Read comments and reactions on your pages",
    "w_member_social": "Publish, change and delete posts for you",
    "w_member_social_feed": "Comment and react for you",
}
SIGN_IN = {
    "openid": "Know who you are",
    "profile": "Use your name and photo",
    "email": "Use your e-mail address",
    "w_member_social": COMMUNITY["w_member_social"],
}
SCOPES = {**COMMUNITY, **SIGN_IN}


@dataclass(frozen=True, kw_only=True)
class ConsentRequest:
    """What an app asks a person for."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str


class ConsentError(ValueError):
    """The address cannot be answered by a redirect: the person sees why."""


class ScopeRefused(ValueError):
    """The app has no product with this scope: LinkedIn sends the person back with an error. Holds the address."""


def scopes_of(app: App) -> dict[str, str]:
    """What an app may ask for: the Community Management product stands alone on its app."""
    return COMMUNITY if app.tier == "standard" else SCOPES


def read_consent(state: LinkedInState, query: dict[str, str]) -> ConsentRequest:
    """Check an authorisation address. Raises ConsentError, ScopeRefused."""
    app = state.world.apps.linkedin.get(query.get("client_id", ""))
    if app is None:
        raise ConsentError("No app has this client_id.")
    redirect_uri = query.get("redirect_uri", "")
    if not app.allows(redirect_uri) or "#" in redirect_uri:
        raise ConsentError(f"The redirect_uri {redirect_uri!r} does not match the registered value.")
    if query.get("response_type") != "code":
        raise ConsentError("response_type must be code.")
    scopes = tuple(query.get("scope", "").split())
    request = ConsentRequest(app=app, redirect_uri=redirect_uri, scopes=scopes, state=query.get("state", ""))
    if not scopes:
        raise ConsentError("scope is empty.")
    unknown = next((scope for scope in scopes if scope not in scopes_of(app)), None)
    if unknown is not None:
        raise ScopeRefused(
            _back(
                request,
                error="unauthorized_scope_error",
                error_description=f'Scope "{unknown}" is not authorized for your application',
            )
        )
    return request


def approve(state: LinkedInState, request: ConsentRequest, member: Member) -> str:
    """Give a code; the address to send the person back to. All scopes or none: nothing can be left out."""
    code = Code(
        id="AQ" + secrets.token_urlsafe(90),
        app_id=request.app.id,
        member_id=member.id,
        redirect_uri=request.redirect_uri,
        scopes=sorted(set(request.scopes)),
        expires_at=state.now + limits.CODE_SECONDS,
    )
    state.codes.put(code)
    return _back(request, code=code.id)


def decline(request: ConsentRequest, *, signed_in: bool) -> str:
    """The person turned away: before signing in, or in front of what is asked."""
    if signed_in:
        return _back(
            request, error="user_cancelled_authorize", error_description="The user cancelled the authorization"
        )
    return _back(request, error="user_cancelled_login", error_description="The user cancelled LinkedIn login")


def _back(request: ConsentRequest, **answer: str) -> str:
    joint = "&" if "?" in request.redirect_uri else "?"
    stated = {"state": request.state} if request.state else {}
    return f"{request.redirect_uri}{joint}{urlencode({**answer, **stated})}"


# Tokens


def exchange_code(state: LinkedInState, call: Call, app: App) -> Response:
    code = state.codes.find(call.form.get("code", ""))
    if code is None or code.app_id != app.id or code.used or code.expires_at <= state.now:
        raise oauth_error(
            "invalid_request",
            "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. "
            "Or authorization code expired. Or external member binding exists",
        )
    if call.form.get("redirect_uri") != code.redirect_uri:
        raise oauth_error(
            "invalid_redirect_uri",
            "Unable to retrieve access token: appid or redirect uri does not match authorization code",
        )
    state.codes.put(replace(code, used=True))
    call.account = f"urn:li:person:{code.member_id}"
    _end_other_scopes(state, app.id, code.member_id, code.scopes)
    return JSONResponse(issue_tokens(state, app, code.member_id, code.scopes, authorized_at=state.now))


def _end_other_scopes(state: LinkedInState, app_id: str, member_id: str, scopes: list[str]) -> None:
    """Another set of scopes than before makes every earlier token of the member for the app invalid."""
    for token in state.tokens.group(member_id):
        if token.app_id == app_id and token.scopes != scopes and not token.revoked:
            state.tokens.put(replace(token, revoked=True))


def refresh(state: LinkedInState, call: Call, app: App) -> Response:
    """A new access token. The refresh token stays the same, and its year goes on running down."""
    token = state.tokens.find(call.form.get("refresh_token", ""))
    if token is None or token.kind != "refresh" or token.app_id != app.id or not _lives(state, token):
        raise oauth_error("invalid_request", DEAD_GRANT)
    call.account = f"urn:li:person:{token.member_id}"
    access = _mint(
        state,
        app,
        token.member_id,
        token.scopes,
        kind="access",
        authorized_at=token.authorized_at,
        seconds=min(limits.ACCESS_TOKEN_SECONDS, token.expires_at - state.now),
    )
    return JSONResponse(_answer(state, access, token))


def issue_tokens(
    state: LinkedInState, app: App, member_id: str, scopes: list[str], *, authorized_at: float
) -> dict[str, Any]:
    """An access token, and for approved apps a refresh token."""
    shared = {"authorized_at": authorized_at}
    access = _mint(state, app, member_id, scopes, kind="access", seconds=limits.ACCESS_TOKEN_SECONDS, **shared)
    approved = app.tier == "standard"
    longer = (
        _mint(state, app, member_id, scopes, kind="refresh", seconds=limits.CONSENT_SECONDS, **shared)
        if approved
        else None
    )
    return _answer(state, access, longer)


def _answer(state: LinkedInState, access: Token, longer: Token | None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "access_token": access.id,
        "expires_in": round(access.expires_at - state.now),
        "scope": ",".join(access.scopes),
        "token_type": "Bearer",
    }
    if longer:
        answer |= {"refresh_token": longer.id, "refresh_token_expires_in": round(longer.expires_at - state.now)}
    return answer


def _mint(
    state: LinkedInState,
    app: App,
    member_id: str,
    scopes: list[str],
    *,
    kind: str,
    authorized_at: float,
    seconds: float,
) -> Token:
    return state.tokens.put(
        Token(
            id="AQ" + secrets.token_urlsafe(260),  # about 350 characters
            kind=kind,
            app_id=app.id,
            member_id=member_id,
            scopes=sorted(scopes),
            created_at=state.now,
            authorized_at=authorized_at,
            expires_at=state.now + seconds,
        )
    )


def introspect(state: LinkedInState, call: Call, app: App) -> Response:
    token = state.tokens.find(call.form.get("token", ""))
    if token is None:
        raise oauth_error("invalid_request", "The provided token is invalid")
    if token.app_id != app.id:
        return JSONResponse({"active": False})
    status = "revoked" if token.revoked else "expired" if token.expires_at <= state.now else "active"
    return JSONResponse(
        {
            "active": status == "active",
            "status": status,
            "client_id": app.id,
            "scope": ",".join(token.scopes),
            "auth_type": "3L",
            "created_at": int(token.created_at),
            "authorized_at": int(token.authorized_at),
            "expires_at": int(token.expires_at),
        }
    )


def revoke(state: LinkedInState, call: Call, app: App) -> Response:
    """Either token ends all of the member's for the app. Seen in clients, on no page."""
    token = state.tokens.find(call.form.get("token", ""))
    if token is None or token.app_id != app.id:
        raise oauth_error("invalid_request", "The provided token is invalid")
    call.account = f"urn:li:person:{token.member_id}"
    end_grant(state, token.member_id, app_id=app.id)
    return Response(status_code=200)


def authenticate_app(state: LinkedInState, call: Call) -> App:
    """Id and secret stand in the body; Basic is not read."""
    app = state.world.apps.linkedin.get(call.form.get("client_id", ""))
    if app is None:
        raise oauth_error("invalid_client_id", "The passed in client_id is invalid")
    if not hmac.compare_digest(app.secret, call.form.get("client_secret", "")):
        raise oauth_error("invalid_client", "Client authentication failed", 401)
    return app


def end_grant(state: LinkedInState, member_id: str, *, app_id: str = "") -> int:
    """The member withdraws an app, or all: every token of theirs ends. How many did."""
    living = [
        token for token in state.tokens.group(member_id) if not token.revoked and (not app_id or token.app_id == app_id)
    ]
    for token in living:
        state.tokens.put(replace(token, revoked=True))
    for row in state.subscriptions.all():
        if row.member_id == member_id and (not app_id or row.app_id == app_id):
            state.subscriptions.remove(row.id)  # ends with the grant, and nobody is told
    return len(living)


def expire_access(state: LinkedInState, member_id: str, *, consent_too: bool = False) -> int:
    """Let the access tokens of a member run out, or their year; how many ended."""
    running = [
        token
        for token in state.tokens.group(member_id)
        if token.expires_at > state.now and (consent_too or token.kind == "access")
    ]
    for token in running:
        state.tokens.put(replace(token, expires_at=state.now))
    return len(running)


def _lives(state: LinkedInState, token: Token) -> bool:
    return not token.revoked and token.expires_at > state.now


# Who calls


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whom a bearer token speaks for, and for which app."""

    state: LinkedInState
    app: App
    member: Member
    scopes: frozenset[str]

    def require(self, *scopes: str, what: str) -> None:
        """Any of these scopes. Raises Refused."""
        if not self.scopes & set(scopes):
            raise denied(what)

    def roles_at(self, organization: Organization | None) -> frozenset[str]:
        return frozenset(organization.roles.get(self.member.id, ())) if organization else frozenset()

    def require_role(self, urn: str, *roles: str, what: str) -> Organization:
        """The organisation, in which the member has any of these roles. Raises Refused."""
        organization = self.state.organizations.find(urn)
        if organization is None or not self.roles_at(organization) & set(roles):
            raise denied(what)
        return organization


def identify(state: LinkedInState, call: Call) -> Caller:
    """Resolve the bearer token. Raises Refused for one that is not accepted."""
    if not call.bearer:
        raise unauthorised(NO_TOKEN)
    token = state.tokens.find(call.bearer)
    if token is None or token.kind != "access":
        raise unauthorised(MALFORMED)
    if token.revoked:
        raise unauthorised(REVOKED)
    if token.expires_at <= state.now:
        raise unauthorised(EXPIRED)
    member = state.members.find(token.member_id)
    app = state.world.apps.linkedin.get(token.app_id)
    if member is None or app is None:
        raise unauthorised(REVOKED)
    return Caller(state=state, app=app, member=member, scopes=frozenset(token.scopes))
