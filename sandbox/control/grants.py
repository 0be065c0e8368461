"""Grants and tokens without a click, and what people withdraw."""

import base64
import hashlib
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.control.guard import BadRequest, Table, read_body
from sandbox.control.names import Names
from sandbox.networks.facebook import limits as facebook_limits
from sandbox.networks.facebook import oauth as facebook_oauth
from sandbox.networks.facebook import state as facebook_state
from sandbox.networks.facebook.callbacks import tell_deauthorised
from sandbox.networks.x import oauth as x_oauth
from sandbox.networks.x.state import Grant

if TYPE_CHECKING:
    from sandbox.app import Sandbox


class GrantControl:
    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.names = Names(sandbox)

    def table(self) -> Table:
        return [
            ("POST", "grant", self.grant),
            ("POST", "tokens", self.mint_tokens),
            ("POST", "withdraw", self.withdraw),
        ]

    async def grant(self, request: Request) -> Response:
        """What a click on the consent page gives: a code, and the address the person would be sent to."""
        body = await read_body(request)
        if steering := self.names.steering(body):
            return JSONResponse(steering.grant(body))
        if body.get("network") == "facebook":
            return JSONResponse(self._grant_facebook(body))
        if body.get("network") == "x":
            return JSONResponse(self._grant_x(body))
        raise self.names.unknown_network()

    def _grant_facebook(self, body: dict[str, Any]) -> dict[str, Any]:
        state = self.sandbox.facebook.state
        app_id = body.get("app") or next(iter(self.sandbox.world.apps.facebook))
        scopes = _words(body.get("scopes")) or list(facebook_oauth.SCOPES)
        query = {
            "client_id": app_id,
            "redirect_uri": str(body.get("redirect_uri", "")),
            "scope": ",".join(scopes),
            "state": str(body.get("state", "")),
        }
        consent = facebook_oauth.read_consent(state, query)
        person = self.names.person(body)
        own = [page.id for page in state.pages_of(person.id)]
        pages = [self.names.page(name).id for name in body["pages"]] if "pages" in body else own
        return _address(facebook_oauth.approve(state, consent, person, page_ids=pages, scopes=scopes))

    def _grant_x(self, body: dict[str, Any]) -> dict[str, Any]:
        """Without a challenge of the caller's own, a plain one is made and its verifier returned."""
        verifier = secrets.token_urlsafe(48)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": str(body.get("app") or next(iter(self.sandbox.world.apps.x))),
            "redirect_uri": str(body.get("redirect_uri", "")),
            "response_type": "code",
            "scope": " ".join(_words(body.get("scopes")) or x_scopes()),
            "state": str(body.get("state") or "control"),
            "code_challenge": str(body.get("code_challenge") or digest),
            "code_challenge_method": str(body.get("code_challenge_method", "S256")),
        }
        consent = x_oauth.read_consent(self.sandbox.x.state, query)
        answer = _address(x_oauth.approve(self.sandbox.x.state, consent, self.names.user(body)))
        return answer if "code_challenge" in body else {**answer, "code_verifier": verifier}

    async def mint_tokens(self, request: Request) -> Response:
        """Working tokens for many accounts at once, for benchmarks that are not about signing in."""
        body = await read_body(request)
        accounts = [str(account) for account in body.get("accounts", [])]
        if steering := self.names.steering(body):
            return JSONResponse({"tokens": [steering.mint(body, account) for account in accounts]})
        if body.get("network") == "facebook":
            return JSONResponse({"tokens": [self._page_token(body, account) for account in accounts]})
        if body.get("network") == "x":
            return JSONResponse({"tokens": [self._user_tokens(body, account) for account in accounts]})
        raise self.names.unknown_network()

    def _page_token(self, body: dict[str, Any], account: str) -> dict[str, Any]:
        state = self.sandbox.facebook.state
        page = self.names.page(account)
        person_id = next(iter(page.roles))
        app_id = str(body.get("app") or next(iter(self.sandbox.world.apps.facebook)))
        grant_id = f"{app_id}:{person_id}"
        before = state.grants.find(grant_id)
        given = [*(before.page_ids if before else []), page.id]
        state.grants.put(
            facebook_state.Grant(
                id=grant_id,
                app_id=app_id,
                person_id=person_id,
                scopes=list(facebook_oauth.SCOPES),
                declined=[],
                page_ids=list(dict.fromkeys(given)),
            )
        )
        user_token = facebook_oauth.mint_user_token(state, grant_id, facebook_limits.LONG_TOKEN_SECONDS)
        token = facebook_oauth.page_token(state, user_token, page)
        return {"account": page.id, "access_token": token.id, "user_access_token": user_token.id}

    def _user_tokens(self, body: dict[str, Any], account: str) -> dict[str, Any]:
        state = self.sandbox.x.state
        user = self.names.user({"account": account})
        app_id = str(body.get("app") or next(iter(self.sandbox.world.apps.x)))
        grant = state.grants.put(Grant(id=state.new_id(), app_id=app_id, user_id=user.id, scopes=x_scopes()))
        return {"account": user.id, **x_oauth.issue_pair(state, grant)}

    async def withdraw(self, request: Request) -> Response:
        """What a person does at the network: withdraw the app, change the password, lose the page, let time pass.

        reason: revoked (default), password, logged_out, checkpoint, role (with page), expired.
        """
        body = await read_body(request)
        reason = str(body.get("reason", "revoked"))
        if steering := self.names.steering(body):
            return JSONResponse(await steering.withdraw(body, reason))
        if body.get("network") == "facebook":
            return JSONResponse(await self._withdraw_facebook(body, reason))
        if body.get("network") == "x":
            return JSONResponse({"ended": self._withdraw_x(body, reason)})
        raise self.names.unknown_network()

    async def _withdraw_facebook(self, body: dict[str, Any], reason: str) -> dict[str, Any]:
        """How many tokens ended, and what apps answered to whom the network said that they were removed."""
        subcodes = {"revoked": 458, "checkpoint": 459, "password": 460, "expired": 463, "logged_out": 467, "role": 492}
        if reason not in subcodes:
            raise BadRequest(f"reason must be one of {', '.join(subcodes)}.")
        state, person_id = self.sandbox.facebook.state, self.names.person(body).id
        page = self.names.page(body.get("page")) if reason == "role" else None
        if page:
            state.pages.put(replace(page, roles={who: tasks for who, tasks in page.roles.items() if who != person_id}))
        ended, answers = 0, []
        for grant in [grant for grant in state.grants.all() if grant.person_id == person_id]:
            if page:
                ended += state.kill_tokens(grant.id, 492, page.id)
                continue
            ended += facebook_oauth.end_grant(state, grant, subcodes[reason])
            if reason == "revoked" and (said := await tell_deauthorised(state, grant.app_id, person_id)):
                answers.append(said)
        return {"ended": ended, "deauthorised": answers}

    def _withdraw_x(self, body: dict[str, Any], reason: str) -> int:
        state, user = self.sandbox.x.state, self.names.user(body)
        if reason == "revoked":
            return x_oauth.end_grants(state, user.id)
        if reason == "expired":
            return x_oauth.expire_access(state, user.id)
        if reason in {"suspended", "restored"}:
            state.users.put(replace(user, suspended=reason == "suspended"))
            return 0
        raise BadRequest("reason must be revoked, expired, suspended or restored.")


def x_scopes() -> list[str]:
    """What a publishing tool asks for."""
    return ["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"]


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [str(word) for word in value] if isinstance(value, list) else []


def _address(address: str) -> dict[str, Any]:
    query = urlsplit(address).query
    code = next((part[5:] for part in query.split("&") if part.startswith("code=")), "")
    return {"code": code, "redirect": address}
