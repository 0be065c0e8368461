"""Comments and replies: reading, writing, editing, hiding, deleting, liking.

Source: Graph API references for Object Comments and Comment, and the SDK's description of 2026-04-15. Threads have two
levels: a reply to a reply lands under the top comment.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_offset
from sandbox.networks.facebook import limits
from sandbox.networks.facebook.commenting import (
    edit_comment,
    hide_comment,
    likeable,
    name_of,
    remove_comment,
    set_like,
    write_comment,
)
from sandbox.networks.facebook.community import Comment
from sandbox.networks.facebook.errors import bad_parameter, missing_permission, no_such_object, refuse
from sandbox.networks.facebook.fields import Field, pick, require_known
from sandbox.networks.facebook.graph import Reading, Shown, compose, page_of, read_time, require_reader
from sandbox.networks.facebook.oauth import require_page
from sandbox.networks.facebook.state import FacebookState

ENGAGING = ("pages_manage_engagement",)
READING = ("pages_read_user_content",)
ORDERS = ("chronological", "reverse_chronological", "ranked")
FILTERS = ("toplevel", "stream")


# Reading


def list_comments(reading: Reading, object_id: str) -> Response:
    """GET /{object}/comments. With a person's token the list is empty, and no error says why."""
    params, state = reading.params, reading.state
    parent = state.find_comment(object_id)
    story = state.find_story(object_id)
    if parent is None and story is None:
        raise no_such_object(object_id, "GET")
    if reading.speaker.page is None:
        return JSONResponse({"data": []})
    require_reader(reading.speaker)
    if not reading.speaker.has(*READING):
        raise missing_permission(*READING)
    fields = reading.fields("Comment", "created_time,from,message,id")
    order, wanted = params.get("order", "ranked"), params.get("filter", "toplevel")
    if order not in ORDERS or wanted not in FILTERS:
        raise bad_parameter(f"Param order must be one of {ORDERS}, and filter one of {FILTERS}")
    since = read_time(params, "since", 0.0)
    under = parent.id if parent else story.id if story else ""
    found = (comment for comment in _ordered(state, under, wanted, order) if comment.created_at >= since)
    beside: dict[str, Any] = {}
    if summary := params.get("summary", ""):
        count = sum(1 for _ in _living(state, under, wanted, order))
        beside["summary"] = {"order": order, "total_count": count}
        if "can_comment" in summary or summary.lower() in {"1", "true"}:
            beside["summary"]["can_comment"] = True
    return page_of(
        reading, found, lambda comment: comment.id, lambda comment: show_comment(reading, comment, fields), **beside
    )


def _ordered(state: FacebookState, under: str, wanted: str, order: str) -> Iterator[Comment]:
    """Comments of a post, or replies of a comment, deleted ones too; ranked puts the liked ones first."""
    if "_" in under and state.comments.find(under):
        key, grouping = under, "replies"
    else:
        key, grouping = under, "" if wanted == "stream" else "top"
    if order == "chronological":
        rows = iter(state.comments.group(key, grouping))
    else:
        rows = state.comments.newest(key, grouping)
    return iter(sorted(rows, key=lambda comment: -len(comment.liked_by))) if order == "ranked" else rows


def _living(state: FacebookState, under: str, wanted: str, order: str) -> Iterator[Comment]:
    return (comment for comment in _ordered(state, under, wanted, order) if comment.deleted_at is None)


def show_comment(reading: Reading, comment: Comment, fields: list[Field]) -> dict[str, Any]:
    return compose(_comment_fields(reading, comment), fields)


def _comment_fields(reading: Reading, comment: Comment) -> dict[str, Shown]:
    state = reading.state
    page = reading.speaker.page
    moderates = page is not None and page.id == comment.page_id
    stranger = state.strangers.find(comment.author_id)
    named = stranger is None or not stranger.private
    age = state.now - comment.created_at
    private = moderates and not comment.by_page and not comment.private_reply and age <= limits.PRIVATE_REPLY_SECONDS
    author = {"name": comment.author_name, "id": comment.author_id}
    return {
        "id": lambda _: comment.id,
        "message": lambda _: comment.message,
        "created_time": lambda _: iso_offset(comment.created_at),
        "from": lambda asked: pick(author, asked.children) if named else None,
        "parent": lambda asked: _parent(reading, comment, asked),
        "object": lambda asked: pick({"id": comment.post_id.partition("_")[2] or comment.post_id}, asked.children),
        "comment_count": lambda _: sum(1 for _ in _living(state, comment.id, "toplevel", "chronological")),
        "like_count": lambda _: len(comment.liked_by),
        "user_likes": lambda _: page is not None and page.id in comment.liked_by,
        "is_hidden": lambda _: comment.hidden,
        "is_private": lambda _: False,
        "can_comment": lambda _: moderates,
        "can_like": lambda _: moderates,
        "can_hide": lambda _: moderates and not comment.by_page,
        "can_remove": lambda _: moderates,
        "can_reply_privately": lambda _: private,
        "permalink_url": lambda _: comment_link(reading.call.base, comment),
        "application": lambda asked: _application(state, comment, asked),
        "message_tags": lambda _: None,
        "comments": lambda asked: comments_field(reading, comment.id, asked),
        "likes": lambda asked: likes_field(comment.liked_by, asked),
        "reactions": lambda asked: likes_field(comment.liked_by, asked),
    }


def _parent(reading: Reading, comment: Comment, asked: Field) -> dict[str, Any] | None:
    parent = reading.state.find_comment(comment.parent_id) if comment.parent_id else None
    if parent is None:
        return None
    require_known(asked.children, "Comment")
    return show_comment(reading, parent, asked.children or [Field("created_time"), Field("from"), Field("message")])


def _application(state: FacebookState, comment: Comment, asked: Field) -> dict[str, Any] | None:
    app = state.world.apps.facebook.get(comment.app_id)
    return pick({"name": app.name, "id": app.id}, asked.children) if app else None


def comments_field(reading: Reading, under: str, asked: Field) -> dict[str, Any] | None:
    """comments.limit(25).filter(stream){message} as a field of a post or comment."""
    if reading.speaker.page is None or not reading.speaker.has(*READING):
        return None
    require_known(asked.children, "Comment")
    size = asked.modifiers.get("limit", "25")
    rows = _living(
        reading.state, under, asked.modifiers.get("filter", "toplevel"), asked.modifiers.get("order", "ranked")
    )
    found = list(rows)
    shown = islice(found, min(int(size), limits.PAGE_SIZE_MAX) if size.isdigit() else limits.PAGE_SIZE)
    fields = asked.children or [Field("created_time"), Field("from"), Field("message")]
    answer: dict[str, Any] = {"data": [show_comment(reading, comment, fields) for comment in shown]}
    if "summary" in asked.modifiers:
        answer["summary"] = {"order": "ranked", "total_count": len(found), "can_comment": True}
    return answer if found or "summary" in answer else None


def likes_field(liked_by: list[str], asked: Field) -> dict[str, Any] | None:
    answer: dict[str, Any] = {"data": [{"id": who} for who in liked_by]}
    if "summary" in asked.modifiers:
        answer["summary"] = {"total_count": len(liked_by)}
    return answer if liked_by or "summary" in answer else None


def comment_link(base: str, comment: Comment) -> str:
    """The comment's address, here under the sandbox so that it can be opened."""
    post = comment.post_id.partition("_")[2] or comment.post_id
    return f"{base}/www.facebook.com/{comment.page_id}/posts/{post}?comment_id={comment.id.rpartition('_')[2]}"


# Writing


def create_comment(reading: Reading, object_id: str) -> Response:
    """POST /{object}/comments: under a post, or with a comment's id the reply to it."""
    state, params = reading.state, reading.params
    parent = state.find_comment(object_id)
    story = state.find_story(parent.post_id if parent else object_id)
    if story is None:
        raise no_such_object(object_id, "POST")
    page = require_page(reading.speaker, story.page_id, *ENGAGING, task="MODERATE")
    message = params.get("message", "")
    if not message:
        raise bad_parameter("Missing message or attachment", subcode=1349125)
    _require_fitting(message)
    comment = write_comment(
        state,
        story.id,
        page_id=page.id,
        parent=parent,
        author=(page.id, page.name),
        message=message,
        app_id=reading.speaker.app.id,
    )
    answer: dict[str, Any] = {"id": comment.id}
    if "fields" in params:
        answer |= show_comment(reading, comment, reading.fields("Comment", "id"))
    return JSONResponse(answer)


def update_comment(reading: Reading, comment_id: str) -> Response:
    """POST /{comment}: another text for an own one, or hide and show somebody else's. It never replies."""
    state, params = reading.state, reading.params
    comment = _engaged(reading, comment_id, "POST")
    if "is_hidden" in params:
        if comment.by_page:
            raise refuse(200, "(#200) You cannot hide this comment", status=403)
        hide_comment(state, comment, hidden=params["is_hidden"].lower() in {"true", "1"})
    if "message" in params:
        if not comment.by_page:
            raise refuse(200, "(#200) Permissions error: only the author can edit a comment", status=403)
        _require_fitting(params["message"])
        edit_comment(state, comment, params["message"])
    return JSONResponse({"success": True})


def delete_comment(reading: Reading, comment_id: str) -> Response:
    """DELETE /{comment}: an own one, or with the right to read what people write, anybody's on the page."""
    comment = reading.state.find_comment(comment_id)
    if comment is None:
        raise no_such_object(comment_id, "DELETE")
    scopes = ENGAGING if comment.by_page else READING
    require_page(reading.speaker, comment.page_id, *scopes, task="MODERATE")
    remove_comment(reading.state, comment)
    return JSONResponse({"success": True})


def _engaged(reading: Reading, comment_id: str, method: str) -> Comment:
    comment = reading.state.find_comment(comment_id)
    if comment is None:
        raise no_such_object(comment_id, method)
    require_page(reading.speaker, comment.page_id, *ENGAGING, task="MODERATE")
    return comment


def _require_fitting(message: str) -> None:
    if len(message) > limits.COMMENT_CHARACTERS:
        raise bad_parameter(f"Param message must be at most {limits.COMMENT_CHARACTERS} characters long")


# Liking


def like(reading: Reading, object_id: str) -> Response:
    """POST /{comment or post}/likes, as the page."""
    return _set_like(reading, object_id, liked=True)


def unlike(reading: Reading, object_id: str) -> Response:
    return _set_like(reading, object_id, liked=False)


def _set_like(reading: Reading, object_id: str, *, liked: bool) -> Response:
    state = reading.state
    found = likeable(state, object_id)
    if found is None:
        raise no_such_object(object_id, "POST" if liked else "DELETE")
    page = require_page(reading.speaker, found.page_id, *ENGAGING, task="MODERATE")
    set_like(state, found, who=(page.id, page.name), liked=liked)
    return JSONResponse({"success": True})


def list_likes(reading: Reading, object_id: str) -> Response:
    """GET /{object}/likes."""
    state = reading.state
    found = likeable(state, object_id)
    if found is None:
        raise no_such_object(object_id, "GET")
    require_reader(reading.speaker)
    data = [{"id": who, "name": name_of(state, who)} for who in found.liked_by]
    beside = {"summary": {"total_count": len(data)}} if "summary" in reading.params else {}
    return JSONResponse({"data": data, **beside})
