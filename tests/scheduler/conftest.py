"""One organisation with an account at a network in memory, and the clock in hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import Organisation, User
from integrations import registry, vault
from integrations.models import Grant, SocialAccount
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from scheduler.models import Delivery, Publication
from tests.factories import NOON, make_organisation, make_publication, make_social_account, make_user
from tests.scheduler.pages import House, build_house


@dataclass
class Clock:
    """The time the engine is told."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> datetime:
        self.now += timedelta(**amount)
        return self.now


@dataclass
class Acme:
    """Alice's organisation, its account ``bakery``, and the network it stands on."""

    alice: User
    organisation: Organisation
    network: InMemoryProvider
    clock: Clock = field(default_factory=Clock)

    def connect(self, network_id: str = "bakery") -> SocialAccount:
        """An account whose token the network accepts."""
        with scope(organisation=self.organisation.pk):
            account = make_social_account("memory", network_id=network_id, name=network_id.capitalize())
            self.give_access(account.grant)
            return account

    def give_access(self, grant: Grant) -> None:
        grant.sealed = vault.seal(
            self.network.access(now=self.clock.now),
            organisation_id=grant.organisation_id,
            purpose=vault.person(grant.network, grant.outside_id),
        )
        grant.save()

    def plan(self, account: SocialAccount, *, publish_at: datetime = NOON, **fields: Any) -> Publication:
        with scope(organisation=self.organisation.pk):
            return make_publication(social_account=account, publish_at=publish_at, **fields)

    def fresh(self, publication: Publication) -> Publication:
        with scope(organisation=self.organisation.pk):
            found: Publication = Publication.objects.select_related("lane", "social_account").get(pk=publication.pk)
            return found

    def deliveries(self, publication: Publication) -> list[Delivery]:
        with scope(organisation=self.organisation.pk):
            return list(Delivery.objects.filter(publication=publication))

    @property
    def sent(self) -> list[str]:
        """The texts that are out there."""
        return [each.text for posts in self.network.posts.values() for each in posts]


@pytest.fixture
def network() -> Iterator[InMemoryProvider]:
    provider = InMemoryProvider()
    with registry.replaced({"memory": provider}):
        yield provider


@pytest.fixture
def acme(transactional_db: None, network: InMemoryProvider) -> Acme:
    """Committed rows: claims and threads look at them from connections of their own."""
    alice = make_user("Alice")
    return Acme(alice=alice, organisation=make_organisation("Acme", owner=alice), network=network)


@pytest.fixture
def account(acme: Acme) -> SocialAccount:
    return acme.connect()


@pytest.fixture
def house(db: None) -> House:
    """Pages need no committed rows: what they write is undone after each test."""
    return build_house()
