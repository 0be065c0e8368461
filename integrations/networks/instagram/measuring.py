"""What Instagram tells about reach: an account's days and what each medium has come to.

One name that Instagram does not know, or not for this kind of medium, fails a whole call. So each kind is asked for
its own metrics at once, and when that is refused one by one: what is refused is left out alone. Days end at midnight
Pacific.
Sources: developers.facebook.com, "Instagram user insights" and "Instagram media insights", 2026, read 2026-11-22.
"""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from integrations.contract import Account
from integrations.errors import AuthorisationLost, PermanentError, Reach
from integrations.insights import Measure, PostMeasures
from integrations.networks.instagram import limits
from integrations.networks.instagram.client import InstagramClient

logger = logging.getLogger(__name__)

PACIFIC = ZoneInfo("America/Los_Angeles")
FOLLOWERS = "followers"

# Instagram's name -> ours; the rest keeps its own.
NAMES: Mapping[str, str] = {
    "total_interactions": "engagements",
    "saves": "saves",
    "saved": "saves",
    "follower_count": "followers_gained",
    "follows": "followers_gained",
    "profile_visits": "profile_views",
    "profile_links_taps": "clicks",
    "link_clicks": "clicks",
    "ig_reels_video_view_total_time": "watch_seconds",
}
IN_MILLISECONDS = frozenset({"ig_reels_video_view_total_time", "ig_reels_avg_watch_time"})
TOTALS = (
    "reach", "views", "accounts_engaged", "total_interactions", "likes", "comments", "saves", "shares", "replies",
    "reposts", "profile_links_taps",
)  # fmt: skip
SERIES = ("follower_count",)
OF_PRODUCT: Mapping[str, Sequence[str]] = {
    "FEED": (
        "reach", "views", "likes", "comments", "saved", "shares", "reposts", "total_interactions", "follows",
        "profile_visits",
    ),
    "REELS": (
        "reach", "views", "likes", "comments", "saved", "shares", "reposts", "total_interactions",
        "ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "reels_skip_rate",
    ),
    "STORY": (
        "reach", "views", "replies", "shares", "reposts", "follows", "profile_visits", "total_interactions",
        "link_clicks", "navigation",
    ),
}  # fmt: skip
# Told by a webhook when a story is over, and to be asked for no more.
OF_ENDED_STORY = frozenset({"reach", "replies", "taps_forward", "taps_back", "exits"})


def name_of(metric: str) -> str:
    """Return our name of a metric of Instagram's."""
    return NAMES.get(metric, metric)


ACCOUNT_METRICS = frozenset({FOLLOWERS, *(name_of(each) for each in (*TOTALS, *SERIES))})
POST_METRICS = frozenset(name_of(each) for names in (*OF_PRODUCT.values(), OF_ENDED_STORY) for each in names)


def measure_account(
    client: InstagramClient, account: Account, *, since: date, until: date, now: datetime
) -> Iterator[Measure]:
    """Yield the figures of these days that are over, and the followers of today where it is one of them."""
    token, today = account.credentials.access_token, now.astimezone(PACIFIC).date()
    if since <= today <= until:
        node = client.account(token, account.network_id, fields="id,followers_count", now=now)
        if isinstance(node.get("followers_count"), int):
            yield Measure(metric=FOLLOWERS, day=today, value=node["followers_count"])
    totals, series = list(TOTALS), list(SERIES)
    day = max(since, today - limits.FIGURES_BACK)
    while day <= min(until, today - timedelta(days=1)):
        for names, kind in ((totals, "total_value"), (series, "time_series")):
            query = {"metric_type": kind, "period": "day", **_span(day)}
            for metric, value in _asked(client, token, account.network_id, names, query, now=now).items():
                yield Measure(metric=name_of(metric), day=day, value=value)
        day += timedelta(days=1)


def measure_posts(
    client: InstagramClient, account: Account, network_ids: Collection[str], *, now: datetime
) -> Mapping[str, PostMeasures]:
    """Return what media have come to. Before one counts as gone the account itself is read."""
    token = account.credentials.access_token
    found: dict[str, PostMeasures] = {}
    for network_id in network_ids:
        measures = _measure_post(client, token, network_id, now=now)
        if measures is not None:
            found[network_id] = measures
    if any(each.gone for each in found.values()):
        client.account(token, account.network_id, now=now)
    return found


def _measure_post(client: InstagramClient, token: str, network_id: str, *, now: datetime) -> PostMeasures | None:
    try:
        medium = client.medium(token, network_id, fields="id,media_product_type", now=now)
        names = list(OF_PRODUCT.get(str(medium.get("media_product_type")), OF_PRODUCT["FEED"]))
        values = _asked(client, token, network_id, names, {}, now=now)
    except PermanentError as error:
        if error.key != "post_gone":
            raise
        return PostMeasures(values={}, gone=True)
    except AuthorisationLost as error:
        # "Not enough viewers" of a story bears the code of a missing permission, and reaches no further.
        if error.code != "10" or error.reach is not Reach.ACCOUNT:
            raise
        logger.info("instagram tells no figures of a medium: %s/%s", error.status, error.code)
        return None
    return PostMeasures(values={name_of(metric): value for metric, value in values.items()}) if values else None


def _asked(
    client: InstagramClient, token: str, node_id: str, names: list[str], query: Mapping[str, str], *, now: datetime
) -> dict[str, int | float]:  # fmt: skip
    """Return figures by Instagram's name. A name that is refused is taken out of ``names``."""
    if not names:
        return {}
    try:
        return _values(client.insights(token, node_id, query={"metric": ",".join(names), **query}, now=now))
    except PermanentError as error:
        if error.key == "post_gone" or error.code != "100":
            raise
        if len(names) == 1:
            logger.info("instagram refuses a metric: %s", names[0])
            names.clear()
            return {}
    found: dict[str, int | float] = {}
    for name in list(names):
        alone = [name]
        found |= _asked(client, token, node_id, alone, query, now=now)
        if not alone:
            names.remove(name)
    return found


def _values(answer: Mapping[str, Any]) -> dict[str, int | float]:
    """Return the one figure of each row; where Instagram has none it leaves the row or its values out."""
    found: dict[str, int | float] = {}
    for row in answer.get("data") or ():
        values = [row.get("total_value") or {}, *(row.get("values") or ())]
        figure = next((each["value"] for each in values if isinstance(each.get("value"), int | float)), None)
        if figure is not None and row.get("name"):
            metric = str(row["name"])
            found[metric] = figure / 1000 if metric in IN_MILLISECONDS else figure
    return found


def _span(day: date) -> dict[str, str]:
    """Return a day's first second and the next one's, as Instagram counts days."""
    starts = (datetime.combine(each, time.min, tzinfo=PACIFIC) for each in (day, day + timedelta(days=1)))
    since, until = (str(int(each.timestamp())) for each in starts)
    return {"since": since, "until": until}
