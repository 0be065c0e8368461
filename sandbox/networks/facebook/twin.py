"""The twin of Facebook: its addresses, who may call them, and what every answer carries."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.responses import RedirectResponse, Response

from sandbox.calls import Call
from sandbox.faults import Fault
from sandbox.networks.base import Operation, Refused
from sandbox.networks.facebook import (
    comments,
    films,
    insights,
    limits,
    messaging,
    oauth,
    publishing,
    reading,
    showing,
    subscriptions,
    uploads,
    visits,
)
from sandbox.networks.facebook.cast import BUSINESSES, PAGES, PERSONS
from sandbox.networks.facebook.consent import consent_page
from sandbox.networks.facebook.errors import (
    app_throttled,
    bad_parameter,
    bad_photo,
    duplicate,
    graph_error,
    no_such_object,
    page_throttled,
    refuse,
    server_error,
)
from sandbox.networks.facebook.graph import Reading, params_of, split_version, token_of
from sandbox.networks.facebook.oauth import Speaker
from sandbox.networks.facebook.state import FacebookState
from sandbox.networks.facebook.strangers import FacebookStrangers
from sandbox.networks.facebook.walls import FacebookWalls
from sandbox.networks.facebook.webhooks import FacebookSender, tell_post
from sandbox.world import World

Work = Callable[[Reading, str], Response | Awaitable[Response]]
UPLOADS = "rupload.facebook.com"

# (method, edge) -> (operation, work); the edge is what follows the node's id, "" is the node itself.
_WORK: dict[tuple[str, str], tuple[str, Work]] = {
    ("GET", ""): ("facebook.read", reading.node),
    ("POST", ""): ("facebook.edit", publishing.update),
    ("DELETE", ""): ("facebook.delete", publishing.delete),
    ("GET", "accounts"): ("facebook.accounts", reading.accounts),
    ("GET", "businesses"): ("facebook.businesses", reading.businesses),
    ("GET", "owned_pages"): ("facebook.business_pages", reading.owned_pages),
    ("GET", "client_pages"): ("facebook.business_pages", reading.client_pages),
    ("POST", "uploads"): ("facebook.uploads.open", uploads.open_upload),
    ("POST", "videos"): ("facebook.videos.create", films.create_video),
    ("GET", "videos"): ("facebook.videos.list", showing.videos),
    ("POST", "thumbnails"): ("facebook.videos.cover", films.set_cover),
    ("POST", "video_reels"): ("facebook.reels", films.reel_phase),
    ("GET", "video_reels"): ("facebook.reels.list", showing.reels),
    ("POST", "video_stories"): ("facebook.stories", films.story_phase),
    ("POST", "photo_stories"): ("facebook.stories.photo", films.photo_story),
    ("GET", "stories"): ("facebook.stories.list", showing.stories),
    ("GET", "insights"): ("facebook.insights", insights.insights),
    ("GET", "video_insights"): ("facebook.insights", insights.video_insights),
    ("GET", "picture"): ("facebook.picture", reading.picture),
    ("POST", "feed"): ("facebook.feed", publishing.create_post),
    ("POST", "photos"): ("facebook.photos", publishing.create_photo),
    ("GET", "feed"): ("facebook.published_posts", reading.feed),
    ("GET", "visitor_posts"): ("facebook.visitor_posts", visits.visitor_posts),
    ("GET", "tagged"): ("facebook.tagged", visits.tagged),
    ("GET", "ratings"): ("facebook.ratings", visits.ratings),
    ("GET", "blocked"): ("facebook.block.list", visits.blocked),
    ("POST", "blocked"): ("facebook.block.add", visits.block),
    ("DELETE", "blocked"): ("facebook.block.remove", visits.unblock),
    ("GET", "posts"): ("facebook.published_posts", reading.published_posts),
    ("GET", "published_posts"): ("facebook.published_posts", reading.published_posts),
    ("GET", "scheduled_posts"): ("facebook.scheduled_posts", reading.scheduled_posts),
    ("GET", "photos"): ("facebook.read", reading.photos),
    ("GET", "attachments"): ("facebook.read", reading.attachments),
    ("GET", "comments"): ("facebook.comment.list", comments.list_comments),
    ("POST", "comments"): ("facebook.comment.create", comments.create_comment),
    ("GET", "likes"): ("facebook.like.list", comments.list_likes),
    ("POST", "likes"): ("facebook.like.add", comments.like),
    ("DELETE", "likes"): ("facebook.like.remove", comments.unlike),
    ("POST", "messages"): ("facebook.message.send", messaging.send_message),
    ("GET", "messages"): ("facebook.message.list", messaging.thread_messages),
    ("GET", "conversations"): ("facebook.conversations", messaging.conversations),
    ("GET", "permissions"): ("facebook.permissions", lambda r, node: oauth.list_permissions(r.speaker, node)),
    ("DELETE", "permissions"): (
        "facebook.revoke",
        lambda r, node: oauth.revoke(r.state, r.speaker, node, r.params.get("permission", "")),
    ),
    ("GET", "subscribed_apps"): ("facebook.subscribed_apps", subscriptions.list_page_subscriptions),
    ("POST", "subscribed_apps"): ("facebook.subscribed_apps", subscriptions.subscribe_page),
    ("DELETE", "subscribed_apps"): ("facebook.subscribed_apps", subscriptions.unsubscribe_page),
    ("GET", "subscriptions"): ("facebook.subscriptions", subscriptions.list_app_subscriptions),
    ("POST", "subscriptions"): ("facebook.subscriptions", subscriptions.subscribe_app),
    ("DELETE", "subscriptions"): ("facebook.subscriptions", subscriptions.unsubscribe_app),
}

# What the calls on a node itself are named when it is a comment; a POST that hides has a name of its own.
_ON_COMMENTS = {"GET": "facebook.comment.read", "POST": "facebook.comment.edit", "DELETE": "facebook.comment.delete"}


class FacebookTwin(FacebookWalls):
    """Serves the Graph API and the login dialog."""

    key = "facebook"
    title = "Facebook"
    hosts: tuple[str, ...] = (
        "graph.facebook.com", "graph-video.facebook.com", UPLOADS, "www.facebook.com", "facebook.com",
    )  # fmt: skip
    operations: tuple[str, ...] = (
        "facebook.dialog", "facebook.token", "facebook.token.code", "facebook.token.exchange", "facebook.debug_token",
        *dict.fromkeys(name for name, _ in _WORK.values()), *_ON_COMMENTS.values(), "facebook.comment.hide",
        "facebook.uploads.bytes", "facebook.uploads.ask",
        "facebook.videos.publish", "facebook.videos.edit", "facebook.reels.start", "facebook.reels.bytes",
        "facebook.reels.finish", "facebook.stories.start", "facebook.stories.finish",
    )  # fmt: skip

    def __init__(self, world: World) -> None:
        super().__init__(FacebookState(world))
        self.world = world
        self.strangers = FacebookStrangers(self.state)
        self.sender = FacebookSender(self.state)
        world.courier.senders[self.key] = self.sender

    def raise_curtain(self) -> None:
        for person in PERSONS:
            if self.state.persons.find(person.id) is None:
                self.state.persons.put(person)
        for page in PAGES:
            if self.state.pages.find(page.id) is None:
                self.state.pages.put(page)
        for business in BUSINESSES:
            if self.state.businesses.find(business.id) is None:
                self.state.businesses.put(business)
        self.strangers.raise_curtain()

    async def tick(self) -> None:
        """Tell the apps of scheduled posts whose hour has come."""
        for post in self.state.take_due():
            tell_post(self.state, post, "add")

    def forget(self) -> None:
        self.state.forget()
        self.sender.failing_since.clear()

    # Calls

    def route(self, call: Call) -> Operation | None:
        version, path = split_version(call.path)
        if call.host == UPLOADS or path.startswith("upload:"):
            return self._route_bytes(call, path)
        if call.host.startswith(("www.", "facebook.")):
            return self._route_site(call, path)
        params = params_of(call)
        if path == "oauth/access_token":
            kind = "exchange" if params.get("grant_type") == "fb_exchange_token" else "code"
            return Operation(f"facebook.token.{kind}", lambda _: _later(oauth.access_token(self.state, params)))
        if path == "debug_token" and call.method == "GET":
            return Operation("facebook.debug_token", lambda call: self._debug(call, params))
        node, _, edge = path.partition("/")
        if node and edge.startswith("permissions/") and call.method == "DELETE":
            edge, _, params["permission"] = edge.partition("/")
        found = _WORK.get((call.method, edge.rstrip("/")))
        if not node or found is None:
            return None
        name, work = found
        if not edge and self.state.find_comment(node):
            hides = call.method == "POST" and "is_hidden" in params
            name = "facebook.comment.hide" if hides else _ON_COMMENTS[call.method]
        elif not edge and call.method == "POST" and films.find_video(self.state, node):
            name = "facebook.videos.publish" if "published" in params else "facebook.videos.edit"
        elif name in {"facebook.reels", "facebook.stories"}:
            name = f"{name}.{params.get('upload_phase', '').lower() or 'start'}"
        self._note(call, params, node, name)
        return Operation(name, lambda call: self._graph(call, params, version or limits.API_VERSION, node, work))

    def _route_bytes(self, call: Call, path: str) -> Operation | None:
        """Uploads speak by headers, and count against no budget."""
        token = self.state.tokens.find(call.bearer or "")
        call.account = token.page_id if token else ""
        state = self.state
        if call.host != UPLOADS:
            work = {"POST": uploads.take_upload, "GET": uploads.ask_upload}.get(call.method)
            name = "facebook.uploads.bytes" if call.method == "POST" else "facebook.uploads.ask"
            return Operation(name, lambda call: _later(work(state, call, path))) if work else None
        first, _, video_id = call.path.rpartition("/")
        if call.method != "POST" or not first.startswith("video-upload/"):
            return None
        return Operation("facebook.reels.bytes", lambda call: _later(uploads.take_reel(state, call, video_id)))

    def _route_site(self, call: Call, path: str) -> Operation | None:
        if path == "dialog/oauth":
            return Operation("facebook.dialog", self._consent)
        if call.method == "GET" and path:
            return Operation("facebook.site", self._show)
        return None

    def _note(self, call: Call, params: dict[str, str], node: str, name: str) -> None:
        """Remember whom the call concerns, for faults and the record, before anything is checked."""
        token = self.state.tokens.find(token_of(call, params))
        call.account = token.page_id if token and token.page_id else node if self.state.pages.find(node) else ""
        if name in {"facebook.feed", "facebook.photos", "facebook.comment.create"}:
            call.text = params.get("message") or params.get("caption") or ""
        elif name in {"facebook.videos.publish", "facebook.reels.finish"}:
            call.text = params.get("description", "")

    async def carry_out(self, call: Call, operation: Operation) -> Response:
        try:
            response = await operation.handle(call)
        except Refused as refusal:
            response = refusal.response
        version, _ = split_version(call.path)
        response.headers["facebook-api-version"] = version or limits.API_VERSION
        return response

    async def _consent(self, call: Call) -> Response:
        return consent_page(self.state, call)

    async def _show(self, call: Call) -> Response:
        """Any other address of the site: the wall it leads to."""
        first, _, rest = call.path.partition("/")
        page = self.state.find_page(first)
        post = rest.rsplit("/", 1)[-1]
        comment = call.query.get("comment_id")
        anchor = f"#{post}_{comment}" if comment else f"#{page.id}_{post}" if page and rest else ""
        return RedirectResponse(f"/walls/facebook/{page.id}{anchor}" if page else "/", status_code=302)

    async def _debug(self, call: Call, params: dict[str, str]) -> Response:
        speaker = oauth.identify(self.state, token_of(call, params), params.get("appsecret_proof"))
        return oauth.debug_token(self.state, speaker, params.get("input_token", ""))

    async def _graph(self, call: Call, params: dict[str, str], version: str, node: str, work: Work) -> Response:
        """One Graph call: who, how often, then the work."""
        speaker = oauth.identify(self.state, token_of(call, params), params.get("appsecret_proof"))
        headers, throttled = self._count(speaker)
        read = Reading(state=self.state, call=call, params=params, speaker=speaker, version=version)
        response = throttled or await _carry_out(read, node, work)
        for name, value in headers.items():
            response.headers[name] = value
        return response

    def _count(self, speaker: Speaker) -> tuple[dict[str, str], Response | None]:
        """Count the call against the page's day or the app's hour; headers, and the refusal where one is over."""
        if not self.world.settings.rate_limits:
            return {}, None
        if speaker.page:
            limit = limits.CALLS_PER_ENGAGED_USER_DAY * max(speaker.page.engaged_users, 1)
            usage = self.state.usages.count("page", speaker.page.id, limit=limit, seconds=limits.DAY)
            wait = self.state.usages.minutes_left(usage, limits.DAY)
            return _page_headers(speaker.page.id, usage.percent, wait), page_throttled() if usage.over else None
        users = sum(grant.app_id == speaker.app.id for grant in self.state.grants.all())
        limit = limits.CALLS_PER_USER_HOUR * max(users, 1)
        usage = self.state.usages.count("app", speaker.app.id, limit=limit, seconds=limits.HOUR)
        return _app_headers(usage.percent), app_throttled() if usage.over else None

    # Refusals and faults

    def not_found(self, call: Call) -> Response:
        return graph_error(2500, f"Unknown path components: /{call.path}", status=400)

    def bad_body(self) -> Response:
        return bad_parameter("The body cannot be parsed").response

    def fault_answer(self, call: Call, fault: Fault) -> Response:
        match fault.kind:
            case "rate_limited":
                minutes = max(1, round((fault.seconds or limits.HOUR) / 60))
                response = page_throttled() if call.account else app_throttled()
                headers = _page_headers(call.account, 100, minutes) if call.account else _app_headers(100)
                for name, value in headers.items():
                    response.headers[name] = value
                return response
            case "duplicate":
                return duplicate().response
            case "forbidden":
                return refuse(
                    200, "(#200) The user hasn't authorized the application to perform this action", status=403
                ).response
            case "media_failed":
                return bad_photo().response
            case _:
                return server_error(fault.status)

    def end_token(self, call: Call, *, revoked: bool) -> None:
        params = params_of(call)
        token = self.state.tokens.find(token_of(call, params) or params.get("fb_exchange_token", ""))
        grant = self.state.grants.find(token.grant_id) if token else None
        if revoked and grant:
            oauth.end_grant(self.state, grant)
        elif token:
            self.state.tokens.put(replace(token, dead=463))


async def _carry_out(read: Reading, node: str, work: Work) -> Response:
    try:
        if node == "me" and not read.speaker.me:
            raise no_such_object("me", read.call.method)
        answer = work(read, read.speaker.me if node == "me" else node)
        return answer if isinstance(answer, Response) else await answer
    except Refused as refusal:
        return refusal.response


async def _later(response: Response) -> Response:
    return response


def _page_headers(page_id: str, percent: int, minutes: int) -> dict[str, str]:
    usage = {
        "type": "pages",
        "call_count": percent,
        "total_cputime": percent // 2,
        "total_time": percent // 2,
        "estimated_time_to_regain_access": minutes,
    }
    return {"x-business-use-case-usage": json.dumps({page_id: [usage]}, separators=(",", ":"))}


def _app_headers(percent: int) -> dict[str, str]:
    usage = {"call_count": percent, "total_time": percent // 2, "total_cputime": percent // 2}
    return {"x-app-usage": json.dumps(usage, separators=(",", ":"))}
