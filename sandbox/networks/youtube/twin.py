"""The twin of YouTube: its addresses, who may call them, and what each costs of the day's quota."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import PlainTextResponse, Response

from sandbox.calls import Call
from sandbox.faults import Fault
from sandbox.networks._google import calls
from sandbox.networks._google.calls import Caller
from sandbox.networks._google.errors import google_error, server_error
from sandbox.networks._google.host import GoogleHost
from sandbox.networks._google.state import Identity, Service
from sandbox.networks.base import Operation, Refused
from sandbox.networks.youtube import analytics, channels, comments, hub, playlists, uploads, videos
from sandbox.networks.youtube.cast import CHANNELS, PLAYLISTS
from sandbox.networks.youtube.errors import quota_exceeded, refuse, youtube_error
from sandbox.networks.youtube.hub import HubSender
from sandbox.networks.youtube.limits import NO_BUCKET, SEARCHES, STATISTICS, UNITS, UPLOADS, Bucket
from sandbox.networks.youtube.processing import settle
from sandbox.networks.youtube.requests import Asked
from sandbox.networks.youtube.state import YouTubeState
from sandbox.networks.youtube.steering import YouTubeSteering
from sandbox.networks.youtube.strangers import YouTubeStrangers
from sandbox.networks.youtube.walls import YouTubeWalls

AUTH = "https://www.googleapis.com/auth/"
MANAGE, FORCE_SSL, READONLY, UPLOAD = (f"{AUTH}youtube{end}" for end in ("", ".force-ssl", ".readonly", ".upload"))
ANALYTICS, MONEY = f"{AUTH}yt-analytics.readonly", f"{AUTH}yt-analytics-monetary.readonly"
SCOPES = {
    MANAGE: "Manage your YouTube account",
    FORCE_SSL: "See, edit, and permanently delete your YouTube videos, ratings, comments and captions",
    READONLY: "View your YouTube account",
    UPLOAD: "Manage your YouTube videos",
    ANALYTICS: "View YouTube Analytics reports for your YouTube content",
    MONEY: "View monetary and non-monetary YouTube Analytics reports for your YouTube content",
}
READ, WRITE, TALK = (MANAGE, FORCE_SSL, READONLY), (MANAGE, FORCE_SSL), (FORCE_SSL,)
SEND = (MANAGE, FORCE_SSL, UPLOAD)
HUB, ANALYTICS_HOST, SITE = "pubsubhubbub.appspot.com", "youtubeanalytics.googleapis.com", "www.youtube.com"

Answer = Response | Awaitable[Response]


@dataclass(frozen=True)
class _Route:
    """One method of the API: the name of its operation, what it costs, and which scopes allow it."""

    name: str
    scopes: tuple[str, ...]
    units: int
    handle: Callable[[Asked], Response]
    bucket: Bucket = UNITS


_METHODS: dict[tuple[str, str], _Route] = {
    ("GET", "channels"): _Route("channels", READ, 1, channels.list_channels),
    ("GET", "videoCategories"): _Route("videoCategories", READ, 1, channels.list_categories),
    ("GET", "search"): _Route("search", READ, 1, channels.search, SEARCHES),
    ("GET", "videos"): _Route("videos.list", READ, 1, videos.list_videos),
    ("GET", "videos:batchGetStats"): _Route("videos.batchGetStats", READ, 1, videos.batch_statistics, STATISTICS),
    ("PUT", "videos"): _Route("videos.update", WRITE, 50, videos.update_video),
    ("DELETE", "videos"): _Route("videos.delete", WRITE, 50, videos.delete_video),
    ("POST", "videos/rate"): _Route("videos.rate", WRITE, 50, videos.rate_video),
    ("GET", "playlists"): _Route("playlists.list", READ, 1, playlists.list_playlists),
    ("POST", "playlists"): _Route("playlists.insert", WRITE, 50, playlists.insert_playlist),
    ("PUT", "playlists"): _Route("playlists.update", WRITE, 50, playlists.update_playlist),
    ("DELETE", "playlists"): _Route("playlists.delete", WRITE, 50, playlists.delete_playlist),
    ("GET", "playlistItems"): _Route("playlistItems.list", READ, 1, playlists.list_items),
    ("POST", "playlistItems"): _Route("playlistItems.insert", WRITE, 50, playlists.insert_item),
    ("DELETE", "playlistItems"): _Route("playlistItems.delete", WRITE, 50, playlists.delete_item),
    ("GET", "commentThreads"): _Route("commentThreads.list", TALK, 1, comments.list_threads),
    ("POST", "commentThreads"): _Route("commentThreads.insert", TALK, 50, comments.insert_thread),
    ("GET", "comments"): _Route("comments.list", TALK, 1, comments.list_comments),
    ("POST", "comments"): _Route("comments.insert", TALK, 50, comments.insert_comment),
    ("PUT", "comments"): _Route("comments.update", TALK, 50, comments.update_comment),
    ("DELETE", "comments"): _Route("comments.delete", TALK, 50, comments.delete_comment),
    ("POST", "comments/setModerationStatus"): _Route("comments.moderate", TALK, 50, comments.moderate),
}
_ROUTES: dict[tuple[str, str], _Route] = {
    **{(method, f"youtube/v3/{path}"): route for (method, path), route in _METHODS.items()},
    **{("POST", path): _Route("upload.begin", SEND, 1, uploads.insert, UPLOADS) for path in uploads.PATHS},
    ("POST", "upload/youtube/v3/thumbnails/set"): _Route("thumbnails", SEND, 50, channels.set_thumbnail),
}
_REPORTS = _Route("analytics", (ANALYTICS, MONEY), 0, analytics.report, NO_BUCKET)
_BESIDE = ("upload.put", "upload.ask", "upload.cancel", "analytics", "hub", "feed")


class YouTubeTwin(YouTubeWalls):
    """Serves the Data API, the Analytics API, the feeds and their hub."""

    key = "youtube"
    title = "YouTube"
    hosts: tuple[str, ...] = (
        "www.googleapis.com", "youtube.googleapis.com", ANALYTICS_HOST, HUB, SITE,
    )  # fmt: skip
    operations: tuple[str, ...] = tuple(
        f"youtube.{name}" for name in dict.fromkeys([*(route.name for route in _ROUTES.values()), *_BESIDE])
    )

    def __init__(self, host: GoogleHost) -> None:
        self.world = host.world
        super().__init__(YouTubeState(host.world, host.state))
        self.strangers = YouTubeStrangers(self.state)
        self.steering = YouTubeSteering(self.state)
        host.state.offer(Service(key=self.key, scopes=SCOPES, identities=self._identities))
        host.world.courier.senders[self.key] = HubSender(self.state)

    def _identities(self, person_id: str) -> list[Identity]:
        """The channels that a person may act as."""
        return [Identity(id=row.id, name=row.title) for row in self.state.channels.group(person_id) if not row.closed]

    def raise_curtain(self) -> None:
        for channel in CHANNELS:
            if self.state.channels.find(channel.id) is None:
                self.state.channels.put(channel)
        for playlist in PLAYLISTS:
            if self.state.playlists.find(playlist.id) is None:
                self.state.playlists.put(playlist)
        self.strangers.raise_curtain()

    async def tick(self) -> None:
        """End processing, publish what is scheduled, tell the hub."""
        settle(self.state)

    def forget(self) -> None:
        self.state.forget()

    # Calls

    def route(self, call: Call) -> Operation | None:
        if call.host == HUB:
            if call.method == "POST" and call.path in {"", "subscribe"}:
                return Operation("youtube.hub", self._subscribe)
            return None
        if call.host == SITE:
            feeds = call.method == "GET" and call.path in {"xml/feeds/videos.xml", "feeds/videos.xml"}
            return Operation("youtube.feed", self._feed) if feeds else None
        if call.host == ANALYTICS_HOST:
            return self._api(call, _REPORTS) if (call.method, call.path) == ("GET", "v2/reports") else None
        if call.path in uploads.PATHS and call.query.get("upload_id"):
            return self._session(call)
        route = _ROUTES.get((call.method, call.path))
        return self._api(call, route) if route else None

    def _session(self, call: Call) -> Operation | None:
        upload = self.state.uploads.find(call.query["upload_id"])
        call.account = upload.channel_id if upload else ""
        if call.method == "DELETE":
            return Operation("youtube.upload.cancel", self._cancel)
        if call.method not in {"PUT", "POST"}:
            return None
        asks = call.headers.get("content-range", "").startswith("bytes */")
        if not asks and upload:
            call.text = str(upload.body.get("snippet", {}).get("description", ""))
        return Operation("youtube.upload.ask" if asks else "youtube.upload.put", self._go_on)

    def _api(self, call: Call, route: _Route) -> Operation:
        token = calls.token_of(self.state.google, call)
        call.account = token.identity if token else ""

        async def handle(call: Call) -> Response:
            settle(self.state)
            caller = self._caller(call)
            if caller.scopes.isdisjoint(route.scopes):
                raise refuse(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
            self._take(caller, route)
            channel = self.state.channels.find(caller.identity)
            return route.handle(Asked(state=self.state, call=call, caller=caller, channel=channel))

        return Operation(f"youtube.{route.name}", handle)

    def _caller(self, call: Call) -> Caller:
        try:
            return calls.identify(self.state.google, call)
        except Refused as refusal:
            if refusal.response.status_code != 401:
                raise
            raise refuse(401, "authError", "Invalid Credentials", location="Authorization", kind="header") from None

    def _take(self, caller: Caller, route: _Route) -> None:
        """Count what a call costs, also where it will be refused for its content."""
        project = caller.app_id.partition("-")[0]
        taken = self.state.quota.take(project, route.bucket, route.units, self.state.now)
        if not taken and self.world.settings.rate_limits:
            raise quota_exceeded()

    async def carry_out(self, call: Call, operation: Operation) -> Response:
        try:
            return await operation.handle(call)
        except Refused as refusal:
            return refusal.response

    async def _go_on(self, call: Call) -> Response:
        if call.bearer:  # the address is proof enough, but a dead token is told
            self._caller(call)
        return uploads.go_on(self.state, call)

    async def _cancel(self, call: Call) -> Response:
        return uploads.cancel(self.state, call)

    async def _subscribe(self, call: Call) -> Response:
        return await hub.subscribe(self.state, call)

    async def _feed(self, call: Call) -> Response:
        settle(self.state)
        return hub.read_feed(self.state, call)

    # Refusals and faults

    def not_found(self, call: Call) -> Response:
        return google_error(404, "Requested entity was not found.")

    def bad_body(self) -> Response:
        return youtube_error(400, "parseError", "Parse Error")

    def fault_answer(self, call: Call, fault: Fault) -> Response:
        if call.host == HUB:
            status = {"rate_limited": 429, "forbidden": 403, "duplicate": 409}.get(fault.kind, fault.status)
            return PlainTextResponse("", status_code=status)
        match fault.kind:
            case "rate_limited":
                return youtube_error(403, "rateLimitExceeded", "Rate Limit Exceeded")
            case "forbidden" | "duplicate":
                return youtube_error(403, "forbidden", "The request is not properly authorized.")
            case "status" if fault.status == 503:
                return youtube_error(503, "backendError", "The service is currently unavailable.")
            case "status" if fault.status == 500:
                return youtube_error(500, "internalError", "Internal error encountered.")
        return server_error(fault.status)

    def end_token(self, call: Call, *, revoked: bool) -> None:
        calls.end_token(self.state.google, call, revoked=revoked)
