"""What people write to an account, from Instagram's nodes and the webhooks' values into our words. Pure.

Whoever comments is known by an id scoped to the account; where Meta keeps it to itself the username stands for it. A
mention is known by the comment that names the account, or by the medium whose caption does. Private messages are those
of ``_shared/meta/messenger.py``.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from integrations.contract import Account
from integrations.engagement import Act, Author, IncomingMessage, MessageKind, Subject
from integrations.networks._shared.meta.answers import moment
from integrations.networks.instagram.mapping import permalink_of

_NOTHING: frozenset[Act] = frozenset()


def comment(node: Mapping[str, Any], *, medium_id: str, account: Account) -> IncomingMessage:
    """Return a comment, or a reply to one, under a medium of the account. A hidden one takes no answer."""
    hidden = node.get("hidden") if isinstance(node.get("hidden"), bool) else None
    medium = node.get("media") or {}
    return IncomingMessage(
        network_id=str(node["id"]),
        kind=MessageKind.COMMENT,
        thread_id=medium_id,
        author=_author(node),
        by_account=is_own(node, account),
        text=str(node.get("text") or ""),
        written_at=moment(node.get("timestamp")),
        answers_id=str(node.get("parent_id") or ""),
        is_hidden=hidden,
        subject=Subject(network_id=medium_id, permalink=str(medium.get("permalink") or "")),
        acts=frozenset({Act.SHOW, Act.DELETE}) if hidden else None,
    )


def comments(node: Mapping[str, Any], *, medium_id: str, account: Account) -> Iterator[IncomingMessage]:
    """Yield a comment and the replies that came with it."""
    top = comment(node, medium_id=medium_id, account=account)
    yield top
    for reply in (node.get("replies") or {}).get("data") or ():
        if reply.get("id"):
            yield comment({"parent_id": top.network_id, **reply}, medium_id=medium_id, account=account)


def mention(node: Mapping[str, Any], *, account: Account) -> IncomingMessage:
    """Return a medium of somebody else. Where only its picture names the account, it takes no answer."""
    network_id, permalink = str(node["id"]), str(node.get("permalink") or "")
    caption = str(node.get("caption") or "")
    named = f"@{account.handle}".lower() in caption.lower() if account.handle else True
    return IncomingMessage(
        network_id=network_id,
        kind=MessageKind.MENTION,
        thread_id=network_id,
        author=_author(node),
        by_account=is_own(node, account),
        text=caption,
        written_at=moment(node.get("timestamp")),
        permalink=permalink,
        subject=Subject(network_id=network_id, permalink=permalink),
        acts=None if named else _NOTHING,
    )


def mention_in_comment(node: Mapping[str, Any], *, medium_id: str, account: Account) -> IncomingMessage:
    """Return a comment under somebody else's medium that names the account."""
    medium = node.get("media") or {}
    permalink = str(medium.get("permalink") or "")
    return IncomingMessage(
        network_id=str(node["id"]),
        kind=MessageKind.MENTION,
        thread_id=medium_id,
        author=_author(node),
        by_account=is_own(node, account),
        text=str(node.get("text") or ""),
        written_at=moment(node.get("timestamp")),
        permalink=permalink,
        subject=Subject(network_id=medium_id, permalink=permalink),
    )


def is_own(node: Mapping[str, Any], account: Account) -> bool:
    """Whether the account itself wrote this. ``user`` is shown of its own comments only."""
    ids = {str((node.get(name) or {}).get("id") or "") for name in ("user", "from")}
    username = str(node.get("username") or "")
    return account.network_id in ids or bool(account.handle and username.lower() == account.handle.lower())


def is_since(node: Mapping[str, Any], since: datetime) -> bool:
    """Whether this was written since then; what has no time counts as new."""
    written_at = moment(node.get("timestamp"))
    return written_at is None or written_at >= since


# -- out of webhooks ---------------------------------------------------------------------------------------------------


def told_comment(value: Mapping[str, Any], *, account_id: str, at: datetime | None) -> IncomingMessage:
    """Return the comment that a value of the field ``comments`` brings; it has no time of its own."""
    medium_id = str(value["media"]["id"])
    return IncomingMessage(
        network_id=str(value["id"]),
        kind=MessageKind.COMMENT,
        thread_id=medium_id,
        author=_author(value),
        by_account=str((value.get("from") or {}).get("id") or "") == account_id,
        text=str(value.get("text") or ""),
        written_at=at,
        answers_id=str(value.get("parent_id") or ""),
        subject=Subject(network_id=medium_id),
    )


def told_mention(value: Mapping[str, Any], *, at: datetime | None) -> IncomingMessage:
    """Return what a value of ``mentions`` names by its ids alone."""
    medium_id = str(value["media_id"])
    return IncomingMessage(
        network_id=str(value.get("comment_id") or medium_id),
        kind=MessageKind.MENTION,
        thread_id=medium_id,
        written_at=at,
        subject=Subject(network_id=medium_id),
    )


def _author(node: Mapping[str, Any]) -> Author | None:
    author: Mapping[str, Any] = node.get("from") or {}
    username = str(author.get("username") or node.get("username") or "")
    network_id = str(author.get("id") or (f"@{username}" if username else ""))
    if not network_id:
        return None
    return Author(
        network_id=network_id, name=username, handle=username, permalink=permalink_of(username) if username else ""
    )
