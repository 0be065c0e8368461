"""Media upload v2: chunked, at once, status, alt text.

Source: docs.x.com, Media, and its OpenAPI 2.167, read 2026-08-22. The former command=INIT protocol is refused.
"""

import base64
import binascii
import re
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.media import UNKNOWN, Kind, film_seconds, gif_frames, sniff
from sandbox.networks.x import limits
from sandbox.networks.x.errors import forbidden, invalid_request, refuse
from sandbox.networks.x.oauth import Caller, require_user
from sandbox.networks.x.state import Media, User, XState

MEDIA_TYPES = {
    "video/mp4", "video/webm", "video/mp2t", "video/quicktime", "text/srt", "text/vtt",
    "image/jpeg", "image/gif", "image/bmp", "image/png", "image/webp", "image/pjpeg", "image/tiff",
    "model/gltf-binary", "model/vnd.usdz+zip",
}  # fmt: skip
INITIALIZE_KEYS = {"additional_owners", "media_category", "media_type", "shared", "total_bytes"}
HEAD_BYTES = 64 * 1024  # enough to find a picture's size
LANGUAGE = re.compile(r"[A-Z]{2}")
INVALID_IDS = "Your media IDs are invalid."


def initialize(state: XState, call: Call, caller: Caller) -> Response:
    """Open an upload session."""
    user = require_user(caller, "media.write")
    body = call.json if isinstance(call.json, dict) else {}
    for key in body.keys() - INITIALIZE_KEYS:
        raise invalid_request(f"[$.{key}: is not defined in the schema]", **{key: str(body[key])})
    category, media_type, total = body.get("media_category"), body.get("media_type"), body.get("total_bytes")
    if category not in limits.CATEGORY_BYTES:
        raise invalid_request(
            "[$.media_category: does not have a value in the enumeration]", media_category=str(category)
        )
    if media_type not in MEDIA_TYPES:
        raise invalid_request("[$.media_type: does not have a value in the enumeration]", media_type=str(media_type))
    if not isinstance(total, int) or not 0 < total <= limits.UPLOAD_BYTES:
        raise invalid_request("[$.total_bytes: is missing or out of range]", total_bytes=str(total))
    if total > (most := _bytes_allowed(user, category)):
        raise refuse(400, "Invalid Request", f"File size exceeds {most} bytes.", "invalid-request")
    media = _open(state, user, category=category, media_type=media_type, total=total)
    data = {"id": media.id, "media_key": media.key, "expires_after_secs": limits.MEDIA_SECONDS}
    return JSONResponse({"data": data})


def append(state: XState, call: Call, caller: Caller, media_id: str) -> Response:
    """Take one part; the same part again replaces it."""
    media = _own(state, require_user(caller, "media.write"), media_id)
    if media.state != "uploading":
        raise invalid_request("The media upload is already finalized.", id=media_id)
    body = call.json if isinstance(call.json, dict) else call.form
    data = _bytes(call, body)
    try:
        index = int(body["segment_index"])
    except (KeyError, TypeError, ValueError):
        raise invalid_request("[$.segment_index: is missing or no number]", segment_index="") from None
    if not 0 <= index < limits.SEGMENTS:
        raise invalid_request(f"[$.segment_index: must be 0 to {limits.SEGMENTS - 1}]", segment_index=str(index))
    if not data or len(data) > limits.SEGMENT_BYTES:
        raise refuse(413 if data else 400, "Invalid Request", f"A segment has 1 to {limits.SEGMENT_BYTES} bytes.")
    state.world.media.write_segment(media.id, index, data)
    return JSONResponse({"data": {"expires_at": int(media.expires_at)}})


def finalize(state: XState, call: Call, caller: Caller, media_id: str) -> Response:
    """Close the session; videos and GIFs are then processed for a while."""
    media = _own(state, require_user(caller, "media.write"), media_id)
    if media.state != "uploading":
        return JSONResponse({"data": _described(state, media)})
    received = state.world.media.segments_size(media.id)
    if received != media.total_bytes:
        raise refuse(
            400,
            "Invalid Request",
            f"Segments do not add up to provided total file size: {received}.",
            "invalid-request",
        )
    path = state.world.media.join_segments(media.id)
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD_BYTES))
    frames = gif_frames(path.read_bytes()) if kind.media_type == "image/gif" else 0
    media = state.media.put(replace(media, seconds=film_seconds(path), frames=frames))
    return JSONResponse({"data": _described(state, _accept(state, call, media, kind))})


def upload(state: XState, call: Call, caller: Caller) -> Response:
    """A small picture in one call."""
    user = require_user(caller, "media.write")
    if "command" in call.form or "command" in call.query:
        raise refuse(
            400, "Invalid Request", "command is not supported here; use /2/media/upload/initialize.", "invalid-request"
        )
    body = call.json if isinstance(call.json, dict) else call.form
    data = _bytes(call, body)
    category = body.get("media_category")
    if category not in limits.CATEGORY_BYTES or category == "amplify_video":
        raise invalid_request(
            "[$.media_category: does not have a value in the enumeration]", media_category=str(category)
        )
    if not data or len(data) > limits.CATEGORY_BYTES[category]:
        raise refuse(
            400,
            "Invalid Request",
            f"File size must be 1 to {limits.CATEGORY_BYTES[category]} bytes.",
            "invalid-request",
        )
    media = _open(
        state,
        user,
        category=category,
        media_type=call.files["media"].content_type if call.files else "",
        total=len(data),
    )
    state.world.media.write(media.id, data)
    media = state.media.put(replace(media, frames=gif_frames(data)))
    return JSONResponse({"data": _described(state, _accept(state, call, media, sniff(data)))})


def status(state: XState, call: Call, caller: Caller) -> Response:
    user = require_user(caller, "media.write")
    if call.query.get("command", "STATUS") != "STATUS":
        raise invalid_request("[command: must be STATUS]", command=call.query["command"])
    media = _own(state, user, call.query.get("media_id", ""))
    if "media_failed" in call.faults:
        media = state.media.put(replace(media, state="failed", failure="Unsupported video format", ready_at=0))
    if fault := call.faults.get("slow_media"):
        media = state.media.put(
            replace(media, state="pending", finalized_at=state.now, ready_at=state.now + fault.seconds)
        )
    return JSONResponse({"data": _described(state, media)})


def describe_by_words(state: XState, call: Call, caller: Caller) -> Response:
    """POST /2/media/metadata: the alt text."""
    user = require_user(caller, "media.write")
    body = call.json if isinstance(call.json, dict) else {}
    media = _own(state, user, str(body.get("id", "")))
    text = (body.get("metadata") or {}).get("alt_text", {}).get("text", "")
    if len(text) > limits.ALT_TEXT_LENGTH:
        raise invalid_request(f"[$.metadata.alt_text.text: may only be {limits.ALT_TEXT_LENGTH} characters long]")
    state.media.put(replace(media, alt_text=text))
    return JSONResponse({"data": {"id": media.id, "associated_metadata": {"alt_text": {"text": text}}}})


def put_subtitles(state: XState, call: Call, caller: Caller) -> Response:
    """POST /2/media/subtitles: an upload of the category subtitles, beside a film of the same user."""
    user = require_user(caller, "media.write")
    body = call.json if isinstance(call.json, dict) else {}
    given = body.get("subtitles")
    track: dict[str, Any] = given if isinstance(given, dict) else {}
    film, told = _subtitled_film(state, user, body), _own(state, user, str(track.get("id", "")))
    language = str(track.get("language_code", ""))
    if told.category != "subtitles" or told.state == "uploading":
        raise invalid_request("[$.subtitles.id: must be a finished upload of subtitles]", id=told.id)
    if not LANGUAGE.fullmatch(language):
        raise invalid_request("[$.subtitles.language_code: does not match ^[A-Z]{2}$]", language_code=language)
    state.media.put(replace(film, subtitles={**film.subtitles, language: told.id}))
    associated = {"associated_subtitles": track, "id": film.id, "media_category": body["media_category"]}
    return JSONResponse({"data": associated})


def remove_subtitles(state: XState, call: Call, caller: Caller) -> Response:
    """DELETE /2/media/subtitles: those of one language."""
    user = require_user(caller, "media.write")
    body = call.json if isinstance(call.json, dict) else {}
    film = _subtitled_film(state, user, body)
    left = {language: told for language, told in film.subtitles.items() if language != body.get("language_code")}
    state.media.put(replace(film, subtitles=left))
    return JSONResponse({"data": {"deleted": True}})


def _subtitled_film(state: XState, user: User, body: dict[str, Any]) -> Media:
    wanted = {"TweetVideo": "tweet_video", "AmplifyVideo": "amplify_video"}.get(str(body.get("media_category")))
    film = _own(state, user, str(body.get("id", "")))
    if wanted is None or film.category != wanted:
        raise invalid_request("[$.media_category: is not the media's]", media_category=str(body.get("media_category")))
    return film


def attachable(state: XState, user: User, media_ids: list[object]) -> list[Media]:
    """The files of a post to be: own, ready, not expired; four pictures or one moving one."""
    if len(media_ids) > limits.MEDIA_PER_POST:
        raise invalid_request(
            f"[$.media.media_ids: there must be 1 to {limits.MEDIA_PER_POST} items]", media=str(media_ids)
        )
    found = [_own(state, user, str(media_id), detail=INVALID_IDS) for media_id in media_ids]
    for media in found:
        if progress(state, media) not in {"", "succeeded"}:
            raise refuse(400, "Invalid Request", INVALID_IDS, "invalid-request")
    if len(found) > 1 and any(media.category != "tweet_image" for media in found):
        raise refuse(400, "Invalid Request", "A post takes 4 photos, or 1 GIF, or 1 video.", "invalid-request")
    return found


def progress(state: XState, media: Media) -> str:
    """The state now: time alone makes a pending file ready."""
    if media.state != "pending":
        return media.state
    if media.failure:
        return "failed" if state.now >= media.ready_at else "in_progress"
    if state.now >= media.ready_at:
        return "succeeded"
    return "pending" if state.now - media.finalized_at < (media.ready_at - media.finalized_at) / 4 else "in_progress"


def film_seconds_allowed(user: User) -> int:
    """How long a film this user may post."""
    return limits.PREMIUM_VIDEO_SECONDS if _is_trusted(user) else limits.VIDEO_SECONDS


def _bytes_allowed(user: User, category: str) -> int:
    film = category in {"tweet_video", "amplify_video"}
    return limits.PREMIUM_VIDEO_BYTES if film and _is_trusted(user) else limits.CATEGORY_BYTES[category]


def _is_trusted(user: User) -> bool:
    return user.premium or user.verified_type != "none"


def _open(state: XState, user: User, *, category: str, media_type: str, total: int) -> Media:
    return state.media.put(
        Media(
            id=state.new_id(),
            user_id=user.id,
            category=category,
            media_type=media_type,
            total_bytes=total,
            expires_at=state.now + limits.MEDIA_SECONDS,
        )
    )


def _accept(state: XState, call: Call, media: Media, kind: Kind) -> Media:
    """Decide what becomes of a complete file: ready at once, processed for a while, or refused."""
    known = limits.CATEGORY_TYPES.get(media.category)
    processed = media.category in limits.PROCESSED_CATEGORIES
    mistaken = known is not None and kind.media_type not in known
    if mistaken and not processed:
        raise refuse(400, "Invalid Request", "The media file is not of a supported type.", "invalid-request")
    seconds = limits.PROCESSING_SECONDS if processed else 0.0
    if fault := call.faults.get("slow_media"):
        seconds = fault.seconds
    failed = mistaken or _moves_too_much(media, kind) or "media_failed" in call.faults
    return state.media.put(
        replace(
            media,
            state="pending" if seconds or failed else "",
            failure="InvalidMedia: the file could not be processed." if failed else "",
            finalized_at=state.now,
            ready_at=state.now + seconds,
            media_type=kind.media_type if kind != UNKNOWN else media.media_type,
            width=kind.width,
            height=kind.height,
        )
    )


def _moves_too_much(media: Media, kind: Kind) -> bool:
    widest, highest = limits.GIF_SIDES
    return media.category in {"tweet_gif", "dm_gif"} and (
        kind.width > widest
        or kind.height > highest
        or media.frames > limits.GIF_FRAMES
        or kind.width * kind.height * media.frames > limits.GIF_PIXELS
    )


def _described(state: XState, media: Media) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": media.id,
        "media_key": media.key,
        "size": media.total_bytes,
        "expires_after_secs": max(int(media.expires_at - state.now), 0),
    }
    if media.width and media.category == "tweet_image":
        data["image"] = {"image_type": media.media_type, "w": media.width, "h": media.height}
    if now := progress(state, media):
        data["processing_info"] = _processing_info(state, media, now)
    return data


def _processing_info(state: XState, media: Media, now: str) -> dict[str, Any]:
    if now == "uploading":
        return {"state": "pending"}
    if now == "failed":
        return {"state": now, "error": {"code": 1, "name": "InvalidMedia", "message": media.failure}}
    if now == "succeeded":
        return {"state": now, "progress_percent": 100}
    length = max(media.ready_at - media.finalized_at, 0.001)
    percent = int(100 * (state.now - media.finalized_at) / length)
    wait = max(1, min(5, round(media.ready_at - state.now)))
    return {"state": now, "check_after_secs": wait, "progress_percent": min(max(percent, 0), 99)}


def _own(state: XState, user: User, media_id: str, detail: str = "") -> Media:
    media = state.media.find(media_id)
    if media is None or media.expires_at <= state.now:
        raise refuse(400, "Invalid Request", detail or f"No live media has the id {media_id}.", "invalid-request")
    if media.user_id != user.id:
        raise forbidden(detail or "This media belongs to another user.")
    return media


def _bytes(call: Call, body: dict[str, Any]) -> bytes:
    """Raw in multipart, base64 in JSON."""
    if "media" in call.files:
        return call.files["media"].data
    try:
        return base64.b64decode(body["media"], validate=True)
    except (KeyError, TypeError, binascii.Error):
        raise invalid_request("[$.media: is missing or not base64]", media="") from None
