"""Reviews and the answers to them, in our words. Pure.

A review holds its answer inside. We keep two messages: the review under its own id, and the answer under that id and
the moment it was written, since another answer takes the place of the first and what was deleted stays so with us.
Google gives no id of who reviewed: each review has an author of its own. A thread is about the profile itself, which is
the account: no subject is named.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.engagement import Attachment, Author, IncomingMessage, MessageKind
from integrations.networks.google_business.mapping import moment

STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
REJECTED = "REJECTED"
_BETWEEN = "~"  # never part of a review's id, which is of base64's letters


def review(node: Mapping[str, Any]) -> IncomingMessage:
    """Return the review itself. ``comment`` is missing where somebody left stars alone."""
    review_id = id_of(node)
    written_at, updated_at = moment(node.get("createTime")), moment(node.get("updateTime"))
    return IncomingMessage(
        network_id=review_id,
        kind=MessageKind.REVIEW,
        thread_id=review_id,
        author=_author(node, review_id),
        text=str(node.get("comment") or ""),
        written_at=written_at,
        permalink=str(node.get("reviewReplyUrl") or ""),
        attachments=tuple(
            Attachment(
                kind="video" if each.get("videoUrl") else "image",
                url=str(each.get("videoUrl") or each.get("thumbnailUrl") or ""),
                name=str(each.get("thumbnailLabel") or ""),
            )
            for each in node.get("reviewMediaItems") or ()
            if isinstance(each, Mapping)
        ),
        rating=STARS.get(str(node.get("starRating"))),
        edited_at=updated_at if updated_at and written_at and updated_at > written_at else None,
    )


def reply(node: Mapping[str, Any]) -> IncomingMessage | None:
    """Return the business's answer in a review, None where there is none. One that Google refused is seen by nobody."""
    answer = node.get("reviewReply")
    if not isinstance(answer, Mapping) or not answer.get("comment"):
        return None
    review_id, at = id_of(node), moment(answer.get("updateTime"))
    return IncomingMessage(
        network_id=reply_id(review_id, at),
        kind=MessageKind.REVIEW,
        thread_id=review_id,
        by_account=True,
        text=str(answer["comment"]),
        written_at=at,
        answers_id=review_id,
        is_hidden=answer.get("reviewReplyState") == REJECTED,
    )


def all_of(node: Mapping[str, Any]) -> list[IncomingMessage]:
    """Return a review and its answer."""
    answer = reply(node)
    return [review(node), *([answer] if answer else [])]


def id_of(node: Mapping[str, Any]) -> str:
    """Return a review's id. Raises ValueError where there is none."""
    found = str(node.get("reviewId") or "") or str(node.get("name") or "").rpartition("/")[2]
    if not found:
        raise ValueError("a review without an id")
    return found


def reply_id(review_id: str, at: datetime | None) -> str:
    """Return the id under which an answer of that moment is kept."""
    milliseconds = int(at.astimezone(UTC).timestamp() * 1000) if at else 0
    return f"{review_id}{_BETWEEN}{milliseconds}"


def review_id_of(message_id: str) -> str:
    """Return the review that a message is, or that it answers."""
    return message_id.partition(_BETWEEN)[0]


def is_reply(message_id: str) -> bool:
    return _BETWEEN in message_id


def _author(node: Mapping[str, Any], review_id: str) -> Author:
    reviewer = node.get("reviewer")
    shown: Mapping[str, Any] = reviewer if isinstance(reviewer, Mapping) else {}
    return Author(
        network_id=f"review:{review_id}",
        name="" if shown.get("isAnonymous") is True else str(shown.get("displayName") or ""),
        picture_url=str(shown.get("profilePhotoUrl") or ""),
    )
