"""Channels, categories, thumbnails, search: what stands around the films.

Source: the references of channels, videoCategories, thumbnails and search, read 2026-11-22.
"""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.media import sniff
from sandbox.networks.youtube import figures, limits
from sandbox.networks.youtube.cast import CATEGORIES
from sandbox.networks.youtube.errors import forbidden, missing, refuse
from sandbox.networks.youtube.requests import Asked, etag, moment, picture, read_moment
from sandbox.networks.youtube.state import Channel, Video, letters
from sandbox.networks.youtube.videos import may_see, own_video, thumbnails

PARTS = ("id", "snippet", "contentDetails", "statistics", "status", "brandingSettings", "topicDetails", "localizations")


def list_channels(asked: Asked) -> Response:
    """GET /channels: one's own, by ids, by handle. Without a channel the list has no items at all."""
    parts, state = asked.parts(PARTS), asked.state
    if asked.flag("mine", False):
        found = [asked.channel] if asked.channel else []
    elif asked.listed("id"):
        found = [row for row in map(state.channels.find, asked.listed("id")) if row and not row.closed]
    elif asked.query.get("forHandle"):
        row = state.find_channel(asked.query["forHandle"])
        found = [row] if row else []
    else:
        raise missing("mine")
    return asked.page(
        "channelListResponse", found, lambda row: _show(asked, row, parts), default=5, most=50, least=0, bare=True
    )


def _show(asked: Asked, row: Channel, parts: list[str]) -> dict[str, Any]:
    mine = asked.channel is not None and asked.channel.id == row.id
    shown: dict[str, Any] = {"kind": "youtube#channel", "etag": etag(row), "id": row.id}
    if "snippet" in parts:
        shown["snippet"] = {
            "title": row.title,
            "description": row.description,
            "customUrl": row.handle,
            "publishedAt": moment(row.created_at),
            "thumbnails": picture(asked.call, row),
            "localized": {"title": row.title, "description": row.description},
            "country": row.country,
        }
    if "contentDetails" in parts:
        shown["contentDetails"] = {"relatedPlaylists": {"likes": "LL" if mine else "", "uploads": row.uploads}}
    if "statistics" in parts:
        videos = [video for video in asked.state.uploads_of(row.id) if video.on_show]
        shown["statistics"] = {
            "viewCount": str(sum(figures.views_until(video, asked.state.now) for video in videos)),
            "subscriberCount": str(row.subscribers) if mine or not row.hidden_subscribers else "0",
            "hiddenSubscriberCount": row.hidden_subscribers,
            "videoCount": str(len(videos)),
        }
    if "status" in parts:
        shown["status"] = {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": row.long_uploads}
        if mine:
            shown["status"]["madeForKids"] = False
    return shown


def list_categories(asked: Asked) -> Response:
    """GET /videoCategories of a country or by ids."""
    parts = asked.parts(("id", "snippet"))
    ids, region = asked.listed("id"), asked.query.get("regionCode", "")
    if not ids and not region:
        raise missing("regionCode")
    if region and not (len(region) == 2 and region.isalpha()):
        raise refuse(400, "invalidRegionCode", f"Invalid region code: {region}", location="regionCode")
    items = []
    for category, (title, assignable) in CATEGORIES.items():
        if ids and category not in ids:
            continue
        item: dict[str, Any] = {"kind": "youtube#videoCategory", "etag": etag(category), "id": category}
        if "snippet" in parts:
            item["snippet"] = {"title": title, "assignable": assignable, "channelId": "UCBR8-60-B28hp2BmDPdntcQ"}
        items.append(item)
    return JSONResponse({"kind": "youtube#videoCategoryListResponse", "etag": etag(region), "items": items})


def set_thumbnail(asked: Asked) -> Response:
    """POST /upload/youtube/v3/thumbnails/set, the picture as the body or as the second of two parts."""
    video = own_video(asked, asked.query.get("videoId", ""))
    if asked.me.long_uploads != "allowed":
        raise forbidden("The thumbnail can't be set for the specified video. Confirm your telephone number first.")
    if video.is_short and video.status == "uploaded":
        raise forbidden("The thumbnail of a Short can be set once it is processed.")
    content_type, data = asked.call.headers.get("content-type", ""), asked.call.body
    if not data:
        raise refuse(400, "mediaBodyRequired", "The request does not include the image content.")
    if len(data) > limits.THUMBNAIL_BYTES or content_type.partition(";")[0].strip() not in limits.THUMBNAIL_TYPES:
        raise refuse(400, "invalidImage", "The provided image content is invalid.")
    if "media_failed" in asked.call.faults or not sniff(data[: 64 * 1024]).media_type.startswith("image/"):
        raise refuse(400, "invalidImage", "The provided image content is invalid.")
    name = f"thumb-{letters(16)}"
    asked.state.world.media.write(name, data)
    fresh = asked.state.put_video(replace(video, thumbnail=name))
    return JSONResponse(
        {
            "kind": "youtube#thumbnailSetResponse",
            "etag": etag(name),
            "items": [thumbnails(asked.call, fresh)],
        }
    )


def search(asked: Asked) -> Response:
    """GET /search: films and channels by their words; with forMine the own films, private ones too."""
    asked.parts(("snippet", "id"))
    mine, kinds = asked.flag("forMine", False), asked.listed("type") or ["video", "channel", "playlist"]
    if mine and kinds != ["video"]:
        raise refuse(400, "invalidSearchFilter", "forMine needs type=video.", location="forMine")
    after, before = read_moment(asked.query.get("publishedAfter")), read_moment(asked.query.get("publishedBefore"))
    words, channel_id = asked.query.get("q", "").lower(), asked.query.get("channelId", "")
    rows: list[Video | Channel] = []
    if "video" in kinds:
        rows += [
            video
            for video in reversed(asked.state.videos.all())
            if video.deleted_at is None
            and may_see(video, asked.channel)
            and (video.channel_id == asked.me.id if mine else video.on_show)
            and (not channel_id or video.channel_id == channel_id)
            and words in f"{video.title} {video.description}".lower()
            and (after is None or video.published_at >= after)
            and (before is None or video.published_at < before)
        ]
    if "channel" in kinds and not mine:
        rows += [row for row in asked.state.channels.all() if words and words in row.title.lower() and not row.closed]
    return asked.page("searchListResponse", rows, lambda row: _result(asked, row), default=5, most=50, least=0)


def _result(asked: Asked, row: Video | Channel) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": "youtube#searchResult", "etag": etag(row.id)}
    if isinstance(row, Channel):
        return shown | {
            "id": {"kind": "youtube#channel", "channelId": row.id},
            "snippet": {
                "publishedAt": moment(row.created_at),
                "channelId": row.id,
                "title": row.title,
                "description": row.description,
                "thumbnails": picture(asked.call, row),
                "channelTitle": row.title,
                "liveBroadcastContent": "none",
            },
        }
    channel = asked.state.channels.find(row.channel_id)
    return shown | {
        "id": {"kind": "youtube#video", "videoId": row.id},
        "snippet": {
            "publishedAt": moment(row.published_at),
            "channelId": row.channel_id,
            "title": row.title,
            "description": row.description[:160],
            "thumbnails": thumbnails(asked.call, row),
            "channelTitle": channel.title if channel else "",
            "liveBroadcastContent": "none",
        },
    }
