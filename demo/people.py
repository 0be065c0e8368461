"""Who is in the demonstration: three organisations, and people of every role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from accounts.services.organisations import create_organisation
from lib.tenancy.scope import scope

PASSWORD = "speaking-tube"  # noqa: S105  # of every person here, and printed: the demonstration runs on one's own machine
AGENCY = "Atelier Sémaphore"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who signs in, with their role by the key of each organisation."""

    name: str
    email: str
    roles: Mapping[str, Role]
    language: str = "en"
    is_operator: bool = False


@dataclass(frozen=True, kw_only=True)
class House:
    """An organisation of the demonstration. `key` is the address it gets from its name."""

    key: str
    name: str
    time_zone: str
    language: str


HOUSES = (
    House(key="hartley-rye", name="Hartley & Rye", time_zone="Europe/London", language="en"),
    House(key="fournil-lambert", name="Fournil Lambert", time_zone="Europe/Paris", language="fr"),
    House(key="tidewater-museum", name="Tidewater Museum", time_zone="Europe/London", language="en"),
)
HARTLEY, FOURNIL, TIDEWATER = (house.key for house in HOUSES)

PEOPLE = (
    Person(
        name="Nadia Benali",
        email="nadia.benali@atelier-semaphore.example",
        roles={HARTLEY: Role.PLANNER, FOURNIL: Role.PLANNER, TIDEWATER: Role.PLANNER},
    ),
    Person(name="Ruth Hartley", email="ruth@hartleyandrye.example", roles={HARTLEY: Role.OWNER}),
    Person(
        name="Camille Fontaine", email="camille@fournil-lambert.example", roles={FOURNIL: Role.OWNER}, language="fr"
    ),
    Person(
        name="Tom Whitlock",
        email="tom.whitlock@tidewater.example",
        roles={HARTLEY: Role.CONTRIBUTOR, TIDEWATER: Role.OWNER},
    ),
    Person(
        name="Marek Dvořák",
        email="marek.dvorak@atelier-semaphore.example",
        roles={HARTLEY: Role.ADMINISTRATOR, TIDEWATER: Role.ADMINISTRATOR},
    ),
    Person(
        name="Inès Carrel",
        email="ines.carrel@atelier-semaphore.example",
        roles={HARTLEY: Role.AGENT, FOURNIL: Role.AGENT},
        language="fr",
    ),
    Person(name="Grace Okafor", email="grace@hartleyandrye.example", roles={HARTLEY: Role.APPROVER}),
    Person(name="Lucien Moreau", email="lucien@fournil-lambert.example", roles={FOURNIL: Role.APPROVER}, language="fr"),
    Person(name="Petra Lindqvist", email="petra@atelier-semaphore.example", roles={HARTLEY: Role.ANALYST}),
    Person(name="Sam Achterberg", email="operator@portevoix.example", roles={}, is_operator=True),
)


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person in one organisation, as services want them."""

    user: User
    membership: Membership


@dataclass(frozen=True, kw_only=True)
class Home:
    """An organisation with its members by name."""

    organisation: Organisation
    members: Mapping[str, Member]

    def member(self, name: str) -> Member:
        """Return the member whose name begins so."""
        return next(member for full, member in self.members.items() if full.startswith(name))


def are_there() -> bool:
    """Tell whether the demonstration has been made."""
    return User.objects.filter(email=PEOPLE[0].email).exists()


def settle_in(*, now: datetime) -> dict[str, Home]:
    """Create the people and their organisations, who come now; return the organisations by key."""
    secret = make_password(PASSWORD)  # once: a good hash is slow on purpose
    users = {person.name: _user(person, secret) for person in PEOPLE}
    return {house.key: _home(house, users, now=now) for house in HOUSES}


def _user(person: Person, secret: str) -> User:
    user = User.objects.create(
        email=person.email,
        name=person.name,
        language=person.language,
        is_staff=person.is_operator,
        password=secret,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _home(house: House, users: Mapping[str, User], *, now: datetime) -> Home:
    owner = next(person for person in PEOPLE if person.roles.get(house.key) is Role.OWNER)
    organisation = create_organisation(
        house.name,
        owner=users[owner.name],
        time_zone=house.time_zone,
        language=house.language,
        agency_name=AGENCY,
    )
    with scope(organisation=organisation.pk):
        for person in PEOPLE:
            if house.key in person.roles and person is not owner:
                Membership.objects.create(user=users[person.name], role=person.roles[house.key])
        Membership.objects.update(joined_at=now)
        rows = Membership.objects.select_related("user").order_by("pk")
        members = {str(row.user): Member(user=row.user, membership=row) for row in rows}
    return Home(organisation=organisation, members=members)
