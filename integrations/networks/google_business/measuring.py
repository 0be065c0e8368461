"""What Google tells of a profile day by day. There are no figures of posts: they ended on 2023-02-20.

Days are the profile's own by all we know. A day that is listed without a value had none: Google leaves zero out.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from integrations.contract import Account
from integrations.errors import PermanentError
from integrations.insights import Measure
from integrations.networks.google_business.client import BusinessClient

logger = logging.getLogger(__name__)

# Google's name -> ours; several of Google's may be one of ours. Source: discovery document of 2026-10-26.
METRICS = {
    "BUSINESS_IMPRESSIONS_DESKTOP_MAPS": "views",
    "BUSINESS_IMPRESSIONS_DESKTOP_SEARCH": "views",
    "BUSINESS_IMPRESSIONS_MOBILE_MAPS": "views",
    "BUSINESS_IMPRESSIONS_MOBILE_SEARCH": "views",
    "WEBSITE_CLICKS": "website_clicks",
    "CALL_CLICKS": "calls",
    "BUSINESS_DIRECTION_REQUESTS": "directions",
    "BUSINESS_BOOKINGS": "BUSINESS_BOOKINGS",
    "BUSINESS_FOOD_ORDERS": "BUSINESS_FOOD_ORDERS",
    "BUSINESS_FOOD_MENU_CLICKS": "BUSINESS_FOOD_MENU_CLICKS",
}
ACCOUNT_METRICS = frozenset(METRICS.values())


def measure_account(
    client: BusinessClient, account: Account, *, since: date, until: date, now: datetime
) -> Iterator[Measure]:
    """Yield the figures; a metric that Google refuses is left out with those of ours it is a part of."""
    refused: set[str] = set()
    totals: defaultdict[tuple[str, date], int] = defaultdict(int)
    for metric, series in _series(client, account, since=since, until=until, now=now, refused=refused):
        for day, value in _values(series):
            totals[METRICS[metric], day] += value
    for (metric, day), value in totals.items():
        if metric not in refused:
            yield Measure(metric=metric, day=day, value=value)


def _series(
    client: BusinessClient, account: Account, *, since: date, until: date, now: datetime, refused: set[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield Google's series; where one metric refuses them all, each is asked for alone."""

    def ask(metrics: Collection[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        token = account.credentials.access_token
        answer = client.many_series(token, account.network_id, metrics, since=since, until=until, now=now)
        for group in answer.get("multiDailyMetricTimeSeries") or ():
            for each in group.get("dailyMetricTimeSeries") or ():
                if each.get("dailyMetric") in METRICS:
                    yield each["dailyMetric"], each.get("timeSeries") or {}

    try:
        together = list(ask(METRICS))
    except PermanentError as error:
        if error.key != "refused":
            raise
    else:
        yield from together
        return
    for metric, ours in METRICS.items():
        try:
            yield from list(ask([metric]))
        except PermanentError as error:
            if error.key != "refused":
                raise
            logger.warning("google_business tells no %s any more", metric)
            refused.add(ours)


def _values(series: Mapping[str, Any]) -> Iterator[tuple[date, int]]:
    for each in series.get("datedValues") or ():
        day = each.get("date") or {}
        try:
            yield date(day["year"], day["month"], day["day"]), int(each.get("value") or 0)
        except (KeyError, TypeError, ValueError):
            continue  # a day that is none, or a value that is no number
