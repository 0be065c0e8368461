"""Figures of pages and posts, against the twin; and which pages a person reaches."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from integrations.contract import Account, ApiVersion, Feature, Kind
from integrations.insights import MeasuringProvider
from integrations.networks._shared.meta.versions import ENDS
from integrations.networks.facebook import limits, measuring
from tests.integrations.networks.contract import publish
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import composition, now
from tests.integrations.networks.twins import FacebookStage

PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def stage(sandbox: Sandbox) -> FacebookStage:
    return FacebookStage(sandbox)


def measured(stage: FacebookStage) -> Account:
    access = stage.connect([Feature.PUBLISH, Feature.INSIGHTS])
    presence = next(stage.provider.list_presences(access.credentials, now=now()))
    assert presence.credentials is not None
    return Account(network_id=presence.network_id, credentials=presence.credentials, person_id=access.person_id)


def yesterday() -> date:
    return datetime.now(PACIFIC).date() - timedelta(days=1)


def test_days_are_californias_and_each_metric_has_one_figure_a_day(stage: FacebookStage) -> None:
    account, until = measured(stage), yesterday()
    since = until - timedelta(days=4)

    found = list(stage.provider.measure_account(account, since=since, until=until, now=now()))

    assert isinstance(stage.provider, MeasuringProvider)
    assert {each.metric for each in found} == stage.provider.account_metrics
    days = [each.day for each in found if each.metric == "views"]
    assert days == [since + timedelta(days=number) for number in range(5)]
    assert {each.value for each in found if each.metric == "followers"} == {11_480}
    assert len(stage.sandbox.calls("facebook.insights")) == 1


def test_a_metric_that_meta_has_dropped_fails_no_other(stage: FacebookStage, monkeypatch: pytest.MonkeyPatch) -> None:
    account, until = measured(stage), yesterday()
    monkeypatch.setitem(measuring.PAGE_METRICS, "page_impressions", "impressions")

    found = list(stage.provider.measure_account(account, since=until, until=until, now=now()))

    assert {each.metric for each in found} == stage.provider.account_metrics
    assert len(stage.sandbox.calls("facebook.insights")) == 1 + len(measuring.PAGE_METRICS)


def test_a_long_time_is_asked_for_in_parts(stage: FacebookStage) -> None:
    account, until = measured(stage), yesterday()
    since = until - timedelta(days=limits.INSIGHTS_DAYS + 4)

    found = list(stage.provider.measure_account(account, since=since, until=until, now=now()))

    days = [each.day for each in found if each.metric == "views"]
    assert len(days) == len(set(days)) == limits.INSIGHTS_DAYS + 5
    assert len(stage.sandbox.calls("facebook.insights")) == 2


def test_posts_are_counted_and_missing_ones_named(stage: FacebookStage, sandbox: Sandbox) -> None:
    account = measured(stage)
    published = publish(stage, account, composition(Kind.TEXT))
    gone = publish(stage, account, composition(Kind.TEXT))
    stage.provider.delete_published(account, gone.network_id, now=now())
    sandbox.control("strangers/like", network="facebook", on=published.network_id)
    sandbox.control("strangers/comment", network="facebook", on=published.network_id, text="Rye!")

    found = stage.provider.measure_posts(account, [published.network_id, gone.network_id], now=now())

    assert found[gone.network_id].gone
    values = found[published.network_id].values
    assert (values["likes"], values["comments"]) == (1, 1)
    assert values.keys() <= stage.provider.post_metrics


def test_a_portfolios_pages_are_listed_once_where_that_was_allowed(sandbox: Sandbox) -> None:
    plain, managing = FacebookStage(sandbox), FacebookStage(sandbox, portfolios=True)

    def names(stage: FacebookStage, ticked: list[str]) -> list[str]:
        access = stage.connect([Feature.PUBLISH], ticked=ticked)
        return [each.name for each in stage.provider.list_presences(access.credentials, now=now())]

    hartley = "102600000000101"
    assert names(plain, [hartley]) == ["Hartley & Rye"]
    assert names(managing, [hartley]) == ["Hartley & Rye", "Corrie Cycles", "Hartley & Rye Kitchen"]
    assert all("business_management" in each for each in managing.provider.scopes.values())


def test_a_page_of_a_portfolio_is_published_on(sandbox: Sandbox) -> None:
    stage = FacebookStage(sandbox, portfolios=True)
    access = stage.connect([Feature.PUBLISH], ticked=["102600000000101"])
    presence = list(stage.provider.list_presences(access.credentials, now=now()))[-1]
    assert presence.credentials is not None
    account = Account(network_id=presence.network_id, credentials=presence.credentials)

    assert publish(stage, account, composition(Kind.TEXT)).network_id.startswith(presence.network_id)


def test_pages_are_listed_to_the_last_one(stage: FacebookStage, sandbox: Sandbox) -> None:
    sandbox.control("accounts", network="facebook", count=230, person="Nadia Benali")

    presences = stage.presences()

    assert len(presences) == len({each.network_id for each in presences}) >= 230
    assert len(sandbox.calls("facebook.accounts")) == 3


def test_name_and_picture_are_told_as_they_are_now(stage: FacebookStage) -> None:
    account = stage.account()

    presence = stage.provider.describe(account, now=now())

    assert (presence.name, presence.handle) == ("Hartley & Rye", "hartleyandrye")
    assert presence.picture_url.startswith("http")


def test_the_version_says_when_it_ends(stage: FacebookStage) -> None:
    assert stage.provider.api_version == ApiVersion(
        name="v26.0", setting="FACEBOOK_GRAPH_VERSION", ends_on=ENDS["v26.0"]
    )


def test_an_account_keeps_its_token_out_of_sight(stage: FacebookStage) -> None:
    account = measured(stage)

    assert account.credentials.access_token not in repr(replace(account, handle="h"))
