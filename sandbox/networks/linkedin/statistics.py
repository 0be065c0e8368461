"""Figures of pages and posts.

Source: learn.microsoft.com/linkedin, share, follower and page statistics (2026). What people really did in the sandbox
is counted as it was; how often something was shown is made up, always the same for the same page, post and day.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.responses import Response

from sandbox.networks.linkedin import limits
from sandbox.networks.linkedin.errors import invalid
from sandbox.networks.linkedin.oauth import Caller
from sandbox.networks.linkedin.restli import Query, Value, milliseconds, page_of, time_range
from sandbox.networks.linkedin.state import ADMINISTRATOR, LinkedInState, Organization, Post


def of_shares(caller: Caller, query: Query) -> Response:
    """GET /rest/organizationalEntityShareStatistics: of the page, of some posts (lifetime only), or by day or month."""
    organization = _page(caller, query, "organizationalEntity", "organizationalEntity")
    wanted = query.texts("shares") + query.texts("ugcPosts")
    intervals = query.record("timeIntervals")
    if wanted and intervals:
        raise invalid("PARAM_INVALID", "timeIntervals is not supported for posts")
    state = caller.state
    if wanted:
        found = [state.find_post(urn) for urn in wanted]
        rows = [_of_post(state, organization, post) for post in found if post and post.author == organization.id]
        return page_of([row for row in rows if _is_active(row)], query, most=1000)
    if intervals:
        rows = [
            {
                "organizationalEntity": organization.id,
                "timeRange": {"start": start, "end": end},
                "totalShareStatistics": _of_days(organization, days),
            }
            for start, end, days in _buckets(state, intervals)
        ]
        return page_of(rows, query, most=1000)
    totals = [_of_post(state, organization, post)["totalShareStatistics"] for post in state.live_posts(organization.id)]
    total = {name: sum(each[name] for each in totals) for name in _counted({})}
    statistics = _with_engagement(total | {"uniqueImpressionsCount": int(total["impressionCount"] * 0.7)})
    return page_of([{"organizationalEntity": organization.id, "totalShareStatistics": statistics}], query)


def of_followers(caller: Caller, query: Query) -> Response:
    """GET /rest/organizationalEntityFollowerStatistics."""
    organization = _page(caller, query, "organizationalEntity", "organizationalEntity")
    intervals = query.record("timeIntervals")
    if intervals is None:
        counts = {"organicFollowerCount": organization.followers, "paidFollowerCount": 0}
        facets: dict[str, list[Any]] = {
            f"followerCountsBy{name}": []
            for name in ("AssociationType", "Geo", "GeoCountry", "Industry", "Seniority", "StaffCountRange")
        }
        by_function = [{"followerCounts": counts, "function": "urn:li:function:1"}]
        return page_of(
            [{"organizationalEntity": organization.id, **facets, "followerCountsByFunction": by_function}], query
        )
    today = _day(caller.state.now)
    latest, earliest = (today - timedelta(days=days) for days in limits.FOLLOWER_DAYS)
    rows = [
        {
            "organizationalEntity": organization.id,
            "timeRange": {"start": start, "end": end},
            "followerGains": {
                "organicFollowerGain": sum(_made_up(organization.id, "gain", day, 9) - 2 for day in days),
                "paidFollowerGain": 0,
            },
        }
        for start, end, days in _buckets(caller.state, intervals)
        if earliest <= days[0] and days[-1] <= latest
    ]
    return page_of(rows, query, most=1000)


def of_page(caller: Caller, query: Query) -> Response:
    """GET /rest/organizationPageStatistics; its finder is called organization."""
    organization = _page(caller, query, "organization", "organization")
    intervals = query.record("timeIntervals")
    if intervals is None:
        days = [_day(caller.state.now) - timedelta(days=back) for back in range(365)]
        views = {"organization": organization.id, "totalPageStatistics": _views(organization, days)}
        return page_of([views], query)
    rows = [
        {
            "organization": organization.id,
            "timeRange": {"start": start, "end": end},
            "totalPageStatistics": _views(organization, days),
        }
        for start, end, days in _buckets(caller.state, intervals)
    ]
    return page_of(rows, query, most=1000)


def _page(caller: Caller, query: Query, finder: str, parameter: str) -> Organization:
    if query.text("q", "") != finder:
        raise invalid("PARAM_INVALID", f"Invalid param q: the finder is {finder}")
    caller.require("rw_organization_admin", what="statistics")
    return caller.require_role(query.text(parameter), ADMINISTRATOR, what="statistics")


def _of_post(state: LinkedInState, organization: Organization, post: Post) -> dict[str, Any]:
    """A post gathers its impressions in two days."""
    age = min(1.0, max(0.0, (state.now - post.created_at) / (2 * limits.DAY)))
    reach = organization.followers * (5 + _made_up(post.id, "reach", date.min, 30)) / 100
    impressions = int(reach * age) + len(post.reactions)
    living = sum(row.deleted_at is None for row in state.comments.group(post.id))
    shares = sum(other.parent == post.id and other.deleted_at is None for other in state.posts.all())
    kind = "share" if post.id.startswith("urn:li:share:") else "ugcPost"
    statistics = _counted(
        {
            "impressionCount": impressions,
            "clickCount": impressions // 50,
            "likeCount": len(post.reactions),
            "commentCount": living,
            "shareCount": shares,
        }
    )
    statistics["uniqueImpressionsCount"] = int(impressions * 0.7)
    return {
        "organizationalEntity": organization.id,
        kind: post.id,
        "totalShareStatistics": _with_engagement(statistics),
    }


def _of_days(organization: Organization, days: list[date]) -> dict[str, Any]:
    """Buckets often come without unique impressions."""
    impressions = sum(_made_up(organization.id, "shown", day, 900) for day in days)
    likes = sum(_made_up(organization.id, "liked", day, 20) for day in days)
    return _with_engagement(
        _counted({"impressionCount": impressions, "clickCount": impressions // 40, "likeCount": likes})
    )


def _counted(found: dict[str, int]) -> dict[str, Any]:
    names = ("impressionCount", "clickCount", "likeCount", "commentCount", "shareCount")
    return dict.fromkeys(names, 0) | found


def _with_engagement(statistics: dict[str, Any]) -> dict[str, Any]:
    acts = sum(statistics[name] for name in ("clickCount", "likeCount", "commentCount", "shareCount"))
    shown = statistics["impressionCount"]
    return {**statistics, "engagement": round(acts / shown, 6) if shown else 0.0}


def _is_active(row: dict[str, Any]) -> bool:
    """A post without any activity is left out."""
    return any(row["totalShareStatistics"].values())


def _views(organization: Organization, days: list[date]) -> dict[str, Any]:
    total = sum(_made_up(organization.id, "viewed", day, 120) for day in days)
    mobile = total // 3
    views = {
        "allPageViews": total,
        "allDesktopPageViews": total - mobile,
        "allMobilePageViews": mobile,
        "overviewPageViews": total * 2 // 3,
        "careersPageViews": 0,
        "jobsPageViews": 0,
        "lifeAtPageViews": 0,
    }
    clicks: dict[str, Any] = {"mobilePageClicks": {}, "desktopPageClicks": {}}
    return {"views": {name: {"pageViews": count} for name, count in views.items()}, "clicks": clicks}


def _buckets(state: LinkedInState, intervals: dict[str, Value]) -> Iterator[tuple[int, int, list[date]]]:
    """(start, end, days) of each bucket of timeIntervals=(timeRange:(...),timeGranularityType:DAY)."""
    kind = intervals.get("timeGranularityType")
    if kind not in {"DAY", "WEEK", "MONTH"}:
        raise invalid("PARAM_INVALID", "Invalid param timeIntervals: timeGranularityType")
    start, end = time_range(intervals.get("timeRange"))
    first = _day(max(start, state.now - 365 * limits.DAY))
    last = _day(min(end, state.now + limits.DAY))
    day = first
    while day < last:
        length = {"DAY": 1, "WEEK": 7, "MONTH": 30}[str(kind)]
        days = [day + timedelta(days=number) for number in range(length) if day + timedelta(days=number) < last]
        yield _milliseconds(days[0]), _milliseconds(days[-1] + timedelta(days=1)), days
        day += timedelta(days=length)


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def _milliseconds(day: date) -> int:
    return milliseconds(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _made_up(subject: str, what: str, day: date, below: int) -> int:
    digest = hashlib.sha256(f"{subject} {what} {day}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % below
