"""/_control: what tests, benchmarks and the demo ask of the sandbox itself. JSON in, JSON out.

Only this machine is answered, and no page of another site: a browser names its origin, and then it must be ours.
"""

import base64
import hashlib
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.calls import fingerprint
from sandbox.faults import KINDS, STATUSES, Fault
from sandbox.networks.facebook import limits as facebook_limits
from sandbox.networks.facebook import oauth as facebook_oauth
from sandbox.networks.facebook import state as facebook_state
from sandbox.networks.facebook.state import TASKS, Page, Person
from sandbox.networks.facebook.twin import FacebookTwin
from sandbox.networks.x import oauth as x_oauth
from sandbox.networks.x.state import Grant, User
from sandbox.networks.x.twin import XTwin
from sandbox.world import Settings

if TYPE_CHECKING:
    from sandbox.app import Sandbox

LOCAL = {"127.0.0.1", "::1", "localhost", "testclient"}
Handler = Callable[[Request], Awaitable[Response]]


class BadRequest(Exception):
    """The request cannot be understood; the text says what was found and what is allowed."""


class Control:
    """The handlers, bound to one sandbox."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    @property
    def facebook(self) -> FacebookTwin:
        return self.sandbox.facebook

    @property
    def x(self) -> XTwin:
        return self.sandbox.x

    def routes(self) -> list[Route]:
        table: list[tuple[str, str, Handler]] = [
            ("GET", "health", self.health),
            ("GET", "faults", self.list_faults),
            ("POST", "faults", self.add_fault),
            ("DELETE", "faults", self.clear_faults),
            ("DELETE", "faults/{id:int}", self.remove_fault),
            ("GET", "published", self.published),
            ("GET", "calls", self.calls),
            ("DELETE", "calls", self.clear_calls),
            ("GET", "accounts", self.accounts),
            ("POST", "accounts", self.create_accounts),
            ("POST", "grant", self.grant),
            ("POST", "tokens", self.mint_tokens),
            ("POST", "withdraw", self.withdraw),
            ("GET", "clock", self.clock),
            ("POST", "clock", self.move_clock),
            ("GET", "settings", self.settings),
            ("POST", "settings", self.change_settings),
            ("POST", "reset", self.reset),
        ]
        return [Route(f"/_control/{path}", _guarded(handler), methods=[method]) for method, path, handler in table]

    async def health(self, request: Request) -> Response:
        return JSONResponse({"ok": True, "networks": [twin.key for twin in self.sandbox.twins]})

    # Faults

    async def list_faults(self, request: Request) -> Response:
        operations = [operation for twin in self.sandbox.twins for operation in twin.operations]
        return JSONResponse(
            {
                "faults": [_fault(fault) for fault in self.sandbox.world.faults.all()],
                "kinds": KINDS,
                "operations": sorted(operations),
            }
        )

    async def add_fault(self, request: Request) -> Response:
        fault = add_fault(self.sandbox, await _body(request))
        return JSONResponse(_fault(fault), status_code=201)

    async def clear_faults(self, request: Request) -> Response:
        self.sandbox.world.faults.clear()
        return JSONResponse({"ok": True})

    async def remove_fault(self, request: Request) -> Response:
        removed = self.sandbox.world.faults.remove(request.path_params["id"])
        return JSONResponse({"ok": removed}, status_code=200 if removed else 404)

    # What happened

    async def published(self, request: Request) -> Response:
        """Everything that was really published, with counts by account and by text."""
        query = request.query_params
        account = query.get("account")
        posts = [
            (twin.key, post)
            for twin in self.sandbox.twins
            if query.get("network", twin.key) == twin.key
            for post in twin.published(account)
            if query.get("text", post.text) == post.text
        ]
        texts = Counter(f"{key}:{post.account}:{fingerprint(post.text)}" for key, post in posts)
        refused = {
            f"{twin.key}:{wall.id}": wall.refused_duplicates
            for twin in self.sandbox.twins
            for wall in twin.walls()
            if wall.refused_duplicates
        }
        body: dict[str, Any] = {
            "count": len(posts),
            "by_account": Counter(f"{key}:{post.account}" for key, post in posts),
            "by_fingerprint": texts,
            "twice": {name: count for name, count in texts.items() if count > 1},
            "refused_duplicates": refused,
        }
        if query.get("posts", "1") != "0":
            body["posts"] = [
                {"network": key, **post.as_json(), "fingerprint": fingerprint(post.text)} for key, post in posts
            ]
        return JSONResponse(body)

    async def calls(self, request: Request) -> Response:
        query = request.query_params
        since, operation, account = int(query.get("since", "0")), query.get("operation"), query.get("account")
        records = self.sandbox.world.calls.select(
            lambda record: (
                record.number > since
                and (operation is None or record.operation == operation or record.operation.startswith(f"{operation}."))
                and (account is None or record.account == account)
            ),
            limit=int(query.get("limit", "10000")),
        )
        return JSONResponse(
            {"calls": [record.as_json() for record in records], "totals": self.sandbox.world.calls.totals}
        )

    async def clear_calls(self, request: Request) -> Response:
        self.sandbox.world.calls.clear()
        return JSONResponse({"ok": True})

    # Who is there

    async def accounts(self, request: Request) -> Response:
        facebook, x = self.facebook.state, self.x.state
        return JSONResponse(
            {
                "facebook": {
                    "persons": [vars(person) for person in facebook.persons.all()],
                    "pages": [vars(page) for page in facebook.pages.all()],
                },
                "x": {"users": [vars(user) for user in x.users.all()]},
            }
        )

    async def create_accounts(self, request: Request) -> Response:
        """More pages of one person, or more users, for loads that the cast is too small for."""
        body = await _body(request)
        count = int(body.get("count", 1))
        if body.get("network") == "facebook":
            person = self._person(body)
            ids = [self._create_page(person.id, number).id for number in range(count)]
        elif body.get("network") == "x":
            ids = [self._create_user(number).id for number in range(count)]
        else:
            raise BadRequest("network must be facebook or x.")
        return JSONResponse({"ids": ids}, status_code=201)

    def _create_page(self, person_id: str, number: int) -> Page:
        state = self.facebook.state
        page_id = state.new_id()
        return state.pages.put(
            Page(
                id=page_id,
                name=f"Page {page_id[-6:]}",
                username=f"page{page_id}",
                category="Local Business",
                about="",
                followers=number,
                engaged_users=1000,
                roles={person_id: list(TASKS)},
            )
        )

    def _create_user(self, number: int) -> User:
        state = self.x.state
        user_id = state.new_id()
        return state.users.put(
            User(
                id=user_id,
                username=f"u{int(user_id) % 10**13:x}",
                name=f"User {number + 1}",
                description="",
                followers=number,
                created_at=state.now,
            )
        )

    # Grants without a click

    async def grant(self, request: Request) -> Response:
        """What a click on the consent page gives: a code, and the address the person would be sent to."""
        body = await _body(request)
        if body.get("network") == "facebook":
            return JSONResponse(self._grant_facebook(body))
        if body.get("network") == "x":
            return JSONResponse(self._grant_x(body))
        raise BadRequest("network must be facebook or x.")

    def _grant_facebook(self, body: dict[str, Any]) -> dict[str, Any]:
        state = self.facebook.state
        app_id = body.get("app") or next(iter(self.sandbox.world.apps.facebook))
        scopes = _words(body.get("scopes")) or list(facebook_oauth.SCOPES)
        query = {
            "client_id": app_id,
            "redirect_uri": str(body.get("redirect_uri", "")),
            "scope": ",".join(scopes),
            "state": str(body.get("state", "")),
        }
        consent = facebook_oauth.read_consent(state, query)
        person = self._person(body)
        own = [page.id for page in state.pages_of(person.id)]
        pages = [self._page(name).id for name in body["pages"]] if "pages" in body else own
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
        consent = x_oauth.read_consent(self.x.state, query)
        answer = _address(x_oauth.approve(self.x.state, consent, self._user(body)))
        return answer if "code_challenge" in body else {**answer, "code_verifier": verifier}

    async def mint_tokens(self, request: Request) -> Response:
        """Working tokens for many accounts at once, for benchmarks that are not about signing in."""
        body = await _body(request)
        accounts = [str(account) for account in body.get("accounts", [])]
        if body.get("network") == "facebook":
            return JSONResponse({"tokens": [self._page_token(body, account) for account in accounts]})
        if body.get("network") == "x":
            return JSONResponse({"tokens": [self._user_tokens(body, account) for account in accounts]})
        raise BadRequest("network must be facebook or x.")

    def _page_token(self, body: dict[str, Any], account: str) -> dict[str, Any]:
        state = self.facebook.state
        page = self._page(account)
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
        state = self.x.state
        user = self._user({"account": account})
        app_id = str(body.get("app") or next(iter(self.sandbox.world.apps.x)))
        grant = state.grants.put(Grant(id=state.new_id(), app_id=app_id, user_id=user.id, scopes=x_scopes()))
        return {"account": user.id, **x_oauth.issue_pair(state, grant)}

    async def withdraw(self, request: Request) -> Response:
        """What a person does at the network: withdraw the app, change the password, lose the page, let time pass.

        reason: revoked (default), password, logged_out, checkpoint, role (with page), expired.
        """
        body = await _body(request)
        reason = str(body.get("reason", "revoked"))
        if body.get("network") == "facebook":
            return JSONResponse({"ended": self._withdraw_facebook(body, reason)})
        if body.get("network") == "x":
            return JSONResponse({"ended": self._withdraw_x(body, reason)})
        raise BadRequest("network must be facebook or x.")

    def _withdraw_facebook(self, body: dict[str, Any], reason: str) -> int:
        subcodes = {"revoked": 458, "checkpoint": 459, "password": 460, "expired": 463, "logged_out": 467, "role": 492}
        if reason not in subcodes:
            raise BadRequest(f"reason must be one of {', '.join(subcodes)}.")
        state, person_id = self.facebook.state, self._person(body).id
        page = self._page(body.get("page")) if reason == "role" else None
        if page:
            state.pages.put(replace(page, roles={who: tasks for who, tasks in page.roles.items() if who != person_id}))
        ended = 0
        for grant in [grant for grant in state.grants.all() if grant.person_id == person_id]:
            if page:
                ended += state.kill_tokens(grant.id, 492, page.id)
            else:
                ended += facebook_oauth.end_grant(state, grant, subcodes[reason])
        return ended

    def _withdraw_x(self, body: dict[str, Any], reason: str) -> int:
        state, user = self.x.state, self._user(body)
        if reason == "revoked":
            return x_oauth.end_grants(state, user.id)
        if reason == "expired":
            return x_oauth.expire_access(state, user.id)
        if reason in {"suspended", "restored"}:
            state.users.put(replace(user, suspended=reason == "suspended"))
            return 0
        raise BadRequest("reason must be revoked, expired, suspended or restored.")

    # Time and settings

    async def clock(self, request: Request) -> Response:
        clock = self.sandbox.world.clock
        return JSONResponse({"now": clock.now(), "frozen": clock.frozen})

    async def move_clock(self, request: Request) -> Response:
        """{"move":

        seconds} and/or {"set": unix seconds} and/or {"frozen": true or false}; {"real": true} undoes all.
        """
        body, clock = await _body(request), self.sandbox.world.clock
        if body.get("real"):
            clock.reset()
        if "set" in body:
            clock.set(float(body["set"]))
        if "move" in body:
            clock.move(float(body["move"]))
        if "frozen" in body:
            (clock.freeze if body["frozen"] else clock.run)()
        return JSONResponse({"now": clock.now(), "frozen": clock.frozen})

    async def settings(self, request: Request) -> Response:
        return JSONResponse({**_shown(self.sandbox.world.settings), "spent": round(self.x.state.spent, 6)})

    async def change_settings(self, request: Request) -> Response:
        body, known = await _body(request), _shown(self.sandbox.world.settings)
        if unknown := body.keys() - known.keys():
            raise BadRequest(f"Unknown settings {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
        self.sandbox.world.change_settings(replace(self.sandbox.world.settings, **body))
        return await self.settings(request)

    async def reset(self, request: Request) -> Response:
        self.sandbox.reset()
        return JSONResponse({"ok": True})

    # Names

    def _person(self, body: dict[str, Any]) -> Person:
        persons = self.facebook.state.persons.all()
        wanted = str(body.get("person", persons[0].id))
        found = next((person for person in persons if wanted in {person.id, person.name}), None)
        if found is None:
            raise BadRequest(f"No person {wanted!r}; there are {', '.join(person.name for person in persons)}.")
        return found

    def _page(self, name: object) -> Page:
        page = self.facebook.state.find_page(str(name)) or next(
            (page for page in self.facebook.state.pages.all() if page.name == name), None
        )
        if page is None:
            raise BadRequest(f"No page {name!r}.")
        return page

    def _user(self, body: dict[str, Any]) -> User:
        wanted = str(body.get("account", ""))
        user = self.x.state.find_user(wanted)
        if user is None:
            names = ", ".join(user.username for user in self.x.state.users.all()[:10])
            raise BadRequest(f"No account {wanted!r}; there are {names}.")
        return user


def x_scopes() -> list[str]:
    """What a publishing tool asks for."""
    return ["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"]


def add_fault(sandbox: "Sandbox", body: dict[str, Any]) -> Fault:
    """Set a fault from JSON or from the form of the faults page. Raises BadRequest."""
    operations = {operation for twin in sandbox.twins for operation in twin.operations}
    operation, kind = str(body.get("operation", "")), str(body.get("fault") or body.get("kind"))
    known = operation in operations or any(name.startswith(f"{operation}.") for name in operations)
    if not operation or not known:
        raise BadRequest(f"No operation {operation!r}; there are {', '.join(sorted(operations))}.")
    if kind not in KINDS:
        raise BadRequest(f"No fault {kind!r}; there are {', '.join(KINDS)}.")
    status = int(body.get("status") or 503)
    if status not in STATUSES:
        raise BadRequest(f"status must be one of {STATUSES}.")
    count = body.get("count", 1)
    return sandbox.world.faults.add(
        operation=operation,
        kind=kind,
        count=None if count in {None, "", "always"} else int(count),
        probability=float(body.get("probability", 1.0)),
        seed=int(body.get("seed", 0)),
        seconds=float(body.get("seconds") or 0),
        status=status,
        carried_out=body.get("carried_out") in {True, "true", "1", "on"},
        account=str(body.get("account") or ""),
    )


def is_local(request: Request) -> bool:
    """Whether a request comes from this machine, and not through a page of another site."""
    if request.client is None or request.client.host not in LOCAL:
        return False
    host = request.headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in LOCAL:
        return False  # another site's name, pointed at this machine
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        if not is_local(request):
            return JSONResponse({"error": "Only this machine may control the sandbox."}, status_code=403)
        try:
            return await handler(request)
        except (BadRequest, ValueError, TypeError, x_oauth.ConsentError, facebook_oauth.ConsentError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return guarded


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    body = await request.json() if raw else {}
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    return body


def _fault(fault: Fault) -> dict[str, Any]:
    return {name: value for name, value in vars(fault).items() if name != "chance"}


def _shown(settings: Settings) -> dict[str, Any]:
    return {name: value for name, value in asdict(settings).items() if name != "id"}


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [str(word) for word in value] if isinstance(value, list) else []


def _address(address: str) -> dict[str, Any]:
    query = urlsplit(address).query
    code = next((part[5:] for part in query.split("&") if part.startswith("code=")), "")
    return {"code": code, "redirect": address}
