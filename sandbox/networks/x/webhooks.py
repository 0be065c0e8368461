"""Events of the X Activity API: which happen, who is told, under which signature.

Source: docs.x.com, X Activity API and webhooks, read 2026-08-22. Payloads use the legacy names, and numbers twice: as
such and as text.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from sandbox.clock import iso_milliseconds
from sandbox.networks.x import limits
from sandbox.networks.x.state import Message, Post, SentEvent, Subscription, User, XState
from sandbox.webhooks.courier import Parcel


def sign(secret: str, text: bytes) -> str:
    """What x-twitter-webhooks-signature and the answer to a CRC carry."""
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def as_sent(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def event_id() -> str:
    """A signed number of 64 bits: half of them are negative."""
    return str(secrets.randbits(64) - 2**63)


@dataclass
class XSender:
    """How webhooks of X look. Nothing is promised about a second try."""

    state: XState
    batches: bool = False

    def wrap(self, entries: list[str]) -> bytes:
        return entries[0].encode()

    def headers(self, app_id: str, body: bytes) -> dict[str, str]:
        signature = sign(self.state.world.apps.x[app_id].consumer_secret, body)
        return {"Content-Type": "application/json", "x-twitter-webhooks-signature": signature}

    def wait(self, parcel: Parcel, attempt: int) -> float | None:
        if not self.state.world.courier.switches.x_redelivers or attempt > len(limits.REDELIVERY_SECONDS):
            return None
        return limits.REDELIVERY_SECONDS[attempt - 1]

    def heard(self, parcel: Parcel, *, ok: bool) -> None:
        """X draws no conclusion from one delivery."""


def tell_created(state: XState, post: Post) -> None:
    """A post as its author's, as a reply to somebody's post, as a quote of one, as a mention of somebody."""
    _tell(state, "post.create", post.user_id, post)
    if post.in_reply_to_user and post.in_reply_to_user != post.user_id:
        _tell(state, "post.reply.create", post.in_reply_to_user, post)
    if post.quoted_user and post.quoted_user != post.user_id:
        _tell(state, "post.quote.create", post.quoted_user, post)
    for user_id in post.mentions:
        if user_id != post.user_id:
            _tell(state, "post.mention.create", user_id, post)


def tell_deleted(state: XState, post: Post) -> None:
    for subscription in _subscriptions(state, "post.delete", post.user_id):
        author = state.users.find(post.user_id)
        # This sample of X's wraps its users, the others do not.
        includes = {"users": [{"data": _user(author)}]} if author else {}
        _send(state, subscription, {"id": post.id, "author_id": post.user_id}, includes, post.id)


def tell_liked(state: XState, post: Post, user: User) -> None:
    """Inbound for the post's author, outbound for the one who likes."""
    payload = {
        "id": event_id(),
        "created_at": iso_milliseconds(state.now),
        "timestamp_ms": int(state.now * 1000),
        "liked_tweet_id": post.id,
        "liked_tweet_author_id": post.user_id,
    }
    for direction, owner in (("inbound", post.user_id), ("outbound", user.id)):
        for subscription in _subscriptions(state, "like.create", owner):
            if subscription.direction in {"", direction}:
                _send(state, subscription, payload, {"users": [_user(user)]}, post.id)


def tell_message(state: XState, message: Message) -> None:
    """To the one who wrote it and to the one it was written to, in the shape of the former Account Activity API."""
    users = {each.id: {"data": _user(each)} for each in map(state.users.find, message.participants) if each}
    payload = {
        "direct_message_events": [
            {
                "type": "message_create",
                "id": message.id,
                "created_timestamp": str(int(message.created_at * 1000)),
                "message_create": {
                    "target": {"recipient_id": message.recipient_id},
                    "sender_id": message.sender_id,
                    "message_data": {
                        "text": message.text,
                        "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
                    },
                },
            }
        ],
        "users": users,
    }
    for kind, owner in (("dm.sent", message.sender_id), ("dm.received", message.recipient_id)):
        for subscription in _subscriptions(state, kind, owner):
            _send(state, subscription, payload, {}, message.id)


def tell_revoked(state: XState, user_id: str, app_id: str) -> None:
    """The user withdrew the app; subscribed without a filter."""
    payload = {"date_time": iso_milliseconds(state.now), "user_id": user_id, "app_id": app_id}
    for subscription in _subscriptions(state, "oauth.revoke", ""):
        if subscription.app_id == app_id:
            _send(state, subscription, payload, {}, user_id, account=user_id)


def _tell(state: XState, kind: str, user_id: str, post: Post) -> None:
    subscriptions = _subscriptions(state, kind, user_id)
    if not subscriptions:
        return
    author = state.users.find(post.user_id)
    if author and author.protected:
        return
    includes = {"users": [_user(author)]} if author else {}
    for subscription in subscriptions:
        _send(state, subscription, _payload(state, post), includes, post.id)


def _subscriptions(state: XState, kind: str, user_id: str) -> list[Subscription]:
    return [row for row in state.subscriptions.group(user_id) if row.event_type == kind]


def _payload(state: XState, post: Post) -> dict[str, Any]:
    counted = state.metrics(post, new=False)
    payload: dict[str, Any] = {
        "id": post.id,
        "text": post.wire_text,
        "author_id": post.user_id,
        "conversation_id": post.conversation_id,
        "public_metrics": counted | {f"{name}_str": str(number) for name, number in counted.items()},
        "created_at": iso_milliseconds(post.created_at),
        "edit_history_tweet_ids": post.versions,
    }
    if post.in_reply_to:
        payload |= {"in_reply_to_user_id": post.in_reply_to_user, "in_reply_to_tweet_id": post.in_reply_to}
    referenced = (("replied_to", post.in_reply_to), ("quoted", post.quoted))
    if any(post_id for _, post_id in referenced):
        payload["referenced_tweets"] = [{"type": kind, "id": post_id} for kind, post_id in referenced if post_id]
    return payload


def _user(user: User) -> dict[str, str]:
    return {"id": user.id, "username": user.username, "name": user.name}


def _send(
    state: XState,
    subscription: Subscription,
    payload: dict[str, Any],
    includes: dict[str, Any],
    object_id: str,
    *,
    account: str = "",
) -> None:
    """Send one event where it is wanted, count what it costs, and keep it for a replay."""
    webhook = state.webhooks.find(subscription.webhook_id)
    if webhook is None or not webhook.valid:
        return
    data: dict[str, Any] = {
        "event_uuid": event_id(),
        "filter": {"user_id": subscription.user_id} if subscription.user_id else {},
        "event_type": subscription.event_type,
        "payload": payload,
    }
    if subscription.tag:
        data["tag"] = subscription.tag
    if includes:
        data["includes"] = includes
    body = as_sent({"data": data})
    event = SentEvent(
        id=data["event_uuid"],
        webhook_id=webhook.id,
        account=account or subscription.user_id,
        kind=subscription.event_type,
        object_id=object_id,
        body=body,
        at=state.now,
    )
    state.keep_sent(event)
    if subscription.event_type != "post.delete":
        state.charge(limits.PRICES["x.event"])
    deliver(state, event, webhook.url, webhook.app_id)


def deliver(state: XState, event: SentEvent, url: str, app_id: str) -> None:
    state.world.courier.post(
        "x",
        app_id=app_id,
        url=url,
        account=event.account,
        kind=event.kind,
        object_id=event.object_id,
        entry=event.body,
    )
