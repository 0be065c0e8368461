"""Facebook Login, tokens and what a person gave.

Source: Facebook Login manual flow, Access Tokens, debug_token and permissions references, read 2026-11-22 through
dated copies.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response

from sandbox.apps import App
from sandbox.networks.facebook import limits
from sandbox.networks.facebook.errors import (
    bad_parameter,
    dead_token,
    missing_permission,
    missing_task,
    needs_page_token,
    no_such_object,
    refuse,
)
from sandbox.networks.facebook.state import Code, FacebookState, Grant, Page, Person, Token

SCOPES = {
    "public_profile": "Receive your name and profile picture",
    "email": "Receive your e-mail address",
    "pages_show_list": "Show a list of the Pages you manage",
    "pages_manage_posts": "Create and manage content on your Page",
    "pages_read_engagement": "Read content posted on the Page",
    "pages_read_user_content": "Read user content on your Page",
    "pages_manage_engagement": "Create and manage comments on your Page",
    "pages_manage_metadata": "Manage accounts, settings and webhooks for a Page",
    "pages_messaging": "Manage and access Page conversations in Messenger",
    "read_insights": "Access your Page insights",
    "business_management": "Manage your business",
    "ads_read": "Access your ads and related statistics",
    "instagram_basic": "Access profile and posts from the Instagram account connected to your Page",
    "instagram_content_publish": "Upload media and create posts for the Instagram account connected to your Page",
    "instagram_manage_comments": "Manage comments for the Instagram account connected to your Page",
    "instagram_manage_insights": "Access insights for the Instagram account connected to your Page",
    "instagram_manage_messages": "Manage and access messages for the Instagram account connected to your Page",
}


@dataclass(frozen=True, kw_only=True)
class ConsentRequest:
    """What an app asks a person for."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    rerequest: bool


class ConsentError(Exception):
    """The address cannot be answered by a redirect: the person sees why."""


def read_consent(state: FacebookState, query: dict[str, str]) -> ConsentRequest:
    """Check the dialog's address. Raises ConsentError."""
    app = state.world.apps.facebook.get(query.get("client_id", ""))
    if app is None:
        raise ConsentError("Invalid App ID: the provided app ID does not look like a valid app ID.")
    redirect_uri = query.get("redirect_uri", "")
    if not app.allows(redirect_uri):
        raise ConsentError(f"URL blocked: {redirect_uri!r} is not among the app's Valid OAuth Redirect URIs.")
    if query.get("response_type", "code") != "code":
        raise ConsentError("response_type must be code.")
    scopes = tuple(filter(None, query.get("scope", "").replace(" ", ",").split(",")))
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise ConsentError(f"Invalid Scopes: {', '.join(unknown)}.")
    return ConsentRequest(
        app=app,
        redirect_uri=redirect_uri,
        scopes=tuple(dict.fromkeys(("public_profile", *scopes))),
        state=query.get("state", ""),
        rerequest="rerequest" in query.get("auth_type", "").split(","),
    )


def approve(
    state: FacebookState, request: ConsentRequest, person: Person, *, page_ids: list[str], scopes: list[str]
) -> str:
    """Record what the person gave; the address to send them back to."""
    own = {page.id for page in state.pages_of(person.id)}
    given = ["public_profile", *(scope for scope in request.scopes if scope in scopes and scope != "public_profile")]
    before = state.grants.find(f"{request.app.id}:{person.id}")
    kept = [scope for scope in before.scopes if scope not in request.scopes] if before else []
    state.grants.put(
        Grant(
            id=f"{request.app.id}:{person.id}",
            app_id=request.app.id,
            person_id=person.id,
            scopes=given + kept,
            declined=[scope for scope in request.scopes if scope not in given],
            page_ids=[page_id for page_id in page_ids if page_id in own],
        )
    )
    code = state.codes.put(
        Code(
            id="AQ" + secrets.token_urlsafe(90),
            app_id=request.app.id,
            person_id=person.id,
            redirect_uri=request.redirect_uri,
            expires_at=state.now + limits.CODE_SECONDS,
        )
    )
    return _back(request, code=code.id)


def decline(request: ConsentRequest) -> str:
    return _back(
        request,
        error="access_denied",
        error_code="200",
        error_description="Permissions error",
        error_reason="user_denied",
    )


def _back(request: ConsentRequest, **answer: str) -> str:
    joint = "&" if "?" in request.redirect_uri else "?"
    state = {"state": request.state} if request.state else {}
    # Facebook ends its redirects with this empty anchor.
    return f"{request.redirect_uri}{joint}{urlencode({**answer, **state})}#_=_"


# Tokens


def access_token(state: FacebookState, params: dict[str, str]) -> Response:
    """GET or POST /oauth/access_token: exchange a code, prolong a token, or name the app itself."""
    app = _authenticated_app(state, params)
    match params.get("grant_type", "authorization_code"):
        case "fb_exchange_token":
            return _prolong(state, app, params.get("fb_exchange_token", ""))
        case "client_credentials":
            return JSONResponse({"access_token": f"{app.id}|{app.secret}", "token_type": "bearer"})
        case _:
            return _exchange(state, app, params)


def _authenticated_app(state: FacebookState, params: dict[str, str]) -> App:
    if not (client_id := params.get("client_id", "")):
        raise refuse(101, "Missing client_id parameter.")
    app = state.world.apps.facebook.get(client_id)
    if app is None:
        raise refuse(101, "Error validating application. Cannot get application info due to a system error.")
    if not hmac.compare_digest(app.secret, params.get("client_secret", "")):
        raise refuse(1, "Error validating client secret.")
    return app


def _exchange(state: FacebookState, app: App, params: dict[str, str]) -> Response:
    code = state.codes.find(params.get("code", ""))
    if code is None or code.app_id != app.id:
        raise refuse(100, "Invalid verification code format.")
    if code.used:
        raise refuse(100, "This authorization code has been used.", subcode=36009)
    if code.expires_at <= state.now:
        raise refuse(100, "This authorization code has expired.", subcode=36007)
    if params.get("redirect_uri") != code.redirect_uri:
        raise refuse(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used "
            "in the OAuth dialog request",
            subcode=36008,
        )
    state.codes.put(replace(code, used=True))
    return _answer(mint_user_token(state, f"{app.id}:{code.person_id}", limits.SHORT_TOKEN_SECONDS), state)


def _prolong(state: FacebookState, app: App, old: str) -> Response:
    token = living_token(state, old)
    if not token.grant_id.startswith(f"{app.id}:"):
        raise refuse(190, "The access token does not belong to application " + app.id)
    if token.kind == "PAGE":
        raise bad_parameter("fb_exchange_token takes a user access token")
    return _answer(mint_user_token(state, token.grant_id, limits.LONG_TOKEN_SECONDS), state)


def mint_user_token(state: FacebookState, grant_id: str, seconds: float) -> Token:
    return state.tokens.put(
        Token(
            id="EAAP" + secrets.token_hex(80),
            kind="USER",
            grant_id=grant_id,
            page_id="",
            issued_at=state.now,
            expires_at=state.now + seconds,
        )
    )


def page_token(state: FacebookState, user_token: Token, page: Page) -> Token:
    """The page's token behind a person's: always the same, and without end when that one is long-lived."""
    digest = hashlib.sha512(f"{user_token.id}:{page.id}".encode()).hexdigest()
    token_id = f"EAAP{digest}{digest[:32]}"
    long_lived = user_token.expires_at - user_token.issued_at > limits.DAY
    return state.tokens.find(token_id) or state.tokens.put(
        Token(
            id=token_id,
            kind="PAGE",
            grant_id=user_token.grant_id,
            page_id=page.id,
            issued_at=state.now,
            expires_at=0 if long_lived else user_token.expires_at,
        )
    )


def _answer(token: Token, state: FacebookState) -> Response:
    return JSONResponse(
        {"access_token": token.id, "token_type": "bearer", "expires_in": round(token.expires_at - state.now)}
    )


# Who calls


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """Whom a token speaks for: a person, a page (through a person), or the app itself."""

    app: App
    token: Token | None = None
    grant: Grant | None = None
    page: Page | None = None
    reached: bool = True  # the page is still given to the app: ticked, or by way of a portfolio

    @property
    def person_id(self) -> str:
        return self.grant.person_id if self.grant else ""

    @property
    def me(self) -> str:
        """What `me` stands for."""
        return self.page.id if self.page else self.person_id

    def has(self, *scopes: str) -> bool:
        return self.grant is not None and set(scopes) <= set(self.grant.scopes)


def living_token(state: FacebookState, text: str) -> Token:
    """Find a token and whether it lives. Raises code 190 with the subcode of its death."""
    token = state.tokens.find(text)
    if token is None:
        raise dead_token(None)
    if subcode := cause_of_death(state, token):
        raise dead_token(subcode)
    return token


def cause_of_death(state: FacebookState, token: Token) -> int:
    """The subcode of a dead token, 0 for a living one."""
    if token.dead:
        return token.dead
    if token.expires_at and token.expires_at <= state.now:
        return 463
    if token.kind == "PAGE":
        page, grant = state.pages.find(token.page_id), state.grants.find(token.grant_id)
        if page is None or grant is None or grant.person_id not in page.roles:
            return 492
    return 0


def identify(state: FacebookState, text: str, proof: str | None) -> Speaker:
    """Resolve a token, app tokens (id|secret) included, and check the proof that the app's server sent it."""
    if not text:
        raise refuse(
            2500, "An active access token must be used to query information about the current user.", status=400
        )
    speaker = _speaker(state, text)
    expected = hmac.new(speaker.app.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    if proof is None and speaker.app.require_proof:
        raise refuse(100, "API calls from the server require an appsecret_proof argument", kind="GraphMethodException")
    if proof is not None and not hmac.compare_digest(expected, proof):
        raise refuse(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")
    return speaker


def _speaker(state: FacebookState, text: str) -> Speaker:
    app_id, bar, secret = text.partition("|")
    if bar:
        app = state.world.apps.facebook.get(app_id)
        if app is None or not hmac.compare_digest(app.secret, secret):
            raise dead_token(None)
        return Speaker(app=app)
    token = living_token(state, text)
    grant = state.grants.find(token.grant_id)
    app = state.world.apps.facebook.get(grant.app_id) if grant else None
    if grant is None or app is None:
        raise dead_token(458)
    page = state.pages.find(token.page_id) if token.page_id else None
    reached = page is None or reaches(state, grant, page)
    return Speaker(app=app, token=token, grant=grant, page=page, reached=reached)


def require_page(speaker: Speaker, page_id: str, *scopes: str, task: str = "") -> Page:
    """The page a call is about, spoken for by its own token, with these permissions and the person's task."""
    page = speaker.page
    if page is None:
        raise needs_page_token()
    if page.id != page_id:
        raise refuse(
            200,
            "(#200) Unpublished posts must be posted to a page as the page itself."
            if task == "CREATE_CONTENT"
            else "(#200) The page access token belongs to another page",
            status=403,
        )
    if not speaker.has(*scopes) or not speaker.reached:
        raise missing_permission(*scopes)
    if task and task not in page.roles.get(speaker.person_id, []):
        raise missing_task(task)
    return page


# What a person gave


def debug_token(state: FacebookState, speaker: Speaker, input_token: str) -> Response:
    """GET /debug_token, for a token of the asking app."""
    token = state.tokens.find(input_token)
    if token is None:
        return JSONResponse(
            {
                "data": {
                    "error": {"code": 190, "message": "The access token could not be decrypted"},
                    "is_valid": False,
                    "scopes": [],
                }
            }
        )
    grant = state.grants.find(token.grant_id)
    app_id = token.grant_id.partition(":")[0]
    if app_id != speaker.app.id:
        raise bad_parameter("The App_id in the input_token did not match the Viewing App", kind="OAuthException")
    subcode = cause_of_death(state, token)
    data: dict[str, Any] = {
        "app_id": app_id,
        "type": token.kind,
        "application": speaker.app.name,
        "data_access_expires_at": int(token.issued_at + limits.DATA_ACCESS_SECONDS),
        "expires_at": int(token.expires_at),
        "is_valid": not subcode,
        "issued_at": int(token.issued_at),
        "scopes": grant.scopes if grant else [],
        "granular_scopes": _granular(grant),
        "user_id": token.grant_id.partition(":")[2],
    }
    if token.page_id:
        data["profile_id"] = token.page_id
    if subcode:
        data["error"] = {"code": 190, "subcode": subcode, "message": "Error validating access token"}
    return JSONResponse({"data": data})


def _granular(grant: Grant | None) -> list[dict[str, Any]]:
    if grant is None:
        return []
    return [
        {"scope": scope, "target_ids": grant.page_ids}
        if scope.startswith(("pages_", "instagram_"))
        else {"scope": scope}
        for scope in grant.scopes
    ]


def list_permissions(speaker: Speaker, person_id: str) -> Response:
    grant = _own_grant(speaker, person_id, "GET")
    rows = [{"permission": scope, "status": "granted"} for scope in grant.scopes]
    rows += [{"permission": scope, "status": "declined"} for scope in grant.declined]
    return JSONResponse({"data": rows})


def revoke(state: FacebookState, speaker: Speaker, person_id: str, scope: str) -> Response:
    """DELETE /{person}/permissions[/name]: one permission, or the app altogether with every token."""
    grant = _own_grant(speaker, person_id, "DELETE")
    if scope:
        remaining = [given for given in grant.scopes if given != scope]
        state.grants.put(replace(grant, scopes=remaining, declined=[*grant.declined, scope]))
    else:
        end_grant(state, grant)
    return JSONResponse({"success": True})


def end_grant(state: FacebookState, grant: Grant, subcode: int = 458) -> int:
    """The person removed the app: all tokens die, the page's among them. How many did."""
    if subcode == 458:
        state.grants.put(replace(grant, scopes=[], declined=[], page_ids=[]))
    return state.kill_tokens(grant.id, subcode)


def _own_grant(speaker: Speaker, person_id: str, method: str) -> Grant:
    if speaker.grant is None or speaker.page or person_id not in {"me", speaker.person_id}:
        raise no_such_object(person_id, method)
    return speaker.grant


def granted_pages(state: FacebookState, grant: Grant) -> list[Page]:
    """The pages a grant covers that the person still has a role on, in their own order."""
    return [page for page in state.pages_of(grant.person_id) if page.id in grant.page_ids]


def reaches(state: FacebookState, grant: Grant, page: Page) -> bool:
    """Whether a grant gives a page's token: ticked, or by way of a portfolio that the app may manage."""
    if page in granted_pages(state, grant):
        return True
    by_portfolio = any(
        grant.person_id in row.people and page.id in {*row.owned, *row.client} for row in state.businesses.all()
    )
    return "business_management" in grant.scopes and by_portfolio and grant.person_id in page.roles


def parse_list(text: str) -> list[str]:
    """A parameter that is a list: as JSON or with commas."""
    if text.startswith("["):
        return [str(item) for item in json.loads(text)]
    return [part.strip() for part in text.split(",") if part.strip()]
