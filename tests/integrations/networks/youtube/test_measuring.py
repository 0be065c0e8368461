"""Figures by day and by film."""

from datetime import UTC, date, datetime

from integrations.contract import Feature
from integrations.insights import MeasuringProvider
from tests.integrations.networks.sandbox import Sandbox
from tests.integrations.networks.stage import now
from tests.integrations.networks.youtube.stage import YouTubeStage

WEDNESDAY = datetime(2026, 11, 18, 12, tzinfo=UTC)


def week_old(stage: YouTubeStage) -> tuple[str, datetime]:
    """Return a film of last Wednesday, and the time a week later."""
    stage.sandbox.control("clock", set=WEDNESDAY.timestamp())
    video_id = stage.post(stage.account())
    stage.sandbox.control("clock", move=7 * 86_400)
    return video_id, WEDNESDAY.replace(day=25)


def test_the_channel_by_day(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    _, later = week_old(stage)
    account = stage.account()

    found = list(stage.provider.measure_account(account, since=date(2026, 11, 16), until=date(2026, 11, 25), now=later))

    assert isinstance(stage.provider, MeasuringProvider)
    by_day = {(each.metric, each.day): each.value for each in found}
    assert by_day["views", date(2026, 11, 17)] == 0
    assert by_day["views", date(2026, 11, 18)] > 0
    assert by_day["watch_seconds", date(2026, 11, 18)] % 60 == 0
    assert ("views", date(2026, 11, 25)) not in by_day  # not known yet, which is not zero
    assert by_day["followers", date(2026, 11, 25)] == 18_400
    assert {each.metric for each in found} <= stage.provider.account_metrics


def test_a_metric_that_is_refused_takes_none_along(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    _, later = week_old(stage)
    account = stage.account()
    tables = stage.provider._tables(
        account.credentials.access_token,
        ["views", "cardClicks", "likes"],
        since=date(2026, 11, 18),
        until=date(2026, 11, 19),
        now=later,
        dimensions="day",
    )

    assert [[header["name"] for header in each["columnHeaders"]] for each in tables] == [
        ["day", "views"],
        ["day", "likes"],
    ]


def test_films_and_what_has_gone(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    video_id, later = week_old(stage)
    sandbox.control("strangers/like", network="youtube", on=video_id)
    account = stage.account()

    found = stage.provider.measure_posts(account, [video_id, "gone"], now=later)

    assert found["gone"].gone
    values = found[video_id].values
    assert values["likes"] == 1
    assert values["comments"] == 0
    assert values["views"] > values["shares"] > 0
    assert set(values) <= stage.provider.post_metrics


def test_without_the_scope_of_figures_the_counts_beside_a_film_remain(sandbox: Sandbox) -> None:
    stage = YouTubeStage(sandbox)
    video_id = stage.post(stage.account())
    account = stage.account([Feature.PUBLISH])

    [measures] = stage.provider.measure_posts(account, [video_id], now=now()).values()

    assert set(measures.values) == {"views", "likes", "comments"}
