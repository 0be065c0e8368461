"""Figures of a profile, day by day: invented, and always the same for a profile and a day.

Source: discovery document businessprofileperformance.v1, revision 20261026. A value of zero is left out. How far behind
figures are and how far back they reach no page says.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.google_business import limits
from sandbox.networks.google_business.asking import Asking
from sandbox.networks.google_business.errors import invalid_field

# How much of each a small shop sees on a day.
METRICS: dict[str, int] = {
    "BUSINESS_IMPRESSIONS_DESKTOP_MAPS": 20,
    "BUSINESS_IMPRESSIONS_DESKTOP_SEARCH": 60,
    "BUSINESS_IMPRESSIONS_MOBILE_MAPS": 90,
    "BUSINESS_IMPRESSIONS_MOBILE_SEARCH": 140,
    "BUSINESS_CONVERSATIONS": 0,
    "BUSINESS_DIRECTION_REQUESTS": 14,
    "CALL_CLICKS": 4,
    "WEBSITE_CLICKS": 9,
    "BUSINESS_BOOKINGS": 1,
    "BUSINESS_FOOD_ORDERS": 1,
    "BUSINESS_FOOD_MENU_CLICKS": 2,
    "MESSAGING_CLICKS": 1,
}
KEYWORDS = ("bakery near me", "sourdough", "bread open sunday", "birthday cake", "croissant", "optician", "museum")


def many_series(ask: Asking, location_id: str) -> Response:
    """GET :fetchMultiDailyMetricsTimeSeries. One metric that does not exist refuses them all."""
    location = ask.location(location_id)
    metrics = ask.call.repeated_query("dailyMetrics")
    if not metrics:
        raise invalid_field("daily_metrics", "At least one metric is required.")
    days = list(_days(ask))
    found = [
        {"dailyMetric": metric, "timeSeries": {"datedValues": _values(location.id, metric, days)}}
        for metric in map(_known, metrics)
    ]
    return JSONResponse({"multiDailyMetricTimeSeries": [{"dailyMetricTimeSeries": found}]})


def one_series(ask: Asking, location_id: str) -> Response:
    """GET :getDailyMetricsTimeSeries."""
    location = ask.location(location_id)
    metric = _known(ask.call.query.get("dailyMetric", ""))
    return JSONResponse({"timeSeries": {"datedValues": _values(location.id, metric, list(_days(ask)))}})


def keywords(ask: Asking, location_id: str) -> Response:
    """GET .../searchkeywords/impressions/monthly: rare words are told as "fewer than"."""
    location = ask.location(location_id)
    chance = random.Random(location.id)  # noqa: S311 repeatable figures are the point
    rows, more = ask.page(KEYWORDS, default=limits.KEYWORDS_PAGE, most=limits.KEYWORDS_PAGE_MAX)
    found = []
    for word in rows:
        count = chance.randint(0, 120)
        found.append({"searchKeyword": word, "insightsValue": _told(count)})
    return JSONResponse({"searchKeywordsCounts": found, **more})


def _told(count: int) -> dict[str, str]:
    return {"value": str(count)} if count > 15 else {"threshold": "15"}


def _known(metric: str) -> str:
    if metric not in METRICS:
        raise invalid_field("daily_metrics", f"Invalid value at 'daily_metrics': {metric!r}")
    return metric


def _days(ask: Asking) -> Iterator[date]:
    """The asked days for which there are figures already, and still."""
    start, end = _date(ask, "startDate"), _date(ask, "endDate")
    if end < start:
        raise invalid_field("daily_range", "The end lies before the start.")
    today = datetime.fromtimestamp(ask.state.now, UTC).date()
    day = max(start, today - timedelta(days=limits.FIGURES_DAYS))
    while day <= min(end, today - timedelta(days=limits.FIGURES_LAG_DAYS)):
        yield day
        day += timedelta(days=1)


def _date(ask: Asking, which: str) -> date:
    parts = [ask.call.query.get(f"dailyRange.{which}.{part}", "") for part in ("year", "month", "day")]
    try:
        return date(*map(int, parts))
    except ValueError:
        raise invalid_field("daily_range", f"{which} is not a date.") from None


def _values(location_id: str, metric: str, days: list[date]) -> list[dict[str, Any]]:
    return [_value(location_id, metric, day) for day in days]


def _value(location_id: str, metric: str, day: date) -> dict[str, Any]:
    chance = random.Random(f"{location_id}{metric}{day}")  # noqa: S311 as above
    count = round(chance.uniform(0, 2) * METRICS[metric])
    told = {"date": {"year": day.year, "month": day.month, "day": day.day}}
    return {**told, "value": str(count)} if count else told
