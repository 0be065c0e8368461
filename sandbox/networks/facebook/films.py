"""Films of a page: uploads that can be resumed, videos, reels and stories, and how far Facebook is with each.

Source: Graph API "Upload a file", Video API publishing, Reels and Stories guides, and the SDK's description of
2026-04-15; read 2026-11-22 through dated copies. Where they are silent: bytes that arrived before a connection broke
are kept; a video that was created unpublished is put on the wall by `published=true` on itself; a reel's or story's
post has its id as soon as it is finished.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.clock import iso_offset
from sandbox.media import film_seconds, sniff
from sandbox.networks.facebook import limits, oauth, webhooks
from sandbox.networks.facebook.errors import bad_film, bad_parameter, no_such_object, refuse
from sandbox.networks.facebook.fields import Field, pick
from sandbox.networks.facebook.graph import Reading, Shown, compose, own_page, page_of, read_time
from sandbox.networks.facebook.oauth import require_page
from sandbox.networks.facebook.state import FacebookState, Page, Post, Upload, Video

WRITE_SCOPES = ("pages_manage_posts", "pages_read_engagement")
FILE_TYPES = {"video/mp4", "image/jpeg", "image/jpg", "image/png", "application/pdf"}
HEAD_BYTES = 64 * 1024
STATES = ("PUBLISHED", "SCHEDULED", "DRAFT")


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
    there = _size(state, upload.file)
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
    return JSONResponse({"id": upload.id, "file_offset": _size(state, upload.file)})


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
    there = _size(state, video.file)
    if not offset.isdigit() or not size.isdigit() or int(offset) != there:
        return _not_taken(f"the offset must be {there}", retriable=True)
    there = _keep(state, call, video.file)
    if call.left or there < int(size):
        return _not_taken("the file is not complete", retriable=True)
    state.videos.put(_looked_at(state, call, replace(video, stage="uploaded")))
    return JSONResponse({"success": True})


def _not_taken(message: str, *, retriable: bool = False) -> Response:
    """The upload host's own envelope."""
    info = {"retriable": retriable, "type": "ProcessingFailedError", "message": message}
    return JSONResponse({"debug_info": info}, status_code=400)


def _size(state: FacebookState, name: str) -> int:
    path = state.world.media.path(name)
    return path.stat().st_size if path else 0


def _keep(state: FacebookState, call: Call, name: str) -> int:
    """Append what came; how much there is now."""
    if call.spool:
        state.world.media.append_file(name, call.spool)
    else:
        state.world.media.append(name, call.body)
    return _size(state, name)


# Videos: one call to the page, from a handle, an address or its own bytes


def create_video(reading: Reading, page_id: str) -> Response:
    """From a handle, an address, or bytes in the call itself; with published=false it stands on no wall yet."""
    state, params, call = reading.state, reading.params, reading.call
    page = require_page(reading.speaker, page_id, *WRITE_SCOPES, task="CREATE_CONTENT")
    video = Video(
        id=state.new_id(),
        page_id=page.id,
        app_id=reading.speaker.app.id,
        kind="video",
        description=params.get("description", ""),
        title=params.get("title", ""),
        created_at=state.now,
    )
    if handle := params.get("fbuploader_video_file_chunk", ""):
        _take_handle(state, video, handle)
    elif "source" in call.files:
        state.world.media.write(video.file, call.files["source"].data)
    elif params.get("file_url", "").startswith(("http://", "https://")):
        video = replace(video, source=params["file_url"])
    else:
        raise bad_parameter("Missing video file: file_url, source or fbuploader_video_file_chunk is required")
    if cover := call.files.get("thumb"):
        video = replace(video, cover=f"{video.id}-cover")
        state.world.media.write(video.cover, cover.data)
    video = state.videos.put(_begun(state, _looked_at(state, call, video), call))
    if params.get("published", "true").lower() not in {"false", "0"}:
        _put_on_wall(reading, page, video, at=max(state.now, video.ready_at))
    return JSONResponse({"id": video.id})


def _take_handle(state: FacebookState, video: Video, handle: str) -> None:
    upload = next((row for row in state.uploads.all() if row.handle == handle), None)
    if upload is None or _size(state, upload.file) != upload.size:
        raise bad_parameter("Invalid upload handle", subcode=1363030)
    state.world.media.link(upload.file, video.file)


def _looked_at(state: FacebookState, call: Call, video: Video) -> Video:
    """What the file is; it is found out only now whether it is a film at all."""
    path: Path | None = state.world.media.path(video.file)
    if path is None:
        return video
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD_BYTES))
    failed = not kind.media_type.startswith("video/") or "media_failed" in call.faults
    return replace(video, failed=failed, seconds=film_seconds(path))


def _begun(state: FacebookState, video: Video, call: Call) -> Video:
    fault = call.faults.get("slow_media")
    seconds = fault.seconds if fault else state.world.settings.facebook_film_seconds
    return replace(video, stage="processing", ready_at=state.now + seconds)


# POST /{page}/video_reels, /video_stories: start, (bytes), finish


def reel_phase(reading: Reading, page_id: str) -> Response:
    return _phase(reading, page_id, "reel")


def story_phase(reading: Reading, page_id: str) -> Response:
    return _phase(reading, page_id, "story")


def _phase(reading: Reading, page_id: str, kind: str) -> Response:
    state, params = reading.state, reading.params
    page = require_page(reading.speaker, page_id, *WRITE_SCOPES, task="CREATE_CONTENT")
    match params.get("upload_phase"):
        case "start":
            video = state.videos.put(
                Video(
                    id=state.new_id(),
                    page_id=page.id,
                    app_id=reading.speaker.app.id,
                    kind=kind,
                    stage="uploading",
                    created_at=state.now,
                )
            )
            address = f"{reading.call.base}/rupload.facebook.com/video-upload/{reading.version}/{video.id}"
            return JSONResponse({"video_id": video.id, "upload_url": address})
        case "finish":
            return _finish(reading, page, kind)
    raise bad_parameter("Param upload_phase must be one of {START, FINISH}")


def _finish(reading: Reading, page: Page, kind: str) -> Response:
    state, params = reading.state, reading.params
    video = state.videos.find(params.get("video_id", ""))
    if video is None or video.page_id != page.id or video.kind != kind:
        raise bad_parameter("Invalid video_id")
    if video.stage == "uploading":
        raise bad_parameter("The video has not been uploaded", subcode=1363130)
    if video.post_id:  # finishing twice changes nothing
        return JSONResponse({"success": True, "post_id": video.post_id})
    if kind == "reel" and params.get("video_state", "PUBLISHED") not in STATES:
        raise bad_parameter(f"Param video_state must be one of {STATES}")
    _require_fit(state, video)
    if kind == "reel" and params.get("video_state", "PUBLISHED") != "PUBLISHED":
        state.videos.put(_begun(state, video, reading.call))
        return JSONResponse({"success": True})
    video = replace(video, description=params.get("description", ""), title=params.get("title", ""))
    video = state.videos.put(_begun(state, video, reading.call))
    post = _put_on_wall(reading, page, video, at=state.now)
    return JSONResponse({"success": True, "post_id": post.id})


def _require_fit(state: FacebookState, video: Video) -> None:
    """How long it may be, and how many reels a day."""
    shortest, longest = limits.REEL_SECONDS if video.kind == "reel" else limits.STORY_SECONDS
    if video.seconds and not shortest <= video.seconds <= longest:
        raise refuse(100, "Invalid parameter", subcode=1363128, title="Video Length", text="The video is too long.")
    today = [
        row
        for row in state.videos.group(video.page_id)
        if row.kind == "reel" and row.post_id and state.now - row.created_at < limits.DAY
    ]
    if video.kind == "reel" and len(today) >= limits.REELS_A_DAY:
        raise refuse(1390008, "You can't post more reels today.", title="Too Many Reels")


def photo_story(reading: Reading, page_id: str) -> Response:
    """POST /{page}/photo_stories: a photo that was uploaded unpublished."""
    state = reading.state
    page = require_page(reading.speaker, page_id, *WRITE_SCOPES, task="CREATE_CONTENT")
    photo = state.photos.find(reading.params.get("photo_id", ""))
    if photo is None or photo.deleted or photo.page_id != page.id:
        raise bad_parameter("Invalid photo_id", subcode=1366028)
    if photo.post_id:
        raise refuse(100, "Photos were already posted.", subcode=1366051, title="Already Posted")
    post = _post(reading, page, message="", status_type="added_photos", photo_ids=[photo.id], story=True)
    state.photos.put(replace(photo, post_id=post.id))
    return JSONResponse({"success": True, "post_id": post.id})


# A film that is there


def update_video(reading: Reading, video: Video) -> Response:
    """POST /{video}: other words, or onto the wall with published=true."""
    state, params = reading.state, reading.params
    page = require_page(reading.speaker, video.page_id, *WRITE_SCOPES, task="CREATE_CONTENT")
    video = replace(
        video, description=params.get("description", video.description), title=params.get("name", video.title)
    )
    state.videos.put(video)
    if (post := state.posts.find(video.post_id)) and "description" in params:
        state.posts.put(replace(post, message=video.description, updated_at=state.now))
    if params.get("published", "").lower() in {"true", "1"} and not video.post_id:
        if video.failed or state.now < video.ready_at:
            raise refuse(100, "The video is not ready to be published", subcode=1363040)
        _put_on_wall(reading, page, video, at=state.now)
    return JSONResponse({"success": True})


def delete_video(reading: Reading, video: Video) -> None:
    require_page(reading.speaker, video.page_id, *WRITE_SCOPES)
    reading.state.videos.put(replace(video, deleted_at=reading.state.now))


def set_cover(reading: Reading, video_id: str) -> Response:
    """POST /{video}/thumbnails."""
    state = reading.state
    video = find_video(state, video_id)
    if video is None:
        raise no_such_object(video_id, "POST")
    require_page(reading.speaker, video.page_id, *WRITE_SCOPES)
    if "source" not in reading.call.files:
        raise bad_film("A cover is a picture in the part named source")
    cover = f"{video.id}-cover"
    state.world.media.write(cover, reading.call.files["source"].data)
    state.videos.put(replace(video, cover=cover))
    return JSONResponse({"success": True})


def find_video(state: FacebookState, video_id: str) -> Video | None:
    video = state.videos.find(video_id)
    return video if video and video.deleted_at is None else None


def show_video(reading: Reading, video: Video, fields: list[Field]) -> dict[str, Any]:
    state = reading.state
    post = state.posts.find(video.post_id)
    path = f"/{video.page_id}/videos/{video.id}/" if video.kind == "video" else f"/reel/{video.id}/"
    values: dict[str, Shown] = {
        "id": lambda _: video.id,
        "description": lambda _: video.description,
        "title": lambda _: video.title,
        "created_time": lambda _: iso_offset(video.created_at),
        "updated_time": lambda _: iso_offset(video.created_at),
        "length": lambda _: video.seconds,
        "permalink_url": lambda _: path,
        "post_id": lambda _: video.post_id.partition("_")[2] or None,
        "published": lambda _: post is not None and post.is_live(state.now),
        "status": lambda asked: pick(_status(state, video, post), asked.children),
        "source": lambda _: f"{reading.call.base}/media/{video.file}",
        "views": lambda _: 0,
    }
    return compose(values, fields)


def _status(state: FacebookState, video: Video, post: Post | None) -> dict[str, Any]:
    done = video.stage == "processing" and state.now >= video.ready_at
    over = done and video.failed
    standing = "error" if over else "ready" if done else "processing" if video.stage == "processing" else video.stage
    phase = "error" if over else "complete" if done else "in_progress" if video.stage == "processing" else "not_started"
    shown: dict[str, Any] = {
        "video_status": {"uploading": "uploading", "uploaded": "upload_complete"}.get(standing, standing),
        "uploading_phase": {
            "status": "in_progress" if video.stage == "uploading" else "complete",
            "bytes_transfered": _size(state, video.file),
        },
        "processing_phase": {"status": phase},
        "publishing_phase": {"status": "not_started"},
    }
    if over:
        shown["processing_phase"]["errors"] = [{"code": 1363019, "message": "The video could not be processed."}]
    if post and not over:
        published = done and post.is_live(state.now)
        shown["publishing_phase"] = {"status": "complete" if published else "in_progress"}
        if published:
            shown["publishing_phase"] |= {"publish_status": "published", "publish_time": iso_offset(post.published_at)}
    return shown


# Lists


def videos(reading: Reading, page_id: str) -> Response:
    return _list(reading, page_id, "video")


def reels(reading: Reading, page_id: str) -> Response:
    return _list(reading, page_id, "reel")


def _list(reading: Reading, page_id: str, kind: str) -> Response:
    page = own_page(reading, page_id)
    fields = reading.fields("Video", "id,description,updated_time")
    since = read_time(reading.params, "since", 0.0)
    published = (row for row in reading.state.videos.newest(page.id) if row.kind == kind and row.post_id)
    rows = (row for row in published if row.created_at >= since)
    return page_of(reading, rows, lambda row: row.id, lambda row: show_video(reading, row, fields))


def stories(reading: Reading, page_id: str) -> Response:
    """GET /{page}/stories: of the last day unless ARCHIVED ones are asked for too."""
    state = reading.state
    page = own_page(reading, page_id)
    asked = json.loads(reading.params.get("status", "[]") or "[]") or ["PUBLISHED", "ARCHIVED"]
    since = read_time(reading.params, "since", 0.0)

    def rows() -> Iterator[Post]:
        for post in state.posts.newest(page.id):
            if post.story and post.deleted_at is None and post.published_at >= since and _standing(post) in asked:
                yield post

    def _standing(post: Post) -> str:
        return "PUBLISHED" if state.now - post.published_at < limits.DAY else "ARCHIVED"

    def show(post: Post) -> dict[str, Any]:
        return {
            "post_id": post.id.partition("_")[2],
            "status": _standing(post).lower(),
            "creation_time": str(int(post.published_at)),
            "media_type": "video" if post.video_id else "photo",
            "media_id": post.video_id or post.photo_ids[0],
            "url": f"{reading.call.base}/www.facebook.com/stories/{page.id}/{post.id.partition('_')[2]}",
        }

    return page_of(reading, rows(), lambda post: post.id, show)


# On the wall


def _put_on_wall(reading: Reading, page: Page, video: Video, *, at: float) -> Post:
    post = _post(
        reading,
        page,
        message=video.description,
        status_type="added_video",
        video_id=video.id,
        story=video.kind == "story",
        at=at,
    )
    reading.state.videos.put(replace(video, post_id=post.id))
    return post


def _post(
    reading: Reading,
    page: Page,
    *,
    message: str,
    status_type: str,
    photo_ids: list[str] | None = None,
    video_id: str = "",
    story: bool = False,
    at: float = 0.0,
) -> Post:
    state = reading.state
    post = state.posts.put(
        Post(
            id=f"{page.id}_{state.new_id()}",
            page_id=page.id,
            app_id=reading.speaker.app.id,
            person_id=reading.speaker.person_id,
            message=message,
            link="",
            photo_ids=photo_ids or [],
            video_id=video_id,
            story=story,
            status_type=status_type,
            created_at=state.now,
            updated_at=state.now,
            published_at=at or state.now,
        )
    )
    state.schedule(post)
    webhooks.tell_post(state, post, "add")
    return post


def attachment_of(reading: Reading, video: Video) -> dict[str, Any]:
    """How a post shows the film it carries."""
    link = f"{reading.call.base}/www.facebook.com/{video.page_id}/videos/{video.id}"
    return {
        "description": video.description,
        "media_type": "video",
        "type": "video_inline",
        "media": {"source": f"{reading.call.base}/media/{video.file}"},
        "target": {"id": video.id, "url": link},
        "url": link,
    }
