"""YouTube's hub: asking it to tell us of a channel's films, proving that we meant it, and reading what it tells.

The hub keeps nothing for us and can be asked nothing, so everything stands in the callback's own address: the channel,
and a seal that only we can make. It proves the intent when the hub asks, also to end a subscription; the secret with
which the hub signs is made from the channel the same way. Sources: W3C WebSub, and
developers.google.com/youtube/v3/guides/push_notifications, read 2026-11-22.
"""

import hashlib
import hmac
import logging
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, ParseError, XMLParser

from integrations.engagement import Arrived, Delivered, Incoming, WebhookRefused
from integrations.errors import PermanentError, RateLimited, Reach
from integrations.networks._shared.refusals import lost_answer, send
from integrations.networks.youtube.errors import KEY
from lib.http import Client

logger = logging.getLogger(__name__)

SIGNATURE = "x-hub-signature"
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
LEASE_SECONDS = 432_000  # five days, as observed; asked for anew every day
ATOM, YT, TOMBSTONE = (
    "{http://www.w3.org/2005/Atom}",
    "{http://www.youtube.com/xml/schemas/2015}",
    "{http://purl.org/atompub/tombstones/1.0}",
)
CHANNEL_ADDRESS = "https://www.youtube.com/channel/"
BODY_MAX_BYTES = 1_000_000


def ask_hub(http: Client, hub_url: str, channel_id: str, *, mode: str, address: str, secret: str) -> None:
    """Ask the hub to tell us of a channel's films, or to stop; it asks back afterwards whether we mean it."""
    form = {
        "hub.mode": mode,
        "hub.callback": _callback(address, channel_id, secret),
        "hub.topic": TOPIC + channel_id,
        "hub.verify": "async",
        "hub.secret": _seal(secret, "sign", channel_id),
        "hub.lease_seconds": str(LEASE_SECONDS),
    }
    answer = send(http, "POST", f"{hub_url}/subscribe", network=KEY, once=False, form=form)
    if answer.ok:
        return
    if answer.status == 429:
        raise RateLimited("rate_limited", network=KEY, status=429, reach=Reach.APP)
    if answer.status >= 500:
        raise lost_answer(KEY, status=answer.status, once=False)
    raise PermanentError("webhook_refused", network=KEY, status=answer.status, reach=Reach.APP)


def answer_challenge(arrived: Arrived, *, secret: str) -> tuple[str, str] | None:
    """Agree to a subscription, or to its end, that we asked for ourselves: only we know the address it goes to."""
    challenge = arrived.query.get("hub.challenge")
    if challenge is None:
        return None
    channel_id = _channel_of(arrived, secret)
    if arrived.query.get("hub.topic") != TOPIC + channel_id:
        raise WebhookRefused
    return "text/plain", challenge


def confirmed_channel(arrived: Arrived, *, secret: str) -> str:
    """Return the channel of whose films the hub will tell now that it was answered; none where it is to stop."""
    return _channel_of(arrived, secret) if arrived.query.get("hub.mode") == "subscribe" else ""


def read(arrived: Arrived, *, secret: str) -> tuple[Delivered, ...]:
    """Return the films of a delivery that the hub signed with this channel's secret.

    What comes to an address of ours and is signed otherwise is answered as if it were read, and nothing is taken from
    it: PubSubHubbub 0.4, section 8.
    """
    channel_id = _channel_of(arrived, secret)
    key = _seal(secret, "sign", channel_id).encode()
    expected = "sha1=" + hmac.new(key, arrived.body, hashlib.sha1).hexdigest()
    if not hmac.compare_digest(arrived.headers.get(SIGNATURE, "").encode(), expected.encode()):
        logger.warning("a delivery for a channel of YouTube's was not signed with its secret")
        return ()
    try:
        feed = _parse(arrived.body)
    except (ParseError, ValueError):
        raise WebhookRefused from None
    return tuple(_delivered(feed, channel_id))


def read_event(payload: Mapping[str, Any]) -> tuple[Incoming, ...]:
    """Return what a stored event says of messages: nothing. Raises ValueError when it is none of ours."""
    if not payload.get("video_id"):
        raise ValueError("not an event of YouTube's")
    return ()


def _delivered(feed: Element, channel_id: str) -> Iterator[Delivered]:
    for entry in feed.iter(f"{ATOM}entry"):
        video_id = entry.findtext(f"{YT}videoId", "")
        if video_id and entry.findtext(f"{YT}channelId", "") == channel_id:
            yield _event(
                channel_id,
                {
                    "change": "shown",
                    "video_id": video_id,
                    "title": entry.findtext(f"{ATOM}title", ""),
                    "published": entry.findtext(f"{ATOM}published", ""),
                    "updated": entry.findtext(f"{ATOM}updated", ""),
                },
            )
    for entry in feed.iter(f"{TOMBSTONE}deleted-entry"):
        video_id = entry.get("ref", "").removeprefix("yt:video:")
        by = entry.findtext(f"{TOMBSTONE}by/{ATOM}uri", "").removeprefix(CHANNEL_ADDRESS)
        if video_id and by == channel_id:
            yield _event(channel_id, {"change": "gone", "video_id": video_id, "updated": entry.get("when", "")})


def _event(channel_id: str, payload: Mapping[str, str]) -> Delivered:
    """The hub repeats itself; the same film at the same time is the same event."""
    facts = f"{channel_id} {payload['change']} {payload['video_id']} {payload['updated']}"
    return Delivered(account_id=channel_id, key=hashlib.sha256(facts.encode()).hexdigest(), payload=payload)


def _parse(body: bytes) -> Element:
    """Read Atom; a document type, with which entities could grow without end, is none of it."""
    if len(body) > BODY_MAX_BYTES or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValueError("not a feed")
    parser: XMLParser[Element] = XMLParser()  # noqa: S314  # no document type reaches it, and so no entity
    parser.feed(body)
    return parser.close()


def _callback(address: str, channel_id: str, secret: str) -> str:
    return f"{address}?{urlencode({'channel': channel_id, 'seal': _seal(secret, 'call', channel_id)})}"


def _channel_of(arrived: Arrived, secret: str) -> str:
    """Return the channel whose callback this is. Raises WebhookRefused where the seal is not ours."""
    channel_id, seal = arrived.query.get("channel", ""), arrived.query.get("seal", "")
    if not secret or not channel_id:
        raise WebhookRefused
    if not hmac.compare_digest(seal.encode(), _seal(secret, "call", channel_id).encode()):
        raise WebhookRefused
    return channel_id


def _seal(secret: str, use: str, channel_id: str) -> str:
    return hmac.new(secret.encode(), f"youtube {use} {channel_id}".encode(), hashlib.sha256).hexdigest()
