"""What people write to a page on LinkedIn, into our words. Pure.

A post is talked about under its activity, whose number is not the post's; comments are named after it. The thread is
the post. Who wrote is known by URN only: members' names may not be kept, so none is asked for.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from integrations.engagement import Attachment, Author, Change, Incoming, IncomingMessage, MessageKind, Subject
from integrations.networks.linkedin.mapping import POSTS, SITE, moment, permalink
from integrations.networks.linkedin.text import from_little

COMMENT, EDIT, DELETION, OWN, MENTION = "COMMENT", "COMMENT_EDIT", "COMMENT_DELETE", "ADMIN_COMMENT", "SHARE_MENTION"
ACTIONS = frozenset({COMMENT, EDIT, DELETION, OWN, MENTION})
_COMMENT_URN = re.compile(r"urn:li:comment:\((urn:li:\w+:\d+),(\d+)\)")
_CAPTURED = re.compile(r"urn:li:comment:\((\w+:\d+),(\d+)\)")  # as live captures spell it


class Named(NamedTuple):
    """A comment's name, taken apart: what it stands under, its own number."""

    activity: str
    number: str


def named(comment_urn: str) -> Named:
    """Raises ValueError for what is no comment's URN."""
    found = _COMMENT_URN.fullmatch(comment_urn)
    if found is None:
        raise ValueError(f"{comment_urn!r} is no comment")
    return Named(found[1], found[2])


def comment_urn(activity: str, number: str) -> str:
    return f"urn:li:comment:({activity},{number})"


def is_comment(urn: str) -> bool:
    return _COMMENT_URN.fullmatch(urn) is not None


def urn_of(comment: Mapping[str, Any]) -> str:
    """Return a comment's URN, whichever way an answer gives it."""
    told = str(comment.get("commentUrn") or comment.get("$URN") or "")
    return told if is_comment(told) else comment_urn(str(comment["object"]), str(comment["id"]))


def comment(
    node: Mapping[str, Any], *, thread_id: str, account_id: str, kind: MessageKind = MessageKind.COMMENT
) -> IncomingMessage:
    """Return a comment of a list as a message."""
    urn, created = urn_of(node), node.get("created") or {}
    written_at, changed_at = moment(created.get("time")), moment((node.get("lastModified") or {}).get("time"))
    actor = str(node.get("actor") or created.get("actor") or "")
    return IncomingMessage(
        network_id=urn,
        kind=kind,
        thread_id=thread_id,
        author=_author(actor),
        by_account=actor == account_id,
        text=str((node.get("message") or {}).get("text") or ""),
        written_at=written_at,
        answers_id=str(node.get("parentComment") or ""),
        permalink=_comment_permalink(urn),
        attachments=tuple(_attachments(node)),
        edited_at=changed_at if changed_at and written_at and changed_at > written_at else None,
        subject=Subject(network_id=thread_id, permalink=permalink(thread_id)),
    )


def post(node: Mapping[str, Any], *, account_id: str) -> IncomingMessage:
    """Return a post of somebody else's, which names the page, as a message."""
    urn, actor = str(node["id"]), str(node.get("author") or "")
    written_at, changed_at = moment(node.get("createdAt")), moment(node.get("lastModifiedAt"))
    is_edited = (node.get("lifecycleStateInfo") or {}).get("isEditedByAuthor") is True
    return _mention(
        urn,
        actor,
        str(node.get("commentary") or ""),
        account_id=account_id,
        written_at=written_at,
        edited_at=changed_at if is_edited else None,
    )


def told(notification: Mapping[str, Any], *, account_id: str) -> Incoming | None:
    """Return what a notification says; None for one that is no message, or whose place it does not tell.

    Raises KeyError, TypeError, ValueError for a malformed one.
    """
    action, at = str(notification["action"]), moment(notification.get("lastModifiedAt"))
    if action not in ACTIONS:
        return None
    if action == MENTION:
        return _told_mention(notification, account_id=account_id, at=at)
    decorated = (notification.get("decoratedGeneratedActivity") or {}).get("comment")
    found: Mapping[str, Any] = decorated if isinstance(decorated, dict) else {}
    urn = str(found.get("entity") or _uncaptured(str(notification["generatedActivity"])))
    if action == DELETION:
        return Incoming(change=Change.DELETED, message_id=urn, happened_at=at)
    if action == OWN and "parentComment" not in found:
        return None  # where it stands is told by polling, and a message is not moved once it is stored
    source = notification.get("decoratedSourcePost") or {}
    thread_id = str(source.get("entity") or notification.get("sourcePost") or named(urn).activity)
    owner = str(found.get("owner") or "")
    message = IncomingMessage(
        network_id=urn,
        kind=MessageKind.COMMENT,
        thread_id=thread_id,
        author=_author(owner),
        by_account=owner == account_id,
        text=str(found.get("text") or ""),
        written_at=at if action != EDIT else None,
        answers_id=str(found.get("parentComment") or ""),
        permalink=_comment_permalink(urn),
        edited_at=at if action == EDIT else None,
        subject=Subject(
            network_id=thread_id, text=from_little(str(source.get("text") or "")), permalink=permalink(thread_id)
        ),
    )
    return Incoming(
        change=Change.EDITED if action == EDIT else Change.WRITTEN,
        message_id=urn,
        message=message,
        happened_at=at,
        needs_fetch=not found.get("text") or not owner or not thread_id.startswith(POSTS),
    )


def _told_mention(notification: Mapping[str, Any], *, account_id: str, at: datetime | None) -> Incoming:
    decorated = (notification.get("decoratedGeneratedActivity") or {}).get("share")
    found: Mapping[str, Any] = decorated if isinstance(decorated, dict) else {}
    urn, owner = str(found.get("entity") or notification["generatedActivity"]), str(found.get("owner") or "")
    message = _mention(urn, owner, str(found.get("text") or ""), account_id=account_id, written_at=at)
    return Incoming(
        change=Change.WRITTEN,
        message_id=urn,
        message=message,
        happened_at=at,
        needs_fetch=not (found.get("text") and owner),
    )


def _mention(
    urn: str,
    actor: str,
    commentary: str,
    *,
    account_id: str,
    written_at: datetime | None,
    edited_at: datetime | None = None,
) -> IncomingMessage:
    text = from_little(commentary)
    return IncomingMessage(
        network_id=urn,
        kind=MessageKind.MENTION,
        thread_id=urn,
        author=_author(actor),
        by_account=actor == account_id,
        text=text,
        written_at=written_at,
        permalink=permalink(urn),
        edited_at=edited_at,
        subject=Subject(network_id=urn, permalink=permalink(urn)),
    )


def _author(urn: str) -> Author | None:
    return Author(network_id=urn) if urn else None


def _attachments(node: Mapping[str, Any]) -> Iterator[Attachment]:
    for each in node.get("content") or ():
        if isinstance(each, dict) and each.get("type") == "IMAGE":
            yield Attachment(kind="image", url=str(each.get("url") or ""))


def _comment_permalink(urn: str) -> str:
    return f"{SITE}/feed/update/{named(urn).activity}/?commentUrn={quote(urn, safe='')}"


def _uncaptured(urn: str) -> str:
    """Put back what captures leave out inside the parentheses."""
    found = _CAPTURED.fullmatch(urn)
    return comment_urn(f"urn:li:{found[1]}", found[2]) if found else urn
