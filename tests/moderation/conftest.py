"""Acme's inbox at a network in memory: Bob and Beth answer, strangers write, and the clock is in hand."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from accounts.models import Membership
from accounts.permissions import Role
from integrations import registry, vault
from integrations.engagement import MessageKind
from integrations.models import SocialAccount
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from moderation.models import Item, Message
from moderation.services.answering import Answered, Seen, answer
from moderation.services.working import moderate_due
from tests.factories import make_social_account
from tests.houses import House
from tests.moderation.factories import make_identity, make_item, make_message, make_thread
from tests.scheduler.conftest import Clock


@dataclass
class Inbox:
    """Acme's account ``bakery`` and those who answer on it."""

    house: House
    network: InMemoryProvider
    account: SocialAccount
    bob: Membership
    beth: Membership
    clock: Clock = field(default_factory=Clock)

    @property
    def now(self) -> datetime:
        return self.clock.now

    def written(self, text: str = "Is the stollen back on Friday?", *, kind: str = MessageKind.COMMENT) -> Message:
        """A stranger's message that stands at the network and in the inbox; needs the scope."""
        there = self.network.write(self.account.network_id, text, at=self.now, kind=MessageKind(kind))
        thread = make_thread(social_account=self.account, kind=kind, network_id=f"{there.thread_id}-{there.network_id}")
        item = make_item(thread=thread, identity=make_identity(network="memory"), at=self.now)
        message = make_message(item, text, network_id=there.network_id, written_at=self.now)
        Item.objects.filter(pk=item.pk).update(last_stranger_message_id=message.pk, message_count=1)
        return message

    def seen(self, item: Item) -> Seen:
        """All that stands in the item now."""
        item = self.fresh(item)
        return Seen(
            message_id=item.last_stranger_message_id, own_id=item.last_own_message_id, note_id=item.last_note_id
        )

    def answer(
        self, item: Item, text: str = "Yes, from eight.", *, by: Membership | None = None, **more: Any
    ) -> Answered:
        fields = {"seen": self.seen(item), "key": uuid.uuid4(), "actor": by or self.bob, "now": self.now, **more}
        return answer(item, text=text, **fields)

    def work(self) -> int:
        """Let the workers go round, outside any scope as they do."""
        return moderate_due(self.clock)

    def fresh(self, item: Item) -> Item:
        found: Item = Item.objects.select_related("assignee").get(pk=item.pk)
        return found

    def scope(self) -> Any:
        return scope(organisation=self.house.acme.pk, user=self.bob.user_id)

    @property
    def replies(self) -> list[str]:
        """Our words that stand at the network."""
        return [each.text for each in self.network.messages.values() if each.by_account]


@pytest.fixture
def network() -> Iterator[InMemoryProvider]:
    provider = InMemoryProvider()
    with registry.replaced({"memory": provider}):
        yield provider


@pytest.fixture
def inbox(house: House, network: InMemoryProvider) -> Inbox:
    bob, beth = house.member(Role.AGENT, "Bob"), house.member(Role.AGENT, "Beth")
    clock = Clock()
    with scope(organisation=house.acme.pk):
        account = make_social_account("memory", network_id="bakery", name="Bakery")
        grant = account.grant
        grant.sealed = vault.seal(
            network.access(now=clock.now),
            organisation_id=house.acme.pk,
            purpose=vault.person(grant.network, grant.outside_id),
        )
        grant.save()
    return Inbox(house=house, network=network, account=account, bob=bob, beth=beth, clock=clock)
