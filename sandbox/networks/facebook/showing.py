"""How films and stories are shown: by themselves, in lists, in posts, and how far Facebook is with each.

Source: the SDK's description of 2026-04-15 and the Stories guide; read 2026-11-22 through dated copies.
"""

import json
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from sandbox.clock import iso_offset
from sandbox.networks.facebook import limits
from sandbox.networks.facebook.fields import Field, pick
from sandbox.networks.facebook.graph import Reading, Shown, compose, own_page, page_of, read_time
from sandbox.networks.facebook.state import FacebookState, Post, Video
from sandbox.networks.facebook.uploads import size_of


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
            "bytes_transfered": size_of(state, video.file),
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


# In a post


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
