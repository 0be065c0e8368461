"""Comments and replies under an account's own media: reading, writing, hiding, deleting.

Source: IG Media Comments, IG Comment and IG Comment Replies references, read 2026-11-28 through dated copies. Threads
have two levels; nothing can be edited or liked by an app.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_offset
from sandbox.networks.facebook.errors import bad_parameter, no_such_object, refuse
from sandbox.networks.facebook.fields import Field, pick
from sandbox.networks.facebook.graph import Shown, compose, page_of
from sandbox.networks.instagram import limits, webhooks
from sandbox.networks.instagram.fields import require_known
from sandbox.networks.instagram.graph import Reading, require_account, require_own_medium
from sandbox.networks.instagram.state import Account, Comment, InstagramState, Medium

SCOPE = "instagram_manage_comments"
TASKS = ("MODERATE", "CREATE_CONTENT")
DEFAULT = "timestamp,text,id"


# Whoever writes


def write_comment(
    state: InstagramState,
    medium: Medium,
    *,
    parent: Comment | None,
    author_id: str,
    username: str,
    text: str,
    app_id: str = "",
) -> Comment:
    """Let a comment stand, and tell the apps: the account's, and those of accounts that it names."""
    named = [each for each in state.named_in(text) if each not in {medium.account_id, author_id}]
    comment = state.comments.put(
        Comment(
            id=state.new_id("178"),
            media_id=medium.id,
            account_id=medium.account_id or next(iter(named or medium.named or medium.tagged), ""),
            parent_id=(parent.parent_id or parent.id) if parent else "",
            author_id=author_id,
            username=username,
            text=text,
            created_at=state.now,
            named=named,
            app_id=app_id,
        )
    )
    webhooks.tell_comment(state, comment)
    for account_id in named:
        webhooks.tell_mention(state, account_id, medium.id, comment.id)
    return comment


def remove_comment(state: InstagramState, comment: Comment) -> None:
    """With a top comment its replies go too. Nobody is told."""
    for row in (comment, *state.comments.group(comment.id, "replies")):
        if row.deleted_at is None:
            state.comments.put(replace(row, deleted_at=state.now))


# Reading


def list_comments(reading: Reading, medium_id: str) -> Response:
    """GET /{medium}/comments: top ones, newest first, at most fifty a page. There is no filter by time."""
    medium = require_own_medium(reading, medium_id, SCOPE)
    fields = reading.fields("IGComment", DEFAULT)
    return _page(reading, reading.instagram.comments.newest(medium.id, "top"), fields)


def list_replies(reading: Reading, comment_id: str) -> Response:
    """GET /{comment}/replies."""
    comment = require_comment(reading, comment_id)
    fields = reading.fields("IGComment", DEFAULT)
    return _page(reading, reading.instagram.comments.newest(comment.id, "replies"), fields)


def _page(reading: Reading, rows: Iterator[Comment], fields: list[Field]) -> Response:
    size = reading.params.get("limit", "25")
    if size.isdigit() and int(size) > limits.COMMENTS_A_PAGE:
        reading.params["limit"] = str(limits.COMMENTS_A_PAGE)
    return page_of(reading, rows, lambda row: row.id, lambda row: show_comment(reading, row, fields))


def read_comment(reading: Reading, comment_id: str) -> Response:
    """GET /{comment}."""
    comment = require_comment(reading, comment_id)
    return JSONResponse(show_comment(reading, comment, reading.fields("IGComment", DEFAULT)))


def require_comment(reading: Reading, comment_id: str) -> Comment:
    """A comment under a medium of the caller's. One elsewhere is read as a mention only."""
    comment = reading.instagram.find_comment(comment_id)
    medium = reading.instagram.find_medium(comment.media_id) if comment else None
    if comment is None or medium is None or not medium.account_id:
        raise no_such_object(comment_id, reading.call.method)
    require_account(reading, medium.account_id, SCOPE, tasks=TASKS if reading.call.method != "GET" else ())
    return comment


def show_comment(reading: Reading, comment: Comment, fields: list[Field]) -> dict[str, Any]:
    return compose(_comment_fields(reading, comment), fields)


def _comment_fields(reading: Reading, comment: Comment) -> dict[str, Shown]:
    state = reading.instagram
    stranger = state.strangers.find(comment.author_id)
    author = {"id": webhooks.author_id(state, comment), "username": comment.username}

    def replies(asked: Field) -> dict[str, Any] | None:
        require_known(asked.children, "IGComment")
        wanted = asked.children or [Field("id"), Field("text"), Field("timestamp")]
        size = int(asked.modifiers.get("limit", "25"))
        living = [row for row in state.comments.newest(comment.id, "replies") if row.deleted_at is None]
        return {"data": [show_comment(reading, row, wanted) for row in living[:size]]} if living else None

    return {
        "id": lambda _: comment.id,
        "text": lambda _: comment.text,
        "timestamp": lambda _: iso_offset(comment.created_at),
        "username": lambda _: comment.username,
        "from": lambda asked: None if stranger and stranger.private else pick(author, asked.children),
        "user": lambda asked: pick({"id": comment.author_id}, asked.children) if comment.by_account else None,
        "like_count": lambda _: len(comment.liked_by),
        "hidden": lambda _: comment.hidden,
        "parent_id": lambda _: comment.parent_id,
        "media": lambda asked: pick(_media(reading, comment), asked.children),
        "replies": replies,
    }


def _media(reading: Reading, comment: Comment) -> dict[str, Any]:
    medium = reading.instagram.media.find(comment.media_id)
    if medium is None:
        return {"id": comment.media_id}
    return {
        "id": medium.id,
        "media_product_type": medium.product,
        "permalink": permalink(reading.call.base, medium),
    }


def permalink(base: str, medium: Medium) -> str:
    """The medium's address, here under the sandbox so that it can be opened."""
    if medium.product == "STORY":
        return f"{base}/www.instagram.com/stories/{medium.username}/{medium.id}"
    return f"{base}/www.instagram.com/{'reel' if medium.product == 'REELS' else 'p'}/{medium.shortcode}/"


# Writing


def comment_on(reading: Reading, medium_id: str) -> Response:
    """POST /{medium}/comments: by the account under its own medium."""
    medium = require_own_medium(reading, medium_id, SCOPE, tasks=TASKS)
    account = own(reading, medium.account_id)
    message = require_message(reading)
    if not medium.comments_on:
        raise refuse(10, "(#10) Comments are turned off for this media")
    comment = write_comment(
        reading.instagram,
        medium,
        parent=None,
        author_id=account.id,
        username=account.username,
        text=message,
        app_id=reading.speaker.app.id,
    )
    return JSONResponse({"id": comment.id})


def reply(reading: Reading, comment_id: str) -> Response:
    """POST /{comment}/replies: not to a hidden one; a reply to a reply stands under the top comment."""
    parent = require_comment(reading, comment_id)
    medium = reading.instagram.media.find(parent.media_id)
    message = require_message(reading)
    if medium is None:
        raise no_such_object(comment_id, "POST")
    if parent.hidden:
        raise bad_parameter("A hidden comment cannot be replied to")
    account = own(reading, medium.account_id)
    comment = write_comment(
        reading.instagram,
        medium,
        parent=parent,
        author_id=account.id,
        username=account.username,
        text=message,
        app_id=reading.speaker.app.id,
    )
    return JSONResponse({"id": comment.id})


def own(reading: Reading, account_id: str) -> Account:
    account = reading.instagram.accounts.find(account_id)
    if account is None:
        raise no_such_object(account_id, reading.call.method)
    return account


def require_message(reading: Reading) -> str:
    message = reading.params.get("message", "")
    if not message:
        raise bad_parameter("The parameter message is required.")
    if len(message) > limits.COMMENT_CHARACTERS:
        raise bad_parameter(f"Param message must be at most {limits.COMMENT_CHARACTERS} characters long")
    return message


def hide(reading: Reading, comment_id: str) -> Response:
    """POST /{comment} hide=true or false. The account's own stay visible, and no error says so."""
    comment = require_comment(reading, comment_id)
    if "hide" not in reading.params:
        raise bad_parameter("The parameter hide is required.")
    hidden = reading.params["hide"].lower() in {"true", "1"}
    if not comment.by_account:
        reading.instagram.comments.put(replace(comment, hidden=hidden))
    return JSONResponse({"success": True})


def delete_comment(reading: Reading, comment_id: str) -> Response:
    """DELETE /{comment}: whoever wrote it."""
    remove_comment(reading.instagram, require_comment(reading, comment_id))
    return JSONResponse({"success": True})
