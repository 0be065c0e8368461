"""What LinkedIn tells of a page: notifications, kept for sixty days and sent to whoever subscribed.

Source: learn.microsoft.com/linkedin, Organization Social Action Notifications (2026-06-10), Webhook validation; the
form of comments' names in `generatedActivity` is that of a live capture.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from sandbox.networks.linkedin import limits
from sandbox.networks.linkedin.restli import milliseconds
from sandbox.networks.linkedin.state import Comment, LinkedInState, Notification, Post
from sandbox.webhooks.courier import Parcel

EVENT_TYPE = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
ACTIONS = ("LIKE", "COMMENT", "SHARE", "SHARE_MENTION", "ADMIN_COMMENT", "COMMENT_EDIT", "COMMENT_DELETE")
PUBLIC_ONLY = {"LIKE", "COMMENT", "SHARE"}


def sign(secret: str, body: bytes) -> str:
    """What X-LI-Signature carries. The word belongs to what is signed, not to the header."""
    return hmac.new(secret.encode(), b"hmacsha256=" + body, hashlib.sha256).hexdigest()


def answer_to(secret: str, challenge: str) -> str:
    """What an app must answer to a challenge."""
    return hmac.new(secret.encode(), challenge.encode(), hashlib.sha256).hexdigest()


def as_sent(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass
class LinkedInSender:
    """How webhooks of LinkedIn look, and how patient it is: every five minutes for eight hours."""

    state: LinkedInState
    batches: bool = True

    def wrap(self, entries: list[str]) -> bytes:
        return f'{{"type":"{EVENT_TYPE}","notifications":[{",".join(entries)}]}}'.encode()

    def headers(self, app_id: str, body: bytes) -> dict[str, str]:
        secret = self.state.world.apps.linkedin[app_id].secret
        return {"Content-Type": "application/json", "X-LI-Signature": sign(secret, body)}

    def wait(self, parcel: Parcel, attempt: int) -> float | None:
        if self.state.now - parcel.at >= limits.REDELIVER_FOR_SECONDS:
            return None
        return float(limits.REDELIVERY_SECONDS)

    def heard(self, parcel: Parcel, *, ok: bool) -> None:
        """LinkedIn draws no conclusion from one delivery: its challenges do that."""


def tell_comment(state: LinkedInState, comment: Comment, action: str) -> None:
    """COMMENT, ADMIN_COMMENT, COMMENT_EDIT or COMMENT_DELETE, to the page whose post it stands under."""
    post = state.posts.find(comment.post_id)
    if post is None:
        return
    told: dict[str, Any] = {"entity": comment.id, "object": comment.activity, "owner": comment.actor}
    if action != "COMMENT_DELETE":
        told["text"] = comment.text
    captured = comment.id.replace("(urn:li:", "(")  # without the inner prefix, as a live capture spells it
    _tell(state, post, action, generated=captured, decorated={"comment": told}, object_id=comment.id)


def tell_like(state: LinkedInState, post: Post, actor: str) -> None:
    generated = f"urn:li:like:({actor},{post.activity})"
    told = {"like": {"owner": actor, "object": post.activity}}
    _tell(state, post, "LIKE", generated=generated, decorated=told, object_id=post.id)


def tell_post(state: LinkedInState, post: Post) -> None:
    """SHARE_MENTION to each page that it names, SHARE to the one whose post it reshares."""
    told = {"share": {"entity": post.id, "owner": post.author, "text": post.commentary}}
    for urn in post.mentions:
        if urn != post.author and state.organizations.find(urn):
            _tell(state, post, "SHARE_MENTION", generated=post.id, decorated=told, object_id=post.id, about=urn)
    parent = state.posts.find(post.parent) if post.parent else None
    if parent and parent.author != post.author:
        _tell(state, parent, "SHARE", generated=post.id, decorated=told, object_id=post.id)


def _tell(
    state: LinkedInState,
    post: Post,
    action: str,
    *,
    generated: str,
    decorated: dict[str, Any],
    object_id: str,
    about: str = "",
) -> None:
    organization = state.organizations.find(about or post.author)
    if organization is None or (action in PUBLIC_ONLY and post.visibility != "PUBLIC"):
        return
    number = state.new_id()
    told: dict[str, Any] = {
        "notificationId": number,
        "organizationalEntity": organization.id,
        "action": action,
        "sourcePost": post.activity,
        "decoratedSourcePost": {
            "entity": post.id,
            "owner": post.author,
            "text": post.commentary,
            "mediaCategory": "NONE" if not post.content else next(iter(post.content)).upper(),
        },
        "generatedActivity": generated,
        "decoratedGeneratedActivity": decorated,
        "lastModifiedAt": milliseconds(state.now),
    }
    state.notifications.put(
        Notification(id=str(number), organization=organization.id, action=action, at=state.now, told=told)
    )
    for old in state.notifications.oldest():
        if old.at >= state.now - limits.NOTIFICATION_DAYS * limits.DAY:
            break
        state.notifications.remove(old.id)
    _send(state, organization.id, told, action, object_id)


def _send(state: LinkedInState, organization: str, told: dict[str, Any], action: str, object_id: str) -> None:
    for row in state.subscriptions.group(organization):
        address = state.addresses.find(f"{row.app_id} {row.url}")
        page = state.organizations.find(organization)
        administers = page is not None and "ADMINISTRATOR" in page.roles.get(row.member_id, [])
        if address is None or address.blocked or row.expires_at <= state.now or not administers:
            continue
        state.world.courier.post(
            "linkedin",
            app_id=row.app_id,
            url=row.url,
            account=organization,
            kind=action,
            object_id=object_id,
            entry=as_sent({**told, "subscriber": f"urn:li:person:{row.member_id}"}),
        )
