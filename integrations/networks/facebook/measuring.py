"""What Meta tells about a page's reach: series by day, and what each post did.

One name that Meta has dropped fails the whole call. All are asked for at once, and where that is refused each by
itself, so that the dead ones are left out alone. Days are California's: a figure's ``end_time`` is the midnight at
which its day is over. Sources: Page Insights, with its changes of 2025-11-15 and 2026-06-15; read 2026-11-22.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from integrations.contract import Account
from integrations.errors import PermanentError
from integrations.insights import Measure, PostMeasures
from integrations.networks._shared.meta.answers import moment
from integrations.networks.facebook import limits
from integrations.networks.facebook.client import FacebookClient

logger = logging.getLogger(__name__)

PACIFIC = ZoneInfo("America/Los_Angeles")
GONE = "post_gone"
# Meta's name -> ours.
PAGE_METRICS = {
    "page_media_view": "views",
    "page_total_media_view_unique": "reach",
    "page_post_engagements": "engagements",
    "page_views_total": "profile_views",
    "page_total_actions": "page_total_actions",
    "page_follows": "followers",
    "page_daily_follows_unique": "followers_gained",
    "page_daily_unfollows_unique": "followers_lost",
}
POST_METRICS = {
    "post_media_view": "views",
    "post_total_media_view_unique": "reach",
    "post_clicks": "clicks",
    "post_activity_by_action_type": "",  # an object: ACTIVITIES
    "post_reactions_by_type_total": "likes",  # an object: their sum
}
ACTIVITIES = {"comment": "comments", "share": "shares"}
# Told now and then by where they come from (paid, organic): the parts make the whole.
IN_PARTS = frozenset({"page_media_view", "post_media_view"})


def measure_account(
    client: FacebookClient, account: Account, *, since: date, until: date, now: datetime
) -> Iterator[Measure]:
    """Yield the figures of these days, at most ninety a call."""
    start = since
    while start <= until:
        end = min(until, start + timedelta(days=limits.INSIGHTS_DAYS - 1))
        bounds = {"since": _midnight(start), "until": _midnight(end + timedelta(days=1)), "period": "day"}
        for row in _rows(client, account, account.network_id, list(PAGE_METRICS), now=now, **bounds):
            yield from (each for each in _series(row) if start <= each.day <= end)
        start = end + timedelta(days=1)


def measure_posts(
    client: FacebookClient, account: Account, network_ids: Collection[str], *, now: datetime
) -> Mapping[str, PostMeasures]:
    """Return the figures of posts, a call each.

    Meta says of what it does not show us the same as of what is gone: before any counts as gone the page is read.
    """
    found: dict[str, PostMeasures] = {}
    for network_id in network_ids:
        try:
            rows = _rows(client, account, network_id, list(POST_METRICS), now=now)
        except PermanentError as error:
            if error.key != GONE:
                raise
            client.page(account.credentials.access_token, account.network_id, now=now)
            found[network_id] = PostMeasures(values={}, gone=True)
        else:
            found[network_id] = PostMeasures(values=dict(_totals(rows)))
    return found


def _rows(
    client: FacebookClient, account: Account, node_id: str, metrics: Sequence[str], *, now: datetime, **more: str
) -> list[Mapping[str, Any]]:
    def ask(names: Sequence[str]) -> list[Mapping[str, Any]]:
        answer = client.insights(account.credentials.access_token, node_id, names, now=now, **more)
        return list(answer.get("data") or ())

    try:
        return ask(metrics)
    except PermanentError as error:
        if error.key == GONE:
            raise
    return [row for name in metrics for row in _one(ask, name)]


def _one(ask: Callable[[Sequence[str]], list[Mapping[str, Any]]], name: str) -> list[Mapping[str, Any]]:
    try:
        return ask([name])
    except PermanentError as error:
        logger.info("facebook has no metric %s: %s %s", name, error.status, error.code)
        return []


def _series(row: Mapping[str, Any]) -> Iterator[Measure]:
    name = str(row.get("name"))
    metric = PAGE_METRICS.get(name)
    for each in row.get("values") or ():
        ended, value = moment(each.get("end_time")), _whole(name, each.get("value"))
        if metric and ended and isinstance(value, int | float):
            yield Measure(metric=metric, day=(ended.astimezone(PACIFIC) - timedelta(hours=12)).date(), value=value)


def _totals(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, int | float]]:
    for row in rows:
        name = str(row.get("name"))
        value = _whole(name, next((each.get("value") for each in row.get("values") or ()), None))
        if name == "post_activity_by_action_type" and isinstance(value, dict):
            yield from ((ours, value[theirs]) for theirs, ours in ACTIVITIES.items() if theirs in value)
        elif name == "post_reactions_by_type_total" and isinstance(value, dict):
            yield "likes", sum(value.values())
        elif (ours := POST_METRICS.get(name)) and isinstance(value, int | float):
            yield ours, value


def _whole(name: str, value: object) -> object:
    if name in IN_PARTS and isinstance(value, dict):
        return sum(each for each in value.values() if isinstance(each, int | float))
    return value


def _midnight(day: date) -> str:
    return str(int(datetime.combine(day, time.min, tzinfo=PACIFIC).astimezone(UTC).timestamp()))
