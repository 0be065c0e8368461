"""Media as they are read, each by itself and in lists.

Source: IG Media, IG User Media and IG User Stories references, read 2026-11-22 through dated copies.
"""

from collections.abc import Iterator
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_offset
from sandbox.networks.facebook.fields import Field, pick
from sandbox.networks.facebook.graph import Shown, compose, page_of, read_time
from sandbox.networks.instagram.comments import SCOPE as COMMENTING
from sandbox.networks.instagram.comments import permalink, show_comment
from sandbox.networks.instagram.fields import require_known
from sandbox.networks.instagram.graph import Reading, require_account, require_own_medium
from sandbox.networks.instagram.state import Container, Medium


def read_medium(reading: Reading, medium_id: str) -> Response:
    """GET /{medium}, one of the caller's own."""
    medium = require_own_medium(reading, medium_id)
    return JSONResponse(show_medium(reading, medium, reading.fields("IGMedia", "id")))


def list_media(reading: Reading, account_id: str) -> Response:
    """GET /{account}/media: newest first, without stories; since and until are the media's own dates."""
    return _list(reading, account_id, stories=False)


def list_stories(reading: Reading, account_id: str) -> Response:
    """GET /{account}/stories: those of the last day."""
    return _list(reading, account_id, stories=True)


def _list(reading: Reading, account_id: str, *, stories: bool) -> Response:
    account = require_account(reading, account_id)
    fields = reading.fields("IGMedia", "id")
    since, until = read_time(reading.params, "since", 0.0), read_time(reading.params, "until", float("inf"))
    rows = reading.instagram.live_media(account.id, stories=stories)
    found = (row for row in rows if since <= row.created_at <= until)
    return page_of(reading, found, lambda row: row.id, lambda row: show_medium(reading, row, fields))


def list_children(reading: Reading, medium_id: str) -> Response:
    """GET /{medium}/children of a carousel."""
    medium = require_own_medium(reading, medium_id)
    fields = reading.fields("IGMedia", "id")
    return JSONResponse({"data": [_show_child(reading, medium, row, fields) for row in _parts(reading, medium)]})


def show_medium(reading: Reading, medium: Medium, fields: list[Field]) -> dict[str, Any]:
    return compose(_medium_fields(reading, medium), fields)


def _medium_fields(reading: Reading, medium: Medium) -> dict[str, Shown]:
    state, base = reading.instagram, reading.call.base
    film = medium.media_type == "VIDEO"
    address = f"{base}/media/{medium.file}" if medium.file else None

    def children(asked: Field) -> dict[str, Any] | None:
        require_known(asked.children, "IGMedia")
        wanted = asked.children or [Field("id")]
        parts = [_show_child(reading, medium, row, wanted) for row in _parts(reading, medium)]
        return {"data": parts} if parts else None

    def comments(asked: Field) -> dict[str, Any] | None:
        require_known(asked.children, "IGComment")
        if not reading.speaker.has(COMMENTING):
            return None
        wanted = asked.children or [Field("id"), Field("text"), Field("timestamp")]
        rows = [row for row in state.comments.newest(medium.id) if row.deleted_at is None]
        size = int(asked.modifiers.get("limit", "25"))
        return {"data": [show_comment(reading, row, wanted) for row in rows[:size]]} if rows else None

    return {
        "id": lambda _: medium.id,
        "ig_id": lambda _: medium.id,
        "caption": lambda _: medium.caption,
        "alt_text": lambda _: medium.alt_text,
        "media_type": lambda _: medium.media_type,
        "media_product_type": lambda _: medium.product,
        "media_url": lambda _: address,
        "thumbnail_url": lambda _: medium.options.get("cover_url") or address if film else None,
        "permalink": lambda _: permalink(base, medium),
        "shortcode": lambda _: medium.shortcode,
        "timestamp": lambda _: iso_offset(medium.created_at),
        "username": lambda _: medium.username,
        "owner": lambda asked: pick({"id": medium.account_id}, asked.children) if medium.account_id else None,
        "like_count": lambda _: len(medium.liked_by),
        "comments_count": lambda _: sum(row.deleted_at is None for row in state.comments.group(medium.id)),
        "is_comment_enabled": lambda _: medium.comments_on,
        "is_shared_to_feed": lambda _: _is_in_feed(medium),
        "children": children,
        "comments": comments,
    }


def _is_in_feed(medium: Medium) -> bool | None:
    if medium.product != "REELS":
        return None
    return medium.options.get("share_to_feed", "true").lower() in {"true", "1"}


def _parts(reading: Reading, medium: Medium) -> Iterator[Container]:
    return (row for row in map(reading.instagram.containers.find, medium.children) if row)


def _show_child(reading: Reading, medium: Medium, part: Container, fields: list[Field]) -> dict[str, Any]:
    """A part of a carousel has an id, a kind and a file, no caption and no figures."""
    values: dict[str, Shown] = {
        "id": lambda _: f"180{part.id[3:]}",
        "media_type": lambda _: "VIDEO" if part.file_type.startswith("video/") else "IMAGE",
        "media_url": lambda _: f"{reading.call.base}/media/{part.file}",
        "alt_text": lambda _: part.alt_text,
        "permalink": lambda _: permalink(reading.call.base, medium),
        "shortcode": lambda _: medium.shortcode,
        "timestamp": lambda _: iso_offset(medium.created_at),
        "username": lambda _: medium.username,
        "owner": lambda asked: pick({"id": medium.account_id}, asked.children),
    }
    return compose(values, fields)
