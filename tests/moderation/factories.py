"""Makers of the inbox's rows; they need the organisation's scope open."""

from datetime import datetime
from itertools import count
from typing import Any

from integrations.engagement import MessageKind
from integrations.models import SocialAccount
from moderation.models import Identity, Item, Message, Thread
from tests.factories import NOON, make_social_account

_number = count(1)


def make_identity(name: str = "Camille Fontaine", *, network: str = "facebook", **fields: Any) -> Identity:
    fields = {"network_id": f"person-{next(_number)}", **fields}
    identity: Identity = Identity.objects.create(network=network, name=name, **fields)
    return identity


def make_thread(
    *, social_account: SocialAccount | None = None, kind: str = MessageKind.COMMENT, **fields: Any
) -> Thread:
    fields = {"network_id": f"post-{next(_number)}", "last_activity_at": NOON, **fields}
    thread: Thread = Thread.objects.create(social_account=social_account or make_social_account(), kind=kind, **fields)
    return thread


def make_item(
    *, thread: Thread | None = None, identity: Identity | None = None, at: datetime = NOON, **fields: Any
) -> Item:
    """An item without messages: a new one, unless its state is said."""
    thread = thread or make_thread()
    identity = identity or make_identity(network=thread.social_account.network)
    key = "" if thread.kind in {MessageKind.PRIVATE, MessageKind.REVIEW} else identity.network_id
    fields = {"first_message_at": at, "last_activity_at": at, "waiting_since": at, **fields}
    item: Item = Item.objects.create(
        social_account=thread.social_account,
        thread=thread,
        key=key,
        identity=identity,
        kind=thread.kind,
        author_name=identity.name,
        **fields,
    )
    return item


def make_message(item: Item, text: str = "Is the stollen back on Friday?", **fields: Any) -> Message:
    """A stranger's message of an item."""
    fields = {"network_id": f"message-{next(_number)}", "written_at": item.last_activity_at, **fields}
    message: Message = Message.objects.create(
        thread=item.thread,
        item=item,
        social_account=item.social_account,
        author=item.identity,
        kind=item.kind,
        text=text,
        **fields,
    )
    return message
