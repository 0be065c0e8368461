"""A client connects their own accounts by a link, without an account here, and sees nothing else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation
from accounts.permissions import Role
from eventlog.models import Event
from integrations.models import ConnectLink, Grant, SocialAccount
from integrations.services.links import make_link
from lib.tenancy.scope import scope
from tests.factories import make_membership, make_user
from tests.integrations.conftest import Acme
from tests.integrations.journeys import back, consent, departure
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.twins import HARTLEY, NADIA
from tests.integrations.test_connecting import FACEBOOK_SCOPES, pages_of, rows


@pytest.fixture
def link(acme: Acme) -> str:
    """The address of a link, as the agency makes it on its accounts page."""
    page = acme.client.post(f"{acme.base}links/", {"name": "Mme Lambert"}).content.decode()
    found = re.search(r'value="[^"]*(/connect/by/[^"]+/)"', page)
    assert found
    return found[1]


@pytest.fixture
def guest() -> Client:
    return Client()


def bring_pages(guest: Client, link: str, twins: Sandbox) -> Any:
    url = departure(guest, f"{link}facebook/")
    ticked = [page["id"] for page in pages_of(twins, NADIA)]
    return back(guest, consent(url, person=NADIA, page=ticked, scope=FACEBOOK_SCOPES))


def test_a_guest_connects_what_they_choose(acme: Acme, twins: Sandbox, link: str, guest: Client) -> None:
    assert acme.organisation.name in guest.get(link).content.decode()
    page = bring_pages(guest, link, twins)
    assert rows(acme) == []
    offered = pages_of(twins, NADIA)

    done = guest.post(page.request["PATH_INFO"], {"presence": [offered[0]["id"]]})

    (account,) = rows(acme)
    assert account.network_id == offered[0]["id"]
    assert account.title.replace("&", "&amp;") in done.content.decode()
    with scope(organisation=acme.organisation.pk):
        assert Grant.objects.get().granted_by is None
        assert ConnectLink.objects.get().used_at is not None
        connected = Event.objects.get(name="integrations.account.connected")
    assert connected.actor_name == "Mme Lambert"


def test_a_profile_leaves_nothing_to_choose(acme: Acme, twins: Sandbox, link: str, guest: Client) -> None:
    page = back(guest, consent(departure(guest, f"{link}x/"), account=HARTLEY))

    (account,) = rows(acme)
    assert account.title in page.content.decode()


def test_a_link_serves_for_several_accounts(acme: Acme, twins: Sandbox, link: str, guest: Client) -> None:
    back(guest, consent(departure(guest, f"{link}x/"), account=HARTLEY))
    page = bring_pages(guest, link, twins)
    guest.post(page.request["PATH_INFO"], {"presence": [pages_of(twins, NADIA)[0]["id"]]})

    assert sorted(account.network for account in rows(acme)) == ["facebook", "x"]


def test_the_token_is_kept_nowhere(acme: Acme, twins: Sandbox, link: str) -> None:
    token = link.strip("/").rsplit("/", 1)[1]
    with scope(organisation=acme.organisation.pk):
        kept = ConnectLink.objects.get()
        events = list(Event.objects.values_list("data", "subject_name"))

    assert token not in str(vars(kept))
    assert token not in str(events)
    assert token not in acme.client.get(acme.base).content.decode()


def test_a_link_that_was_ended_leads_nowhere(acme: Acme, twins: Sandbox, link: str, guest: Client) -> None:
    page = bring_pages(guest, link, twins)
    with scope(organisation=acme.organisation.pk):
        kept = ConnectLink.objects.get()
    acme.client.post(f"{acme.base}links/{kept.pk}/end/")

    assert guest.get(link).status_code == 404
    assert guest.post(f"{link}x/").status_code == 404
    guest.post(page.request["PATH_INFO"], {"presence": [pages_of(twins, NADIA)[0]["id"]]})
    assert rows(acme) == []


def test_a_link_ends_after_seven_days_and_with_its_organisation(acme: Acme, guest: Client) -> None:
    week = timedelta(days=7)
    for age, is_open in ((week - timedelta(minutes=1), True), (week + timedelta(minutes=1), False)):
        with scope(organisation=acme.organisation.pk):
            _link, token = make_link("Mme Lambert", user=acme.alice, now=timezone.now() - age)
        assert (guest.get(f"/connect/by/{token}/").status_code == 200) == is_open

    with scope(organisation=acme.organisation.pk):
        _link, token = make_link("Mme Lambert", user=acme.alice, now=timezone.now())
        Organisation.objects.filter(pk=acme.organisation.pk).update(ends_at=timezone.now() + week)
    assert guest.get(f"/connect/by/{token}/").status_code == 404


def test_another_browser_cannot_choose_with_the_same_link(acme: Acme, twins: Sandbox, link: str, guest: Client) -> None:
    page = bring_pages(guest, link, twins)

    assert Client().get(page.request["PATH_INFO"]).status_code == 404
    assert acme.client.get(page.request["PATH_INFO"]).status_code == 404


def test_a_guest_learns_nothing_of_what_is_connected_already(
    acme: Acme, twins: Sandbox, link: str, guest: Client
) -> None:
    with scope(organisation=acme.organisation.pk):
        grant = Grant.objects.create(network="facebook", outside_id="somebody", name="Ruth of the agency")
        first = pages_of(twins, NADIA)[0]
        SocialAccount.objects.create(network="facebook", network_id=first["id"], name=first["name"], grant=grant)

    page = bring_pages(guest, link, twins)

    assert "Ruth of the agency" not in page.content.decode()
    assert guest.get(acme.base).status_code == 302


def test_what_a_guest_brings_is_open_to_whoever_made_the_link(acme: Acme, twins: Sandbox, guest: Client) -> None:
    bob = make_user()
    membership = make_membership(acme.organisation, bob, role=Role.ADMINISTRATOR)
    with scope(organisation=acme.organisation.pk):
        membership.all_accounts = False
        membership.save()
        _link, token = make_link("Mme Lambert", user=bob, now=timezone.now())

    back(guest, consent(departure(guest, f"/connect/by/{token}/x/"), account=HARTLEY))

    with scope(organisation=acme.organisation.pk):
        assert SocialAccount.objects.open_to(membership).count() == 1


def test_a_refusal_at_the_network_says_so_to_the_guest(acme: Acme, twins: Sandbox, link: str, guest: Client) -> None:
    url = departure(guest, f"{link}x/")
    page = back(guest, consent(url, account=HARTLEY, decision="decline"))

    assert "Access to X was refused there" in page.content.decode()
    assert rows(acme) == []


def test_members_without_the_permission_make_no_links(acme: Acme) -> None:
    planner = make_user()
    make_membership(acme.organisation, planner, role=Role.PLANNER)
    client = Client()
    client.force_login(planner)

    assert client.post(f"{acme.base}links/", {"name": "Mme Lambert"}).status_code == 403
