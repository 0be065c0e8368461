"""POST /{account}/media: what is to be published is made ready first. GET /{container}: how far it is.

Source: Content Publishing guide and IG User Media reference, read 2026-11-22 through dated copies.
"""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.facebook.errors import bad_parameter, no_such_object
from sandbox.networks.facebook.fields import Field
from sandbox.networks.facebook.graph import Shown, compose
from sandbox.networks.facebook.oauth import parse_list
from sandbox.networks.instagram import files, limits
from sandbox.networks.instagram.errors import bad_media, caption_too_long, quota_reached
from sandbox.networks.instagram.graph import Reading, require_account
from sandbox.networks.instagram.state import NAMES, Account, Container

SCOPE = "instagram_content_publish"
TASKS = ("CREATE_CONTENT",)
MEDIA_TYPES = ("CAROUSEL", "IMAGE", "REELS", "STORIES", "VIDEO")
KEPT = (
    "location_id", "user_tags", "collaborators", "share_to_feed", "cover_url", "thumb_offset", "audio_name",
    "trial_params", "is_ai_generated",
)  # fmt: skip
STATUS_WORDS = {
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "EXPIRED": "Expired: Media has not been published within 24 hours and has expired.",
    "PUBLISHED": "Published: Media has been published.",
}


async def create(reading: Reading, account_id: str) -> Response:
    """One container; a picture's file is fetched before the answer, a film's behind it."""
    state, params = reading.instagram, reading.params
    account = require_account(reading, account_id, SCOPE, tasks=TASKS)
    if state.world.settings.rate_limits:
        made_since = state.now - limits.DAY
        if sum(row.created_at > made_since for row in state.containers.group(account.id)) >= limits.CONTAINERS_A_DAY:
            raise quota_reached("containers")
    container = _asked_for(reading, account)
    call = reading.call
    if params.get("upload_type") == "resumable":
        state.containers.put(container)
        uri = f"{call.base}/rupload.facebook.com/ig-api-upload/{reading.version}/{container.id}"
        return JSONResponse({"id": container.id, "uri": uri})
    if container.media_type != "CAROUSEL" and "image_url" in params:
        container = await files.take_image(state, container, call)
    state.containers.put(container)
    if container.awaits_film:
        state.await_film(container)
    return JSONResponse({"id": container.id})


def _asked_for(reading: Reading, account: Account) -> Container:
    """The container as its parameters describe it. Raises a refusal."""
    state, params = reading.instagram, reading.params
    is_item = _flag(params, "is_carousel_item")
    media_type = _media_type(params, is_item=is_item)
    children = _children(reading, account) if media_type == "CAROUSEL" else []
    caption = "" if is_item or media_type == "STORIES" else params.get("caption", "")
    _require_fitting(caption, params)
    by_image = "image_url" in params and media_type != "REELS"
    if by_image and params.get("alt_text") and len(params["alt_text"]) > limits.ALT_CHARACTERS:
        raise bad_parameter(f"Param alt_text must be at most {limits.ALT_CHARACTERS} characters long")
    options = {name: params[name] for name in KEPT if name in params}
    faults = reading.call.faults
    if slow := faults.get("slow_media"):
        options["slow"] = str(slow.seconds)
    if "media_failed" in faults:
        options["spoilt"] = "1"
    return Container(
        id=state.new_id("179"),
        account_id=account.id,
        app_id=reading.speaker.app.id,
        media_type=media_type,
        created_at=state.now,
        caption=caption,
        alt_text=params.get("alt_text", "") if by_image else "",
        is_item=is_item,
        children=children,
        source=params.get("image_url", "") if by_image else params.get("video_url", ""),
        ready_at=state.now if media_type == "CAROUSEL" else None,
        options=options,
    )


def _media_type(params: dict[str, str], *, is_item: bool) -> str:
    media_type = params.get("media_type", "IMAGE").upper()
    if media_type not in MEDIA_TYPES:
        raise bad_media(2207023, f"The media type {media_type} is unknown. Use one of {', '.join(MEDIA_TYPES)}.")
    if media_type == "VIDEO" and not is_item:
        raise bad_media(2207023, "The media type VIDEO is no longer supported. Use REELS to publish a video.")
    if media_type in {"REELS", "STORIES", "CAROUSEL"} and is_item:
        raise bad_media(2207023, f"The media type {media_type} cannot be part of a carousel.")
    if media_type == "CAROUSEL":
        return media_type
    resumable = params.get("upload_type") == "resumable"
    film = "video_url" in params or resumable
    if media_type == "IMAGE" and "image_url" not in params:
        raise bad_parameter("The parameter image_url is required.")
    if media_type in {"VIDEO", "REELS"} and not film:
        raise bad_parameter("The parameter video_url is required.")
    if media_type == "STORIES" and not film and "image_url" not in params:
        raise bad_parameter("The parameter image_url or video_url is required.")
    return media_type


def _children(reading: Reading, account: Account) -> list[str]:
    state, ids = reading.instagram, parse_list(reading.params.get("children", ""))
    least, most = limits.CHILDREN
    if not least <= len(ids) <= most:
        raise bad_media(2207028, f"A carousel needs {least} to {most} children; there are {len(ids)}.")
    for child_id in ids:
        child = state.containers.find(child_id)
        if child is None or child.account_id != account.id or not child.is_item:
            raise bad_media(2207028, f"The child {child_id} is not an item of a carousel.")
        if child.status(state.now) != "FINISHED":
            raise bad_media(2207028, f"The child {child_id} is not ready.")
    return ids


def _require_fitting(caption: str, params: dict[str, str]) -> None:
    if len(caption) > limits.CAPTION_CHARACTERS:
        raise caption_too_long(f"The caption should not have more than {limits.CAPTION_CHARACTERS} characters.")
    if caption.count("#") > limits.HASHTAGS:
        raise caption_too_long(f"The caption should not have more than {limits.HASHTAGS} hashtags.")
    if len(NAMES.findall(caption)) > limits.MENTIONS or len(_objects(params, "user_tags")) > limits.MENTIONS:
        raise bad_media(2207040, f"Cannot use more than {limits.MENTIONS} tags per created media.")
    if len(parse_list(params.get("collaborators", ""))) > limits.COLLABORATORS:
        raise bad_parameter(f"Param collaborators takes at most {limits.COLLABORATORS} usernames")
    if (offset := params.get("thumb_offset", "0")) and not offset.isdigit():
        raise bad_parameter("Param thumb_offset must be an integer")
    if (location := params.get("location_id", "0")) and not location.isdigit():
        raise bad_parameter("Param location_id must be the id of a Page with a location")


def _objects(params: dict[str, str], name: str) -> list[Any]:
    try:
        found = json.loads(params.get(name, "[]"))
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(each, dict) and each.get("username") for each in found):
        raise bad_parameter(f"Param {name} must be a list of objects with a username")
    return found


def _flag(params: dict[str, str], name: str) -> bool:
    return params.get(name, "false").lower() in {"true", "1"}


# How far it is


def read(reading: Reading, container_id: str) -> Response:
    """GET /{container}."""
    container = reading.instagram.containers.find(container_id)
    if container is None:
        raise no_such_object(container_id, "GET")
    require_account(reading, container.account_id, SCOPE)
    return JSONResponse(compose(_fields(reading, container), reading.fields("IGContainer", "id")))


def _fields(reading: Reading, container: Container) -> dict[str, Shown]:
    status = container.status(reading.instagram.now)
    words = STATUS_WORDS.get(status) or f"Error: Media upload has failed with error code {container.failure}"
    return {
        "id": lambda _: container.id,
        "status_code": lambda _: status,
        "status": lambda _: words,
        "copyright_check_status": lambda _: {"status": "completed", "matches_found": False} if container.file else None,
        "video_status": lambda asked: _video_status(reading, container, status, asked),
    }


def _video_status(reading: Reading, container: Container, status: str, asked: Field) -> dict[str, Any] | None:
    """How much of an upload has come; an interrupted one goes on from there."""
    if container.media_type in {"IMAGE", "CAROUSEL"} or container.source:
        return None
    there = files.uploaded_bytes(reading.instagram, container)
    return {
        "uploading_phase": {"status": "complete" if container.file else "in_progress", "bytes_transferred": there},
        "processing_phase": {"status": "complete" if status == "FINISHED" else "not_started"},
    }
