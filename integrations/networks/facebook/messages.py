"""What people write to a page, from the Graph API's nodes and the webhooks' values into our words. Pure.

A comment has two ids in circulation, ``{post}_{comment}`` and the bare last part. Calls need the longer one, so every
way brings it: the last part of the post's id, and the last part of the comment's. They are compared by that last part.
Private messages are those of ``_shared/meta/messenger.py``.
"""

from collections.abc import Mapping
from typing import Any

from integrations.engagement import Act, Attachment, Author, IncomingMessage, MessageKind, Subject
from integrations.networks._shared.meta.answers import moment
from integrations.networks._shared.meta.messenger import author

RECOMMENDATIONS = {"positive": 5, "negative": 1}


def last_part(network_id: str) -> str:
    """Return what tells two ids apart, whichever of their forms they have."""
    return network_id.rpartition("_")[2]


def comment_id(post_id: str, found: str) -> str:
    """Return the one form in which a comment's id is kept and called."""
    return f"{last_part(post_id)}_{last_part(found)}"


# -- out of answers ----------------------------------------------------------------------------------------------------


def comment(node: Mapping[str, Any], *, thread_id: str, account_id: str) -> IncomingMessage:
    """Return a comment under a post (or a review's story) of the page, or in a conversation that names it."""
    parent = str((node.get("parent") or {}).get("id") or "")
    attachment = node.get("attachment")
    return IncomingMessage(
        network_id=comment_id(thread_id, str(node["id"])),
        kind=_kind_under(thread_id, account_id),
        thread_id=thread_id,
        author=author(node.get("from")),
        by_account=_is_page(node.get("from"), account_id),
        text=str(node.get("message") or ""),
        written_at=moment(node.get("created_time")),
        answers_id=_answered(parent, thread_id),
        permalink=str(node.get("permalink_url") or ""),
        attachments=(_hung_on(attachment),) if isinstance(attachment, Mapping) else (),
        is_hidden=node.get("is_hidden"),
        subject=Subject(network_id=thread_id),
    )


def visit(node: Mapping[str, Any], *, account_id: str) -> IncomingMessage:
    """Return a post of somebody else that names the page or stands on its wall."""
    network_id = str(node["id"])
    permalink = str(node.get("permalink_url") or "")
    return IncomingMessage(
        network_id=network_id,
        kind=MessageKind.MENTION,
        thread_id=network_id,
        author=author(node.get("from")),
        by_account=_is_page(node.get("from"), account_id),
        text=str(node.get("message") or ""),
        written_at=moment(node.get("created_time")),
        permalink=permalink,
        is_hidden=node.get("is_hidden"),
        subject=Subject(network_id=network_id, permalink=permalink),
    )


def review(node: Mapping[str, Any], *, account_id: str) -> IncomingMessage:
    """Return a rating or recommendation. It is answered by commenting on its story; without one it cannot be."""
    return _review(
        story_id=str((node.get("open_graph_story") or {}).get("id") or ""),
        reviewer=author(node.get("reviewer")),
        text=node.get("review_text"),
        rating=node.get("rating"),
        recommendation=node.get("recommendation_type"),
        created=node.get("created_time"),
        account_id=account_id,
    )


# -- out of webhooks ---------------------------------------------------------------------------------------------------


def told_comment(value: Mapping[str, Any], *, account_id: str) -> IncomingMessage:
    """Return the comment that a value of the field ``feed`` or ``mention`` speaks of; its words may be missing."""
    post_id = str(value["post_id"])
    post = value.get("post") or {}
    return IncomingMessage(
        network_id=comment_id(post_id, str(value["comment_id"])),
        kind=_kind_under(post_id, account_id),
        thread_id=post_id,
        author=_teller(value),
        by_account=_teller_id(value) == account_id,
        text=str(value.get("message") or ""),
        written_at=moment(value.get("created_time")),
        answers_id=_answered(str(value.get("parent_id") or ""), post_id),
        attachments=tuple(
            Attachment(kind=kind if kind == "video" else "image", url=str(value[kind]))
            for kind in ("photo", "video")
            if value.get(kind)
        ),
        subject=Subject(network_id=post_id, permalink=str(post.get("permalink_url") or "")),
    )


def told_visit(value: Mapping[str, Any], *, account_id: str) -> IncomingMessage:
    """Return the post of somebody else that a value of ``feed`` or ``mention`` speaks of."""
    network_id = str(value["post_id"])
    return IncomingMessage(
        network_id=network_id,
        kind=MessageKind.MENTION,
        thread_id=network_id,
        author=_teller(value),
        by_account=_teller_id(value) == account_id,
        text=str(value.get("message") or ""),
        written_at=moment(value.get("created_time")),
        attachments=(Attachment(kind="image", url=str(value["link"])),)
        if value.get("item") == "photo" and value.get("link")
        else (),
        subject=Subject(network_id=network_id),
    )


def told_review(value: Mapping[str, Any], *, account_id: str) -> IncomingMessage:
    """Return the review that a value of ``ratings`` speaks of."""
    reviewer = str(value.get("reviewer_id") or "")
    return _review(
        story_id=str(value.get("open_graph_story_id") or ""),
        reviewer=Author(network_id=reviewer, name=str(value.get("reviewer_name") or "")) if reviewer else None,
        text=value.get("review_text"),
        rating=value.get("rating"),
        recommendation=value.get("recommendation_type"),
        created=value.get("created_time"),
        account_id=account_id,
    )


# -- parts -------------------------------------------------------------------------------------------------------------


def _review(
    *,
    story_id: str,
    reviewer: Author | None,
    text: object,
    rating: object,
    recommendation: object,
    created: object,
    account_id: str,
) -> IncomingMessage:
    network_id = story_id or f"rating:{reviewer.network_id if reviewer else ''}"
    if network_id == "rating:":
        raise ValueError("a rating without story and reviewer")
    stars = rating if isinstance(rating, int) and 1 <= rating <= 5 else None
    if stars is None:
        stars = RECOMMENDATIONS.get(str(recommendation).lower())
    return IncomingMessage(
        network_id=network_id,
        kind=MessageKind.REVIEW,
        thread_id=network_id,
        author=reviewer,
        text=str(text or ""),
        written_at=moment(created),
        permalink=f"https://www.facebook.com/{story_id}" if story_id else "",
        rating=stars,
        subject=Subject(network_id=account_id),
        acts=None if story_id else frozenset[Act](),
    )


def _kind_under(thread_id: str, account_id: str) -> MessageKind:
    """A comment under somebody else's post reaches us only because it names the page."""
    owner, joined, _ = thread_id.partition("_")
    return MessageKind.MENTION if joined and owner != account_id else MessageKind.COMMENT


def _answered(parent_id: str, thread_id: str) -> str:
    if not parent_id or last_part(parent_id) == last_part(thread_id):
        return ""
    return comment_id(thread_id, parent_id)


def _is_page(node: object, account_id: str) -> bool:
    return isinstance(node, Mapping) and str(node.get("id") or "") == account_id


def _teller_id(value: Mapping[str, Any]) -> str:
    return str((value.get("from") or {}).get("id") or value.get("sender_id") or "")


def _teller(value: Mapping[str, Any]) -> Author | None:
    network_id = _teller_id(value)
    name = str((value.get("from") or {}).get("name") or value.get("sender_name") or "")
    return Author(network_id=network_id, name=name) if network_id else None


def _hung_on(attachment: Mapping[str, Any]) -> Attachment:
    """A comment's one attachment: a picture, a film, a sticker, or a link's preview."""
    kind = str(attachment.get("type") or "")
    image = (attachment.get("media") or {}).get("image") or {}
    if kind == "sticker":
        return Attachment(kind="sticker", url=str(image.get("src") or attachment.get("url") or ""))
    if kind.startswith("video"):
        return Attachment(kind="video", url=str(attachment.get("url") or ""))
    if kind in {"photo", "animated_image_share"}:
        return Attachment(kind="image", url=str(image.get("src") or attachment.get("url") or ""))
    return Attachment(kind="link", url=str(attachment.get("url") or ""), name=str(attachment.get("title") or ""))
