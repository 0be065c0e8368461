"""Playlists and what is in them; a channel's uploads are one that YouTube keeps by itself.

Source: the references of playlists and playlistItems, read 2026-11-22.
"""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.youtube.errors import forbidden, missing, refuse, video_not_found
from sandbox.networks.youtube.metadata import PRIVACY
from sandbox.networks.youtube.requests import Asked, etag, moment
from sandbox.networks.youtube.state import Channel, Playlist, PlaylistItem, letters
from sandbox.networks.youtube.videos import may_see, thumbnails

PARTS = ("id", "snippet", "status", "contentDetails", "player", "localizations")


def list_playlists(asked: Asked) -> Response:
    """GET /playlists: one's own, a channel's, or by ids."""
    parts, state = asked.parts(PARTS), asked.state
    if asked.listed("id"):
        found = [row for row in map(state.playlists.find, asked.listed("id")) if row]
    elif asked.query.get("channelId"):
        found = list(state.playlists.newest(asked.query["channelId"]))
    elif asked.flag("mine", False):
        found = list(state.playlists.newest(asked.me.id))
    else:
        raise missing("mine")
    shown = [row for row in found if row.privacy != "private" or (asked.channel and row.channel_id == asked.channel.id)]
    return asked.page(
        "playlistListResponse", shown, lambda row: _show_playlist(asked, row, parts), default=5, most=50, least=0
    )


def insert_playlist(asked: Asked) -> Response:
    """POST /playlists."""
    parts = asked.parts(PARTS)
    playlist = Playlist(
        id=f"PL{letters(32)}", channel_id=asked.me.id, created_at=asked.state.now, **_fields(asked.body())
    )
    return JSONResponse(_show_playlist(asked, asked.state.playlists.put(playlist), parts))


def update_playlist(asked: Asked) -> Response:
    """PUT /playlists."""
    parts, body = asked.parts(PARTS), asked.body()
    playlist = _own(asked, str(body.get("id") or ""))
    return JSONResponse(_show_playlist(asked, asked.state.playlists.put(replace(playlist, **_fields(body))), parts))


def delete_playlist(asked: Asked) -> Response:
    """DELETE /playlists; the films stay."""
    playlist = _own(asked, asked.query.get("id", ""))
    for item in asked.state.items.group(playlist.id):
        asked.state.items.remove(item.id)
    asked.state.playlists.remove(playlist.id)
    return Response(status_code=204)


def list_items(asked: Asked) -> Response:
    """GET /playlistItems."""
    parts = asked.parts(PARTS)
    ids, playlist_id = asked.listed("id"), asked.query.get("playlistId", "")
    if bool(ids) == bool(playlist_id):
        raise missing("playlistId")
    if ids:
        found = [row for row in map(asked.state.items.find, ids) if row]
    elif playlist_id.startswith("UU"):
        found = _uploads(asked, playlist_id)
    else:
        playlist = asked.state.playlists.find(playlist_id)
        if playlist is None:
            raise _no_playlist("playlistId")
        if playlist.privacy == "private" and playlist.channel_id != asked.me.id:
            raise refuse(403, "playlistItemsNotAccessible", "The playlist items cannot be seen.", location="playlistId")
        found = sorted(asked.state.items.group(playlist_id), key=lambda row: row.position)
    if wanted := asked.query.get("videoId"):
        found = [row for row in found if row.video_id == wanted]
    return asked.page(
        "playlistItemListResponse", found, lambda row: _show_item(asked, row, parts), default=5, most=50, least=0
    )


def _uploads(asked: Asked, playlist_id: str) -> list[PlaylistItem]:
    """Newest first; whose channel it is sees the private ones too."""
    channel = asked.state.channels.find(f"UC{playlist_id[2:]}")
    if channel is None:
        raise _no_playlist("playlistId")
    return [
        PlaylistItem(
            id=f"UUitem-{video.id}",
            playlist_id=playlist_id,
            video_id=video.id,
            channel_id=channel.id,
            created_at=video.created_at,
            position=place,
        )
        for place, video in enumerate(asked.state.uploads_of(channel.id))
        if may_see(video, asked.channel)
    ]


def insert_item(asked: Asked) -> Response:
    """POST /playlistItems. Nothing keeps a film from standing in a list twice."""
    parts, body = asked.parts(PARTS), asked.body()
    snippet = body.get("snippet") if isinstance(body.get("snippet"), dict) else {}
    resource = snippet.get("resourceId") if isinstance(snippet, dict) else None
    if not isinstance(snippet, dict) or not isinstance(resource, dict) or not resource.get("videoId"):
        raise refuse(
            400, "resourceIdRequired", "The request must have a resourceId.", location="body.snippet.resourceId"
        )
    playlist = _own(asked, str(snippet.get("playlistId") or ""))
    video = asked.state.live_video(str(resource["videoId"]))
    if video is None or not may_see(video, asked.channel):
        raise video_not_found("body.snippet.resourceId.videoId")
    item = PlaylistItem(
        id=f"{letters(40)}",
        playlist_id=playlist.id,
        video_id=video.id,
        channel_id=asked.me.id,
        created_at=asked.state.now,
        position=asked.state.items.size(playlist.id),
    )
    return JSONResponse(_show_item(asked, asked.state.items.put(item), parts))


def delete_item(asked: Asked) -> Response:
    """DELETE /playlistItems."""
    item = asked.state.items.find(asked.query.get("id", ""))
    if item is None:
        raise refuse(404, "playlistItemNotFound", "The playlist item cannot be found.", location="id")
    _own(asked, item.playlist_id)
    asked.state.items.remove(item.id)
    return Response(status_code=204)


def _fields(body: dict[str, Any]) -> dict[str, Any]:
    snippet = body.get("snippet") if isinstance(body.get("snippet"), dict) else {}
    status = body.get("status") if isinstance(body.get("status"), dict) else {}
    title = str((snippet or {}).get("title") or "")
    privacy = str((status or {}).get("privacyStatus") or "public")
    if not title:
        raise refuse(400, "playlistTitleRequired", "The request must have a title.", location="body.snippet.title")
    if privacy not in PRIVACY:
        raise refuse(400, "invalidPlaylistSnippet", "Invalid privacyStatus.", location="body.status.privacyStatus")
    return {"title": title, "description": str((snippet or {}).get("description") or ""), "privacy": privacy}


def _own(asked: Asked, playlist_id: str) -> Playlist:
    playlist = asked.state.playlists.find(playlist_id)
    if playlist is None:
        raise _no_playlist("body.snippet.playlistId")
    if playlist.channel_id != asked.me.id:
        raise forbidden("The playlist belongs to another channel.")
    return playlist


def _no_playlist(location: str) -> Exception:
    return refuse(404, "playlistNotFound", "The playlist cannot be found.", location=location)


def _show_playlist(asked: Asked, row: Playlist, parts: list[str]) -> dict[str, Any]:
    channel = asked.state.channels.find(row.channel_id)
    count = asked.state.items.size(row.id)
    shown: dict[str, Any] = {"kind": "youtube#playlist", "etag": etag(row, count), "id": row.id}
    if "snippet" in parts:
        shown["snippet"] = {
            "publishedAt": moment(row.created_at),
            "channelId": row.channel_id,
            "title": row.title,
            "description": row.description,
            "thumbnails": {},
            "channelTitle": channel.title if channel else "",
            "localized": {"title": row.title, "description": row.description},
        }
    if "status" in parts:
        shown["status"] = {"privacyStatus": row.privacy}
    if "contentDetails" in parts:
        shown["contentDetails"] = {"itemCount": count}
    return shown


def _show_item(asked: Asked, row: PlaylistItem, parts: list[str]) -> dict[str, Any]:
    video = asked.state.live_video(row.video_id)
    owner: Channel | None = asked.state.channels.find(video.channel_id) if video else None
    shown: dict[str, Any] = {"kind": "youtube#playlistItem", "etag": etag(row, video), "id": row.id}
    if "snippet" in parts:
        shown["snippet"] = {
            "publishedAt": moment(row.created_at),
            "channelId": row.channel_id,
            "title": video.title if video else "Deleted video",
            "description": video.description if video else "This video is unavailable.",
            "thumbnails": thumbnails(asked.call, video) if video else {},
            "playlistId": row.playlist_id,
            "position": row.position,
            "resourceId": {"kind": "youtube#video", "videoId": row.video_id},
        }
        if owner:
            shown["snippet"] |= {
                "channelTitle": owner.title,
                "videoOwnerChannelTitle": owner.title,
                "videoOwnerChannelId": owner.id,
            }
    if "contentDetails" in parts:
        shown["contentDetails"] = {"videoId": row.video_id}
        if video:
            shown["contentDetails"]["videoPublishedAt"] = moment(video.published_at)
    if "status" in parts and video:
        shown["status"] = {"privacyStatus": video.privacy}
    return shown
