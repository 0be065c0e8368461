"""Figures of accounts and posts, against the twin."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.contract import Account, Kind, Operation
from integrations.errors import RateLimited
from integrations.insights import MeasuringProvider
from tests.integrations.networks.contract import publish
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import composition, now
from tests.integrations.networks.twins import XStage


@pytest.fixture
def stage(sandbox: Sandbox) -> XStage:
    return XStage(sandbox, options={"daily_figures": True})


def test_an_account_is_counted_today_only_unless_days_are_paid_for(sandbox: Sandbox) -> None:
    stage = XStage(sandbox)
    account, today = stage.account(), now().date()
    publish(stage, account, composition(Kind.TEXT))

    found = list(stage.provider.measure_account(account, since=today - timedelta(days=7), until=today, now=now()))
    before = list(
        stage.provider.measure_account(
            account, since=today - timedelta(days=7), until=today - timedelta(days=1), now=now()
        )
    )

    assert isinstance(stage.provider, MeasuringProvider)
    assert [(each.metric, each.day, each.value) for each in found] == [
        ("followers", today, 6702),
        ("listed_count", today, 0),
    ]
    assert before == []
    assert sandbox.calls("x.analytics") == []


def test_days_are_the_sums_of_the_posts(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    for _post in range(2):
        publish(stage, account, composition(Kind.TEXT))
    began = now().date()
    sandbox.control("clock", move=2 * 86_400)
    fresh = sandbox.control("tokens", network="x", accounts=["hartleyandrye"])["tokens"][0]
    later = now() + timedelta(days=2)
    account = _with_token(account, fresh["access_token"])

    found = list(stage.provider.measure_account(account, since=began, until=later.date(), now=later))
    posts = stage.provider.measure_posts(account, [each.network_id for each in stage.out(account)], now=later)
    sandbox.control("clock", real=True)

    views = [each.value for each in found if each.metric == "views"]
    assert len(views) >= 2
    assert sum(views) == sum(each.values["views"] for each in posts.values())
    assert {each.metric for each in found} <= stage.provider.account_metrics


def test_posts_are_counted_and_missing_ones_named(stage: XStage) -> None:
    account = stage.account()
    published = publish(stage, account, composition(Kind.TEXT))
    gone = publish(stage, account, composition(Kind.TEXT))
    stage.provider.delete_published(account, gone.network_id, now=now())

    found = stage.provider.measure_posts(account, [published.network_id, gone.network_id], now=now())

    assert found[gone.network_id].gone
    values = found[published.network_id].values
    assert values.keys() == stage.provider.post_metrics - {"clicks"}  # a post without a link has none
    assert not found[published.network_id].gone


def test_figures_that_x_refuses_fail_no_others(stage: XStage, sandbox: Sandbox) -> None:
    account = stage.account()
    published = publish(stage, account, composition(Kind.TEXT))
    sandbox.control("faults", operation="x.read", fault="forbidden")
    sandbox.control("faults", operation="x.analytics", fault="forbidden")
    today = now().date()

    found = stage.provider.measure_posts(account, [published.network_id], now=now())
    account_figures = list(stage.provider.measure_account(account, since=today, until=today, now=now()))

    assert "views" in found[published.network_id].values
    assert "engagements" not in found[published.network_id].values
    assert [each.metric for each in account_figures] == ["followers", "listed_count"]


def test_a_rate_limit_is_told(stage: XStage, sandbox: Sandbox) -> None:
    account, today = stage.account(), now().date()
    sandbox.control("faults", operation="x.me", fault="rate_limited", seconds=60)

    with pytest.raises(RateLimited):
        list(stage.provider.measure_account(account, since=today, until=today, now=now()))


def test_days_have_their_price(stage: XStage, sandbox: Sandbox) -> None:
    plain = XStage(sandbox).provider.cost(Operation.MEASURE, count=10)["x.credits"]

    assert stage.provider.cost(Operation.MEASURE, count=10)["x.credits"] > plain


def _with_token(account: Account, token: str) -> Account:
    return replace(account, credentials=replace(account.credentials, access_token=token))
