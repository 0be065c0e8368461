"""Films of a page on their way to its wall: videos, reels and stories.

Source: Video API publishing, Reels and Stories guides, and the SDK's description of 2026-04-15; read 2026-11-22 through
dated copies. Where they are silent: a video that was created unpublished is put on the wall by `published=true` on
itself; a reel's or story's post has its id as soon as it is finished.
"""

from dataclasses import replace

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks.facebook import limits, webhooks
from sandbox.networks.facebook.errors import bad_film, bad_parameter, no_such_object, refuse
from sandbox.networks.facebook.graph import Reading
from sandbox.networks.facebook.oauth import require_page
from sandbox.networks.facebook.state import FacebookState, Page, Post, Video
from sandbox.networks.facebook.uploads import looked_at, size_of

WRITE_SCOPES = ("pages_manage_posts", "pages_read_engagement")
STATES = ("PUBLISHED", "SCHEDULED", "DRAFT")


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
    video = state.videos.put(_begun(state, looked_at(state, call, video), call))
    if params.get("published", "true").lower() not in {"false", "0"}:
        _put_on_wall(reading, page, video, at=max(state.now, video.ready_at))
    return JSONResponse({"id": video.id})


def _take_handle(state: FacebookState, video: Video, handle: str) -> None:
    upload = next((row for row in state.uploads.all() if row.handle == handle), None)
    if upload is None or size_of(state, upload.file) != upload.size:
        raise bad_parameter("Invalid upload handle", subcode=1363030)
    state.world.media.link(upload.file, video.file)


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
