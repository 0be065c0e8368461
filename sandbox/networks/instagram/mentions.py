"""Where others name an account: read by ids that only a webhook brings, answered by a comment; and photo tags.

Source: IG User Mentioned Comment, Mentioned Media, Mentions and Tags references, read 2026-11-28 through dated copies.
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.facebook.errors import bad_parameter, no_such_object
from sandbox.networks.facebook.fields import Field
from sandbox.networks.facebook.graph import page_of
from sandbox.networks.instagram.comments import SCOPE, require_message, show_comment, write_comment
from sandbox.networks.instagram.fields import require_known
from sandbox.networks.instagram.graph import Reading, require_account
from sandbox.networks.instagram.media import show_medium
from sandbox.networks.instagram.state import Account, Comment, Medium

COMMENT_DEFAULT = [Field("id"), Field("timestamp"), Field("text")]
MEDIA_DEFAULT = [Field("id"), Field("caption")]


def mentioned_comment(reading: Reading, account: Account, asked: Field) -> dict[str, Any]:
    """fields=mentioned_comment.comment_id(1){text} of the account."""
    require_account(reading, account.id, SCOPE)
    require_known(asked.children, "IGComment")
    comment = _naming_comment(reading, account, asked.modifiers.get("comment_id", ""))
    return show_comment(reading, comment, asked.children or COMMENT_DEFAULT)


def mentioned_media(reading: Reading, account: Account, asked: Field) -> dict[str, Any]:
    """fields=mentioned_media.media_id(1){caption} of the account."""
    require_account(reading, account.id, SCOPE)
    require_known(asked.children, "IGMedia")
    medium = _naming_medium(reading, account, asked.modifiers.get("media_id", ""))
    return show_medium(reading, medium, asked.children or MEDIA_DEFAULT)


def _naming_comment(reading: Reading, account: Account, comment_id: str) -> Comment:
    comment = reading.instagram.find_comment(comment_id)
    if comment is None or account.id not in comment.named:
        raise no_such_object(comment_id, "GET")
    return comment


def _naming_medium(reading: Reading, account: Account, media_id: str) -> Medium:
    medium = reading.instagram.find_medium(media_id)
    if medium is None or account.id not in medium.named:
        raise no_such_object(media_id, "GET")
    return medium


def answer(reading: Reading, account_id: str) -> Response:
    """POST /{account}/mentions: a comment under the medium, or under the comment that names the account."""
    state, params = reading.instagram, reading.params
    account = require_account(reading, account_id, SCOPE, tasks=("MODERATE", "CREATE_CONTENT"))
    message = require_message(reading)
    if not params.get("media_id"):
        raise bad_parameter("The parameter media_id is required.")
    parent = None
    if comment_id := params.get("comment_id", ""):
        parent = _naming_comment(reading, account, comment_id)
        medium = state.find_medium(parent.media_id)
        if medium is None or medium.id != params["media_id"]:
            raise no_such_object(params["media_id"], "POST")
    else:
        medium = _naming_medium(reading, account, params["media_id"])
    comment = write_comment(
        state,
        medium,
        parent=parent,
        author_id=account.id,
        username=account.username,
        text=message,
        app_id=reading.speaker.app.id,
    )
    return JSONResponse({"id": comment.id})


def tags(reading: Reading, account_id: str) -> Response:
    """GET /{account}/tags: media in whose picture others have tagged the account, newest first."""
    account = require_account(reading, account_id, SCOPE)
    fields = reading.fields("IGMedia", "id")
    rows = reading.instagram.media.newest(account.id, "tagged")
    return page_of(reading, rows, lambda row: row.id, lambda row: show_medium(reading, row, fields))
