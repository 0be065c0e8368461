"""Films: reading, changing, deleting, liking, and their figures.

Source: the reference of the videos resource and of videos.list, update, delete, rate, batchGetStats, read 2026-11-22.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks.youtube import figures, hub, limits
from sandbox.networks.youtube.errors import forbidden, missing, refuse, video_not_found
from sandbox.networks.youtube.metadata import PARTS, WRITABLE, changed, checked
from sandbox.networks.youtube.processing import take_away
from sandbox.networks.youtube.requests import Asked, etag, moment
from sandbox.networks.youtube.state import Channel, Video, YouTubeState

OWNERS_PARTS = {"processingDetails", "fileDetails", "suggestions"}
STATISTICS_PARTS = ("id", "snippet", "contentDetails", "statistics")


def list_videos(asked: Asked) -> Response:
    """GET /videos by id, by one's own rating, or the chart (which is empty here)."""
    parts = asked.parts(PARTS)
    state, me = asked.state, asked.channel
    if asked.listed("id"):
        found = [video for video in map(state.live_video, asked.listed("id")) if video and may_see(video, me)]
        if len(asked.listed("id")) > limits.STATUS_BUDGET:
            raise refuse(400, "invalidFilters", "Too many ids.", location="id")
    elif "myRating" in asked.query:
        liked = asked.query["myRating"] == "like"
        found = [video for video in state.videos.all() if liked and asked.me.id in video.liked_by and video.visible]
    elif "chart" in asked.query:
        found = []
    else:
        raise missing("id")
    if OWNERS_PARTS & set(parts) and any(me is None or video.channel_id != me.id for video in found):
        raise forbidden("The request cannot access user rating or processing information of this video.")
    return asked.page("videoListResponse", found, lambda video: _shown(asked, video, parts), default=50, most=50)


def batch_statistics(asked: Asked) -> Response:
    """GET /videos:batchGetStats."""
    parts = asked.parts(STATISTICS_PARTS)
    ids = asked.listed("id")
    if not ids or len(ids) > limits.STATUS_BUDGET:
        raise missing("id")
    found = [video for video in map(asked.state.live_video, ids) if video and may_see(video, asked.channel)]
    items = []
    for video in found:
        item: dict[str, Any] = {"id": video.id}
        if "snippet" in parts:
            item["snippet"] = {"publishTime": moment(video.published_at)}
        if "contentDetails" in parts:
            item["contentDetails"] = {"duration": duration(video.seconds)}
        if "statistics" in parts:
            counts = statistics(asked.state, video)
            item["statistics"] = {
                name: counts[name] for name in ("viewCount", "likeCount", "commentCount") if name in counts
            }
        items.append(item)
    return JSONResponse({"kind": "youtube#batchGetStatsResponse", "etag": etag(ids), "items": items})


def update_video(asked: Asked) -> Response:
    """PUT /videos: a part that is named is replaced as a whole."""
    parts = asked.parts(PARTS)
    body = asked.body()
    video = own_video(asked, str(body.get("id") or ""))
    fields = checked(body, [part for part in parts if part in WRITABLE], now=asked.state.now, update=True)
    fresh = changed(video, fields)
    if fresh.privacy == "public" and not video.was_public and fresh.status == "processed":
        fresh = replace(fresh, published_at=asked.state.now)
    asked.state.put_video(fresh)
    _follow(asked.state, video, fresh)
    return JSONResponse(_shown(asked, asked.state.videos.find(fresh.id) or fresh, parts))


def _follow(state: YouTubeState, before: Video, after: Video) -> None:
    """What the hub hears of a change: a film gone private, or another title or description."""
    if after.privacy == "private":
        take_away(state, after)
    elif after.told and (before.title, before.description) != (after.title, after.description):
        hub.tell(state, after)


def delete_video(asked: Asked) -> Response:
    """DELETE /videos."""
    remove_video(asked.state, own_video(asked, asked.query.get("id", "")))
    return Response(status_code=204)


def remove_video(state: YouTubeState, video: Video) -> None:
    gone = state.put_video(replace(video, deleted_at=state.now))
    take_away(state, gone)


def rate_video(asked: Asked) -> Response:
    """POST /videos/rate."""
    rating = asked.one_of("rating", ("none", "like", "dislike"), "none")
    video = asked.state.live_video(asked.query.get("id", ""))
    if video is None or not may_see(video, asked.channel):
        raise video_not_found()
    like_video(asked.state, video, asked.me.id, liked=rating == "like")
    return Response(status_code=204)


def like_video(state: YouTubeState, video: Video, who: str, *, liked: bool) -> None:
    names = [name for name in video.liked_by if name != who] + ([who] if liked else [])
    state.put_video(replace(video, liked_by=names))


def own_video(asked: Asked, video_id: str) -> Video:
    video = asked.state.live_video(video_id)
    if video is None:
        raise video_not_found()
    if video.channel_id != asked.me.id:
        raise forbidden("The video cannot be changed by this channel.")
    return video


def may_see(video: Video, channel: Channel | None) -> bool:
    return video.visible or (channel is not None and video.channel_id == channel.id)


# Showing


def _shown(asked: Asked, video: Video, parts: list[str]) -> dict[str, Any]:
    channel = asked.state.channels.find(video.channel_id)
    if channel is None:
        raise video_not_found()
    return show_video(asked.state, asked.call, channel, video, parts)


def show_video(state: YouTubeState, call: Call, channel: Channel, video: Video, parts: list[str]) -> dict[str, Any]:
    """A video resource with the parts that were asked for."""
    shown: dict[str, Any] = {"kind": "youtube#video", "etag": etag(video), "id": video.id}
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "snippet": lambda: snippet(call, channel, video),
        "status": lambda: _status(video),
        "statistics": lambda: statistics(state, video),
        "contentDetails": lambda: _content(video),
        "processingDetails": lambda: _processing(state, video),
        "paidProductPlacementDetails": lambda: {"hasPaidProductPlacement": video.paid_placement},
    }
    return shown | {part: makers[part]() for part in parts if part in makers}


def snippet(call: Call, channel: Channel, video: Video) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "publishedAt": moment(video.published_at),
        "channelId": channel.id,
        "title": video.title,
        "description": video.description,
        "thumbnails": thumbnails(call, video),
        "channelTitle": channel.title,
        "categoryId": video.category_id,
        "liveBroadcastContent": "none",
        "localized": {"title": video.title, "description": video.description},
    }
    more = {
        "tags": video.tags,
        "defaultLanguage": video.default_language,
        "defaultAudioLanguage": video.default_audio_language,
    }
    return shown | {name: value for name, value in more.items() if value}


SIZES = {"default": (120, 90), "medium": (320, 180), "high": (480, 360), "standard": (640, 480), "maxres": (1280, 720)}


def thumbnails(call: Call, video: Video) -> dict[str, dict[str, Any]]:
    """A set picture in all sizes; before one is set, YouTube's own in three."""
    names = list(SIZES) if video.thumbnail else list(SIZES)[:3]
    path = f"media/{video.thumbnail}" if video.thumbnail else f"pictures/youtube/{video.channel_id}.png"
    return {name: {"url": f"{call.base}/{path}", "width": SIZES[name][0], "height": SIZES[name][1]} for name in names}


def _status(video: Video) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "uploadStatus": video.status,
        "privacyStatus": video.privacy,
        "license": video.license,
        "embeddable": video.embeddable,
        "publicStatsViewable": video.stats_viewable,
        "madeForKids": video.made_for_kids is True,
    }
    if video.made_for_kids is not None:
        shown["selfDeclaredMadeForKids"] = video.made_for_kids
    if video.synthetic:
        shown["containsSyntheticMedia"] = True
    if video.status == "failed":
        shown["failureReason"] = video.failure
    if video.status == "rejected":
        shown["rejectionReason"] = video.rejection
    if video.publish_at is not None:
        shown["publishAt"] = moment(video.publish_at)
    return shown


def statistics(state: YouTubeState, video: Video) -> dict[str, str]:
    """Counts as texts; likes are not told where the owner hides them, comments not where there are none to be had."""
    counts = {"viewCount": str(figures.views_until(video, state.now)), "favoriteCount": "0"}
    if video.stats_viewable:
        counts["likeCount"] = str(len(video.liked_by))
    if not video.made_for_kids:
        rows = state.comments.group(video.id)
        counts["commentCount"] = str(sum(row.deleted_at is None and row.moderation == "published" for row in rows))
    return counts


def _content(video: Video) -> dict[str, Any]:
    return {
        "duration": duration(video.seconds),
        "dimension": "2d",
        "definition": "hd" if max(video.width, video.height) >= 1280 else "sd",
        "caption": "false",
        "licensedContent": False,
        "projection": "rectangular",
        "hasCustomThumbnail": bool(video.thumbnail),
    }


def duration(seconds: float) -> str:
    """As ISO 8601 has it: PT1H2M3S."""
    whole = round(seconds)
    parts = [(whole // 3600, "H"), (whole // 60 % 60, "M"), (whole % 60, "S")]
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")


def _processing(state: YouTubeState, video: Video) -> dict[str, Any]:
    known = "inProgress" if video.status == "uploaded" else "available"
    shown: dict[str, Any] = {
        "processingStatus": {"uploaded": "processing", "failed": "failed"}.get(video.status, "succeeded"),
        "fileDetailsAvailability": known,
        "processingIssuesAvailability": known,
        "tagSuggestionsAvailability": "notAvailable",
        "editorSuggestionsAvailability": "notAvailable",
        "thumbnailsAvailability": known,
    }
    if video.status == "uploaded":
        left = max(video.ready_at - state.now, 0)
        length = max(video.ready_at - video.created_at, 0.001)
        done = int(1000 * (1 - left / length))
        shown["processingProgress"] = {
            "partsTotal": "1000",
            "partsProcessed": str(min(max(done, 0), 999)),
            "timeLeftMs": str(int(left * 1000)),
        }
    if video.status == "failed":
        shown["processingFailureReason"] = "transcodeFailed"
    return shown
