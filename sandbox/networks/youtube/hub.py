"""The hub that tells of films: subscribing, proving the intent, delivering, and the feeds themselves.

Source: developers.google.com/youtube/v3/guides/push_notifications, W3C WebSub and PubSubHubbub 0.4, read 2026-11-22.
The lease and the missing yt:channelId of a tombstone are as receivers have met them.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import PlainTextResponse, Response

from sandbox.calls import Call
from sandbox.networks.youtube import limits
from sandbox.networks.youtube.state import Channel, Subscription, Video, YouTubeState
from sandbox.webhooks.client import Client, Unreachable
from sandbox.webhooks.courier import Parcel

HUB = "https://pubsubhubbub.appspot.com"
TOPIC = re.compile(r"^https://www\.youtube\.com/(?:xml/)?feeds/videos\.xml\?channel_id=(UC[\w-]{22})$")
FEED_LENGTH = 15


# Subscribing


async def subscribe(state: YouTubeState, call: Call) -> Response:
    """POST /subscribe: 202, and the callback is asked afterwards; with verify=sync 204 once it has agreed."""
    form = call.form
    mode, callback, topic = form.get("hub.mode", ""), form.get("hub.callback", ""), form.get("hub.topic", "")
    secret, lease = form.get("hub.secret", ""), form.get("hub.lease_seconds", "") or str(limits.LEASE_SECONDS)
    if mode not in {"subscribe", "unsubscribe"}:
        return PlainTextResponse(f"Invalid value for hub.mode: {mode}", status_code=400)
    if urlsplit(callback).scheme not in {"http", "https"} or not urlsplit(callback).hostname:
        return PlainTextResponse(f"Invalid parameter: hub.callback; {callback}", status_code=400)
    found = TOPIC.match(topic)
    if found is None:
        return PlainTextResponse(f"Invalid parameter: hub.topic; {topic}", status_code=400)
    if len(secret.encode()) > limits.SECRET_BYTES or not lease.isdigit():
        return PlainTextResponse("Invalid parameter: hub.secret or hub.lease_seconds", status_code=400)
    seconds = min(int(lease) or limits.LEASE_SECONDS, limits.LONGEST_LEASE_SECONDS)
    wanted = Subscription(
        id=f"{callback} {topic}",
        callback=callback,
        topic=topic,
        channel_id=found[1],
        secret=secret,
        until=state.now + seconds,
    )
    verified = _verify(state, wanted, mode=mode, seconds=seconds)
    if form.get("hub.verify") == "sync":
        return Response(status_code=204 if await verified else 409)
    state.keep_running(asyncio.create_task(verified))
    return Response(status_code=202)


async def _verify(state: YouTubeState, wanted: Subscription, *, mode: str, seconds: int) -> bool:
    """Ask the callback whether it means it; only a bare challenge says so."""
    challenge = secrets.token_urlsafe(24)
    query = {"hub.mode": mode, "hub.topic": wanted.topic, "hub.challenge": challenge}
    if mode == "subscribe":
        query["hub.lease_seconds"] = str(seconds)
    joint = "&" if urlsplit(wanted.callback).query else "?"
    client = Client()
    try:
        answer = await client.send("GET", f"{wanted.callback}{joint}{urlencode(query)}", {})
    except (Unreachable, TimeoutError):
        return False
    finally:
        client.close()
    if not 200 <= answer.status < 300 or answer.body.decode("latin-1") != challenge:
        return False
    if mode == "subscribe":
        state.subscriptions.put(wanted)
    else:
        state.subscriptions.remove(wanted.id)
    return True


# Telling


def tell(state: YouTubeState, video: Video) -> None:
    """A film is new, or its title or description is another."""
    channel = state.channels.find(video.channel_id)
    if channel:
        for subscription in _living(state, video.channel_id):
            _post(state, subscription, video, "video", feed(subscription.topic, channel, [video], state.now))


def tell_gone(state: YouTubeState, video: Video) -> None:
    """A film was deleted or made private: a tombstone, whose channel only its author says."""
    channel = state.channels.find(video.channel_id)
    link = f"https://www.youtube.com/watch?v={video.id}"
    for subscription in _living(state, video.channel_id):
        entry = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">'
            f'<at:deleted-entry ref="yt:video:{video.id}" when="{_moment(state.now)}"><link href={quoteattr(link)}/>'
            f"<at:by><name>{escape(channel.title if channel else '')}</name>"
            f"<uri>https://www.youtube.com/channel/{video.channel_id}</uri></at:by></at:deleted-entry></feed>\n"
        )
        _post(state, subscription, video, "deleted", entry)


def feed(topic: str, channel: Channel, videos: list[Video], now: float) -> str:
    """The Atom feed of a channel, with these films in it."""
    entries = "".join(_entry(channel, video, now) for video in videos)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">'
        f'<link rel="hub" href="{HUB}"/><link rel="self" href={quoteattr(topic)}/>'
        f"<title>YouTube video feed</title><updated>{_moment(now)}</updated>{entries}</feed>\n"
    )


def read_feed(state: YouTubeState, call: Call) -> Response:
    """GET /feeds/videos.xml: what anybody may read of a channel's films."""
    channel = state.channels.find(call.query.get("channel_id", ""))
    if channel is None:
        return PlainTextResponse("Error 404 (Not Found)!!1", status_code=404)
    topic = f"https://www.youtube.com/{call.path}?channel_id={channel.id}"
    shown = [video for video in state.uploads_of(channel.id) if video.on_show][:FEED_LENGTH]
    return Response(feed(topic, channel, shown, state.now), media_type="text/xml")


def _entry(channel: Channel, video: Video, now: float) -> str:
    return (
        f"<entry><id>yt:video:{video.id}</id><yt:videoId>{video.id}</yt:videoId>"
        f"<yt:channelId>{channel.id}</yt:channelId><title>{escape(video.title)}</title>"
        f'<link rel="alternate" href="https://www.youtube.com/watch?v={video.id}"/>'
        f"<author><name>{escape(channel.title)}</name>"
        f"<uri>https://www.youtube.com/channel/{channel.id}</uri></author>"
        f"<published>{_moment(video.published_at)}</published><updated>{_moment(now)}</updated></entry>"
    )


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _living(state: YouTubeState, channel_id: str) -> list[Subscription]:
    return [each for each in state.subscriptions.group(channel_id) if each.until > state.now]


def _post(state: YouTubeState, subscription: Subscription, video: Video, kind: str, entry: str) -> None:
    state.world.courier.post(
        "youtube",
        app_id=subscription.id,
        url=subscription.callback,
        account=video.channel_id,
        kind=kind,
        object_id=video.id,
        entry=entry,
    )


@dataclass
class HubSender:
    """How the hub's deliveries look. Its patience is written nowhere."""

    state: YouTubeState
    batches: bool = False

    def wrap(self, entries: list[str]) -> bytes:
        return entries[0].encode()

    def headers(self, app_id: str, body: bytes) -> dict[str, str]:
        subscription = self.state.subscriptions.find(app_id)
        headers = {"Content-Type": "application/atom+xml"}
        if subscription is None:
            return headers
        headers["Link"] = f"<{subscription.topic}>; rel=self, <{HUB}/>; rel=hub"
        if subscription.secret:
            headers["X-Hub-Signature"] = (
                "sha1=" + hmac.new(subscription.secret.encode(), body, hashlib.sha1).hexdigest()
            )
        return headers

    def wait(self, parcel: Parcel, attempt: int) -> float | None:
        return limits.HUB_RETRY_SECONDS[attempt - 1] if attempt <= len(limits.HUB_RETRY_SECONDS) else None

    def heard(self, parcel: Parcel, *, ok: bool) -> None:
        """The hub draws no conclusion from one delivery."""
