"""Uploads that can be resumed: a session, its parts, what it stands at, and the film that its last byte makes.

Source: developers.google.com/youtube/v3/guides/using_resumable_upload_protocol, read 2026-11-22. What it leaves open: a
session lives a week, cancelling answers 499, and its last answer is given again to whoever asks again.
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from email.message import Message
from email.parser import BytesParser
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks.youtube import limits
from sandbox.networks.youtube.errors import refuse
from sandbox.networks.youtube.films import look_at
from sandbox.networks.youtube.metadata import PARTS, changed, checked
from sandbox.networks.youtube.processing import begin
from sandbox.networks.youtube.requests import Asked
from sandbox.networks.youtube.state import Channel, Upload, Video, YouTubeState, letters
from sandbox.networks.youtube.videos import show_video

PATHS = ("upload/youtube/v3/videos", "resumable/upload/youtube/v3/videos")
MIMES = re.compile(r"^(video/[\w.+*-]+|application/octet-stream)$")
RANGE = re.compile(r"^bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)$")


# Beginning


def insert(asked: Asked) -> Response:
    """POST /upload/youtube/v3/videos: a session, or with the bytes in the same call the film at once."""
    parts = asked.parts(PARTS)
    match asked.query.get("uploadType", "resumable"):
        case "resumable":
            return _begin_session(asked, parts)
        case "multipart":
            body, content_type, data = _related(asked.call)
        case "media":
            body, content_type, data = {}, asked.call.headers.get("content-type", ""), asked.call.body
        case other:
            raise refuse(400, "badRequest", f"Unsupported uploadType {other!r}.")
    _require_room(asked.state, asked.me)
    _require_film(content_type, len(data))
    if not data:
        raise refuse(400, "mediaBodyRequired", "The request does not include the video content.")
    upload = _open(asked, parts, body, content_type, len(data))
    asked.state.world.media.write(upload.id, data)
    return JSONResponse(_finish(asked.state, asked.call, asked.me, replace(upload, received=len(data))))


def _begin_session(asked: Asked, parts: list[str]) -> Response:
    headers = asked.call.headers
    length, content_type = headers.get("x-upload-content-length", ""), headers.get("x-upload-content-type", "video/*")
    _require_room(asked.state, asked.me)
    _require_film(content_type, int(length) if length.isdigit() else 0)
    body = asked.call.json if isinstance(asked.call.json, dict) else {}
    upload = _open(asked, parts, body, content_type, int(length) if length.isdigit() else None)
    query = f"uploadType=resumable&part={','.join(parts)}&upload_id={upload.id}"
    location = f"{asked.call.base}/{asked.call.host}/{asked.call.path}?{query}"
    return Response(status_code=200, headers={"location": location, "x-guploader-uploadid": upload.id})


def _open(asked: Asked, parts: list[str], body: dict[str, Any], content_type: str, total: int | None) -> Upload:
    checked(body, parts, now=asked.state.now, update=False)
    slow = asked.call.faults.get("slow_media")
    return asked.state.uploads.put(
        Upload(
            id=letters(96),
            channel_id=asked.me.id,
            app_id=asked.caller.app_id,
            body=body,
            parts=parts,
            notify=asked.flag("notifySubscribers", True),
            content_type=content_type,
            total=total,
            created_at=asked.state.now,
            slow_seconds=slow.seconds if slow else 0.0,
            fails="media_failed" in asked.call.faults,
        )
    )


def _require_room(state: YouTubeState, channel: Channel) -> None:
    """A channel of its own may not upload without end, whatever quota the project has."""
    since = state.now - limits.DAY
    today = sum(video.created_at > since for video in state.videos.group(channel.id))
    if state.world.settings.rate_limits and today >= limits.CHANNEL_UPLOADS:
        raise refuse(400, "uploadLimitExceeded", "The user has exceeded the number of videos they may upload.")


def _require_film(content_type: str, size: int) -> None:
    if not MIMES.match(content_type.partition(";")[0].strip().lower()):
        raise refuse(400, "badContent", f"Unsupported content with type: {content_type}")
    if size > limits.UPLOAD_BYTES:
        raise refuse(413, "uploadTooLarge", "The uploaded file is too large.")


def _related(call: Call) -> tuple[dict[str, Any], str, bytes]:
    """Two parts: the metadata as JSON, then the film."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    found: Message = BytesParser().parsebytes(head + call.body)
    parts = [part for part in found.walk() if not part.is_multipart()]
    if len(parts) != 2:
        raise refuse(400, "badRequest", "Multipart must have two parts.")
    described, data = (part.get_payload(decode=True) for part in parts)
    try:
        body = json.loads(described if isinstance(described, bytes) else b"")
    except ValueError:
        raise refuse(400, "parseError", "Parse Error") from None
    film = data if isinstance(data, bytes) else b""
    return body if isinstance(body, dict) else {}, parts[1].get_content_type(), film


# Going on


@dataclass(frozen=True)
class _Part:
    """What one PUT brings: `first` None asks only where the session stands."""

    first: int | None
    last: int
    total: int | None


def go_on(state: YouTubeState, call: Call) -> Response:
    """PUT to a session: bytes, or the question how many there are."""
    upload = _session(state, call)
    channel = state.channels.find(upload.channel_id)
    if channel is None:
        raise _gone()
    if upload.video_id:
        return _again(state, call, channel, upload)
    part = _read_part(call, upload)
    total = part.total if part.total is not None else upload.total
    if part.first is None:
        return _incomplete(upload)
    if part.first > upload.received:
        return _incomplete(upload)  # a hole: the client is told where to go on
    ends = total is not None and part.last + 1 == total
    length = part.last + 1 - part.first
    if not ends and length % limits.CHUNK_BYTES:
        raise refuse(
            400, "badRequest", f"Invalid request. The number of bytes uploaded is required to be equal or greater than "
            f"{limits.CHUNK_BYTES}, except for the final request.",
        )  # fmt: skip
    state.world.media.write_at(upload.id, part.first, call.body)
    upload = state.uploads.put(replace(upload, received=max(upload.received, part.last + 1), total=total))
    if upload.received != total:
        return _incomplete(upload)
    return JSONResponse(_finish(state, call, channel, upload))


def cancel(state: YouTubeState, call: Call) -> Response:
    """DELETE of a session."""
    upload = _session(state, call)
    if not upload.video_id:
        state.uploads.put(replace(upload, cancelled=True))
    return Response(status_code=499)


def _session(state: YouTubeState, call: Call) -> Upload:
    """The session that an address names; the address is all the proof there is."""
    upload = state.uploads.find(call.query.get("upload_id", ""))
    if upload is None or upload.cancelled or upload.created_at + limits.SESSION_SECONDS <= state.now:
        raise _gone()
    return upload


def _gone() -> Exception:
    return refuse(404, "uploadNotFound", "The upload session was not found.")


def _read_part(call: Call, upload: Upload) -> _Part:
    header = call.headers.get("content-range")
    if header is None:
        return _Part(0, len(call.body) - 1, len(call.body)) if call.body else _Part(None, 0, None)
    found = RANGE.match(header.strip())
    if found is None:
        raise refuse(400, "badRequest", f"Failed to parse Content-Range header: {header}")
    total = None if found[3] == "*" else int(found[3])
    if total is not None and upload.total is not None and total != upload.total:
        raise refuse(400, "badRequest", f"The total of {total} bytes is not the {upload.total} that were announced.")
    if found[1] is None:
        return _Part(None, 0, total)
    first, last = int(found[1]), int(found[2])
    if last - first + 1 != len(call.body) or (total is not None and last >= total):
        raise refuse(400, "badRequest", f"Content-Range {header} does not fit {len(call.body)} bytes.")
    return _Part(first, last, total)


def _incomplete(upload: Upload) -> Response:
    headers = {"range": f"bytes=0-{upload.received - 1}"} if upload.received else {}
    return Response(status_code=308, headers={**headers, "x-guploader-uploadid": upload.id})


def _again(state: YouTubeState, call: Call, channel: Channel, upload: Upload) -> Response:
    video = state.videos.find(upload.video_id)
    if video is None:
        raise _gone()
    return JSONResponse(show_video(state, call, channel, video, upload.parts))


# Ending


def _finish(state: YouTubeState, call: Call, channel: Channel, upload: Upload) -> dict[str, Any]:
    """The last byte is there: from now on the film exists."""
    path = state.world.media.path(upload.id)
    if path is None:
        raise _gone()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    film = look_at(path)
    fields = checked(upload.body, upload.parts, now=state.now, update=False)
    video = Video(
        id=letters(11),
        channel_id=channel.id,
        title="unknown",
        description="",
        tags=[],
        category_id="22",
        privacy="public",
        created_at=state.now,
        published_at=state.now,
        size=path.stat().st_size,
        digest=digest,
        seconds=film.seconds,
        width=film.width,
        height=film.height,
        notify=upload.notify,
        app_id=upload.app_id,
        thumbnail="",
    )
    video = begin(state, upload, channel, changed(video, fields), path)
    state.uploads.put(replace(upload, video_id=video.id))
    return show_video(state, call, channel, video, upload.parts)
