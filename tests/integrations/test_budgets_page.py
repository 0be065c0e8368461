"""The page of budgets: what is left in the network's own units, whose it is, and what waits until when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.permissions import Role
from config.env import env
from integrations import budget_words, budgets, registry
from integrations.budget_overview import by_network
from integrations.budgets import Need
from integrations.contract import Budget, UsageReport
from integrations.errors import Reach
from integrations.models import SocialAccount
from integrations.services.access import set_account_access
from integrations.services.lanes import delay_lanes, ensure_lanes
from integrations.standings import Standing
from integrations.testing import InMemoryProvider
from lib.tenancy.scope import scope
from moderation.models import Poll
from tests.factories import make_grant, make_membership, make_social_account, make_user
from tests.integrations.conftest import Acme

DAY = timedelta(days=1)


@dataclass(kw_only=True)
class Counting(InMemoryProvider):
    budgets: tuple[Budget, ...] = field(
        default=(
            Budget(key="x.credits", reach=Reach.APP, unit="mUSD", limit=50_000),
            Budget(key="linkedin.posts", reach=Reach.GRANT, unit="calls", limit=100, window=DAY, rolling=False),
            Budget(key="x.posts", reach=Reach.ACCOUNT, unit="posts", limit=10, window=timedelta(minutes=15)),
            Budget(key="facebook.page", reach=Reach.ACCOUNT, unit="percent", limit=100, window=DAY),
        )
    )


@pytest.fixture
def account(acme: Acme) -> Iterator[SocialAccount]:
    redis.Redis.from_url(env.redis_url).flushdb()
    with registry.replaced({"x": Counting(key="x")}):
        with scope(organisation=acme.organisation.pk):
            grant = make_grant("x", name="Ruth", outside_id="ruth", granted_by=acme.alice)
            found = make_social_account("x", grant=grant, network_id="bakery", name="Bakery", handle="bakery")
        yield found


def page(acme: Acme) -> str:
    return " ".join(acme.client.get(f"{acme.base}budgets/").content.decode().split())


def use(units: dict[str, int], *, account_id: str = "bakery", person_id: str = "ruth") -> None:
    budgets.reserve([Need(network="x", account_id=account_id, person_id=person_id, units=units)], now=timezone.now())


def test_it_shows_what_is_left_of_the_apps_the_grants_and_the_accounts_budgets(
    acme: Acme, account: SocialAccount
) -> None:
    use({"x.credits": 1_250, "linkedin.posts": 30, "x.posts": 4})
    budgets.collect(
        UsageReport(network="x", budget="facebook.page", reach=Reach.ACCOUNT, subject="bakery", used=18, limit=100)
    )
    budgets.write_reports(now=timezone.now())

    shown = page(acme)

    for words in (
        "Shared by all who use this installation",
        "US$1.25 of US$50.00 used",
        "US$48.75",
        "Granted by Ruth",
        "30 of 100 used",
        "4 of 10 used",
        "18 % used",
        "82 %",
    ):
        assert words in shown, words


def test_days_and_months_outlive_a_flush_and_strangers_figures_are_not_shown(
    acme: Acme, account: SocialAccount
) -> None:
    use({"x.credits": 1_250, "linkedin.posts": 30, "x.posts": 4})
    use({"linkedin.posts": 77, "x.posts": 9}, account_id="elsewhere", person_id="somebody")
    redis.Redis.from_url(env.redis_url).flushdb()

    shown = page(acme)

    assert "US$1.25 of" in shown
    assert "30 of 100" in shown
    assert "4 of 10" not in shown  # of a quarter of an hour: counted anew
    assert "77 of" not in shown
    assert "9 of 10" not in shown


def test_it_says_what_waits_and_until_when(acme: Acme, account: SocialAccount) -> None:
    assert "Nothing waits for room." in page(acme)
    until = timezone.now() + timedelta(minutes=40)
    with scope(organisation=acme.organisation.pk):
        lane = ensure_lanes(account, ["publish"])["publish"]
        lane.next_at = until
        lane.save()
        delay_lanes([account], queues=["publish"], until=until, reason="over_budget")
        Poll.objects.create(social_account=account, since=timezone.now(), available_at=until, reason="over_budget")

    shown = page(acme)

    assert (
        shown.count(f'datetime="{timezone.localtime(until, ZoneInfo(acme.organisation.time_zone)).isoformat()}"') == 2
    )
    assert "<td>Publishing</td>" in shown
    assert "<td>Reading what is new</td>" in shown


def test_a_member_sees_their_own_accounts_only(acme: Acme, account: SocialAccount) -> None:
    use({"x.posts": 4})
    bob = make_user("Bob")
    membership = make_membership(acme.organisation, bob, role=Role.ADMINISTRATOR)
    with scope(organisation=acme.organisation.pk):
        set_account_access(membership, [])
    acme.client.force_login(bob)

    assert "4 of 10" not in page(acme)


def test_queries_do_not_grow_with_accounts(acme: Acme, account: SocialAccount) -> None:
    def queries() -> int:
        page(acme)
        with CaptureQueriesContext(connection) as captured:
            page(acme)
        return len(captured)

    few = queries()
    with scope(organisation=acme.organisation.pk):
        for number in range(20):
            make_social_account("x", grant=make_grant("x"), network_id=f"n{number}", name=f"Page {number}")

    assert queries() == few


@pytest.mark.parametrize("network", sorted(registry.FACTORIES))
def test_every_budget_of_every_network_has_words_in_both_languages(network: str) -> None:
    found = {}
    for language in ("en", "fr"):
        with translation.override(language):
            found[language] = {
                each.key: budget_words.name_of(each.key) for each in registry.FACTORIES[network]().budgets
            }

    assert found["en"]
    assert not [key for key, words in found["en"].items() if words == key]
    assert not [key for key, words in found["fr"].items() if words == found["en"][key]]


def test_amounts_are_in_the_networks_own_unit() -> None:
    units = Budget(key="youtube.units", reach=Reach.APP, unit="units", limit=10_000, window=DAY)
    calls = Budget(key="linkedin.posts", reach=Reach.APP, unit="calls", window=DAY)
    with translation.override("fr"):
        french = budget_words.amount_of(Standing(budget=units, used=2_500, limit=10_000, until=None))
    unknown = Standing(budget=calls, used=12, limit=None, until=None)

    assert french == "2\xa0500 sur 10\xa0000 utilisés"
    assert (budget_words.amount_of(unknown), budget_words.left_of(unknown)) == ("12 used, no limit known", "")


def test_what_the_operator_spends_is_shown_only_where_a_limit_can_stop_somebody() -> None:
    spent = Budget(key="x.credits", reach=Reach.APP, unit="mUSD")
    account = SocialAccount(network="x", network_id="bakery", name="Bakery")

    assert by_network([account], [Standing(budget=spent, used=8_260, limit=None, until=None, network="x")]) == []
    [shown] = by_network([account], [Standing(budget=spent, used=8_260, limit=9_000, until=None, network="x")])
    assert shown.holders[0].lines[0].used == "US$8.26 of US$9.00 used"
