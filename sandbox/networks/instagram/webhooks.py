"""What Instagram tells the apps: object `instagram`, signed with the app's secret as Facebook's are.

Source: Instagram Platform, Webhooks; Webhooks reference, Instagram; read 2026-11-22 through dated copies. A comment's
edit does not exist, its deletion and its hiding are told to nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sandbox.networks.facebook.webhooks import FacebookSender, as_sent
from sandbox.networks.instagram.state import Comment, Conversation, InstagramState, Medium, PrivateMessage
from sandbox.webhooks.courier import Parcel

MESSAGING_FIELDS = frozenset(
    {
        "messages", "message_reactions", "messaging_postbacks", "messaging_seen", "messaging_referral",
        "messaging_handover", "messaging_optins", "standby", "message_edit",
    }
)  # fmt: skip
WEBHOOK_FIELDS = MESSAGING_FIELDS | {"comments", "live_comments", "mentions", "story_insights", "response_feedback"}


@dataclass
class InstagramSender(FacebookSender):
    """As Facebook's, about another object."""

    instagram: InstagramState | None = None

    def wrap(self, entries: list[str]) -> bytes:
        return f'{{"object":"instagram","entry":[{",".join(entries)}]}}'.encode("ascii")

    def heard(self, parcel: Parcel, *, ok: bool) -> None:
        """After an hour without a success the app is told of no more messages, until it asks anew."""
        if parcel.kind not in MESSAGING_FIELDS or self.instagram is None:
            return
        key = f"{parcel.account}:{parcel.app_id}"
        if ok:
            self.failing_since.pop(key, None)
        elif self.is_out_of_patience(key):
            app = self.state.app_subscriptions.find(f"{parcel.app_id}:instagram")
            if app:
                left = [name for name in app.fields if name not in MESSAGING_FIELDS]
                self.state.app_subscriptions.put(replace(app, fields=left))


def tell_comment(state: InstagramState, comment: Comment) -> None:
    """A comment or reply under an account's medium. It carries no time."""
    medium = state.media.find(comment.media_id)
    if medium is None or not medium.account_id:
        return

    def value() -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": comment.id,
            "text": comment.text,
            "from": {"id": author_id(state, comment), "username": comment.username},
            "media": {"id": medium.id, "media_product_type": medium.product},
        }
        if comment.parent_id:
            told["parent_id"] = comment.parent_id
        return told

    _tell_change(state, medium.account_id, "comments", comment.id, value)


def tell_mention(state: InstagramState, account_id: str, media_id: str, comment_id: str) -> None:
    """Somebody named the account elsewhere: ids alone."""

    def value() -> dict[str, Any]:
        return {"media_id": media_id, **({"comment_id": comment_id} if comment_id else {})}

    _tell_change(state, account_id, "mentions", comment_id or media_id, value)


def tell_story(state: InstagramState, medium: Medium, figures: dict[str, int]) -> None:
    """A story's figures, shortly before it is over."""
    _tell_change(state, medium.account_id, "story_insights", medium.id, lambda: {"media_id": medium.id, **figures})


def tell_message(state: InstagramState, thread: Conversation, message: PrivateMessage) -> None:
    """A person's message, or the account's own as an echo among them."""
    content: dict[str, Any] = {"mid": message.id, "text": message.text}
    if message.reply_to:
        content["reply_to"] = {"mid": message.reply_to}
    if message.from_account:
        content["is_echo"] = True
    _tell_messaging(state, thread, content, at=message.created_at, by_account=message.from_account)


def tell_unsent(state: InstagramState, thread: Conversation, message: PrivateMessage) -> None:
    """The person took a message back: whoever stored it must let it go."""
    content = {"mid": message.id, "is_deleted": True}
    _tell_messaging(state, thread, content, at=state.now)


def author_id(state: InstagramState, comment: Comment) -> str:
    """By which number an app knows who wrote a comment: scoped to the account, or the account's own."""
    stranger = state.strangers.find(comment.author_id)
    return stranger.igsid(comment.account_id) if stranger else comment.author_id


# To whom


def _tell_change(
    state: InstagramState, account_id: str, kind: str, object_id: str, value: Callable[[], dict[str, Any]]
) -> None:
    targets = _targets(state, account_id, kind)
    if not targets:
        return
    entry = as_sent({"id": account_id, "time": int(state.now), "changes": [{"field": kind, "value": value()}]})
    _post(state, targets, account_id, kind=kind, object_id=object_id, entry=entry)


def _tell_messaging(
    state: InstagramState,
    thread: Conversation,
    content: dict[str, Any],
    *,
    at: float,
    by_account: bool = False,
) -> None:
    person, account = {"id": thread.igsid}, {"id": thread.account_id}
    event = {
        "sender": account if by_account else person,
        "recipient": person if by_account else account,
        "timestamp": int(at * 1000),
        "message": content,
    }
    entry = as_sent({"id": thread.account_id, "time": int(state.now * 1000), "messaging": [event]})
    targets = _targets(state, thread.account_id, "messages")
    _post(state, targets, thread.account_id, kind="messages", object_id=content["mid"], entry=entry)


def _post(
    state: InstagramState,
    targets: list[tuple[str, str]],
    account_id: str,
    *,
    kind: str,
    object_id: str,
    entry: str,
) -> None:
    for app_id, url in targets:
        state.world.courier.post(
            "instagram", app_id=app_id, url=url, account=account_id, kind=kind, object_id=object_id, entry=entry
        )


def _targets(state: InstagramState, account_id: str, kind: str) -> list[tuple[str, str]]:
    """(app, address) of every app that is told of the kind and has the account's subscription.

    Which one that is nobody knows for certain: any field of the linked page, or the account itself by its own edge.
    """
    account = state.accounts.find(account_id)
    found = []
    for app in state.facebook.app_subscriptions.all():
        if account is None or app.object != "instagram" or kind not in app.fields:
            continue
        if state.world.settings.instagram_told_by == "account":
            own = state.subscriptions.find(f"{account_id}:{app.app_id}")
            told = own is not None and kind in own.fields
        else:
            told = state.facebook.page_subscriptions.find(f"{account.page_id}:{app.app_id}") is not None
        if told:
            found.append((app.app_id, app.callback_url))
    return found
