"""The Analytics API: reports by day, by month, by film, or as one sum.

Source: developers.google.com/youtube/analytics/reference/reports/query, its metrics and dimensions, read 2026-11-22.
Of the documented combinations the twin knows these; every other one is answered as YouTube answers what it does not
support.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from starlette.responses import JSONResponse, Response

from sandbox.networks._google.errors import google_error
from sandbox.networks.base import Refused
from sandbox.networks.youtube import limits
from sandbox.networks.youtube.figures import SECONDS_A_VIEW, day_of, views_on
from sandbox.networks.youtube.requests import Asked
from sandbox.networks.youtube.state import Video, YouTubeState

Count = Callable[[YouTubeState, Sequence[Video], date], float]


def _comments(state: YouTubeState, videos: Sequence[Video], day: date) -> int:
    rows = [row for video in videos for row in state.comments.group(video.id)]
    return sum(row.deleted_at is None and day_of(row.created_at) == day for row in rows)


def _views(state: YouTubeState, videos: Sequence[Video], day: date) -> int:
    return sum(views_on(video, day) for video in videos)


METRICS: dict[str, Count] = {
    "views": _views,
    "engagedViews": lambda state, videos, day: int(_views(state, videos, day) * 0.8),
    "likes": lambda state, videos, day: _views(state, videos, day) // 25,
    "dislikes": lambda state, videos, day: _views(state, videos, day) // 400,
    "comments": _comments,
    "shares": lambda state, videos, day: _views(state, videos, day) // 60,
    "estimatedMinutesWatched": lambda state, videos, day: _views(state, videos, day) * SECONDS_A_VIEW // 60,
    "averageViewDuration": lambda state, videos, day: SECONDS_A_VIEW if _views(state, videos, day) else 0,
    "subscribersGained": lambda state, videos, day: _views(state, videos, day) // 80,
    "subscribersLost": lambda state, videos, day: _views(state, videos, day) // 300,
    "averageViewPercentage": lambda state, videos, day: 47.5 if _views(state, videos, day) else 0.0,
    "videosAddedToPlaylists": lambda state, videos, day: _views(state, videos, day) // 200,
    "videosRemovedFromPlaylists": lambda state, videos, day: _views(state, videos, day) // 900,
}
AVERAGES = {"averageViewDuration", "averageViewPercentage"}
DIMENSIONS = ("", "day", "month", "video")
TOP_VIDEOS = 200
UNSUPPORTED = "The query is not supported. Check the documentation for supported queries."


def report(asked: Asked) -> Response:
    """GET /v2/reports."""
    query, channel = asked.query, asked.me
    if query.get("ids") not in {"channel==MINE", f"channel=={channel.id}"}:
        raise _refuse(403, "forbidden", "Forbidden")
    metrics = [name for name in query.get("metrics", "").split(",") if name]
    dimension = query.get("dimensions", "")
    first, last = _day(query, "startDate"), _day(query, "endDate")
    if not metrics or first > last:
        raise _refuse(400, "badRequest", "The request is missing metrics, or its dates are not in order.")
    if unknown := [name for name in metrics if name not in METRICS]:
        raise _refuse(400, "badRequest", f"Unknown identifier ({unknown[0]}) given in field parameters.metrics.")
    if dimension not in DIMENSIONS or (dimension == "video" and not _is_top(query)):
        raise _refuse(400, "badRequest", UNSUPPORTED)
    videos = _filtered(asked.state, query.get("filters", ""), list(asked.state.uploads_of(channel.id)))
    last = min(last, day_of(asked.state.now) - timedelta(days=limits.ANALYTICS_LAG_DAYS))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    rows = _sorted(_rows(asked.state, dimension, metrics, videos, days), query.get("sort", ""), [dimension, *metrics])
    start = max(int(query.get("startIndex", "1")) - 1, 0)
    rows = rows[start : start + int(query["maxResults"])] if query.get("maxResults", "").isdigit() else rows[start:]
    headers = [{"name": dimension, "columnType": "DIMENSION", "dataType": "STRING"}] if dimension else []
    headers += [
        {"name": name, "columnType": "METRIC", "dataType": "FLOAT" if name == "averageViewPercentage" else "INTEGER"}
        for name in metrics
    ]
    answer = {"kind": "youtubeAnalytics#resultTable", "columnHeaders": headers}
    return JSONResponse(answer | ({"rows": rows} if rows else {}))


Row = list[str | float]


def _rows(
    state: YouTubeState, dimension: str, metrics: Sequence[str], videos: Sequence[Video], days: Sequence[date]
) -> list[Row]:
    match dimension:
        case "day":
            return [[day.isoformat(), *_sums(state, metrics, videos, [day])] for day in days]
        case "month":
            months = dict.fromkeys(f"{day:%Y-%m}" for day in days)
            return [
                [month, *_sums(state, metrics, videos, [day for day in days if f"{day:%Y-%m}" == month])]
                for month in months
            ]
        case "video":
            found: list[Row] = [[video.id, *_sums(state, metrics, [video], days)] for video in videos]
            return [row for row in found if any(row[1:])]
    return [list(_sums(state, metrics, videos, days))] if days and videos else []


def _sums(state: YouTubeState, metrics: Sequence[str], videos: Sequence[Video], days: Sequence[date]) -> list[float]:
    sums = []
    for name in metrics:
        figures = [METRICS[name](state, videos, day) for day in days]
        sums.append(max(figures, default=0) if name in AVERAGES else sum(figures))
    return sums


def _filtered(state: YouTubeState, filters: str, videos: list[Video]) -> list[Video]:
    for each in filter(None, filters.split(";")):
        name, _, value = each.partition("==")
        if name != "video" or not value or len(value.split(",")) > limits.ANALYTICS_VIDEOS:
            raise _refuse(
                400, "badRequest", "The query is not supported. Check the documentation for supported queries."
            )
        wanted = set(value.split(","))
        videos = [video for video in videos if video.id in wanted]
    return videos


def _is_top(query: dict[str, str]) -> bool:
    """The report of the most seen films wants an order and an end."""
    return query.get("sort", "").startswith("-") and 0 < int(query.get("maxResults") or 0) <= TOP_VIDEOS


def _sorted(rows: list[Row], order: str, names: Sequence[str]) -> list[Row]:
    columns = [name for name in names if name]
    for name in reversed([part for part in order.split(",") if part]):
        if name.removeprefix("-") not in columns:
            raise _refuse(400, "badRequest", f"Invalid value '{name}' in parameters.sort.")
        place = columns.index(name.removeprefix("-"))
        rows = sorted(rows, key=lambda row: row[place], reverse=name.startswith("-"))
    return rows


def _day(query: dict[str, str], name: str) -> date:
    try:
        return date.fromisoformat(query.get(name, ""))
    except ValueError:
        raise _refuse(400, "badRequest", f"Invalid value '{query.get(name, '')}' for parameters.{name}.") from None


def _refuse(status: int, reason: str, message: str) -> Refused:
    errors = [{"message": message, "domain": "global", "reason": reason}]
    return Refused(google_error(status, message, errors=errors))
