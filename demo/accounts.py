"""Connecting the organisations' social accounts, as people do it: to the twins and back, with their consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from django.urls import reverse

from config.env import env
from demo.people import FOURNIL, HARTLEY, TIDEWATER, Home, Member
from demo.texts import FACEBOOK, KITCHEN, X
from demo.twins import Twins
from eventlog.services import Origin, acts_from
from integrations.models import ConnectAttempt, Network, SocialAccount
from integrations.services import connecting
from lib.tenancy.scope import scope


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One person's way to a network and back."""

    house: str
    member: str
    network: Network
    accounts: Mapping[str, str]  # the user names there, and what the stories call them
    person: str = ""  # who signs in at Facebook; at X the account itself does


VISITS = (
    Visit(
        house=HARTLEY,
        member="Nadia",
        network=Network.FACEBOOK,
        person="Nadia Benali",
        accounts={"hartleyandrye": FACEBOOK, "hartleyandryekitchen": KITCHEN},
    ),
    Visit(house=HARTLEY, member="Ruth", network=Network.X, accounts={"hartleyandrye": X}),
    Visit(
        house=FOURNIL,
        member="Camille",
        network=Network.FACEBOOK,
        person="Camille Fontaine",
        accounts={"fournillambert": FACEBOOK},
    ),
    Visit(house=FOURNIL, member="Camille", network=Network.X, accounts={"fournillambert": X}),
    Visit(
        house=TIDEWATER,
        member="Tom",
        network=Network.FACEBOOK,
        person="Tom Whitlock",
        accounts={"tidewatermuseum": FACEBOOK},
    ),
    Visit(house=TIDEWATER, member="Tom", network=Network.X, accounts={"tidewatermuseum": X}),
)

Accounts = Mapping[tuple[str, str], SocialAccount]


def connect_all(homes: Mapping[str, Home], twins: Twins, *, now: datetime) -> Accounts:
    """Connect every account; return them by organisation and by what the stories call them."""
    return {
        (visit.house, visit.accounts[account.handle]): account
        for visit in VISITS
        for account in _go(visit, homes[visit.house], twins, now=now)
    }


def _go(visit: Visit, home: Home, twins: Twins, *, now: datetime) -> list[SocialAccount]:
    member = home.member(visit.member)
    with acts_from(Origin(actor_id=member.user.pk, actor_name=str(member.user), at=now)):
        attempt_id = _there_and_back(visit, home, member, twins, now=now)
        with scope(organisation=home.organisation.pk, user=member.user.pk):
            attempt = ConnectAttempt.objects.select_related("grant").get(pk=attempt_id)
            found = connecting.found_by(attempt, now=now)
            ticked = {each.network_id for each in found if each.handle in visit.accounts}
            connecting.choose(attempt, ticked, now=now)
            accounts = SocialAccount.objects.filter(network=visit.network, handle__in=visit.accounts)
            return list(accounts.select_related("grant").in_order())


def _there_and_back(visit: Visit, home: Home, member: Member, twins: Twins, *, now: datetime) -> int:
    redirect_uri = env.public_base_url + reverse("connect_callback", kwargs={"network": visit.network})
    organisation_id, user_id = home.organisation.pk, member.user.pk
    with scope(organisation=organisation_id, user=user_id):
        departure = connecting.start(visit.network, user=member.user, redirect_uri=redirect_uri, now=now)
    connecting.arrive(
        departure.attempt_id,
        organisation_id=organisation_id,
        user_id=user_id,
        code=_consent(visit, departure.url, twins),
        denied=False,
        redirect_uri=redirect_uri,
        now=now,
    )
    return departure.attempt_id


def _consent(visit: Visit, address: str, twins: Twins) -> str:
    """Allow what the address asks for, and return the code that the network sends back with the person."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    names = list(visit.accounts)
    who = {"person": visit.person, "pages": names} if visit.person else {"account": names[0]}
    return twins.consent(
        visit.network,
        **who,
        redirect_uri=asked["redirect_uri"],
        state=asked["state"],
        scopes=asked["scope"].replace(",", " ").split(),
        **{key: asked[key] for key in ("code_challenge", "code_challenge_method") if key in asked},
    )
