"""The accounts page: who sees what, in how many queries, and in which words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Role
from integrations import events, overview, registry
from integrations.contract import Budget
from integrations.errors import Reach
from integrations.models import Grant, SocialAccount
from integrations.services.access import set_account_access
from integrations.standings import Standing
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from tests.factories import make_grant, make_membership, make_social_account, make_user
from tests.integrations.conftest import Acme

NOW = datetime(2026, 12, 9, 12, tzinfo=UTC)


def make_accounts(acme: Acme, count: int) -> list[SocialAccount]:
    with scope(organisation=acme.organisation.pk):
        grant = make_grant("facebook", name="Ruth", granted_by=acme.alice)
        return [
            make_social_account("facebook", grant=grant, name=f"Page {number}", capabilities=["publish"])
            for number in range(count)
        ]


def queries(client: Client, address: str) -> int:
    client.get(address)  # whatever is read once per process
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE", "SELECT set_config")) for query in captured)


def test_queries_are_few_and_do_not_grow(acme: Acme) -> None:
    make_accounts(acme, 3)
    few = queries(acme.client, acme.base)
    make_accounts(acme, 60)
    many = queries(acme.client, acme.base)

    assert few == many
    assert many <= 8


def test_no_token_is_opened_to_draw_the_page(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere a calendar took 1,008 decryptions."""
    make_accounts(acme, 3)
    monkeypatch.setattr("integrations.vault.keyring", lambda: pytest.fail("the keyring was asked"))

    assert acme.client.get(acme.base).status_code == 200


def test_a_member_with_chosen_accounts_sees_those(acme: Acme) -> None:
    shown, hidden = make_accounts(acme, 2)
    bob = make_user("Bob")
    membership = make_membership(acme.organisation, bob, role=Role.ADMINISTRATOR)
    with scope(organisation=acme.organisation.pk):
        set_account_access(membership, [shown.pk])
    client = Client()
    client.force_login(bob)

    page = client.get(acme.base).content.decode()

    assert f'id="account-{shown.pk}"' in page
    assert f'id="account-{hidden.pk}"' not in page
    assert client.get(f"{acme.base}{hidden.pk}/").status_code == 404
    assert client.post(f"{acme.base}{hidden.pk}/disconnect/").status_code == 404
    assert client.post(f"{acme.base}{hidden.pk}/reconnect/").status_code == 404


def test_access_can_be_given_back_to_all(acme: Acme) -> None:
    one, _ = make_accounts(acme, 2)
    membership = make_membership(acme.organisation, role=Role.PLANNER)

    with scope(organisation=acme.organisation.pk):
        set_account_access(membership, [one.pk, 999_999])
        assert list(SocialAccount.objects.open_to(membership)) == [one]
        set_account_access(membership, None)
        found = Membership.objects.get(pk=membership.pk)
        assert SocialAccount.objects.open_to(found).count() == 2


def test_a_client_approver_does_not_see_the_page(acme: Acme) -> None:
    bob = make_user("Bob")
    make_membership(acme.organisation, bob, role=Role.APPROVER)
    client = Client()
    client.force_login(bob)

    assert client.get(acme.base).status_code == 403


def test_a_page_is_found_by_its_name(acme: Acme) -> None:
    accounts = make_accounts(acme, 12)

    page = acme.client.get(acme.base, {"q": "page 11"}).content.decode()

    assert f'id="account-{accounts[11].pk}"' in page
    assert f'id="account-{accounts[3].pk}"' not in page


def test_names_from_outside_are_escaped(acme: Acme) -> None:
    with scope(organisation=acme.organisation.pk):
        account = make_social_account(name="<script>alert(1)</script>")

    assert "<script>alert" not in acme.client.get(f"{acme.base}{account.pk}/").content.decode()


def test_the_dialog_says_what_is_planned(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    (account,) = make_accounts(acme, 1)

    def two(ids: Any) -> Mapping[int, int]:
        return {account.pk: 2}

    monkeypatch.setattr(events, "_counter", two)

    page = acme.client.get(f"{acme.base}{account.pk}/").content.decode()

    assert "2 publications are planned for it" in page
    assert "Disconnect from Facebook" in page


def test_an_organisation_without_accounts_is_told_what_to_do(acme: Acme) -> None:
    assert "No account is connected yet" in acme.client.get(acme.base).content.decode()


def account(state: str = "active", **grant: Any) -> SocialAccount:
    grant = {"network": "x", "expires_at": NOW + timedelta(hours=2), "available_at": NOW, **grant}
    return SocialAccount(network="x", state=state, capabilities=["publish"], grant=Grant(**grant))


@pytest.mark.parametrize(
    ("found", "words", "tone"),
    [
        (account(), "Healthy", "good"),
        (account("lost"), "Authorisation lost", "alarm"),
        (account("disconnected"), "Disconnected", "quiet"),
        (account(available_at=None, expires_at=NOW + timedelta(days=5, hours=1)), "Ends in 5 days", "wait"),
        (account(available_at=None, expires_at=NOW + timedelta(days=50)), "Healthy", "good"),
    ],
)
def test_health_is_the_worst_that_is_known(found: SocialAccount, words: str, tone: str) -> None:
    health = overview.health_of(found, now=NOW)

    assert (health.words, health.tone) == (words, tone)


def test_an_unanswered_renewal_is_shown(acme: Acme) -> None:
    found = account()
    assert found.grant is not None
    found.grant.state, found.grant.state_reason = Grant.State.UNKNOWN, "refresh_no_answer"

    assert overview.health_of(found, now=NOW).tone == "doubt"
    assert "did not answer" in overview.explanation_of(found, now=NOW)


def test_what_needs_a_person_comes_first(acme: Acme) -> None:
    with scope(organisation=acme.organisation.pk):
        make_social_account("facebook", grant=make_grant("facebook", name="Ann"), name="Calm", capabilities=["publish"])
        lost = make_social_account("x", grant=make_grant("x", name="Zoe"), name="Lost", state="lost")
        gone = make_social_account("x", grant=None, name="Gone", state="disconnected")
        rows = list(SocialAccount.objects.select_related("grant").in_order())

    groups = overview.group_by_grant(rows, waiting={lost.pk: 2}, standings={}, now=timezone.now())

    assert [group.rows[0].account.name for group in groups] == ["Lost", "Calm", "Gone"]
    assert groups[0].rows[0].waiting == 2
    assert groups[-1].rows[0].account == gone


def test_a_budget_says_its_window() -> None:
    quarter = Budget(key="p", reach=Reach.ACCOUNT, unit="posts", limit=100, window=timedelta(minutes=15))
    percent = Budget(key="l", reach=Reach.ACCOUNT, unit="percent", limit=100, window=timedelta(hours=24))

    assert overview._meter(Standing(budget=quarter, used=4, limit=100, until=None)).words == "4 / 100 in 15 minutes"
    assert overview._meter(Standing(budget=percent, used=85, limit=100, until=None)).words == "85 % of a day"
    assert overview._meter(Standing(budget=percent, used=85, limit=100, until=None)).tone == "wait"


def test_an_account_whose_network_cannot_reach_us_says_so(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    [account] = make_accounts(acme, 1)
    address = f"{acme.base}{account.pk}/"
    words = "this installation has none"

    with registry.replaced({"facebook": InMemoryProvider(key="facebook", fetches_media=True)}):
        assert words not in acme.client.get(address).content.decode()
        monkeypatch.setattr(overview, "is_reachable", lambda: False)
        assert words in acme.client.get(address).content.decode()
    assert words not in acme.client.get(address).content.decode()
