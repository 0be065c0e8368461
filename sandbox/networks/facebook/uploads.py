"""Bytes on their way to a page: by a session of the Resumable Upload API, or to a reel's or story's own address.

Source: Graph API "Upload a file" and the Reels guide; read 2026-11-22 through dated copies. Where they are silent:
bytes that arrived before a connection broke are kept.
"""

from dataclasses import replace
from pathlib import Path

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.media import film_seconds, sniff
from sandbox.networks.facebook import limits, oauth
from sandbox.networks.facebook.errors import bad_parameter, no_such_object
from sandbox.networks.facebook.graph import Reading
from sandbox.networks.facebook.state import FacebookState, Upload, Video

FILE_TYPES = {"video/mp4", "image/jpeg", "image/jpg", "image/png", "application/pdf"}
HEAD_BYTES = 64 * 1024


# Bytes by way of a session: POST /{app}/uploads, then POST and GET /upload:{session}


def open_upload(reading: Reading, app_id: str) -> Response:
    """POST /{app}/uploads."""
    params, state = reading.params, reading.state
    if app_id not in {reading.speaker.app.id, "app"}:
        raise no_such_object(app_id, "POST")
    length, kind = params.get("file_length", ""), params.get("file_type", "")
    if not length.isdigit() or not 0 < int(length) <= limits.VIDEO_BYTES:
        raise bad_parameter("Param file_length must be the file's size in bytes")
    if kind not in FILE_TYPES:
        raise bad_parameter(f"Param file_type must be one of {sorted(FILE_TYPES)}")
    upload = state.uploads.put(
        Upload(id=f"upload:{state.new_id()}", app_id=reading.speaker.app.id, size=int(length), created_at=state.now)
    )
    return JSONResponse({"id": upload.id})


def take_upload(state: FacebookState, call: Call, upload_id: str) -> Response:
    """POST /upload:{session}: bytes from `file_offset` on; the whole of them gives the handle."""
    upload = _own_upload(state, call, upload_id)
    offset = call.headers.get("file_offset", "")
    there = size_of(state, upload.file)
    if not offset.isdigit() or int(offset) != there:
        raise bad_parameter(f"The file_offset must be {there}")
    there = _keep(state, call, upload.file)
    if there > upload.size:
        raise bad_parameter("More bytes than file_length")
    if call.left or there < upload.size:
        return JSONResponse({"id": upload.id, "file_offset": there})
    return JSONResponse({"h": upload.handle})


def ask_upload(state: FacebookState, call: Call, upload_id: str) -> Response:
    """GET /upload:{session}: where to go on."""
    upload = _own_upload(state, call, upload_id)
    return JSONResponse({"id": upload.id, "file_offset": size_of(state, upload.file)})


def _own_upload(state: FacebookState, call: Call, upload_id: str) -> Upload:
    speaker = oauth.identify(state, call.bearer or "", call.query.get("appsecret_proof"))
    upload = state.uploads.find(upload_id)
    over = upload is None or state.now - upload.created_at > limits.UPLOAD_SECONDS
    if upload is None or over or upload.app_id != speaker.app.id:
        raise no_such_object(upload_id, call.method)
    return upload


# Bytes of reels and stories: POST rupload.facebook.com/video-upload/{version}/{video}


def take_reel(state: FacebookState, call: Call, video_id: str) -> Response:
    """Headers `offset` and `file_size`, then bytes; or the header `file_url` alone."""
    speaker = oauth.identify(state, call.bearer or "", None)
    video = state.videos.find(video_id)
    if video is None or speaker.page is None or speaker.page.id != video.page_id:
        return _not_taken("unauthorized user request")
    if video.stage != "uploading":
        return _not_taken("the upload is over")
    if url := call.headers.get("file_url", ""):
        state.videos.put(replace(video, stage="uploaded", source=url))
        return JSONResponse({"success": True})
    offset, size = call.headers.get("offset", ""), call.headers.get("file_size", "")
    there = size_of(state, video.file)
    if not offset.isdigit() or not size.isdigit() or int(offset) != there:
        return _not_taken(f"the offset must be {there}", retriable=True)
    there = _keep(state, call, video.file)
    if call.left or there < int(size):
        return _not_taken("the file is not complete", retriable=True)
    state.videos.put(looked_at(state, call, replace(video, stage="uploaded")))
    return JSONResponse({"success": True})


def _not_taken(message: str, *, retriable: bool = False) -> Response:
    """The upload host's own envelope."""
    info = {"retriable": retriable, "type": "ProcessingFailedError", "message": message}
    return JSONResponse({"debug_info": info}, status_code=400)


def size_of(state: FacebookState, name: str) -> int:
    path = state.world.media.path(name)
    return path.stat().st_size if path else 0


def _keep(state: FacebookState, call: Call, name: str) -> int:
    """Append what came; how much there is now."""
    if call.spool:
        state.world.media.append_file(name, call.spool)
    else:
        state.world.media.append(name, call.body)
    return size_of(state, name)


def looked_at(state: FacebookState, call: Call, video: Video) -> Video:
    """What the file is; it is found out only now whether it is a film at all."""
    path: Path | None = state.world.media.path(video.file)
    if path is None:
        return video
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD_BYTES))
    failed = not kind.media_type.startswith("video/") or "media_failed" in call.faults
    return replace(video, failed=failed, seconds=film_seconds(path))
