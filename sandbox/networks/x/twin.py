"""The twin of X: its addresses, who may call them, and what every answer carries."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.responses import Response

from sandbox.calls import Call
from sandbox.faults import Fault
from sandbox.networks.base import Operation, Refused
from sandbox.networks.x import (
    activity,
    analytics,
    engagement,
    limits,
    media,
    messages,
    oauth,
    publishing,
    reading,
    registration,
)
from sandbox.networks.x.cast import USERS
from sandbox.networks.x.consent import consent_page
from sandbox.networks.x.errors import (
    DUPLICATE,
    NOT_PERMITTED,
    credits_depleted,
    forbidden,
    invalid_request,
    oauth_error,
    problem,
    server_error,
    too_many_requests,
)
from sandbox.networks.x.limits import Rate, Window
from sandbox.networks.x.oauth import Caller
from sandbox.networks.x.state import XState
from sandbox.networks.x.strangers import XStrangers
from sandbox.networks.x.text import URL
from sandbox.networks.x.walls import XWalls
from sandbox.networks.x.webhooks import XSender
from sandbox.world import World

ApiHandler = Callable[[XState, Call, Caller, str], Response | Awaitable[Response]]

# (method, path, operation, price and rate name, handler); {} stands for one id.
_ROUTES: tuple[tuple[str, str, str, str, ApiHandler], ...] = (
    ("POST", "2/tweets", "x.tweets", "x.tweets", lambda s, c, w, _: publishing.create_post(s, c, w)),
    ("DELETE", "2/tweets/{}", "x.delete", "x.delete", lambda s, _, w, i: publishing.delete_post(s, w, i)),
    ("GET", "2/tweets", "x.read", "x.read.many", lambda s, c, w, _: reading.many_posts(s, c, w)),
    ("GET", "2/tweets/{}", "x.read", "x.read.one", reading.one_post),
    ("GET", "2/tweets/analytics", "x.analytics", "x.analytics", lambda s, c, w, _: analytics.analytics(s, c, w)),
    ("GET", "2/tweets/{}/quote_tweets", "x.quotes", "x.quotes", engagement.quotes),
    ("POST", "2/dm_conversations/with/{}/messages", "x.messages.send", "x.messages.send", messages.send),
    ("GET", "2/dm_conversations/with/{}/dm_events", "x.messages.list", "x.messages", messages.events_with),
    ("GET", "2/dm_events", "x.messages.list", "x.messages", lambda s, c, w, _: messages.events(s, c, w)),
    ("GET", "2/dm_events/{}", "x.messages.read", "x.messages.one", messages.event),
    ("DELETE", "2/dm_events/{}", "x.messages.delete", "x.messages.delete",
     lambda s, _, w, i: messages.delete(s, w, i)),
    ("GET", "2/users/{}/mentions", "x.mentions", "x.mentions", engagement.mentions),
    ("GET", "2/tweets/search/recent", "x.search", "x.search", lambda s, c, w, _: engagement.search(s, c, w)),
    ("PUT", "2/tweets/{}/hidden", "x.hide", "x.hide", engagement.hide),
    ("POST", "2/users/{}/likes", "x.like.add", "x.like", engagement.like),
    ("DELETE", "2/users/{}/likes/{}", "x.like.remove", "x.like", lambda s, _, w, i: engagement.unlike(s, w, i)),
    ("POST", "2/webhooks", "x.webhooks.create", "x.webhooks", lambda s, c, w, _: registration.create_webhook(s, c, w)),
    ("GET", "2/webhooks", "x.webhooks.list", "x.webhooks", lambda s, _, w, __: registration.list_webhooks(s, w)),
    ("PUT", "2/webhooks/{}", "x.webhooks.validate", "x.webhooks",
     lambda s, _, w, i: registration.validate_webhook(s, w, i)),
    ("DELETE", "2/webhooks/{}", "x.webhooks.delete", "x.webhooks",
     lambda s, _, w, i: registration.delete_webhook(s, w, i)),
    ("POST", "2/webhooks/replay", "x.webhooks.replay", "x.webhooks.replay",
     lambda s, c, w, _: registration.replay(s, c, w)),
    ("POST", "2/activity/subscriptions", "x.subscriptions.create", "x.subscriptions",
     lambda s, c, w, _: activity.subscribe(s, c, w)),
    ("GET", "2/activity/subscriptions", "x.subscriptions.list", "x.subscriptions",
     lambda s, c, w, _: activity.list_subscriptions(s, c, w)),
    ("DELETE", "2/activity/subscriptions", "x.subscriptions.delete", "x.subscriptions",
     lambda s, c, w, _: activity.unsubscribe_many(s, c, w)),
    ("PUT", "2/activity/subscriptions/{}", "x.subscriptions.change", "x.subscriptions", activity.change_subscription),
    ("DELETE", "2/activity/subscriptions/{}", "x.subscriptions.delete", "x.subscriptions",
     lambda s, _, w, i: activity.unsubscribe(s, w, i)),
    ("GET", "2/users/me", "x.me", "x.me", lambda s, c, w, _: reading.me(s, c, w)),
    ("GET", "2/users/{}/tweets", "x.timeline", "x.timeline", reading.timeline),
    ("POST", "2/media/upload", "x.media.upload", "x.media.upload", lambda s, c, w, _: media.upload(s, c, w)),
    ("GET", "2/media/upload", "x.media.status", "x.media.status", lambda s, c, w, _: media.status(s, c, w)),
    ("POST", "2/media/upload/initialize", "x.media.initialize", "x.media.initialize",
     lambda s, c, w, _: media.initialize(s, c, w)),
    ("POST", "2/media/upload/{}/append", "x.media.append", "x.media.append", media.append),
    ("POST", "2/media/upload/{}/finalize", "x.media.finalize", "x.media.finalize", media.finalize),
    ("POST", "2/media/metadata", "x.media.metadata", "x.media.metadata",
     lambda s, c, w, _: media.describe_by_words(s, c, w)),
    ("POST", "2/media/subtitles", "x.media.subtitles", "x.media.subtitles",
     lambda s, c, w, _: media.put_subtitles(s, c, w)),
    ("DELETE", "2/media/subtitles", "x.media.subtitles.delete", "x.media.subtitles",
     lambda s, c, w, _: media.remove_subtitles(s, c, w)),
)  # fmt: skip
_PATTERNS = [
    (method, re.compile("^" + path.replace("{}", "([^/]+)") + "$"), name, rate, handler)
    for method, path, name, rate, handler in _ROUTES
]
_FIXED = {(method, path): (name, rate, handler) for method, path, name, rate, handler in _ROUTES if "{}" not in path}


class XTwin(XWalls):
    """Serves api.x.com (and its former name) and the consent page of x.com."""

    key = "x"
    title = "X"
    hosts: tuple[str, ...] = ("api.x.com", "api.twitter.com", "x.com", "twitter.com")
    operations: tuple[str, ...] = (
        "x.authorise", "x.token", "x.token.code", "x.token.refresh", "x.token.app", "x.revoke",
        *dict.fromkeys(name for _, _, name, _, _ in _ROUTES), "x.media",
    )  # fmt: skip

    def __init__(self, world: World) -> None:
        super().__init__(XState(world))
        self.world = world
        self.strangers = XStrangers(self.state)
        world.courier.senders[self.key] = XSender(self.state)

    def raise_curtain(self) -> None:
        for user in USERS:
            if self.state.users.find(user.id) is None:
                self.state.users.put(user)
        self.strangers.raise_curtain()

    async def tick(self) -> None:
        """Ask webhooks for their proof when it is time."""
        await registration.validate_due(self.state)

    def forget(self) -> None:
        self.state.forget()

    # Calls

    def route(self, call: Call) -> Operation | None:
        if call.host in {"x.com", "twitter.com"}:
            return Operation("x.authorise", self._consent) if call.path == "i/oauth2/authorize" else None
        if call.method == "POST" and (operation := self._route_oauth(call)):
            return operation
        found = _match(call)
        if found is None:
            return None
        name, rate, handler, subject = found
        caller = oauth.identify(self.state, call)
        if isinstance(caller, Caller) and caller.user:
            call.account = caller.user.id
        if name == "x.tweets" and isinstance(call.json, dict) and isinstance(call.json.get("text"), str):
            call.text = call.json["text"]

        async def handle(call: Call) -> Response:
            # A fault may have ended the token since it was looked at.
            now = oauth.identify(self.state, call) if call.faults else caller
            return await self._api(call, now, rate, lambda speaker: handler(self.state, call, speaker, subject))

        return Operation(name, handle)

    def _route_oauth(self, call: Call) -> Operation | None:
        if call.path == "2/oauth2/token":
            grant_type = call.form.get("grant_type", "")
            name = {"authorization_code": "code", "refresh_token": "refresh"}.get(grant_type, "unknown")
            if (token := self.state.tokens.find(call.form.get("refresh_token", ""))) and (
                grant := self.state.grants.find(token.grant_id)
            ):
                call.account = grant.user_id
            return Operation(f"x.token.{name}", self._token)
        if call.path == "2/oauth2/revoke":
            return Operation("x.revoke", self._revoke)
        if call.path == "oauth2/token":
            return Operation("x.token.app", self._app_token)
        return None

    async def carry_out(self, call: Call, operation: Operation) -> Response:
        try:
            return await operation.handle(call)
        except Refused as refusal:
            return refusal.response

    async def _consent(self, call: Call) -> Response:
        return consent_page(self.state, call)

    async def _token(self, call: Call) -> Response:
        app = oauth.authenticate_app(self.state, call)
        match call.form.get("grant_type"):
            case "authorization_code":
                return oauth.exchange_code(self.state, call, app)
            case "refresh_token":
                return oauth.refresh(self.state, call, app)
        raise oauth_error("unsupported_grant_type", "Value passed for the grant_type was invalid.")

    async def _revoke(self, call: Call) -> Response:
        return oauth.revoke(self.state, call, oauth.authenticate_app(self.state, call))

    async def _app_token(self, call: Call) -> Response:
        return oauth.issue_app_token(self.state, call)

    async def _api(
        self,
        call: Call,
        caller: Caller | Response,
        rate: str,
        work: Callable[[Caller], Response | Awaitable[Response]],
    ) -> Response:
        """One API call: who, how often, for how much, then the work."""
        if isinstance(caller, Response):
            return caller
        headers, over = self._count(caller, rate)
        if over:
            response = too_many_requests()
        else:
            name = self._priced_as(call, caller, rate)
            price = limits.PRICES.get(name, 0.0)
            try:
                self._require_credits(caller, price)
                answer = work(caller)
                response = answer if isinstance(answer, Response) else await answer
                found = self.state.charge_reads(caller.app_id, call.resources) if name in limits.PAID_BY_POST else 1
                self.state.charge(price * found)  # failed requests are free: they were raised before this
            except Refused as refusal:
                response = refusal.response
        for name, value in headers.items():
            response.headers[name] = value
        return response

    def _count(self, caller: Caller, rate: str) -> tuple[dict[str, str], bool]:
        """Count against the user's and the app's window; their headers, and whether one is over."""
        if not self.world.settings.rate_limits:
            return {}, False
        rates = limits.RATES[rate]
        headers: dict[str, str] = {}
        over = False
        if rates.app:
            window = self.state.windows.count(rate, f"app:{caller.app_id}", rates.app, self.state.now)
            over |= window.used > rates.app.calls
            daily = rates.app.seconds == limits.DAY
            headers |= _window_headers("x-app-limit-24hour" if daily else "x-rate-limit", rates.app, window)
        if rates.user and caller.user:
            window = self.state.windows.count(rate, f"user:{caller.user.id}", rates.user, self.state.now)
            over |= window.used > rates.user.calls
            headers |= _window_headers("x-rate-limit", rates.user, window)
        return headers, over

    def _priced_as(self, call: Call, caller: Caller, rate: str) -> str:
        if rate != "x.tweets":
            return rate.rsplit(".", 1)[0] if rate.startswith("x.read") else rate
        if call.text and URL.search(call.text):
            return "x.tweets.url"
        reply = call.json.get("reply") if isinstance(call.json, dict) else None
        parent = self.state.posts.find(str(reply.get("in_reply_to_tweet_id"))) if isinstance(reply, dict) else None
        summoned = parent is not None and (caller.user is None or parent.user_id != caller.user.id)
        return "x.tweets.reply" if summoned else "x.tweets"

    def _require_credits(self, caller: Caller, price: float) -> None:
        left = self.world.settings.credits
        if left is not None and price > left:
            raise credits_depleted(caller.app_id)

    # Refusals and faults

    def not_found(self, call: Call) -> Response:
        return problem(404, "Not Found", "Not Found")

    def bad_body(self) -> Response:
        return invalid_request("Requests with bodies must be valid JSON, form or multipart.").response

    def fault_answer(self, call: Call, fault: Fault) -> Response:
        match fault.kind:
            case "rate_limited":
                response = too_many_requests()
                reset = int(self.state.now + (fault.seconds or limits.QUARTER))
                response.headers["x-rate-limit-limit"] = "100"
                response.headers["x-rate-limit-remaining"] = "0"
                response.headers["x-rate-limit-reset"] = str(reset)
                return response
            case "duplicate":
                return forbidden(DUPLICATE).response
            case "forbidden":
                return forbidden(NOT_PERMITTED).response
            case _:
                return server_error(fault.status)

    def end_token(self, call: Call, *, revoked: bool) -> None:
        token = self.state.tokens.find(call.bearer or call.form.get("refresh_token", ""))
        grant = self.state.grants.find(token.grant_id) if token else None
        if revoked and grant:
            oauth.end_grants(self.state, grant.user_id)
        elif token:
            self.state.tokens.put(replace(token, expires_at=self.state.now))


def _match(call: Call) -> tuple[str, str, ApiHandler, str] | None:
    if fixed := _FIXED.get((call.method, call.path)):
        return (*fixed, "")
    for method, pattern, name, rate, handler in _PATTERNS:
        if method == call.method and (found := pattern.match(call.path)):
            return name, rate, handler, "/".join(found.groups())
    return None


def _window_headers(prefix: str, rate: Rate, window: Window) -> dict[str, str]:
    return {
        f"{prefix}-limit": str(rate.calls),
        f"{prefix}-remaining": str(max(rate.calls - window.used, 0)),
        f"{prefix}-reset": str(int(window.reset_at)),
    }
