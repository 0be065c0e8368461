"""GET /2/tweets/analytics: what an account's own posts did, hour by hour, day by day, or in all.

Source: docs.x.com, Post analytics, and its OpenAPI 2.167, read 2026-08-22. The figures are made up (figures.py).
"""

from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.clock import iso_milliseconds
from sandbox.networks.x import figures
from sandbox.networks.x.errors import field_unauthorised, invalid_request
from sandbox.networks.x.oauth import Caller, require_user
from sandbox.networks.x.reading import require_number
from sandbox.networks.x.state import Post, XState

IDS = 100
GRANULARITIES = {"hourly", "daily", "weekly", "total"}
WEEK_DAYS = 7
FIELDS = {
    "app_install_attempts", "app_opens", "bookmarks", "detail_expands", "email_tweet", "engagements", "follows",
    "hashtag_clicks", "id", "impressions", "likes", "media_views", "permalink_clicks", "quote_tweets", "replies",
    "retweets", "shares", "timestamp", "timestamped_metrics", "unfollows", "unlikes", "url_clicks",
    "user_profile_clicks",
}  # fmt: skip
# How many impressions it takes for one of these.
RATIOS = {"engagements": 25, "detail_expands": 40, "user_profile_clicks": 90, "url_clicks": 60, "follows": 700}


def analytics(state: XState, call: Call, caller: Caller) -> Response:
    """Figures of up to a hundred own posts between two times; hours are told as whole days by this twin."""
    user = require_user(caller, "users.read", "tweet.read")
    ids = [part for part in call.query.get("ids", "").split(",") if part]
    if not 1 <= len(ids) <= IDS:
        raise invalid_request(f"The `ids` query parameter must have 1 to {IDS} values", ids=",".join(ids))
    for post_id in ids:
        require_number(post_id)
    since, until = _time(call, "start_time"), _time(call, "end_time")
    if since >= until:
        raise invalid_request("`start_time` must be before `end_time`", start_time=call.query["start_time"])
    granularity = call.query.get("granularity", "total")
    if granularity not in GRANULARITIES:
        raise invalid_request("[granularity: does not have a value in the enumeration]", granularity=granularity)
    asked = [part for part in call.query.get("analytics.fields", "").split(",") if part in FIELDS]
    found = [post for post in map(state.live_post, ids) if post and post.user_id == user.id]
    call.resources = [post.id for post in found]
    body: dict[str, Any] = {"data": [_shown(state, post, asked, (since, until), granularity) for post in found]}
    if others := sorted(set(ids) - {post.id for post in found}):
        body["errors"] = [field_unauthorised(post_id, "analytics") for post_id in others]
    return JSONResponse(body)


def _shown(
    state: XState, post: Post, asked: list[str], between: tuple[float, float], granularity: str
) -> dict[str, Any]:
    """One post: flat for a total, in buckets otherwise."""
    since, until = between
    days = {
        day: count
        for day, count in figures.seen_by_day(state, post).items()
        if since - figures.DAY < _start(day) < until
    }
    if granularity == "total":
        return {"id": post.id, **_counts(state, post, sum(days.values()), asked, newest=True)}
    buckets: dict[str, int] = {}
    for day, count in days.items():
        first = _start(day) - (datetime.fromisoformat(day).weekday() * figures.DAY if granularity == "weekly" else 0)
        at = iso_milliseconds(first)
        buckets[at] = buckets.get(at, 0) + count
    newest = max(buckets, default="")
    return {
        "id": post.id,
        "timestamped_metrics": [
            {"timestamp": at, "metrics": _counts(state, post, seen, asked, newest=at == newest)}
            for at, seen in sorted(buckets.items())
        ],
    }


def _counts(state: XState, post: Post, seen: int, asked: list[str], *, newest: bool) -> dict[str, int]:
    """The counts of a stretch of time; likes and answers, whose times a twin does not keep, stand in the newest."""
    public = state.metrics(post, new=False) if newest else {}
    counts = {
        "impressions": seen,
        "likes": public.get("like_count", 0),
        "replies": public.get("reply_count", 0),
        "quote_tweets": public.get("quote_count", 0),
        **{name: seen // ratio for name, ratio in RATIOS.items()},
    }
    return {name: counts.get(name, 0) for name in asked if name not in {"id", "timestamp", "timestamped_metrics"}}


def _start(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def _time(call: Call, name: str) -> float:
    try:
        return datetime.fromisoformat(call.query.get(name, "")).timestamp()
    except ValueError:
        raise invalid_request(
            f"The `{name}` query parameter is no RFC 3339 date-time", **{name: call.query.get(name, "")}
        ) from None
