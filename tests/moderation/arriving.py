"""What strangers do, as arrivals, in any order a test wants."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integrations.engagement import Author, Change, Incoming, IncomingMessage, MessageKind, Subject
from integrations.models import SocialAccount
from moderation.models import Item, Message, Thread
from moderation.services.storing import Arrival
from tests.factories import NOON

CAMILLE = Author(network_id="camille", name="Camille Fontaine", handle="cam")
AMINE = Author(network_id="amine", name="Amine B.")
PAGE = Author(network_id="bakery", name="Bakery")


def message(number: int, text: str = "", **more: Any) -> IncomingMessage:
    """A comment of Camille's under one post, written so many minutes after noon."""
    fields: dict[str, Any] = {
        "network_id": f"m{number}",
        "kind": MessageKind.COMMENT,
        "thread_id": "post-1",
        "author": CAMILLE,
        "text": text or f"Message {number}",
        "written_at": NOON + timedelta(minutes=number),
        "subject": Subject(network_id="post-1"),
        **more,
    }
    return IncomingMessage(**fields)


def written(account: SocialAccount, number: int, text: str = "", **more: Any) -> Arrival:
    said = message(number, text, **more)
    return _arrival(account, Incoming(change=Change.WRITTEN, message_id=said.network_id, message=said), said.written_at)


def by_us(account: SocialAccount, number: int, text: str = "", **more: Any) -> Arrival:
    """The account's own people answered on the network itself."""
    return written(account, number, text, author=PAGE, by_account=True, **more)


def edited(account: SocialAccount, number: int, text: str, *, minutes: int, **more: Any) -> Arrival:
    at = NOON + timedelta(minutes=minutes)
    said = replace(message(number, text, **more), edited_at=at)
    return _arrival(
        account, Incoming(change=Change.EDITED, message_id=said.network_id, message=said, happened_at=at), at
    )


def news(account: SocialAccount, change: Change, number: int, *, minutes: int) -> Arrival:
    """A message was hidden, shown or deleted."""
    at = NOON + timedelta(minutes=minutes)
    return _arrival(account, Incoming(change=change, message_id=f"m{number}", happened_at=at), at)


def _arrival(account: SocialAccount, incoming: Incoming, at: datetime | None) -> Arrival:
    return Arrival(account_id=account.pk, network=account.network, incoming=incoming, as_of=at or NOON)


def picture() -> dict[str, Any]:
    """All that the inbox shows of what came in, without row numbers: two inboxes told the same look the same."""
    return {
        "threads": sorted(Thread.objects.values_list("network_id", "last_activity_at", "subject_id")),
        "items": sorted(
            Item.objects.values_list(
                *("key", "state", "author_name", "excerpt", "message_count", "first_message_at", "last_activity_at"),
                *("waiting_since", "is_hidden", "is_deleted", "rating"),
            ),
            key=repr,
        ),
        "messages": sorted(
            Message.objects.values_list(
                *("network_id", "origin", "text", "visibility", "item__key", "written_at", "answers_id"),
            ),
            key=repr,
        ),
    }
