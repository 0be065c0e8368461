"""What Facebook tells the apps: who is told, in which words, under which signature.

Source: Webhooks from Meta, getting started; Webhooks for Pages; Messenger Platform webhooks; read 2026-11-22 through
dated copies. A signature is over the body as sent: a character outside ASCII is written with a
backslash, u and four hexadecimal digits in lower case.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.clock import iso_offset
from sandbox.networks.facebook import limits
from sandbox.networks.facebook.community import Comment, Conversation, PrivateMessage, Rating, Visit
from sandbox.networks.facebook.state import FacebookState, Post
from sandbox.webhooks.courier import Parcel

MESSAGING_FIELDS = frozenset(
    {
        "messages", "message_echoes", "message_reads", "message_edits", "message_deliveries", "message_reactions",
        "messaging_postbacks", "messaging_optins", "messaging_referrals", "standby",
    }
)  # fmt: skip
WEBHOOK_FIELDS = MESSAGING_FIELDS | {"feed", "mention", "ratings", "name", "picture", "category", "description"}


def sign(secret: str, body: bytes) -> str:
    """What X-Hub-Signature-256 carries."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def as_sent(value: Any) -> str:
    """JSON in the form that Meta signs."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


@dataclass
class FacebookSender:
    """How webhooks of Facebook look, and how patient it is with an app that does not answer."""

    state: FacebookState
    batches: bool = True
    failing_since: dict[str, float] = field(default_factory=dict)  # page:app, messaging only

    def wrap(self, entries: list[str]) -> bytes:
        return f'{{"object":"page","entry":[{",".join(entries)}]}}'.encode("ascii")

    def headers(self, app_id: str, body: bytes) -> dict[str, str]:
        secret = self.state.world.apps.facebook[app_id].secret
        return {
            "User-Agent": "facebookexternalua",
            "Content-Type": "application/json",
            "X-Hub-Signature-256": sign(secret, body),
        }

    def wait(self, parcel: Parcel, attempt: int) -> float | None:
        if self.state.now - parcel.at >= limits.RETRY_UNTIL_SECONDS:
            return None
        return limits.RETRY_SECONDS[min(attempt, len(limits.RETRY_SECONDS)) - 1]

    def heard(self, parcel: Parcel, *, ok: bool) -> None:
        """After an hour without a success a page is unsubscribed from messages, until it is subscribed anew."""
        if parcel.kind not in MESSAGING_FIELDS:
            return
        key = f"{parcel.account}:{parcel.app_id}"
        if ok:
            self.failing_since.pop(key, None)
            return
        row = self.state.page_subscriptions.find(key)
        if self.is_out_of_patience(key) and row:
            left = [name for name in row.fields if name not in MESSAGING_FIELDS]
            if left:
                self.state.page_subscriptions.put(replace(row, fields=left))
            else:
                self.state.page_subscriptions.remove(key)

    def is_out_of_patience(self, key: str) -> bool:
        """Whether nothing has been taken for an hour; then it is counted anew."""
        since = self.failing_since.setdefault(key, self.state.now)
        over = self.state.now - since >= limits.MESSAGING_PATIENCE_SECONDS
        if over:
            self.failing_since.pop(key)
        return over


# What happened


def tell_comment(state: FacebookState, comment: Comment, verb: str) -> None:
    """Verb is add, edited, remove, hide or unhide. A removed comment comes without its text."""

    def value() -> dict[str, Any]:
        told: dict[str, Any] = {
            "item": "comment",
            "verb": verb,
            "post_id": comment.post_id,
            "comment_id": comment.id,
            "parent_id": comment.parent_id or comment.post_id,
            "created_time": int(comment.created_at),
            "from": {"id": comment.author_id, "name": comment.author_name},
        }
        if verb != "remove":
            told["message"] = comment.message
        if post := state.posts.find(comment.post_id):
            told["post"] = _post_of(state, post)
        return told

    _tell_change(state, comment.page_id, "feed", comment.id, value)


def tell_post(state: FacebookState, post: Post, verb: str) -> None:
    """A post of the page itself: add, edited or remove."""
    page = state.pages.find(post.page_id)

    def value() -> dict[str, Any]:
        told: dict[str, Any] = {
            "item": "photo" if post.photo_ids else "share" if post.link else "status",
            "verb": verb,
            "post_id": post.id,
            "created_time": int(post.published_at),
            "published": 1,
            "from": {"id": post.page_id, "name": page.name if page else ""},
        }
        if verb != "remove":
            told["message"] = post.message
        if post.photo_ids:
            told["photo_id"] = post.photo_ids[0]
        return told

    if post.is_live(state.now) or verb == "remove":
        _tell_change(state, post.page_id, "feed", post.id, value)


def tell_visit(state: FacebookState, visit: Visit, verb: str) -> None:
    """Somebody wrote on the wall (feed), or mentioned the page elsewhere (mention)."""

    def on_wall() -> dict[str, Any]:
        told: dict[str, Any] = {
            "item": "status",
            "verb": verb,
            "post_id": visit.id,
            "created_time": int(visit.created_at),
            "published": 1,
            "from": {"id": visit.author_id, "name": visit.author_name},
        }
        if verb != "remove":
            told["message"] = visit.message
        return told

    def elsewhere() -> dict[str, Any]:
        return {
            "item": "post",
            "verb": verb,
            "post_id": visit.id,
            "sender_id": visit.author_id,
            "sender_name": visit.author_name,
            "created_time": int(visit.created_at),
        }

    if visit.mention:
        _tell_change(state, visit.page_id, "mention", visit.id, elsewhere)
    else:
        _tell_change(state, visit.page_id, "feed", visit.id, on_wall)


def tell_mention_in_comment(state: FacebookState, comment: Comment, page_id: str) -> None:
    """A comment names another page."""
    _tell_change(
        state,
        page_id,
        "mention",
        comment.id,
        lambda: {
            "item": "comment",
            "verb": "add",
            "post_id": comment.post_id,
            "comment_id": comment.id,
            "sender_id": comment.author_id,
            "sender_name": comment.author_name,
            "created_time": int(comment.created_at),
        },
    )


def tell_reaction(state: FacebookState, found: Comment | Post | Visit, *, who: tuple[str, str], verb: str) -> None:
    def value() -> dict[str, Any]:
        told: dict[str, Any] = {
            "item": "reaction",
            "reaction_type": "like",
            "verb": verb,
            "created_time": int(state.now),
            "from": {"id": who[0], "name": who[1]},
        }
        if isinstance(found, Comment):
            told |= {"post_id": found.post_id, "comment_id": found.id, "parent_id": found.parent_id or found.post_id}
        else:
            told |= {"post_id": found.id, "parent_id": found.id}
        return told

    _tell_change(state, found.page_id, "feed", found.id, value)


def tell_rating(state: FacebookState, rating: Rating, verb: str) -> None:
    """No page of Meta's shows this one; the names are those of its field list."""

    def value() -> dict[str, Any]:
        told: dict[str, Any] = {
            "item": "rating",
            "verb": verb,
            "reviewer_id": rating.author_id,
            "reviewer_name": rating.author_name,
            "recommendation_type": "POSITIVE" if rating.recommends else "NEGATIVE",
            "open_graph_story_id": rating.id,
            "created_time": int(rating.created_at),
        }
        if verb != "remove":
            told["review_text"] = rating.text
        return told

    _tell_change(state, rating.page_id, "ratings", rating.id, value)


def tell_message(state: FacebookState, thread: Conversation, message: PrivateMessage) -> None:
    """A person's message, or with is_echo the page's own."""
    sender, recipient = (thread.page_id, thread.psid) if message.from_page else (thread.psid, thread.page_id)
    content: dict[str, Any] = {"mid": message.id, "text": message.text}
    if message.reply_to:
        content["reply_to"] = {"mid": message.reply_to}
    if message.from_page:
        content["is_echo"] = True
        if message.app_id:
            content["app_id"] = int(message.app_id)
    event = {
        "sender": {"id": sender},
        "recipient": {"id": recipient},
        "timestamp": int(message.created_at * 1000),
        "message": content,
    }
    _tell_messaging(state, thread, "message_echoes" if message.from_page else "messages", message.id, event)


def tell_message_edit(state: FacebookState, thread: Conversation, message: PrivateMessage) -> None:
    event = {
        "sender": {"id": thread.psid},
        "recipient": {"id": thread.page_id},
        "timestamp": int(state.now * 1000),
        "message_edit": {"mid": message.id, "text": message.text, "num_edit": 1},
    }
    _tell_messaging(state, thread, "message_edits", message.id, event)


def tell_unsent(state: FacebookState, thread: Conversation, message: PrivateMessage) -> None:
    """The person took a message back: whoever stored it must let it go."""
    event = {
        "sender": {"id": thread.psid},
        "recipient": {"id": thread.page_id},
        "timestamp": int(state.now * 1000),
        "message": {"mid": message.id, "is_deleted": True},
    }
    _tell_messaging(state, thread, "messages", message.id, event)


def tell_read(state: FacebookState, thread: Conversation) -> None:
    """The person has seen everything up to now."""
    event = {
        "sender": {"id": thread.psid},
        "recipient": {"id": thread.page_id},
        "timestamp": int(state.now * 1000),
        "read": {"watermark": int(state.now * 1000)},
    }
    _tell_messaging(state, thread, "message_reads", thread.id, event)


# To whom


def _tell_change(
    state: FacebookState, page_id: str, kind: str, object_id: str, value: Callable[[], dict[str, Any]]
) -> None:
    targets = _targets(state, page_id, kind)
    if not targets:
        return
    plain: dict[str, Any] = {"id": page_id, "time": int(state.now)}
    full = as_sent({**plain, "changes": [{"field": kind, "value": value()}]})
    for app_id, url, with_values in targets:
        entry = full if with_values else as_sent({**plain, "changed_fields": [kind]})
        state.world.courier.post(
            "facebook", app_id=app_id, url=url, account=page_id, kind=kind, object_id=object_id, entry=entry
        )


def _tell_messaging(
    state: FacebookState, thread: Conversation, kind: str, object_id: str, event: dict[str, Any]
) -> None:
    targets = _targets(state, thread.page_id, kind)
    entry = as_sent({"id": thread.page_id, "time": int(state.now * 1000), "messaging": [event]})
    for app_id, url, _ in targets:
        state.world.courier.post(
            "facebook", app_id=app_id, url=url, account=thread.page_id, kind=kind, object_id=object_id, entry=entry
        )


def _targets(state: FacebookState, page_id: str, kind: str) -> list[tuple[str, str, bool]]:
    """(app, address, with values) of every app that subscribed both the kind and this page to it."""
    found = []
    for app in state.app_subscriptions.all():
        if app.object == "page" and kind in app.fields:
            page = state.page_subscriptions.find(f"{page_id}:{app.app_id}")
            if page and kind in page.fields:
                found.append((app.app_id, app.callback_url, app.include_values))
    return found


def _post_of(state: FacebookState, post: Post) -> dict[str, Any]:
    page_id, _, number = post.id.partition("_")
    return {
        "id": post.id,
        "status_type": post.status_type,
        "is_published": True,
        "updated_time": iso_offset(post.updated_at),
        "permalink_url": f"https://www.facebook.com/{page_id}/posts/{number}",
        "promotion_status": "inactive",
    }
