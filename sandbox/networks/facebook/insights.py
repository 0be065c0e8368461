"""Figures of pages, posts and films; one metric that is not known fails the whole call.

Source: Page Insights reference and its changes of 2025-11-15 and 2026-06-15, through dated copies; names of the
metrics that live by clients' reports. Days end at midnight in California. The figures are made up: a share of the
followers that differs from day to day, always the same for a page and a day; reactions and comments are real.
"""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_offset
from sandbox.networks.facebook.errors import bad_parameter, missing_permission, no_such_object
from sandbox.networks.facebook.films import find_video
from sandbox.networks.facebook.graph import Reading, read_time
from sandbox.networks.facebook.oauth import parse_list
from sandbox.networks.facebook.reading import find_post
from sandbox.networks.facebook.state import FacebookState, Page, Post

PACIFIC = ZoneInfo("America/Los_Angeles")
DAYS_AT_ONCE = 90
FOLLOWERS_NEEDED = 100
PERIODS = {"day", "week", "days_28", "month", "lifetime", "total_over_range"}
# How many followers it takes for one of these in a day.
OF_PAGE = {
    "page_media_view": 3,
    "page_total_media_view_unique": 5,
    "page_post_engagements": 40,
    "page_views_total": 110,
    "page_total_actions": 400,
    "page_daily_follows": 900,
    "page_daily_follows_unique": 900,
    "page_daily_unfollows_unique": 2100,
    "page_actions_post_reactions_like_total": 90,
    "page_actions_post_reactions_love_total": 300,
}
FOLLOWS = "page_follows"
OF_POST = {"post_media_view", "post_total_media_view_unique", "post_clicks"}
BY_TYPE = {"post_clicks_by_type", "post_reactions_by_type_total", "post_activity_by_action_type"}
OF_FILM = {"blue_reels_play_count", "post_video_view_time", "post_video_avg_time_watched", "post_video_social_actions"}
INVALID = "The value must be a valid insights metric"


def insights(reading: Reading, node_id: str) -> Response:
    """GET /{page}/insights by day, GET /{post}/insights in all."""
    state = reading.state
    names = parse_list(reading.params.get("metric", ""))
    if not names:
        raise bad_parameter("Param metric is required")
    if page := state.find_page(node_id):
        return _of_page(reading, page, names)
    post = find_post(state, node_id)
    if post is None:
        raise no_such_object(node_id, "GET")
    _require(reading, post.page_id)
    if any(name not in OF_POST | BY_TYPE for name in names):
        raise bad_parameter(INVALID)
    return JSONResponse({"data": [_lifetime(post.id, name, _post_figure(state, post, name)) for name in names]})


def video_insights(reading: Reading, video_id: str) -> Response:
    """GET /{video}/video_insights."""
    state = reading.state
    video = find_video(state, video_id)
    if video is None:
        raise no_such_object(video_id, "GET")
    _require(reading, video.page_id)
    names = parse_list(reading.params.get("metric", "")) or sorted(OF_FILM)
    if any(name not in OF_FILM for name in names):
        raise bad_parameter(INVALID)
    post = state.posts.find(video.post_id)
    seen = _seen(state, post) if post else 0
    figures = {"blue_reels_play_count": seen, "post_video_view_time": seen * 4000, "post_video_avg_time_watched": 4000}
    return JSONResponse({"data": [_lifetime(video.id, name, figures.get(name, {})) for name in names]})


def _require(reading: Reading, page_id: str) -> None:
    speaker = reading.speaker
    if not speaker.has("read_insights"):
        raise missing_permission("read_insights")
    if speaker.page is None or speaker.page.id != page_id:
        raise no_such_object(page_id, "GET")


def _of_page(reading: Reading, page: Page, names: list[str]) -> Response:
    _require(reading, page.id)
    params, state = reading.params, reading.state
    if any(name not in OF_PAGE and name != FOLLOWS for name in names):
        raise bad_parameter(INVALID)
    period = params.get("period", "day")
    if period not in PERIODS:
        raise bad_parameter(f"Param period must be one of {sorted(PERIODS)}")
    if page.followers < FOLLOWERS_NEEDED or period != "day":
        return JSONResponse({"data": []})
    until = read_time(params, "until", state.now)
    since = read_time(params, "since", until - 2 * 86_400)
    if until - since > DAYS_AT_ONCE * 86_400:
        raise bad_parameter("There cannot be more than 90 days (7776000 s) between since and until")
    first, last = (datetime.fromtimestamp(at, PACIFIC).date() for at in (since, min(until, state.now)))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    over = [day for day in days if _end(day) <= min(until, state.now) + 86_400 and _end(day) <= state.now]
    rows = [
        {
            "name": name,
            "period": period,
            "values": [{"value": _page_figure(page, name, day), "end_time": iso_offset(_end(day))} for day in over],
            "title": name.replace("_", " ").capitalize(),
            "id": f"{page.id}/insights/{name}/{period}",
        }
        for name in names
    ]
    return JSONResponse({"data": [row for row in rows if row["values"]]})


def _end(day: date) -> float:
    """When a day is over in California."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=PACIFIC).astimezone(UTC).timestamp()


def _page_figure(page: Page, name: str, day: date) -> int:
    if name == FOLLOWS:
        return page.followers
    return int(page.followers / OF_PAGE[name] * _liveliness(f"{page.id}:{name}:{day}"))


def _post_figure(state: FacebookState, post: Post, name: str) -> Any:
    seen, likes = _seen(state, post), len(post.liked_by)
    comments = sum(row.deleted_at is None for row in state.comments.group(post.id))
    return {
        "post_media_view": seen,
        "post_total_media_view_unique": seen * 3 // 4,
        "post_clicks": seen // 30,
        "post_clicks_by_type": {"other clicks": seen // 40, "link clicks": seen // 120},
        "post_reactions_by_type_total": {"like": likes} if likes else {},
        "post_activity_by_action_type": {
            kind: count for kind, count in (("like", likes), ("comment", comments)) if count
        },
    }[name]


def _seen(state: FacebookState, post: Post) -> int:
    page = state.pages.find(post.page_id)
    hours = min(max(state.now - post.published_at, 0.0) / 3600, 72.0)
    return int((page.followers if page else 0) * 0.25 * _liveliness(post.id) * hours / 72)


def _liveliness(seed: str) -> float:
    return int(hashlib.sha256(seed.encode()).hexdigest()[:4], 16) / 0xFFFF + 0.5


def _lifetime(node_id: str, name: str, value: Any) -> dict[str, Any]:
    return {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        "title": name.replace("_", " ").capitalize(),
        "id": f"{node_id}/insights/{name}/lifetime",
    }
