"""Budgets: shared by all workers, corrected by the networks, kept through a flush where they are long."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.db.utils import ProgrammingError

from config.env import env
from integrations import budgets, registry
from integrations.budgets import Later, Need
from integrations.contract import Budget, UsageReport
from integrations.errors import Reach
from integrations.models import BudgetUse
from integrations.standings import standings
from integrations.testing import InMemoryProvider

NOW = datetime.now(UTC).replace(microsecond=0)
QUARTER, DAY = timedelta(minutes=15), timedelta(hours=24)


@dataclass(kw_only=True)
class Counting(InMemoryProvider):
    budgets: tuple[Budget, ...] = field(
        default=(
            Budget(key="posts", reach=Reach.ACCOUNT, unit="posts", limit=10, window=QUARTER, rolling=False),
            Budget(key="posts.app", reach=Reach.APP, unit="posts", limit=15, window=DAY, rolling=False),
            Budget(key="credits", reach=Reach.APP, unit="mUSD"),
            Budget(key="load", reach=Reach.ACCOUNT, unit="percent", limit=100, window=timedelta(hours=1)),
        )
    )


@pytest.fixture(autouse=True)
def counting(db: None) -> Iterator[Counting]:
    redis.Redis.from_url(env.redis_url).flushdb()
    provider = Counting(key="x")
    with registry.replaced({"x": provider}):
        yield provider


def posts(count: int, account_id: str = "a") -> list[Need]:
    units = {"posts": 1, "posts.app": 1, "credits": 15}
    return [Need(network="x", account_id=account_id, person_id="p", units=units)] * count


def report(budget: str, used: int, *, subject: str = "a", reset_at: datetime | None = None) -> None:
    reach = Reach.APP if budget in {"posts.app", "credits"} else Reach.ACCOUNT
    budgets.collect(
        UsageReport(network="x", budget=budget, reach=reach, subject=subject, used=used, limit=10, reset_at=reset_at)
    )
    budgets.write_reports(now=NOW)


def test_what_does_not_fit_goes_later_with_the_hour() -> None:
    verdicts = budgets.reserve(posts(12), now=NOW)

    assert verdicts[:10] == [None] * 10
    for verdict in verdicts[10:]:
        assert isinstance(verdict, Later)
        assert verdict.budget == "posts"
        assert NOW + QUARTER - timedelta(seconds=5) <= verdict.until <= NOW + QUARTER


def test_a_budget_is_shared_between_batches() -> None:
    budgets.reserve(posts(8), now=NOW)

    assert budgets.reserve(posts(3), now=NOW)[:2] == [None, None]
    assert budgets.reserve(posts(1), now=NOW) != [None]


def test_one_account_leaves_another_alone_but_the_app_is_shared() -> None:
    assert budgets.reserve(posts(10, "a"), now=NOW) == [None] * 10

    verdicts = budgets.reserve(posts(6, "b"), now=NOW)
    assert verdicts[:5] == [None] * 5
    assert verdicts[5] == Later(budget="posts.app", until=NOW + DAY)


def test_room_is_kept_for_publishing() -> None:
    polls = [Need(network="x", account_id="a", person_id="p", units={"posts": 1})] * 10

    assert budgets.reserve(polls, now=NOW, keep_room=True).count(None) == 8
    assert budgets.reserve(posts(3), now=NOW).count(None) == 2


def test_a_flush_forgets_minutes_and_not_the_day() -> None:
    budgets.reserve(posts(10), now=NOW)
    redis.Redis.from_url(env.redis_url).flushdb()

    assert budgets.reserve(posts(10), now=NOW).count(None) == 5


def test_a_day_that_is_over_begins_anew() -> None:
    budgets.reserve(posts(10, "a") + posts(5, "b"), now=NOW)

    assert budgets.reserve(posts(5, "c"), now=NOW + timedelta(hours=25)) == [None] * 5


def test_the_network_has_the_last_word() -> None:
    budgets.reserve(posts(1), now=NOW)
    report("posts", 10, reset_at=NOW + timedelta(minutes=3))

    (verdict,) = budgets.reserve(posts(1), now=NOW)
    assert isinstance(verdict, Later)
    assert verdict.until <= NOW + timedelta(minutes=3)


def test_the_networks_word_about_the_day_is_kept() -> None:
    report("posts.app", 15, subject="client-id", reset_at=NOW + timedelta(hours=2))

    assert budgets.reserve(posts(1), now=NOW) == [Later(budget="posts.app", until=NOW + timedelta(hours=2))]


def test_a_percentage_stops_before_the_network_does() -> None:
    silent = [Need(network="x", account_id="a", person_id="p", units={})]
    assert budgets.reserve(silent, now=NOW) == [None]

    report("load", 96, reset_at=NOW + timedelta(minutes=7))

    (verdict,) = budgets.reserve(silent, now=NOW)
    assert isinstance(verdict, Later)
    assert NOW + timedelta(minutes=6) < verdict.until <= NOW + timedelta(minutes=7)


def test_reading_at_leisure_stops_earlier_than_publishing() -> None:
    silent = [Need(network="x", account_id="a", person_id="p", units={})]
    report("load", 85)

    assert budgets.reserve(silent, now=NOW) == [None]
    assert budgets.reserve(silent, now=NOW, keep_room=True) != [None]


def test_nothing_fails_without_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = redis.Redis.from_url("redis://127.0.0.1:1/0")
    monkeypatch.setattr(budgets, "_redis", lambda: nowhere)

    assert budgets.reserve(posts(12), now=NOW) == [None] * 12
    report("posts", 3)
    assert standings([("x", "a")], units={"posts", "percent"}, now=NOW)[("x", "a")][0].used == 0


def test_people_see_how_much_is_used() -> None:
    budgets.reserve(posts(4), now=NOW)
    report("load", 18)

    (used, load) = standings([("x", "a")], units={"posts", "percent"}, now=NOW)[("x", "a")]
    assert (used.used, used.limit) == (4, 10)
    assert (load.used, load.limit) == (18, 100)


def test_spending_without_a_window_is_counted_by_calendar_months() -> None:
    spending = Budget(key="credits", reach=Reach.APP, unit="mUSD")
    december = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)

    assert budgets._window_ends_at(spending, december) == datetime(2027, 1, 1, tzinfo=UTC)


def test_the_apps_role_has_no_right_on_the_table() -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        BudgetUse.objects.count()


def test_a_calendar_day_ends_at_midnight_where_it_is_counted() -> None:
    budget = Budget(key="b", reach=Reach.APP, unit="calls", window=timedelta(days=1), day_in="America/Los_Angeles")

    assert budgets._window_ends_at(budget, datetime(2026, 11, 28, 3, tzinfo=UTC)) == datetime(
        2026, 11, 28, 8, tzinfo=UTC
    )


def test_turns_of_all_accounts_together_leave_half_of_every_budget() -> None:
    # Half of 15 a day for 10 accounts: each has its turn every 32 hours; half of its own 10 in a quarter is no limit.
    assert budgets.fair_interval("x", {"posts": 1, "posts.app": 1}, accounts=10) == 10 * DAY / 7.5
    assert budgets.fair_interval("x", {"posts": 1}, accounts=10) == QUARTER / 5
    assert budgets.fair_interval("x", {"credits": 15, "load": 1}, accounts=10) == timedelta()
