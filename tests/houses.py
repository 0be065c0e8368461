"""The fixed cast at work: Acme, which Alice owns, and Charlie, who belongs elsewhere; each with a browser."""

from dataclasses import dataclass

from django.test import Client

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from tests.factories import make_membership, make_organisation, make_user


@dataclass(frozen=True)
class House:
    acme: Organisation
    elsewhere: Organisation
    alice: User
    charlie: User

    def member(self, role: Role, name: str = "") -> Membership:
        return make_membership(self.acme, make_user(name), role=role)

    def browser_of(self, role: Role) -> Client:
        return signed_in(self.member(role).user)

    def path(self, rest: str = "") -> str:
        return f"/o/{self.acme.slug}/{rest}"


def make_house() -> House:
    alice, charlie = make_user("Alice", email="alice@acme.example"), make_user("Charlie")
    return House(
        acme=make_organisation("Acme", owner=alice),
        elsewhere=make_organisation("Elsewhere", owner=charlie),
        alice=alice,
        charlie=charlie,
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
