"""What people write under films, into our words. Pure.

A thread of the inbox is a film; a comment's answers stand under it in one level, and their ids begin with its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from integrations.engagement import (
    Attachment,
    Author,
    Change,
    Incoming,
    IncomingMessage,
    MessageKind,
    Subject,
)
from integrations.networks.youtube.mapping import moment, permalink

Json = Mapping[str, Any]


def top_of(comment_id: str) -> str:
    """Return the comment that begins a thread: an answer's id is that of its top comment, a dot, and its own."""
    return comment_id.partition(".")[0]


def message(comment: Json, *, account_id: str, held: bool = False, video_id: str = "") -> IncomingMessage:
    """Return a comment as a message to the channel. ``held``: nobody but the channel's people sees it."""
    snippet = comment.get("snippet") or {}
    comment_id = str(comment["id"])
    film = str(snippet.get("videoId") or video_id)
    author_id = str((snippet.get("authorChannelId") or {}).get("value") or "")
    written_at, updated_at = moment(snippet.get("publishedAt")), moment(snippet.get("updatedAt"))
    parent = str(snippet.get("parentId") or "") or (top_of(comment_id) if "." in comment_id else "")
    return IncomingMessage(
        network_id=comment_id,
        kind=MessageKind.COMMENT,
        thread_id=film or str(snippet.get("channelId") or account_id),
        author=_author(author_id, snippet),
        by_account=bool(author_id) and author_id == account_id,
        text=str(snippet.get("textOriginal") or snippet.get("textDisplay") or ""),
        written_at=written_at,
        answers_id=parent,
        permalink=f"{permalink(film)}&lc={comment_id}" if film else "",
        attachments=tuple(_attachments(snippet)),
        is_hidden=held,
        edited_at=updated_at if updated_at and written_at and updated_at > written_at else None,
        subject=Subject(network_id=film, permalink=permalink(film)) if film else None,
    )


def incoming(found: IncomingMessage) -> Incoming:
    """Return what it means that this comment is there."""
    return Incoming(
        change=Change.EDITED if found.edited_at else Change.WRITTEN,
        message_id=found.network_id,
        message=found,
        happened_at=found.edited_at or found.written_at,
    )


def of_thread(thread: Json, *, account_id: str, held: bool = False) -> Iterator[IncomingMessage]:
    """Yield a thread's comment and those of its answers that came with it."""
    snippet = thread.get("snippet") or {}
    video_id = str(snippet.get("videoId") or "")
    top = snippet.get("topLevelComment")
    if isinstance(top, Mapping) and top.get("id"):
        yield message(top, account_id=account_id, held=held, video_id=video_id)
    for reply in (thread.get("replies") or {}).get("comments") or ():
        if reply.get("id"):
            yield message(reply, account_id=account_id, video_id=video_id)


def _author(author_id: str, snippet: Json) -> Author | None:
    if not author_id:
        return None
    name = str(snippet.get("authorDisplayName") or "")
    return Author(
        network_id=author_id,
        name=name.removeprefix("@"),
        handle=name.removeprefix("@") if name.startswith("@") else "",
        picture_url=str(snippet.get("authorProfileImageUrl") or ""),
        permalink=f"https://www.youtube.com/channel/{author_id}",
    )


def _attachments(snippet: Json) -> Iterator[Attachment]:
    if url := str(snippet.get("imageUrl") or ""):
        yield Attachment(kind="image", url=url)
