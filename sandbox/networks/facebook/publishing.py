"""What writes on a page: posts, photos as posts, edits, deletions.

Source: Pages API, posts; Graph API /page/feed and /page/photos references; read 2026-11-22 through dated copies.
"""

import json
import re
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.facebook import comments, films, limits, visits, webhooks
from sandbox.networks.facebook.errors import bad_parameter, duplicate, no_such_object, refuse
from sandbox.networks.facebook.graph import Reading
from sandbox.networks.facebook.media import answer_unpublished, take_photo
from sandbox.networks.facebook.oauth import require_page
from sandbox.networks.facebook.reading import find_post, show_post
from sandbox.networks.facebook.state import (
    FacebookState,
    Page,
    Photo,
    Post,
)

ATTACHED = re.compile(r"^attached_media\[(\d+)\]$")
# Of the many that the SDK's description names.
CALLS_TO_ACTION = (
    "LEARN_MORE", "SHOP_NOW", "SIGN_UP", "CONTACT_US", "BOOK_TRAVEL", "DOWNLOAD", "WATCH_MORE", "GET_OFFER",
    "ORDER_NOW",
)  # fmt: skip
WRITE_SCOPES = ("pages_manage_posts", "pages_read_engagement")


def create_post(reading: Reading, page_id: str) -> Response:
    """POST /{page}/feed."""
    state, params, speaker = reading.state, reading.params, reading.speaker
    page = require_page(speaker, page_id, *WRITE_SCOPES, task="CREATE_CONTENT")
    message, link = params.get("message", ""), params.get("link", "")
    photos = _attached(state, page, params)
    if not message and not link and not photos:
        raise bad_parameter("Missing message or attachment", subcode=1349125)
    _require_fitting(message)
    if link and not link.startswith(("http://", "https://")):
        raise bad_parameter("link should represent a valid URL", subcode=1500)
    published_at = _hour(state, params)
    action = _call_to_action(params, link)
    if not photos:
        _refuse_duplicate(state, page, message, link)
    post = _publish(reading, page, message, link=link, photos=photos, published_at=published_at)
    if action:
        post = state.posts.put(replace(post, call_to_action=action))
    return JSONResponse({"id": post.id, **_asked_at_once(reading, post)})


async def create_photo(reading: Reading, page_id: str) -> Response:
    """POST /{page}/photos: a post of its own, or with published=false a picture for a later one."""
    state, params = reading.state, reading.params
    _require_fitting(params.get("caption") or params.get("message", ""))
    published_at = _hour(state, params)
    photo = await take_photo(state, reading.call, params, reading.speaker, page_id)
    if published_at == 0:
        return answer_unpublished(photo)
    page = reading.speaker.page
    if page is None:
        raise no_such_object(page_id, "POST")
    post = _publish(reading, page, photo.caption, link="", photos=[photo], published_at=published_at)
    return JSONResponse({"id": photo.id, "post_id": post.id})


def update(reading: Reading, post_id: str) -> Response:
    """POST /{post}: another text, or publish a scheduled one now. Only by the app that made it."""
    if reading.state.find_comment(post_id):
        return comments.update_comment(reading, post_id)
    if video := films.find_video(reading.state, post_id):
        return films.update_video(reading, video)
    state, params = reading.state, reading.params
    post = _own_post(reading, post_id, "POST")
    if post.app_id != reading.speaker.app.id:
        raise refuse(200, "(#200) The application can only edit the posts it created", status=403)
    if "message" in params:
        _require_fitting(params["message"])
        post = replace(post, message=params["message"])
    appears = _flag(params, "is_published") and post.published_at > state.now
    if appears:
        post = replace(post, published_at=state.now)
    post = state.posts.put(replace(post, updated_at=state.now))
    state.schedule(post)
    webhooks.tell_post(state, post, "add" if appears else "edited")
    return JSONResponse({"success": True})


def delete(reading: Reading, object_id: str) -> Response:
    """DELETE /{post}, /{photo} or /{comment}."""
    state = reading.state
    if state.find_comment(object_id):
        return comments.delete_comment(reading, object_id)
    if (visit := state.visits.find(object_id)) and visit.deleted_at is None:
        return visits.delete_visit(reading, visit)
    if video := films.find_video(state, object_id):
        films.delete_video(reading, video)
        if post := find_post(state, video.post_id):
            _take_down(state, post)
        return JSONResponse({"success": True})
    photo = state.photos.find(object_id)
    if photo and not photo.deleted:
        require_page(reading.speaker, photo.page_id, *WRITE_SCOPES)
        state.photos.put(replace(photo, deleted=True))
        if post := find_post(state, photo.post_id):
            _take_down(state, post)
        return JSONResponse({"success": True})
    _take_down(state, _own_post(reading, object_id, "DELETE"))
    return JSONResponse({"success": True})


def _take_down(state: FacebookState, post: Post) -> None:
    webhooks.tell_post(state, post, "remove")
    state.posts.put(replace(post, deleted_at=state.now))


def _own_post(reading: Reading, post_id: str, method: str) -> Post:
    post = find_post(reading.state, post_id)
    if post is None:
        raise no_such_object(post_id, method)
    require_page(reading.speaker, post.page_id, *WRITE_SCOPES, task="CREATE_CONTENT")
    return post


def _publish(
    reading: Reading, page: Page, message: str, *, link: str, photos: list[Photo], published_at: float
) -> Post:
    state = reading.state
    now = state.now
    kind = "added_photos" if photos else "shared_story" if link else "mobile_status_update"
    post = state.posts.put(
        Post(
            id=f"{page.id}_{state.new_id()}",
            page_id=page.id,
            app_id=reading.speaker.app.id,
            person_id=reading.speaker.person_id,
            message=message,
            link=link,
            photo_ids=[photo.id for photo in photos],
            status_type=kind,
            created_at=now,
            updated_at=now,
            published_at=published_at,
        )
    )
    for photo in photos:
        state.photos.put(replace(photo, post_id=post.id))
    state.schedule(post)
    webhooks.tell_post(state, post, "add")
    return post


def _call_to_action(params: dict[str, str], link: str) -> str:
    """The button of a link: a type that Facebook has, and where it leads."""
    if "call_to_action" not in params:
        return ""
    try:
        action = json.loads(params["call_to_action"])
        kind = str(action["type"])
    except (ValueError, TypeError, KeyError):
        raise bad_parameter("Param call_to_action must be an object with a type") from None
    if kind not in CALLS_TO_ACTION or not link:
        raise bad_parameter(f"Param call_to_action[type] must be one of {CALLS_TO_ACTION}, with a link")
    return kind


def _asked_at_once(reading: Reading, post: Post) -> dict[str, Any]:
    """A POST may name fields of what it made."""
    if "fields" not in reading.params:
        return {}
    return show_post(reading, post, reading.fields("PagePost", "id"))


def _require_fitting(message: str) -> None:
    if len(message) > limits.MESSAGE_CHARACTERS:
        raise bad_parameter(f"Param message must be at most {limits.MESSAGE_CHARACTERS} characters long")


def _flag(params: dict[str, str], name: str, default: str = "false") -> bool:
    return params.get(name, default).lower() in {"true", "1"}


def _hour(state: FacebookState, params: dict[str, str]) -> float:
    """When the post is public: now, at its hour, or 0 for not at all."""
    if _flag(params, "published", "true"):
        return state.now
    text = params.get("scheduled_publish_time", "")
    if not text:
        return 0.0
    if not text.isdigit():
        raise bad_parameter("scheduled_publish_time must be a unix timestamp")
    earliest, latest = limits.SCHEDULE_SECONDS
    if not earliest <= int(text) - state.now <= latest:
        raise bad_parameter(
            "The specified scheduled publish time is invalid.", subcode=1363135, title="Invalid scheduled publish time"
        )
    return float(text)


def _attached(state: FacebookState, page: Page, params: dict[str, str]) -> list[Photo]:
    """attached_media as one JSON list, or as attached_media[0], attached_media[1]..."""
    items = [value for name, value in sorted(params.items()) if ATTACHED.match(name)]
    try:
        entries = [json.loads(item) for item in items] or json.loads(params.get("attached_media", "[]"))
        photo_ids = [str(entry["media_fbid"]) for entry in entries]
    except (ValueError, TypeError, KeyError):
        raise bad_parameter("Param attached_media must be a list of {media_fbid}") from None
    if len(photo_ids) > limits.ATTACHED_MEDIA:
        raise bad_parameter(f"Param attached_media takes at most {limits.ATTACHED_MEDIA} items")
    return [_attachable(state, page, photo_id) for photo_id in photo_ids]


def _attachable(state: FacebookState, page: Page, photo_id: str) -> Photo:
    photo = state.photos.find(photo_id)
    if photo is None or photo.deleted or photo.page_id != page.id:
        raise bad_parameter(f"Invalid attached media id {photo_id}", subcode=1366028)
    if photo.post_id:
        raise refuse(
            100,
            "Photos were already posted.",
            subcode=1366051,
            title="Already Posted",
            text="These photos were already posted.",
        )
    return photo


def _refuse_duplicate(state: FacebookState, page: Page, message: str, link: str) -> None:
    if not state.world.settings.duplicate_protection:
        return
    since = state.now - limits.DUPLICATE_SECONDS
    for seen, post in enumerate(state.posts.newest(page.id)):
        if seen >= limits.DUPLICATE_LOOKBACK or post.created_at < since:
            return
        if post.deleted_at is None and not post.photo_ids and (post.message, post.link) == (message, link):
            state.refused_duplicates[page.id] = state.refused_duplicates.get(page.id, 0) + 1
            raise duplicate()
