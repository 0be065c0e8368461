"""Acme, Alice who owns it, and the networks: in memory for services, real twins for journeys."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import Organisation, User
from integrations import events, registry
from integrations.testing import InMemoryProvider
from tests.factories import make_organisation, make_user
from tests.integrations.networks.conftest import sandbox
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.twins import FacebookStage, XStage

__all__ = ["sandbox"]


@dataclass(frozen=True)
class Acme:
    """An organisation, its owner, and her browser."""

    organisation: Organisation
    alice: User
    client: Client

    @property
    def base(self) -> str:
        return f"/o/{self.organisation.slug}/accounts/"


@pytest.fixture
def acme(db: None) -> Acme:
    alice = make_user("Alice")
    client = Client()
    client.force_login(alice)
    return Acme(organisation=make_organisation("Acme", owner=alice), alice=alice, client=client)


@pytest.fixture
def memory() -> Iterator[InMemoryProvider]:
    provider = InMemoryProvider()
    with registry.replaced({"memory": provider}):
        yield provider


@pytest.fixture
def twins(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Facebook and X as processes; our providers point at them."""
    with registry.replaced({"facebook": FacebookStage(sandbox).provider, "x": XStage(sandbox).provider}):
        yield sandbox


@pytest.fixture
def told() -> Iterator[list[object]]:
    """What the rooms above were told."""
    found: list[object] = []
    before = {kind: list(callbacks) for kind, callbacks in events._callbacks.items()}
    for kind in (events.AccountLost, events.AccountReturned, events.AccountDisconnected):
        events._callbacks[kind] = [found.append]
    yield found
    events._callbacks.clear()
    events._callbacks.update(before)
