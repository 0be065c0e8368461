"""What X may cost, and what it allows in a day: rows, which a flush of Redis leaves alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis

from config.env import env
from integrations import budgets, registry
from integrations.budgets import Later, Need
from integrations.contract import AppKeys, Composition, Operation
from integrations.networks.x import limits
from integrations.networks.x.provider import XProvider
from lib.http import Client

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
MONTHS_END = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def x(db: None) -> Iterator[XProvider]:
    redis.Redis.from_url(env.redis_url).flushdb()
    provider = XProvider(
        keys=AppKeys(client_id="id", client_secret="secret"),
        api_url="https://api.x.com",
        authorise_url="https://x.com",
        http=Client([]),
        monthly_credits=1,
    )
    with registry.replaced({"x": provider}):
        yield provider


def posts(provider: XProvider, count: int, account_id: str) -> list[Need]:
    units = provider.cost(Operation.COMMIT, Composition(text="Rye is back"))
    return [Need(network="x", account_id=account_id, person_id=account_id, units=units)] * count


def test_a_months_credits_survive_a_flush_and_end_with_the_month(x: XProvider) -> None:
    affordable = 1000 // limits.PRICE_POST

    first = budgets.reserve(posts(x, affordable - 1, "a"), now=NOW)
    redis.Redis.from_url(env.redis_url).flushdb()
    second = budgets.reserve(posts(x, 2, "b"), now=NOW)

    assert first == [None] * (affordable - 1)
    assert second == [None, Later(budget="x.credits", until=MONTHS_END)]
    assert budgets.reserve(posts(x, 2, "b"), now=MONTHS_END + timedelta(seconds=1)) == [None, None]


def test_a_days_posts_of_the_app_survive_a_flush() -> None:
    units = {"x.posts.app": limits.DAY_POSTS - 1}
    taken = [Need(network="x", account_id="a", person_id="a", units=units)]
    assert budgets.reserve(taken, now=NOW) == [None]
    redis.Redis.from_url(env.redis_url).flushdb()

    two = [Need(network="x", account_id="b", person_id="b", units={"x.posts.app": 1})] * 2

    assert budgets.reserve(two, now=NOW) == [None, Later(budget="x.posts.app", until=NOW + limits.DAY)]


def test_without_a_cap_only_x_itself_says_when_it_is_too_much() -> None:
    assert {each.key: each.limit for each in limits.budgets(monthly_credits=None)}["x.credits"] is None


def test_reads_are_counted_against_the_month_whatever_they_cost(x: XProvider) -> None:
    for operation in (Operation.POLL, Operation.FETCH, Operation.LOOK, Operation.MEASURE):
        assert x.cost(operation, count=20)["x.reads"] > 0
