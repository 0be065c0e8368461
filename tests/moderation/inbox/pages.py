"""Acme with an inbox: people who answer, and strangers who have written."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Role
from integrations.engagement import MessageKind
from lib.words import lexemes, words_of
from moderation.models import Item, Message
from moderation.states import ItemState
from tests.factories import make_membership, make_user
from tests.moderation.factories import make_identity, make_item, make_message, make_thread
from tests.scheduler.pages import House


def join(house: House, name: str, role: Role = Role.AGENT) -> Membership:
    return make_membership(house.organisation, make_user(name), role)


def open_accounts(membership: Membership, *accounts: Any) -> None:
    """Let a member work with these accounts and no others. Needs the scope open."""
    membership.all_accounts = False
    membership.save()
    for account in accounts:
        membership.accesses.create(social_account=account)


def write(
    house: House,
    name: str = "Camille Fontaine",
    text: str = "Is the stollen back on Friday?",
    *,
    at: datetime | None = None,
    kind: str = MessageKind.COMMENT,
    account: Any = None,
    **fields: Any,
) -> Item:
    """A stranger writes; the item is new unless its state is said."""
    at = at or timezone.now() - timedelta(minutes=8)
    with house.scope():
        account = account or house.page
        thread = make_thread(social_account=account, kind=kind, last_activity_at=at, subject_id="")
        identity = make_identity(name, network=account.network)
        item = make_item(thread=thread, identity=identity, at=at, excerpt=text, message_count=1, **fields)
        message = make_message(item, text, written_at=at)
        Item.objects.filter(pk=item.pk).update(last_stranger_message_id=message.pk)
        item.refresh_from_db()
        return item


def fill(house: House, count: int, *, state: str = ItemState.NEW) -> None:
    """Many items of one thread, a minute apart."""
    now = timezone.now()
    with house.scope():
        thread = make_thread(social_account=house.page)
        owner = {"organisation_id": house.organisation.pk}
        items = Item.objects.bulk_create(
            Item(
                social_account=house.page,
                thread=thread,
                key=f"person-{number}",
                kind=MessageKind.COMMENT,
                state=state,
                author_name=f"Person {number}",
                excerpt=f"Words {number}",
                message_count=1,
                first_message_at=now - timedelta(minutes=number),
                last_activity_at=now - timedelta(minutes=number),
                waiting_since=now - timedelta(minutes=number),
                **owner,
            )
            for number in range(count)
        )
        Message.objects.bulk_create(
            Message(
                thread=thread,
                item=item,
                social_account=house.page,
                network_id=f"filled-{item.pk}",
                kind=MessageKind.COMMENT,
                text=item.excerpt,
                written_at=item.last_activity_at,
                **owner,
            )
            for item in items
        )


def names_in(response: Any) -> Sequence[str]:
    return [row.author_name for row in response.context["rows"]]


def browser(membership: Membership) -> Client:
    client = Client()
    client.force_login(membership.user)
    return client


def make_findable(message: Message) -> None:
    """Store the words of a message as intake does. Needs the scope open."""
    with connection.cursor() as cursor:
        words = lexemes(words_of(message.text), organisation_id=message.organisation_id)
        cursor.execute("UPDATE moderation_message SET words = %s::tsvector WHERE id = %s", [words, message.pk])
