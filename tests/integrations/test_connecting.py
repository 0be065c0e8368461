"""Connecting, from the button to the network and back, against the twins' own consent pages."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Role
from integrations import register, tasks, vault
from integrations.errors import AuthorisationLost, Reach
from integrations.events import AccountReturned
from integrations.models import ConnectAttempt, Grant, Lane, SocialAccount
from integrations.services import connecting, health
from integrations.services.access import set_account_access
from lib.tenancy.scope import scope
from tests.factories import make_membership, make_organisation, make_user
from tests.integrations.conftest import Acme
from tests.integrations.journeys import back, consent, departure
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.twins import HARTLEY, NADIA

FACEBOOK_SCOPES = ["pages_show_list", "pages_read_engagement", "pages_manage_posts"]


def pages_of(twins: Sandbox, person: str) -> list[dict[str, Any]]:
    return [page for page in twins.ask("accounts")["facebook"]["pages"] if person in page["roles"]]


def go_to_facebook(acme: Acme, twins: Sandbox, *, pages: list[str] | None = None, at: str = "connect/facebook/") -> Any:
    ticked = [page["id"] for page in pages_of(twins, NADIA)] if pages is None else pages
    url = departure(acme.client, acme.base + at)
    return back(acme.client, consent(url, person=NADIA, page=ticked, scope=FACEBOOK_SCOPES))


def connect_x(acme: Acme, user: str = HARTLEY, at: str = "connect/x/") -> Any:
    return back(acme.client, consent(departure(acme.client, acme.base + at), account=user))


def rows(acme: Acme) -> list[SocialAccount]:
    with scope(organisation=acme.organisation.pk):
        return list(SocialAccount.objects.select_related("grant").in_order())


def test_an_x_account_is_connected_by_signing_in_there(acme: Acme, twins: Sandbox) -> None:
    page = connect_x(acme)

    (account,) = rows(acme)
    assert page.request["PATH_INFO"] == f"{acme.base}{account.pk}/"
    assert account.title in page.content.decode()
    assert (account.network_id, account.state) == (HARTLEY, "active")
    assert "publish" in account.capabilities
    assert account.grant is not None
    assert account.grant.granted_by == acme.alice
    assert account.grant.expires_at is not None
    assert account.grant.available_at is not None
    with scope(organisation=acme.organisation.pk):
        assert vault.account_for_calls(account).credentials.refresh_token


def test_a_person_chooses_among_all_pages_of_their_grant(acme: Acme, twins: Sandbox) -> None:
    """Elsewhere only the first account and the first location were used: a client with 200 outlets got one."""
    page = go_to_facebook(acme, twins)
    assert rows(acme) == []
    offered = pages_of(twins, NADIA)
    for each in offered:
        assert each["name"].replace("&", "&amp;") in page.content.decode()

    chosen = [each["id"] for each in offered[:2]]
    acme.client.post(page.request["PATH_INFO"], {"presence": chosen})

    assert sorted(account.network_id for account in rows(acme)) == sorted(chosen)
    with scope(organisation=acme.organisation.pk):
        tokens = {vault.account_for_calls(account).credentials.access_token for account in rows(acme)}
    assert len(tokens) == 2  # each page has its own
    # What is here is marked on the page, which can be used again.
    assert acme.client.get(page.request["PATH_INFO"]).content.decode().count("checked disabled") == 2


def test_pages_that_the_grant_does_not_reach_cannot_be_chosen(acme: Acme, twins: Sandbox) -> None:
    page = go_to_facebook(acme, twins)

    answer = acme.client.post(page.request["PATH_INFO"], {"presence": ["999"]})

    assert answer.status_code == 422
    assert rows(acme) == []


def test_a_state_is_256_bits_and_its_hash_alone_is_kept(acme: Acme, twins: Sandbox) -> None:
    url = departure(acme.client, acme.base + "connect/x/")

    (state,) = parse_qs(urlsplit(url).query)["state"]
    assert len(state) >= 43
    with scope(organisation=acme.organisation.pk):
        attempt = ConnectAttempt.objects.get()
    assert attempt.state_hash == connecting.hash_state(state)
    assert state not in str(dict(acme.client.session))


def test_a_way_back_works_once(acme: Acme, twins: Sandbox) -> None:
    address = consent(departure(acme.client, acme.base + "connect/x/"), account=HARTLEY)
    back(acme.client, address)

    again = back(acme.client, address)

    assert again.status_code == 400
    assert "works once" in again.content.decode()
    assert len(twins.calls("x.token.code")) == 1


def test_a_way_back_works_only_in_the_browser_where_it_began(acme: Acme, twins: Sandbox) -> None:
    address = consent(departure(acme.client, acme.base + "connect/x/"), account=HARTLEY)
    other = Client()
    other.force_login(acme.alice)

    assert back(other, address).status_code == 400
    assert rows(acme) == []
    assert twins.calls("x.token.code") == []


def test_an_invented_state_leads_nowhere(acme: Acme, twins: Sandbox) -> None:
    assert acme.client.get("/connect/x/callback?state=guess&code=1").status_code == 400


def test_a_refusal_at_the_network_says_so(acme: Acme, twins: Sandbox) -> None:
    url = departure(acme.client, acme.base + "connect/x/")

    page = back(acme.client, consent(url, account=HARTLEY, decision="decline"))

    assert "was refused there" in page.content.decode()
    assert rows(acme) == []


def test_ten_minutes_are_enough_and_no_more(acme: Acme, twins: Sandbox) -> None:
    url = departure(acme.client, acme.base + "connect/x/")
    with scope(organisation=acme.organisation.pk):
        ConnectAttempt.objects.update(started_at=timezone.now() - timedelta(minutes=11))

    page = back(acme.client, consent(url, account=HARTLEY))

    assert "More than ten minutes" in page.content.decode()
    assert rows(acme) == []


def test_a_grant_without_pages_says_what_to_do(acme: Acme, twins: Sandbox) -> None:
    page = go_to_facebook(acme, twins, pages=[])

    assert "gave access to no account" in page.content.decode()
    assert rows(acme) == []
    tasks.tend_grants()
    assert twins.calls("facebook.revoke") or twins.calls("facebook.permissions")


def test_a_code_that_the_network_refuses_connects_nothing(acme: Acme, twins: Sandbox) -> None:
    url = departure(acme.client, acme.base + "connect/x/")
    twins.control("faults", operation="x.token.code", fault="status", status=503)

    page = back(acme.client, consent(url, account=HARTLEY))

    assert "Start again in a few minutes" in page.content.decode()
    assert rows(acme) == []


def lose(acme: Acme, account: SocialAccount) -> None:
    with scope(organisation=acme.organisation.pk):
        error = AuthorisationLost("access_lost", network=account.network, reach=Reach.GRANT)
        health.mark_account_lost(account.pk, error=error, now=timezone.now())


def test_reconnecting_loses_nothing(acme: Acme, twins: Sandbox, told: list[object]) -> None:
    connect_x(acme)
    (before,) = rows(acme)
    with scope(organisation=acme.organisation.pk):
        Lane.objects.create(social_account=before, queue="publish", network="x")
    lose(acme, before)
    told.clear()

    page = back(
        acme.client,
        consent(departure(acme.client, f"{acme.base}{before.pk}/reconnect/", send_late="1"), account=HARTLEY),
    )

    (after,) = rows(acme)
    assert (after.pk, after.grant_id, after.state) == (before.pk, before.grant_id, "active")
    assert after.grant is not None
    assert after.grant.state == "active"
    with scope(organisation=acme.organisation.pk):
        assert Lane.objects.get().not_before is None
    (event,) = told
    assert isinstance(event, AccountReturned)
    assert (event.social_account_ids, event.send_late) == ((before.pk,), True)
    assert "is connected again" in page.content.decode()


def test_reconnecting_refuses_another_account(acme: Acme, twins: Sandbox) -> None:
    connect_x(acme)
    (account,) = rows(acme)
    lose(acme, account)
    other = next(user["id"] for user in twins.ask("accounts")["x"]["users"] if user["id"] != HARTLEY)

    page = connect_x(acme, other, at=f"{account.pk}/reconnect/")

    assert f"Only {account.title} can be reconnected here" in page.content.decode()
    (unchanged,) = rows(acme)
    assert unchanged.state == "lost"
    with scope(organisation=acme.organisation.pk):
        assert Grant.objects.exclude(state="withdrawn").count() == 1
    tasks.tend_grants()
    assert twins.calls("x.revoke")  # what was allowed by mistake is given back


def test_a_page_left_unticked_is_held_and_named(acme: Acme, twins: Sandbox, told: list[object]) -> None:
    page = go_to_facebook(acme, twins)
    ids = [each["id"] for each in pages_of(twins, NADIA)]
    acme.client.post(page.request["PATH_INFO"], {"presence": ids})

    page = go_to_facebook(acme, twins, pages=ids[1:])

    assert {account.network_id for account in rows(acme) if account.state == "lost"} == {ids[0]}
    assert "no longer reached" in page.content.decode()


def test_nothing_is_chosen_through_a_grant_that_was_given_back(acme: Acme, twins: Sandbox) -> None:
    page = go_to_facebook(acme, twins)
    ids = [each["id"] for each in pages_of(twins, NADIA)]
    acme.client.post(page.request["PATH_INFO"], {"presence": ids[:1]})
    (account,) = rows(acme)
    acme.client.post(f"{acme.base}{account.pk}/disconnect/")

    answer = acme.client.post(page.request["PATH_INFO"], {"presence": ids[1:]})

    assert "no longer kept" in answer.content.decode()
    assert [each.state for each in rows(acme)] == ["disconnected"]


def test_a_member_with_chosen_accounts_gets_the_one_they_brought(acme: Acme, twins: Sandbox) -> None:
    with scope(organisation=acme.organisation.pk):
        membership = Membership.objects.get(user=acme.alice)
        set_account_access(membership, [])

    connect_x(acme)

    (account,) = rows(acme)
    assert f'id="account-{account.pk}"' in acme.client.get(acme.base).content.decode()


def test_the_hourly_task_tidies_every_organisation(acme: Acme, twins: Sandbox) -> None:
    go_to_facebook(acme, twins)
    with scope(organisation=acme.organisation.pk):
        hours_ago = timezone.now() - timedelta(hours=2)
        ConnectAttempt.objects.update(started_at=hours_ago)
        Grant.objects.update(granted_at=hours_ago)

    tasks.tidy_connections()
    tasks.tend_grants()

    with scope(organisation=acme.organisation.pk):
        assert not ConnectAttempt.objects.exists()
        assert Grant.objects.get().sealed is None
    assert twins.calls("facebook.revoke") or twins.calls("facebook.permissions")


def test_a_grant_without_an_account_is_given_back(acme: Acme, twins: Sandbox) -> None:
    go_to_facebook(acme, twins)

    with scope(organisation=acme.organisation.pk):
        connecting.tidy(now=timezone.now() + timedelta(hours=2))
        assert ConnectAttempt.objects.count() == 0
        grant = Grant.objects.get()
    assert grant.state == "withdrawn"
    assert grant.available_at is not None  # to be revoked at the network


def test_an_attempt_is_its_own_persons(acme: Acme, twins: Sandbox) -> None:
    page = go_to_facebook(acme, twins)
    bob = make_user("Bob")
    make_membership(acme.organisation, bob, role=Role.ADMINISTRATOR)
    client = Client()
    client.force_login(bob)

    assert client.get(page.request["PATH_INFO"]).status_code == 404


@pytest.mark.parametrize("path", ["", "{id}/", "{id}/picture/", "attempts/1/"])
def test_a_stranger_meets_404(acme: Acme, twins: Sandbox, path: str) -> None:
    connect_x(acme)
    (account,) = rows(acme)
    charlie = make_user("Charlie")
    elsewhere = make_organisation("Elsewhere", owner=charlie)
    client = Client()
    client.force_login(charlie)
    path = path.format(id=account.pk)

    assert client.get(acme.base + path).status_code == 404
    if path:
        assert client.get(f"/o/{elsewhere.slug}/accounts/{path}").status_code == 404


@pytest.mark.parametrize("path", ["{id}/disconnect/", "{id}/reconnect/"])
def test_a_stranger_cannot_touch_an_account(acme: Acme, twins: Sandbox, path: str) -> None:
    connect_x(acme)
    (account,) = rows(acme)
    charlie = make_user("Charlie")
    elsewhere = make_organisation("Elsewhere", owner=charlie)
    client = Client()
    client.force_login(charlie)

    assert client.post(f"/o/{elsewhere.slug}/accounts/{path.format(id=account.pk)}").status_code == 404
    assert rows(acme)[0].state == "active"


def test_members_without_the_role_are_refused(acme: Acme, twins: Sandbox) -> None:
    bob = make_user("Bob")
    make_membership(acme.organisation, bob, role=Role.PLANNER)
    client = Client()
    client.force_login(bob)

    assert client.get(acme.base).status_code == 200
    assert client.post(acme.base + "connect/x/").status_code == 403


def test_two_organisations_may_connect_the_same_account(acme: Acme, twins: Sandbox) -> None:
    connect_x(acme)
    charlie = make_user("Charlie")
    client = Client()
    client.force_login(charlie)
    other = Acme(organisation=make_organisation("Other", owner=charlie), alice=charlie, client=client)

    connect_x(other)

    assert [account.network_id for account in rows(other)] == [HARTLEY]
    assert register.users_of("x", register.Kind.PRESENCE, HARTLEY) == [acme.organisation.pk, other.organisation.pk]


def test_a_code_of_one_network_is_never_handed_to_another(acme: Acme, twins: Sandbox) -> None:
    state = parse_qs(urlsplit(departure(acme.client, acme.base + "connect/x/")).query)["state"][0]
    calls = twins.ask("calls")["calls"]

    answer = acme.client.get("/connect/facebook/callback", {"state": state, "code": "a-code-of-facebook"})

    assert answer.status_code == 400
    assert twins.ask("calls")["calls"] == calls
    with scope(organisation=acme.organisation.pk):
        assert ConnectAttempt.objects.get().step == ConnectAttempt.Step.AWAY
