from datetime import UTC, date, datetime, timedelta

import pytest

from integrations.insights import MeasuringProvider
from tests.integrations.networks.linkedin.stage import LinkedInStage
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import now

TODAY = datetime.now(UTC).date()


@pytest.fixture
def stage(sandbox: Sandbox) -> LinkedInStage:
    return LinkedInStage(sandbox)


def measured(stage: LinkedInStage, since: date, until: date) -> dict[str, dict[date, float]]:
    found: dict[str, dict[date, float]] = {}
    for each in stage.provider.measure_account(stage.account(), since=since, until=until, now=now()):
        found.setdefault(each.metric, {})[each.day] = each.value
    return found


def test_a_page_is_measured_day_by_day(stage: LinkedInStage) -> None:
    assert isinstance(stage.provider, MeasuringProvider)

    found = measured(stage, TODAY - timedelta(days=6), TODAY)

    assert set(found) <= stage.provider.account_metrics
    assert len(found["views"]) == 7
    assert len(found["followers_gained"]) == 5  # the last two days are not told yet
    assert found["followers"] == {TODAY: 4310}
    assert "reach" not in found  # buckets come without it, which is not zero
    assert all(value >= 0 for days in found.values() for value in days.values())


def test_a_figure_that_is_refused_leaves_the_others(stage: LinkedInStage, sandbox: Sandbox) -> None:
    sandbox.control("faults", operation="linkedin.statistics.shares", fault="forbidden")

    found = measured(stage, TODAY - timedelta(days=6), TODAY)

    assert "views" not in found
    assert {"followers_gained", "profile_views", "followers"} <= set(found)


def test_posts_that_nothing_happened_to_have_zeros(stage: LinkedInStage, sandbox: Sandbox) -> None:
    account = stage.account()
    quiet, lively = stage.post(account), stage.post(account)
    stage.comment(account, lively, "Hello")

    found = stage.provider.measure_posts(account, [quiet, lively, "not-a-post"], now=now())

    assert set(found) == {quiet, lively}
    assert (found[quiet].values["comments"], found[lively].values["comments"]) == (0, 1)
    assert found[lively].values["engagements"] >= 1
    assert set(found[lively].values) <= stage.provider.post_metrics
