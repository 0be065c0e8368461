"""Figures of accounts and media, metric by metric; one that is unknown or does not fit fails the whole call.

Source: IG User Insights and IG Media Insights references, 2026; read 2026-11-22 through dated copies. The figures are
made of what happened here (likes, comments) and of what always comes out the same for an account, a medium and a day.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_offset
from sandbox.networks.facebook.errors import bad_parameter
from sandbox.networks.facebook.graph import read_time
from sandbox.networks.facebook.oauth import parse_list
from sandbox.networks.instagram import limits
from sandbox.networks.instagram.errors import too_few_viewers
from sandbox.networks.instagram.graph import Reading, require_account, require_own_medium
from sandbox.networks.instagram.state import Account, InstagramState, Medium

SCOPE = "instagram_manage_insights"
DAYS_AT_ONCE = 30
DAYS_BACK = 90
FOLLOWERS_NEEDED = 100

TOTALS = (
    "reach", "views", "accounts_engaged", "total_interactions", "likes", "comments", "saves", "shares", "replies",
    "reposts", "follows_and_unfollows", "profile_links_taps",
)  # fmt: skip
SERIES = ("reach", "follower_count")
LIFETIME = (
    "online_followers",
    "follower_demographics",
    "engaged_audience_demographics",
    "reached_audience_demographics",
)
OF_MEDIA = {
    "FEED": (
        "reach", "views", "likes", "comments", "saved", "shares", "reposts", "total_interactions", "follows",
        "profile_visits", "profile_activity",
    ),
    "REELS": (
        "reach", "views", "likes", "comments", "saved", "shares", "reposts", "total_interactions",
        "ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "reels_skip_rate", "crossposted_views",
        "facebook_views",
    ),
    "STORY": (
        "reach", "views", "replies", "shares", "reposts", "follows", "profile_visits", "profile_activity",
        "total_interactions", "link_clicks", "navigation",
    ),
}  # fmt: skip
KNOWN = {name for names in OF_MEDIA.values() for name in names}
# Names that older clients still ask for.
DEAD = frozenset(
    {
        "impressions", "plays", "video_views", "clips_replays_count", "ig_reels_aggregated_all_plays_count",
        "profile_views", "website_clicks", "email_contacts", "phone_call_clicks", "get_directions_clicks",
        "text_message_clicks",
    }
)  # fmt: skip


# Media


def of_medium(reading: Reading, medium_id: str) -> Response:
    """GET /{medium}/insights, lifetime."""
    medium = require_own_medium(reading, medium_id, SCOPE)
    figures = figures_of(reading.instagram, medium)
    names = _asked(reading)
    for name in names:
        if name not in KNOWN:
            raise _unknown(name, sorted(KNOWN))
        if name not in OF_MEDIA[medium.product]:
            raise bad_parameter(
                f"The Media Insights API does not support the {name} metric for this media product type."
            )
    if medium.product == "STORY" and figures["reach"] < limits.STORY_VIEWERS_SHOWN:
        raise too_few_viewers()
    rows = [
        {
            "name": name,
            "period": "lifetime",
            "values": [{"value": figures.get(name, 0)}],
            "title": name.replace("_", " ").capitalize(),
            "id": f"{medium.id}/insights/{name}/lifetime",
        }
        for name in names
    ]
    return JSONResponse({"data": rows})


def figures_of(state: InstagramState, medium: Medium) -> dict[str, int | float]:
    """All that is counted of a medium, by metric."""
    account = state.accounts.find(medium.account_id)
    followers = account.followers if account else 0
    hours = min((state.now - medium.created_at) / limits.HOUR, 72.0)
    share = 0.08 + 0.2 * _always(medium.id) / 100
    likes = len(medium.liked_by)
    comments = sum(row.deleted_at is None for row in state.comments.group(medium.id))
    reach = likes + comments + int(followers * share * hours / 72)
    saved, shares = reach // 90, reach // 120
    views = int(reach * 1.4)
    return {
        "reach": reach,
        "views": views,
        "likes": likes,
        "comments": comments,
        "saved": saved,
        "shares": shares,
        "reposts": reach // 400,
        "total_interactions": likes + comments + saved + shares,
        "follows": reach // 700,
        "profile_visits": reach // 60,
        "profile_activity": reach // 200,
        "replies": reach // 500,
        "link_clicks": reach // 300,
        "navigation": views + reach // 2,
        "ig_reels_avg_watch_time": 3000 + 40 * _always(medium.id),
        "ig_reels_video_view_total_time": views * (3000 + 40 * _always(medium.id)),
        "reels_skip_rate": _always(medium.id) / 100,
        "crossposted_views": 0,
        "facebook_views": 0,
    }


# Accounts


def of_account(reading: Reading, account_id: str) -> Response:
    """GET /{account}/insights: totals of a range of days, or a series; a range is at most thirty days."""
    account = require_account(reading, account_id, SCOPE)
    params, names = reading.params, _asked(reading)
    kind = params.get("metric_type", "time_series" if set(names) <= set(SERIES) else "")
    allowed = TOTALS if kind == "total_value" else SERIES
    for name in names:
        if name in DEAD or name not in {*TOTALS, *SERIES, *LIFETIME}:
            raise _unknown(name, sorted({*TOTALS, *SERIES, *LIFETIME}))
        if name in LIFETIME:
            raise bad_parameter(f"({name}) must be asked for with period lifetime and a timeframe")
        if name not in allowed:
            raise bad_parameter(f"The metric {name} should be specified with parameter metric_type=total_value")
        if name == "follower_count" and account.followers < FOLLOWERS_NEEDED:
            raise bad_parameter("(follower_count) is not supported for accounts with less than 100 followers")
    if params.get("period", "") != "day":
        raise bad_parameter("(period) must be one of the following values: day")
    days = _days(reading)
    rows = []
    for name in names:
        row: dict[str, Any] = {
            "name": name,
            "period": "day",
            "title": name.replace("_", " ").capitalize(),
            "id": f"{account.id}/insights/{name}/day",
        }
        values = [(day, _of_day(reading.instagram, account, name, day)) for day in days]
        if kind == "total_value":
            rows.append(row | {"total_value": {"value": sum(value for _, value in values)}})
        elif values:
            rows.append(row | {"values": [{"value": value, "end_time": iso_offset(day)} for day, value in values]})
    return JSONResponse({"data": rows})


def _days(reading: Reading) -> list[float]:
    """The ends of the days asked for: each ends at 08:00 UTC. Yesterday without a range."""
    now = reading.instagram.now
    until = read_time(reading.params, "until", now)
    since = read_time(reading.params, "since", until - limits.DAY)
    if until < since or until - since > DAYS_AT_ONCE * limits.DAY:
        raise bad_parameter("There cannot be more than 30 days (2592000 s) between since and until")
    if since < now - (DAYS_BACK + 1) * limits.DAY:
        return []
    first = datetime.fromtimestamp(since, UTC).replace(hour=8, minute=0, second=0, microsecond=0).timestamp()
    end = first if first > since else first + limits.DAY
    found = []
    while end <= min(until, now):
        found.append(end)
        end += limits.DAY
    return found


def _of_day(state: InstagramState, account: Account, name: str, end: float) -> int:
    """A metric of the day that ended then: what was written is counted, the rest comes out the same for ever."""
    start = end - limits.DAY
    comments = sum(
        row.deleted_at is None and start <= row.created_at < end
        for medium in state.media.group(account.id)
        for row in state.comments.group(medium.id)
    )
    chance = _always(f"{account.id}:{name}:{int(end)}")
    base: dict[str, Callable[[], int]] = {
        "reach": lambda: account.followers * (5 + chance % 7) // 100,
        "views": lambda: account.followers * (9 + chance % 9) // 100,
        "comments": lambda: comments,
        "follower_count": lambda: chance % 15,
        "follows_and_unfollows": lambda: chance % 25,
    }
    return base.get(name, lambda: chance % 60 + comments)()


def _asked(reading: Reading) -> list[str]:
    names = parse_list(reading.params.get("metric", ""))
    if not names:
        raise bad_parameter("The parameter metric is required")
    return names


def _unknown(name: str, known: list[str]) -> Exception:
    return bad_parameter(f"metric[0] must be one of the following values: {', '.join(known)} - got {name}")


def _always(text: str) -> int:
    """A number below 100 that is always the same for a text."""
    return hashlib.sha256(text.encode()).digest()[0] * 100 // 256
