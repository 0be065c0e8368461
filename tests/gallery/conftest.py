"""Acme with Alice, who owns it, and Charlie, who belongs elsewhere."""

from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import Organisation, User
from accounts.permissions import Role
from tests.factories import make_membership, make_organisation, make_user


@dataclass(frozen=True)
class House:
    acme: Organisation
    alice: User
    charlie: User

    def member(self, role: Role) -> Client:
        return signed_in(make_membership(self.acme, role=role).user)

    def path(self, rest: str = "") -> str:
        return f"/o/{self.acme.slug}/gallery/{rest}"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def house(db: None) -> House:
    alice, charlie = make_user("Alice"), make_user("Charlie")
    make_organisation("Elsewhere", owner=charlie)
    return House(acme=make_organisation("Acme", owner=alice), alice=alice, charlie=charlie)


@pytest.fixture
def alice(house: House) -> Client:
    return signed_in(house.alice)


@pytest.fixture
def charlie(house: House) -> Client:
    return signed_in(house.charlie)
