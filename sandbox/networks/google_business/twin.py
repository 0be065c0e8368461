"""The twin of Google Business Profile: its many hosts, who may call them, and how faults look."""

import inspect
import os
import re
from collections.abc import Awaitable, Callable, Sequence

from starlette.responses import RedirectResponse, Response

from sandbox.calls import Call
from sandbox.faults import Fault
from sandbox.networks._google import calls
from sandbox.networks._google.errors import google_error, server_error
from sandbox.networks._google.host import GoogleHost
from sandbox.networks._google.state import Service
from sandbox.networks.base import Operation, Refused
from sandbox.networks.google_business import (
    limits,
    media,
    notifications,
    performance,
    publishing,
    reading,
    reviews,
)
from sandbox.networks.google_business.asking import PROJECT, Asking
from sandbox.networks.google_business.cast import ACCOUNTS, LOCATIONS, chain
from sandbox.networks.google_business.errors import invalid, no_permission, not_found, quota_exceeded
from sandbox.networks.google_business.notifications import PubSubSender
from sandbox.networks.google_business.state import BusinessState, PushSubscription
from sandbox.networks.google_business.steering import BusinessSteering
from sandbox.networks.google_business.strangers import BusinessStrangers
from sandbox.networks.google_business.walls import BusinessWalls
from sandbox.world import World

Work = Callable[..., Response | Awaitable[Response]]

MANAGE = "https://www.googleapis.com/auth/business.manage"
MANAGE_OLD = "https://www.googleapis.com/auth/plus.business.manage"  # an alias of old grants
SCOPES = {MANAGE: "See, edit, create and delete your Google business listings"}

ACCOUNT_MANAGEMENT = "mybusinessaccountmanagement.googleapis.com"
INFORMATION = "mybusinessbusinessinformation.googleapis.com"
VERIFICATIONS = "mybusinessverifications.googleapis.com"
NOTIFICATIONS = "mybusinessnotifications.googleapis.com"
PERFORMANCE = "businessprofileperformance.googleapis.com"
V4 = "mybusiness.googleapis.com"
SITES = ("local.google.com", "maps.google.com", "search.google.com", "business.google.com")

_PROFILE = "v4/accounts/{}/locations/{}"

# (host, method, path, operation, work); {} stands for one part of a name and is given to the work.
_ROUTES: tuple[tuple[str, str, str, str, Work], ...] = (
    (ACCOUNT_MANAGEMENT, "GET", "v1/accounts", "accounts", reading.list_accounts),
    (ACCOUNT_MANAGEMENT, "GET", "v1/accounts/{}", "accounts", reading.read_account),
    (INFORMATION, "GET", "v1/accounts/{}/locations", "locations", reading.list_locations),
    (INFORMATION, "GET", "v1/locations/{}", "location.read", reading.read_location),
    (INFORMATION, "PATCH", "v1/locations/{}", "location.edit", reading.edit_location),
    (VERIFICATIONS, "GET", "v1/locations/{}/VoiceOfMerchantState", "standing", reading.standing),
    (NOTIFICATIONS, "GET", "v1/accounts/{}/notificationSetting", "notifications.read", notifications.read_setting),
    (NOTIFICATIONS, "PATCH", "v1/accounts/{}/notificationSetting", "notifications.write", notifications.write_setting),
    (PERFORMANCE, "GET", "v1/locations/{}:fetchMultiDailyMetricsTimeSeries", "performance", performance.many_series),
    (PERFORMANCE, "GET", "v1/locations/{}:getDailyMetricsTimeSeries", "performance", performance.one_series),
    (PERFORMANCE, "GET", "v1/locations/{}/searchkeywords/impressions/monthly", "keywords", performance.keywords),
    (V4, "POST", f"{_PROFILE}/localPosts", "posts.create", publishing.create_post),
    (V4, "GET", f"{_PROFILE}/localPosts", "posts.list", publishing.list_posts),
    (V4, "GET", f"{_PROFILE}/localPosts/{{}}", "posts.read", publishing.read_post),
    (V4, "PATCH", f"{_PROFILE}/localPosts/{{}}", "posts.edit", publishing.edit_post),
    (V4, "DELETE", f"{_PROFILE}/localPosts/{{}}", "posts.delete", publishing.delete_post),
    (V4, "POST", f"{_PROFILE}/media", "media.create", media.create_media),
    (V4, "GET", f"{_PROFILE}/media", "media.list", media.list_media),
    (V4, "POST", f"{_PROFILE}/media:startUpload", "media.start", media.start_upload),
    (V4, "GET", f"{_PROFILE}/media/customers", "media.customers", media.list_customers_media),
    (V4, "GET", f"{_PROFILE}/media/{{}}", "media.read", media.read_media),
    (V4, "DELETE", f"{_PROFILE}/media/{{}}", "media.delete", media.delete_media),
    (V4, "POST", "upload/v1/media/{}", "media.bytes", media.upload_bytes),
    (V4, "GET", f"{_PROFILE}/reviews", "reviews.list", reviews.list_reviews),
    (V4, "GET", f"{_PROFILE}/reviews/{{}}", "reviews.read", reviews.read_review),
    (V4, "PUT", f"{_PROFILE}/reviews/{{}}/reply", "reply.write", reviews.write_reply),
    (V4, "DELETE", f"{_PROFILE}/reviews/{{}}/reply", "reply.delete", reviews.delete_reply),
    (V4, "POST", "v4/accounts/{}/locations:batchGetReviews", "reviews.many", reviews.batch_reviews),
)
_PATTERNS = [
    (host, method, re.compile("^" + re.escape(path).replace(r"\{\}", "([^/:]+)") + "$"), name, work)
    for host, method, path, name, work in _ROUTES
]


class BusinessTwin(BusinessWalls):
    """Serves the six APIs of a business profile."""

    key = "google_business"
    title = "Google Business Profile"
    hosts: tuple[str, ...] = (
        ACCOUNT_MANAGEMENT, INFORMATION, VERIFICATIONS, NOTIFICATIONS, PERFORMANCE, V4, *SITES,
    )  # fmt: skip
    operations: tuple[str, ...] = tuple(dict.fromkeys(f"google_business.{name}" for _, _, _, name, _ in _ROUTES))

    def __init__(self, world: World, google: GoogleHost) -> None:
        super().__init__(BusinessState(world, google.state))
        self.world = world
        self.google = google
        self.strangers = BusinessStrangers(self.state)
        self.steering = BusinessSteering(self.state)
        google.state.offer(Service(key=self.key, scopes=SCOPES))
        world.courier.senders[self.key] = PubSubSender(self.state, google.signing)

    def raise_curtain(self) -> None:
        for account in ACCOUNTS:
            if self.state.accounts.find(account.id) is None:
                self.state.accounts.put(account)
        for location in (*LOCATIONS, *chain()):
            if self.state.locations.find(location.id) is None:
                self.state.locations.put(location)
        self.strangers.raise_curtain()
        self._subscribe()

    def _subscribe(self) -> None:
        """The push subscription that the environment names, as an operator would have made it in the Cloud console."""
        topic, address = (os.environ.get(f"SANDBOX_GOOGLE_PUSH_{name}", "") for name in ("TOPIC", "ADDRESS"))
        if topic and address:
            row = PushSubscription(
                id=topic,
                address=address,
                audience=address,
                email=os.environ.get("SANDBOX_GOOGLE_PUSH_ACCOUNT", "push@portevoix-sandbox.iam.gserviceaccount.com"),
                app_id=next(iter(self.world.apps.google)),
            )
            self.state.subscriptions.put(row)

    async def tick(self) -> None:
        """Nothing happens by itself: what is judged is judged by the clock."""

    def forget(self) -> None:
        self.state.forget()

    # Calls

    def route(self, call: Call) -> Operation | None:
        if call.host in SITES:
            return Operation("google_business.site", self._show) if call.method == "GET" else None
        found = _match(call)
        if found is None:
            return None
        name, work, names = found
        self._remember(call, name, names)
        return Operation(f"google_business.{name}", lambda call: self._api(call, work, names))

    def _remember(self, call: Call, name: str, names: Sequence[str]) -> None:
        """Remember which profile the call concerns, before anything is checked."""
        call.account = next((each for each in names if self.state.locations.find(each)), "")
        if isinstance(call.json, dict):
            if name == "posts.create":
                call.text = str(call.json.get("summary") or "")
            elif name == "reply.write":
                call.text = str(call.json.get("comment") or "")

    async def carry_out(self, call: Call, operation: Operation) -> Response:
        try:
            return await operation.handle(call)
        except Refused as refusal:
            return refusal.response

    async def _api(self, call: Call, work: Work, names: Sequence[str]) -> Response:
        """One call: who, how often, then the work."""
        caller = calls.identify(self.google.state, call)
        calls.require_scope(caller, call, MANAGE, MANAGE_OLD)
        self._count(call, caller.app_id)
        answer = work(Asking(state=self.state, call=call, caller=caller), *names)
        return await answer if inspect.isawaitable(answer) else answer

    def _count(self, call: Call, app_id: str) -> None:
        settings = self.world.settings
        if not settings.google_business_approved:
            raise quota_exceeded(call.host, 0, project=PROJECT)
        if settings.rate_limits and self.state.windows.count(f"{call.host}:{app_id}", limits.CALLS_PER_MINUTE):
            raise quota_exceeded(call.host, limits.CALLS_PER_MINUTE, project=PROJECT)

    async def _show(self, call: Call) -> Response:
        """Any address of the sites: the wall it leads to."""
        query = call.query
        location = self.state.locations.find(query.get("id") or query.get("cid") or "")
        post = query.get("lpsid", "")
        address = f"/walls/google_business/{location.id}{f'#{post}' if post else ''}" if location else "/"
        return RedirectResponse(address, status_code=302)

    # Refusals and faults

    def not_found(self, call: Call) -> Response:
        return not_found().response

    def bad_body(self) -> Response:
        return google_error(400, "Invalid JSON payload received.")

    def fault_answer(self, call: Call, fault: Fault) -> Response:
        match fault.kind:
            case "rate_limited":
                return quota_exceeded(call.host, limits.CALLS_PER_MINUTE, project=PROJECT).response
            case "duplicate":
                return google_error(409, "Requested entity already exists", status="ALREADY_EXISTS")
            case "forbidden":
                return no_permission().response
            case "media_failed":
                return invalid("media[0].source_url", "Fetching image failed.").response
            case _:
                return server_error(fault.status)

    def end_token(self, call: Call, *, revoked: bool) -> None:
        calls.end_token(self.google.state, call, revoked=revoked)


def _match(call: Call) -> tuple[str, Work, Sequence[str]] | None:
    for host, method, pattern, name, work in _PATTERNS:
        if host == call.host and method == call.method and (found := pattern.match(call.path)):
            return name, work, found.groups()
    return None
