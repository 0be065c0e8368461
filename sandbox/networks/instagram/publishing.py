"""What makes things public, or takes them away: media_publish, the daily quota, comments on and off, deleting.

Source: Content Publishing guide; IG User media_publish and content_publishing_limit, IG Media references, 2026.
"""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.facebook.errors import bad_parameter
from sandbox.networks.facebook.fields import pick
from sandbox.networks.facebook.graph import read_time
from sandbox.networks.instagram import containers, limits, webhooks
from sandbox.networks.instagram.errors import no_container, not_ready, quota_reached
from sandbox.networks.instagram.graph import Reading, require_account, require_own_medium
from sandbox.networks.instagram.state import Account, Container, InstagramState, Medium

COMMENTING = "instagram_manage_comments"


def publish(reading: Reading, account_id: str) -> Response:
    """POST /{account}/media_publish: once per container; a second time it is there no more."""
    state = reading.instagram
    account = require_account(reading, account_id, containers.SCOPE, tasks=containers.TASKS)
    creation_id = reading.params.get("creation_id", "")
    container = state.containers.find(creation_id)
    if not creation_id:
        raise bad_parameter("The parameter creation_id is required.")
    if container is None or container.account_id != account.id or container.is_item:
        raise no_container(creation_id)
    match container.status(state.now):
        case "PUBLISHED" | "EXPIRED":
            raise no_container(creation_id)
        case "IN_PROGRESS" | "ERROR":
            raise not_ready()
    if (
        published_today(state, account, state.now - limits.DAY) >= limits.POSTS_A_DAY
        and state.world.settings.rate_limits
    ):
        raise quota_reached("posts")
    medium = _make_public(state, account, container)
    return JSONResponse({"id": medium.id})


def _make_public(state: InstagramState, account: Account, container: Container) -> Medium:
    story = container.media_type == "STORIES"
    film = container.file_type.startswith("video/")
    kind = "CAROUSEL_ALBUM" if container.media_type == "CAROUSEL" else "VIDEO" if film else "IMAGE"
    medium = state.media.put(
        Medium(
            id=state.new_id("180"),
            account_id=account.id,
            username=account.username,
            media_type=kind,
            product="STORY" if story else "REELS" if container.media_type == "REELS" else "FEED",
            caption=container.caption,
            created_at=state.now,
            app_id=container.app_id,
            file=container.file,
            file_type=container.file_type,
            alt_text=container.alt_text,
            children=container.children,
            options=container.options,
            named=[each for each in state.named_in(container.caption) if each != account.id],
        )
    )
    if story:
        state.open_story(medium)
    for part in (container.id, *container.children):
        if row := state.containers.find(part):
            state.containers.put(replace(row, media_id=medium.id))
    for other in medium.named:
        webhooks.tell_mention(state, other, medium.id, "")
    return medium


def published_today(state: InstagramState, account: Account, since: float) -> int:
    """A carousel counts once, a story too, a deleted one all the same."""
    return sum(1 for row in state.media.group(account.id) if row.app_id and row.created_at > since)


def publishing_limit(reading: Reading, account_id: str) -> Response:
    """GET /{account}/content_publishing_limit."""
    state = reading.instagram
    account = require_account(reading, account_id, containers.SCOPE)
    fields = reading.fields("ContentPublishingLimit", "quota_usage")
    since = read_time(reading.params, "since", state.now - limits.DAY)
    if since < state.now - limits.DAY - 1:
        raise bad_parameter("Param since must be within the last 24 hours")
    row: dict[str, Any] = {
        "quota_usage": published_today(state, account, since),
        "config": {"quota_total": limits.POSTS_A_DAY, "quota_duration": limits.DAY},
    }
    return JSONResponse({"data": [pick(row, fields)]})


def change(reading: Reading, medium_id: str) -> Response:
    """POST /{medium}: comments on or off, nothing else."""
    medium = require_own_medium(reading, medium_id, COMMENTING, tasks=("MODERATE", "CREATE_CONTENT"))
    if "comment_enabled" not in reading.params:
        raise bad_parameter("The parameter comment_enabled is required.")
    on = reading.params["comment_enabled"].lower() in {"true", "1"}
    reading.instagram.media.put(replace(medium, comments_on=on))
    return JSONResponse({"success": True})


def delete(reading: Reading, medium_id: str) -> Response:
    """DELETE /{medium}: described, and said to work for some kinds only; here for all."""
    medium = require_own_medium(reading, medium_id, containers.SCOPE, tasks=containers.TASKS)
    reading.instagram.media.put(replace(medium, deleted_at=reading.instagram.now))
    return JSONResponse({"success": True})
