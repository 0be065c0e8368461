"""The twin of Instagram: its nodes on the Graph API's host, the upload host, and its own site.

Login, tokens and people are Facebook's, on whose host it answers: it takes the calls about what is its own and leaves
all others to that twin.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.responses import RedirectResponse, Response

from sandbox.calls import Call
from sandbox.faults import Fault
from sandbox.networks.base import Operation, Refused
from sandbox.networks.facebook import oauth
from sandbox.networks.facebook.errors import bad_parameter, graph_error, server_error
from sandbox.networks.facebook.graph import params_of, split_version, token_of
from sandbox.networks.facebook.twin import FacebookTwin
from sandbox.networks.instagram import (
    accounts,
    comments,
    containers,
    files,
    insights,
    limits,
    media,
    mentions,
    messaging,
    publishing,
    subscriptions,
    webhooks,
)
from sandbox.networks.instagram.cast import ACCOUNTS
from sandbox.networks.instagram.errors import BAD_IMAGE, account_throttled, bad_file, no_container, no_permission
from sandbox.networks.instagram.graph import Reading
from sandbox.networks.instagram.state import Account, InstagramState
from sandbox.networks.instagram.steering import InstagramSteering
from sandbox.networks.instagram.strangers import InstagramStrangers
from sandbox.networks.instagram.walls import InstagramWalls
from sandbox.store import Table
from sandbox.world import World

Work = Callable[[Reading, str], Response | Awaitable[Response]]
GRAPH, UPLOADS = "graph.facebook.com", "rupload.facebook.com"
SITES = ("www.instagram.com", "instagram.com")

# (kind of node, method, edge) -> (operation, work); the edge is what follows the node's id, "" is the node itself.
_WORK: dict[tuple[str, str, str], tuple[str, Work]] = {
    ("account", "GET", ""): ("instagram.read", accounts.read_account),
    ("account", "POST", "media"): ("instagram.container", containers.create),
    ("account", "GET", "media"): ("instagram.media", media.list_media),
    ("account", "GET", "stories"): ("instagram.media", media.list_stories),
    ("account", "POST", "media_publish"): ("instagram.publish", publishing.publish),
    ("account", "GET", "content_publishing_limit"): ("instagram.limit", publishing.publishing_limit),
    ("account", "GET", "tags"): ("instagram.tags", mentions.tags),
    ("account", "POST", "mentions"): ("instagram.mention.answer", mentions.answer),
    ("account", "GET", "insights"): ("instagram.insights", insights.of_account),
    ("account", "GET", "subscribed_apps"): ("instagram.subscribed_apps", subscriptions.list_subscriptions),
    ("account", "POST", "subscribed_apps"): ("instagram.subscribed_apps", subscriptions.subscribe),
    ("account", "DELETE", "subscribed_apps"): ("instagram.subscribed_apps", subscriptions.unsubscribe),
    ("container", "GET", ""): ("instagram.status", containers.read),
    ("medium", "GET", ""): ("instagram.medium", media.read_medium),
    ("medium", "POST", ""): ("instagram.change", publishing.change),
    ("medium", "DELETE", ""): ("instagram.delete", publishing.delete),
    ("medium", "GET", "children"): ("instagram.medium", media.list_children),
    ("medium", "GET", "insights"): ("instagram.insights", insights.of_medium),
    ("medium", "GET", "comments"): ("instagram.comment.list", comments.list_comments),
    ("medium", "POST", "comments"): ("instagram.comment.create", comments.comment_on),
    ("comment", "GET", ""): ("instagram.comment.read", comments.read_comment),
    ("comment", "POST", ""): ("instagram.comment.hide", comments.hide),
    ("comment", "DELETE", ""): ("instagram.comment.delete", comments.delete_comment),
    ("comment", "GET", "replies"): ("instagram.comment.list", comments.list_replies),
    ("comment", "POST", "replies"): ("instagram.comment.reply", comments.reply),
    ("page", "GET", "conversations"): ("instagram.conversations", messaging.conversations),
    ("page", "POST", "messages"): ("instagram.message.send", messaging.send_message),
    ("thread", "GET", ""): ("instagram.conversations", messaging.read_thread),
    ("thread", "GET", "messages"): ("instagram.message.list", messaging.thread_messages),
    ("message", "GET", ""): ("instagram.message.list", messaging.read_message),
}


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What a call on the Graph API's host is about."""

    params: dict[str, str]
    version: str
    node: str
    account: Account | None  # whose share of calls it counts against


class InstagramTwin(InstagramWalls):
    """Serves what hangs on Facebook's pages."""

    key = "instagram"
    title = "Instagram"
    hosts: tuple[str, ...] = (GRAPH, UPLOADS, *SITES)
    operations: tuple[str, ...] = (*dict.fromkeys(name for name, _ in _WORK.values()), "instagram.upload")

    def __init__(self, world: World, facebook: FacebookTwin) -> None:
        super().__init__(InstagramState(facebook.state))
        self.world = world
        self.facebook = facebook
        self.strangers = InstagramStrangers(self.state)
        self.sender = webhooks.InstagramSender(facebook.state, instagram=self.state)
        world.courier.senders[self.key] = self.sender
        facebook.state.beside_pages["instagram_business_account"] = partial(accounts.linked, self.state)
        facebook.state.told_of["instagram"] = webhooks.WEBHOOK_FIELDS
        self.steering = InstagramSteering(self.state)
        self._fetching: dict[str, asyncio.Task[None]] = {}

    def raise_curtain(self) -> None:
        for account in ACCOUNTS:
            if self.state.accounts.find(account.id) is None:
                self.state.accounts.put(account)
        self.strangers.raise_curtain()

    async def tick(self) -> None:
        """Fetch the films that are asked for, and tell the figures of stories that are nearly over."""
        self._fetching = {key: task for key, task in self._fetching.items() if not task.done()}
        for container_id in self.state.awaited_films() - self._fetching.keys():
            self._fetching[container_id] = asyncio.create_task(files.take_film(self.state, container_id))
        for medium_id in self.state.open_stories():
            self._tell_of_story(medium_id)

    def _tell_of_story(self, medium_id: str) -> None:
        medium = self.state.media.find(medium_id)
        end = limits.STORY_SECONDS - limits.TOLD_BEFORE_END_SECONDS
        if medium and self.state.now >= medium.created_at + end:
            self.state.media.put(replace(medium, figures_told=True))
            found = insights.figures_of(self.state, medium)
            figures = {name: int(found[name]) for name in ("reach", "replies")}
            taps = {"taps_forward": int(found["navigation"]) // 3, "taps_back": int(found["navigation"]) // 9}
            webhooks.tell_story(
                self.state, medium, {"impressions": 0, **figures, **taps, "exits": figures["reach"] // 5}
            )

    def forget(self) -> None:
        self.state.forget()
        self.sender.failing_since.clear()
        for task in self._fetching.values():
            task.cancel()

    # Calls

    def route(self, call: Call) -> Operation | None:
        if call.host in SITES:
            return Operation("instagram.site", self._show) if call.method == "GET" else None
        if call.host == UPLOADS:
            return self._route_upload(call)
        version, path = split_version(call.path)
        params = params_of(call)
        node, _, edge = path.partition("/")
        kind = self._kind_of(node, edge.rstrip("/"), params)
        found = _WORK.get((kind, call.method, edge.rstrip("/")))
        if found is None:
            return None
        name, work = found
        account = self._concerned(kind, node, token_of(call, params))
        call.account = account.id if account else ""
        if call.method == "POST" and name in {
            "instagram.container",
            "instagram.comment.create",
            "instagram.comment.reply",
        }:
            call.text = params.get("caption") or params.get("message") or ""
        asked = _Asked(params=params, version=version or limits.API_VERSION, node=node, account=account)
        return Operation(name, lambda call: self._graph(call, asked, work))

    def _route_upload(self, call: Call) -> Operation | None:
        kind, _, rest = call.path.partition("/")
        container = self.state.containers.find(rest.rpartition("/")[2])
        if kind != "ig-api-upload" or call.method != "POST":
            return None
        call.account = container.account_id if container else ""
        container_id = container.id if container else ""

        async def upload(call: Call) -> Response:
            return files.receive_bytes(self.state, call, container_id)

        return Operation("instagram.upload", upload)

    def _kind_of(self, node: str, edge: str, params: dict[str, str]) -> str:
        """What an id belongs to here; "" for what is Facebook's."""
        state = self.state
        tables: dict[str, Table[Any]] = {
            "account": state.accounts,
            "container": state.containers,
            "medium": state.media,
            "comment": state.comments,
            "thread": state.conversations,
            "message": state.messages,
        }
        for kind, table in tables.items():
            if table.find(node) is not None:
                return kind
        by_page = edge == "conversations" and params.get("platform", "").upper() == "INSTAGRAM"
        return "page" if by_page or (edge == "messages" and messaging.concerns(state, params)) else ""

    def _concerned(self, kind: str, node: str, token: str) -> Account | None:
        """Whose share of calls this one counts against, and whom faults mean."""
        state = self.state
        row = state.containers.find(node) or state.media.find(node) or state.comments.find(node)
        found = state.accounts.find(node if kind == "account" else row.account_id if row else "")
        page = self.facebook.state.tokens.find(token)
        return found or (state.account_of(page.page_id) if page and page.page_id else None)

    async def carry_out(self, call: Call, operation: Operation) -> Response:
        try:
            response = await operation.handle(call)
        except Refused as refusal:
            response = refusal.response
        version, _ = split_version(call.path)
        response.headers["facebook-api-version"] = version or limits.API_VERSION
        return response

    async def _graph(self, call: Call, asked: "_Asked", work: Work) -> Response:
        """One Graph call: who, how often, then the work."""
        params, facebook = asked.params, self.facebook.state
        speaker = oauth.identify(facebook, token_of(call, params), params.get("appsecret_proof"))
        headers, throttled = self._count(asked.account)
        read = Reading(
            state=facebook,
            instagram=self.state,
            call=call,
            params=params,
            speaker=speaker,
            version=asked.version,
        )
        response = throttled or await _carry_out(read, speaker.me if asked.node == "me" else asked.node, work)
        for name, value in headers.items():
            response.headers[name] = value
        return response

    def _count(self, account: Account | None) -> tuple[dict[str, str], Response | None]:
        """Count the call against the account's day; headers, and the refusal where it is over."""
        if account is None or not self.world.settings.rate_limits:
            return {}, None
        limit = limits.CALLS_PER_IMPRESSION_DAY * max(account.impressions, 1)
        usage = self.state.usages.count("instagram", account.id, limit=limit, seconds=limits.DAY)
        wait = self.state.usages.minutes_left(usage, limits.DAY)
        return _headers(account.id, usage.percent, wait), account_throttled() if usage.over else None

    async def _show(self, call: Call) -> Response:
        """Any address of the site: the wall it leads to."""
        parts = call.path.strip("/").split("/")
        code = parts[-1]
        medium = next((row for row in self.state.media.all() if code in {row.shortcode, row.id}), None)
        account = self.state.find_account(parts[0])
        if medium and medium.account_id:
            return RedirectResponse(f"/walls/instagram/{medium.account_id}#{medium.id}", status_code=302)
        return RedirectResponse(f"/walls/instagram/{account.id}" if account else "/", status_code=302)

    # Refusals and faults

    def not_found(self, call: Call) -> Response:
        return graph_error(2500, f"Unknown path components: /{call.path}", status=400)

    def bad_body(self) -> Response:
        return bad_parameter("The body cannot be parsed").response

    def fault_answer(self, call: Call, fault: Fault) -> Response:
        match fault.kind:
            case "rate_limited":
                response = account_throttled()
                minutes = max(1, round((fault.seconds or limits.HOUR) / 60))
                for name, value in _headers(call.account, 100, minutes).items():
                    response.headers[name] = value
                return response
            case "duplicate":
                return no_container("").response
            case "forbidden":
                return no_permission().response
            case "media_failed":
                return bad_file(BAD_IMAGE).response
            case _:
                return server_error(fault.status)

    def end_token(self, call: Call, *, revoked: bool) -> None:
        self.facebook.end_token(call, revoked=revoked)


async def _carry_out(read: Reading, node: str, work: Work) -> Response:
    try:
        answer = work(read, node)
        return answer if isinstance(answer, Response) else await answer
    except Refused as refusal:
        return refusal.response


def _headers(account_id: str, percent: int, minutes: int) -> dict[str, str]:
    usage = {
        "type": "instagram",
        "call_count": percent,
        "total_cputime": percent // 2,
        "total_time": percent // 2,
        "estimated_time_to_regain_access": minutes,
    }
    return {"x-business-use-case-usage": json.dumps({account_id: [usage]}, separators=(",", ":"))}
