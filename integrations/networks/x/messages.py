"""What people post to an account on X, into our words. Pure. Reads both of X's field dialects.

A conversation holds together by the id of its first post: that is the thread, whoever began it. An edit makes a new
post with a new id; the first id of its history stays the message's, so that an edit changes it and adds none.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.engagement import Act, Attachment, Author, Change, Incoming, IncomingMessage, MessageKind, Subject
from integrations.networks.x.mapping import as_written, permalink, references, versions

# What is left where the conversation is somebody else's: only who began it can hide in it.
ELSEWHERE = frozenset(Act) - {Act.HIDE, Act.SHOW}
MEDIA = {"photo": "image", "video": "video", "animated_gif": "video"}


@dataclass(frozen=True, kw_only=True)
class Around:
    """What an answer brings beside its posts: people and media by id."""

    users: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    media: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def around(includes: object) -> Around:
    """Read ``includes``; each user is flat in some of X's samples and wrapped in ``data`` in others."""
    found = includes if isinstance(includes, Mapping) else {}
    users = [each.get("data") or each for each in found.get("users") or () if isinstance(each, Mapping)]
    media = [each for each in found.get("media") or () if isinstance(each, Mapping)]
    return Around(
        users={str(each["id"]): each for each in users if each.get("id")},
        media={str(each["media_key"]): each for each in media if each.get("media_key")},
    )


def message(
    post: Mapping[str, Any], *, around: Around, account_id: str, own_conversations: Collection[str] = ()
) -> IncomingMessage:
    """Return a post as a message to the account. ``own_conversations`` are known to have been begun by it."""
    latest, author_id = str(post["id"]), str(post.get("author_id") or "")
    conversation = str(post.get("conversation_id") or latest)
    answered = replied_to(post)
    to_account = str(post.get("in_reply_to_user_id") or "") == account_id
    is_own = conversation in own_conversations or (to_account and answered == conversation)
    user = around.users.get(author_id, {})
    handle = str(user.get("username") or "")
    return IncomingMessage(
        network_id=versions(post)[0],
        kind=MessageKind.COMMENT if to_account or is_own else MessageKind.MENTION,
        thread_id=conversation,
        author=author(author_id, user),
        by_account=author_id == account_id,
        text=as_written(post),
        written_at=_moment(post.get("created_at")),
        answers_id="" if is_own and answered == conversation else answered,
        permalink=permalink(handle, latest),
        attachments=tuple(_attachments(post, around)),
        edited_at=_moment(post.get("created_at")) if latest != versions(post)[0] else None,
        subject=Subject(network_id=conversation, permalink=permalink("", conversation)),
        acts=None if is_own else ELSEWHERE,
    )


def incoming(message: IncomingMessage) -> Incoming:
    """Return what it means that this post exists."""
    return Incoming(
        change=Change.EDITED if message.edited_at else Change.WRITTEN,
        message_id=message.network_id,
        message=message,
        happened_at=message.written_at,
    )


def replied_to(post: Mapping[str, Any]) -> str:
    """Return the id of the post that this one answers, empty when it answers none."""
    for each in references(post):
        if each.get("type") == "replied_to":
            return str(each.get("id") or "")
    return str(post.get("in_reply_to_tweet_id") or "")


def is_own_post(message: IncomingMessage) -> bool:
    """Whether this is what the account publishes by itself, and so no message to it."""
    return message.by_account and not message.answers_id and message.network_id == message.thread_id


def author(author_id: str, user: Mapping[str, Any]) -> Author | None:
    if not author_id:
        return None
    handle = str(user.get("username") or "")
    return Author(
        network_id=author_id,
        name=str(user.get("name") or ""),
        handle=handle,
        picture_url=str(user.get("profile_image_url") or ""),
        permalink=f"https://x.com/{handle or f'i/user/{author_id}'}",
    )


def _attachments(post: Mapping[str, Any], around: Around) -> Iterator[Attachment]:
    for key in (post.get("attachments") or {}).get("media_keys") or ():
        media = around.media.get(str(key))
        if media is not None:
            url = str(media.get("url") or media.get("preview_image_url") or "")
            yield Attachment(
                kind=MEDIA.get(str(media.get("type")), "image"), url=url, name=str(media.get("alt_text") or "")
            )


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
