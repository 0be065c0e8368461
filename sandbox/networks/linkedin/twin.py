"""The twin of LinkedIn: its addresses, who may call them, and what every answer carries."""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from starlette.responses import Response

from sandbox.calls import Call
from sandbox.faults import Fault
from sandbox.networks.base import Operation, Refused
from sandbox.networks.linkedin import (
    engagement,
    limits,
    little,
    media,
    oauth,
    organizations,
    publishing,
    statistics,
    subscriptions,
)
from sandbox.networks.linkedin.cast import MEMBERS, ORGANIZATIONS
from sandbox.networks.linkedin.consent import consent_page
from sandbox.networks.linkedin.errors import denied, duplicate, envelope, oauth_error, refuse, server_error, throttled
from sandbox.networks.linkedin.oauth import Caller
from sandbox.networks.linkedin.restli import Query, raw_path, read_key, read_query, read_record
from sandbox.networks.linkedin.state import LinkedInState
from sandbox.networks.linkedin.steering import LinkedInSteering
from sandbox.networks.linkedin.strangers import LinkedInStrangers
from sandbox.networks.linkedin.walls import LinkedInWalls
from sandbox.networks.linkedin.webhooks import LinkedInSender
from sandbox.world import World

Keys = tuple[str, ...]
ApiHandler = Callable[[Caller, Call, Query, Keys], Response | Awaitable[Response]]

# (method, path after the host, operation, handler); {} is one key, still encoded.
_ROUTES: tuple[tuple[str, str, str, ApiHandler], ...] = (
    ("GET", "v2/me", "linkedin.me", lambda who, c, q, k: organizations.me(who)),
    ("GET", "v2/userinfo", "linkedin.userinfo", lambda who, c, q, k: organizations.userinfo(who, c)),
    ("GET", "rest/organizationAcls", "linkedin.acls", lambda who, c, q, k: organizations.acls(who, q)),
    ("GET", "rest/organizations", "linkedin.organizations.batch", lambda who, c, q, k: organizations.several(who, q)),
    ("GET", "rest/organizations/{}", "linkedin.organizations.get",
     lambda who, c, q, k: organizations.one(who, read_key(k[0]))),
    ("GET", "rest/organizationsLookup", "linkedin.organizations.lookup",
     lambda who, c, q, k: organizations.lookup(who, q)),
    ("GET", "rest/networkSizes/{}", "linkedin.network_sizes",
     lambda who, c, q, k: organizations.network_size(who, q, read_key(k[0]))),
    ("POST", "rest/posts", "linkedin.posts.create", lambda who, c, q, k: publishing.create(who, c)),
    ("GET", "rest/posts", "linkedin.posts.list", lambda who, c, q, k: publishing.by_author(who, q)),
    ("GET", "rest/posts/{}", "linkedin.posts.get", lambda who, c, q, k: publishing.one(who, q, read_key(k[0]))),
    ("POST", "rest/posts/{}", "linkedin.posts.change", lambda who, c, q, k: publishing.change(who, c, read_key(k[0]))),
    ("DELETE", "rest/posts/{}", "linkedin.posts.delete", lambda who, c, q, k: publishing.delete(who, read_key(k[0]))),
    *(
        (method, f"rest/{resource}{tail}", f"linkedin.{resource}.{name}", handler)
        for resource in media.KINDS
        for method, tail, name, handler in (
            ("POST", "", "initialize", lambda who, c, q, k, r=resource: _media_action(who, c, q, r)),
            ("GET", "/{}", "status", lambda who, c, q, k, r=resource: media.status(who, c, r, read_key(k[0]))),
        )
    ),
    ("GET", "rest/socialActions", "linkedin.social_actions.batch", lambda who, c, q, k: engagement.summaries(who, q)),
    ("GET", "rest/socialActions/{}", "linkedin.social_actions.get",
     lambda who, c, q, k: engagement.summary(who, read_key(k[0]))),
    ("GET", "rest/socialMetadata/{}", "linkedin.social_metadata",
     lambda who, c, q, k: engagement.metadata(who, read_key(k[0]))),
    ("GET", "rest/socialActions/{}/comments", "linkedin.comments.list",
     lambda who, c, q, k: engagement.comments(who, q, read_key(k[0]))),
    ("POST", "rest/socialActions/{}/comments", "linkedin.comments.create",
     lambda who, c, q, k: engagement.create(who, c, read_key(k[0]))),
    ("GET", "rest/socialActions/{}/comments/{}", "linkedin.comments.get",
     lambda who, c, q, k: engagement.one(who, read_key(k[0]), read_key(k[1]))),
    ("POST", "rest/socialActions/{}/comments/{}", "linkedin.comments.change",
     lambda who, c, q, k: engagement.change(who, c, q, read_key(k[0]), read_key(k[1]))),
    ("DELETE", "rest/socialActions/{}/comments/{}", "linkedin.comments.delete",
     lambda who, c, q, k: engagement.delete(who, q, read_key(k[0]), read_key(k[1]))),
    ("POST", "rest/reactions", "linkedin.reactions.add", lambda who, c, q, k: engagement.react(who, c, q)),
    ("GET", "rest/reactions/{}", "linkedin.reactions.list",
     lambda who, c, q, k: engagement.reactions(who, q, read_record(k[0]).get("entity", ""))),
    ("DELETE", "rest/reactions/{}", "linkedin.reactions.remove",
     lambda who, c, q, k: engagement.unreact(who, read_record(k[0]))),
    ("GET", "rest/eventSubscriptions", "linkedin.subscriptions.list",
     lambda who, c, q, k: subscriptions.several(who, q)),
    ("PUT", "rest/eventSubscriptions/{}", "linkedin.subscriptions.create",
     lambda who, c, q, k: subscriptions.subscribe(who, c, read_record(k[0]))),
    ("GET", "rest/eventSubscriptions/{}", "linkedin.subscriptions.get",
     lambda who, c, q, k: subscriptions.one(who, read_record(k[0]))),
    ("DELETE", "rest/eventSubscriptions/{}", "linkedin.subscriptions.delete",
     lambda who, c, q, k: subscriptions.unsubscribe(who, read_record(k[0]))),
    ("GET", "rest/organizationalEntityNotifications", "linkedin.notifications",
     lambda who, c, q, k: subscriptions.notifications(who, q)),
    ("GET", "rest/organizationalEntityShareStatistics", "linkedin.statistics.shares",
     lambda who, c, q, k: statistics.of_shares(who, q)),
    ("GET", "rest/organizationalEntityFollowerStatistics", "linkedin.statistics.followers",
     lambda who, c, q, k: statistics.of_followers(who, q)),
    ("GET", "rest/organizationPageStatistics", "linkedin.statistics.page",
     lambda who, c, q, k: statistics.of_page(who, q)),
)  # fmt: skip
_PATTERNS = [
    (method, re.compile("^" + re.escape(path).replace(r"\{\}", "([^/]+)") + "$"), name, handler)
    for method, path, name, handler in _ROUTES
]
_OAUTH = {
    "oauth/v2/accessToken": "linkedin.token",
    "oauth/v2/introspectToken": "linkedin.introspect",
    "oauth/v2/revoke": "linkedin.revoke",
}
_UPLOAD = re.compile(r"^dms-uploads/sp/(\w+)/(\w+)$")
_ORGANIZATION = re.compile(r"urn(?:%3A|:)li(?:%3A|:)organization(?:%3A|:)(\d+)", re.IGNORECASE)


class LinkedInTwin(LinkedInWalls):
    """Serves api.linkedin.com, and of www.linkedin.com what apps use: OAuth and upload addresses."""

    key = "linkedin"
    title = "LinkedIn"
    hosts: tuple[str, ...] = ("api.linkedin.com", "www.linkedin.com")
    operations: tuple[str, ...] = (
        "linkedin.authorise", "linkedin.token.code", "linkedin.token.refresh", "linkedin.introspect", "linkedin.revoke",
        "linkedin.upload", "linkedin.videos.finalize", *dict.fromkeys(name for _, _, name, _ in _ROUTES),
    )  # fmt: skip

    def __init__(self, world: World) -> None:
        super().__init__(LinkedInState(world))
        self.world = world
        self.strangers = LinkedInStrangers(self.state)
        self.steering = LinkedInSteering(self.state)
        world.courier.senders[self.key] = LinkedInSender(self.state)

    def raise_curtain(self) -> None:
        for member in MEMBERS:
            if self.state.members.find(member.id) is None:
                self.state.members.put(member)
        for organization in ORGANIZATIONS:
            if self.state.organizations.find(organization.id) is None:
                self.state.organizations.put(organization)
        self.strangers.raise_curtain()

    async def tick(self) -> None:
        """Challenge addresses when it is time."""
        await subscriptions.challenge_due(self.state)

    def forget(self) -> None:
        self.state.forget()

    # Calls

    def route(self, call: Call) -> Operation | None:
        if call.host == "www.linkedin.com":
            return self._route_site(call)
        if call.method == "POST" and call.headers.get("x-http-method-override", "").upper() == "GET":
            # A query too long for an address comes as a form, still encoded.
            call.method, call.scope = "GET", {**call.scope, "query_string": call.body}
        path = raw_path(call)
        for method, pattern, name, handler in _PATTERNS:
            if method == call.method and (found := pattern.match(path)):
                return self._operation(call, path, name, handler, found.groups())
        return None

    def _operation(self, call: Call, path: str, name: str, handler: ApiHandler, keys: Keys) -> Operation:
        call.account = self._account_of(call, path)
        if name == "linkedin.posts.create" and isinstance(call.json, dict):
            call.text = little.read(str(call.json.get("commentary", ""))).shown
        if name == "linkedin.comments.create" and isinstance(call.json, dict):
            call.text = str((call.json.get("message") or {}).get("text", ""))
        if name == "linkedin.videos.initialize" and "finalizeUpload" in call.scope["query_string"].decode("latin-1"):
            name = "linkedin.videos.finalize"

        async def handle(call: Call) -> Response:
            return await self._api(call, path, handler, keys)

        return Operation(name, handle)

    def _route_site(self, call: Call) -> Operation | None:
        if call.path == "oauth/v2/authorization":
            return Operation("linkedin.authorise", self._consent)
        if call.method == "POST" and (name := _OAUTH.get(call.path)):
            if name == "linkedin.token":
                kinds = {"authorization_code": "code", "refresh_token": "refresh"}
                name = f"{name}.{kinds.get(call.form.get('grant_type', ''), 'unknown')}"
            return Operation(name, self._oauth)
        if call.method == "PUT" and (found := _UPLOAD.match(call.path)):
            asset = next(self.state.assets.newest(found[1], "file"), None)
            call.account = asset.owner if asset else ""

            async def upload(call: Call) -> Response:
                return media.upload(self.state, call, found[1], found[2])

            return Operation("linkedin.upload", upload)
        return None

    async def carry_out(self, call: Call, operation: Operation) -> Response:
        try:
            response = await operation.handle(call)
        except Refused as refusal:
            response = refusal.response
        response.headers["x-li-uuid"] = secrets.token_urlsafe(16)
        response.headers["x-li-fabric"] = "prod-sandbox"
        return response

    async def _consent(self, call: Call) -> Response:
        return consent_page(self.state, call)

    async def _oauth(self, call: Call) -> Response:
        app = oauth.authenticate_app(self.state, call)
        if call.path == "oauth/v2/introspectToken":
            return oauth.introspect(self.state, call, app)
        if call.path == "oauth/v2/revoke":
            return oauth.revoke(self.state, call, app)
        match call.form.get("grant_type"):
            case "authorization_code":
                return oauth.exchange_code(self.state, call, app)
            case "refresh_token":
                return oauth.refresh(self.state, call, app)
        raise oauth_error("invalid_request", 'A required parameter "grant_type" is missing or not supported')

    async def _api(self, call: Call, path: str, handler: ApiHandler, keys: Keys) -> Response:
        """One API call: who, in which version, how often today, then the work."""
        caller = oauth.identify(self.state, call)
        resource = path.split("/")[1].partition("?")[0]
        if path.startswith("rest/"):
            self._require_version(call)
        if call.method == "POST" and not call.body and "content-length" not in call.headers:
            raise refuse(411, "A POST without a body needs Content-Length: 0")
        if self.world.settings.rate_limits and (
            whose := self.state.is_over(
                resource, app_id=caller.app.id, tier=caller.app.tier, member_id=caller.member.id
            )
        ):
            return throttled(whose)
        answer = handler(caller, call, read_query(call), keys)
        return answer if isinstance(answer, Response) else await answer

    def _require_version(self, call: Call) -> None:
        version = call.headers.get("linkedin-version", "")
        if not version:
            raise refuse(
                400,
                "A version must be present. Please specify a version by adding the Linkedin-Version header.",
                code="VERSION_MISSING",
            )
        ends = limits.VERSIONS.get(version[:6])
        today = datetime.fromtimestamp(self.state.now, UTC).date()
        if ends is None or date.fromisoformat(ends) <= today:
            raise refuse(426, f"Requested version {version} is not active", code="NONEXISTENT_VERSION")
        self._require_protocol(call)

    def _require_protocol(self, call: Call) -> None:
        """Without its header a call is read by the protocol's first version, which knows no lists and records.

        The official client for Python spells the header with an underscore, and works.
        """
        names = ("x-restli-protocol-version", "x-restli-protocol_version")
        if limits.PROTOCOL not in {call.headers.get(name) for name in names} and b"(" in call.scope["query_string"]:
            raise refuse(400, "Invalid query parameters passed to request", code="ILLEGAL_ARGUMENT")

    def _account_of(self, call: Call, path: str) -> str:
        """The page that a call is about, for faults and the log: named in its body, its query or its path."""
        body = call.json if isinstance(call.json, dict) else {}
        for name in ("author", "actor"):
            if isinstance(body.get(name), str):
                return str(body[name])
        request = body.get("initializeUploadRequest")
        if isinstance(request, dict) and isinstance(request.get("owner"), str):
            return str(request["owner"])
        query = call.scope["query_string"].decode("latin-1")
        found = _ORGANIZATION.search(f"{query} {path}")
        return f"urn:li:organization:{found[1]}" if found else ""

    # Refusals and faults

    def not_found(self, call: Call) -> Response:
        path = raw_path(call)
        return envelope(404, f"No virtual resource found for /{path}", code="RESOURCE_NOT_FOUND", service=0)

    def bad_body(self) -> Response:
        return envelope(400, "Cannot parse request entity", code="BAD_REQUEST")

    def fault_answer(self, call: Call, fault: Fault) -> Response:
        match fault.kind:
            case "rate_limited":
                return throttled()
            case "duplicate":
                newest = next(iter(self.state.live_posts(call.account)), None)
                return duplicate(newest.id if newest else f"urn:li:person:{MEMBERS[0].id}").response
            case "forbidden":
                return denied("this resource").response
            case _:
                return server_error(fault.status)

    def end_token(self, call: Call, *, revoked: bool) -> None:
        token = self.state.tokens.find(call.bearer or call.form.get("refresh_token", ""))
        if token is None:
            return
        if revoked:
            oauth.end_grant(self.state, token.member_id, app_id=token.app_id)
        else:
            self.state.tokens.put(replace(token, expires_at=self.state.now))


def _media_action(caller: Caller, call: Call, query: Query, resource: str) -> Response:
    action = query.text("action")
    if action == "initializeUpload":
        return media.initialize(caller, call, resource)
    if action == "finalizeUpload" and resource == "videos":
        return media.finalize(caller, call)
    raise refuse(400, f"Action {action} is not supported by {resource}", code="ILLEGAL_ARGUMENT")
