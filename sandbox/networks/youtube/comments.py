"""Comments: threads, replies, writing, moderating.

Source: the references of commentThreads and comments, and the errors of their methods, read 2026-11-22. What they leave
open: a comment that is held or rejected is answered to nobody by its id. What YouTube takes for spam is its own secret;
here it is what strangers write with an address in it.
"""

import html
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.networks.youtube import limits
from sandbox.networks.youtube.errors import comment_not_found, forbidden, missing, refuse, video_not_found
from sandbox.networks.youtube.requests import Asked, etag, moment
from sandbox.networks.youtube.state import Channel, Comment, Video, YouTubeState, letters
from sandbox.networks.youtube.videos import may_see

MODERATION = ("published", "heldForReview", "likelySpam", "rejected")
THREAD_PARTS = ("id", "snippet", "replies")
COMMENT_PARTS = ("id", "snippet")
SAMPLE = 5  # answers that a thread carries with it
PARENT = "body.snippet.parentId"
FILTERS = ("id", "videoId", "channelId", "allThreadsRelatedToChannelId")


# Reading


def list_threads(asked: Asked) -> Response:
    """GET /commentThreads, of one film, of one channel, or by ids."""
    parts = asked.parts(THREAD_PARTS)
    chosen = [name for name in FILTERS if asked.query.get(name)]
    if len(chosen) != 1:
        raise (
            missing("videoId")
            if not chosen
            else refuse(
                400, "incompatibleParameters", f"Incompatible parameters: {', '.join(chosen)}", location="parameters"
            )
        )
    status = asked.one_of("moderationStatus", MODERATION, "published")
    order = asked.one_of("order", ("time", "relevance", "orderUnspecified"), "time")
    if chosen == ["id"] and "moderationStatus" in asked.query:
        raise refuse(
            400, "incompatibleParameters", "moderationStatus does not go with id.", location="moderationStatus"
        )
    rows = _threads(asked, chosen[0])
    if status != "published":
        _require_owner(asked, rows, chosen[0])
    words = asked.query.get("searchTerms", "").lower()
    found = [row for row in rows if row.moderation == status and words in row.text.lower()]
    if order == "relevance":
        found.sort(key=lambda row: -len(row.liked_by))
    filtered = "moderationStatus" in asked.query
    return asked.page(
        "commentThreadListResponse",
        found,
        lambda row: show_thread(asked, row, parts, filtered=filtered),
        default=20,
        most=100,
    )


def _threads(asked: Asked, filter_name: str) -> list[Comment]:
    """What begins a thread, newest first."""
    state, value = asked.state, asked.query[filter_name]
    if filter_name == "id":
        found = [state.live_comment(each) for each in asked.listed("id")]
        return [row for row in found if row and not row.top]
    if filter_name == "videoId":
        video = state.live_video(value)
        if video is None or not may_see(video, asked.channel):
            raise video_not_found("videoId")
        if video.made_for_kids:
            raise refuse(403, "commentsDisabled", "The video has disabled comments.", location="videoId")
        return _living(state.comments.newest(value, "top"))
    channel = state.find_channel(value)
    if channel is None or channel.id != value:
        raise refuse(404, "channelNotFound", "The channel cannot be found.", location=filter_name)
    if filter_name == "channelId":
        return []  # about the channel itself: a tab that YouTube took away
    return _living(state.comments.newest(channel.id, "channel"))


def _living(rows: Iterable[Comment]) -> list[Comment]:
    return [row for row in rows if row.deleted_at is None]


def _require_owner(asked: Asked, rows: list[Comment], filter_name: str) -> None:
    """Only whose film it is sees what is held back."""
    owner = asked.query.get(filter_name, "")
    if filter_name == "videoId":
        video = asked.state.live_video(owner)
        owner = video.channel_id if video else ""
    if owner != asked.me.id:
        raise forbidden("The request cannot be completed because of insufficient permissions.")


def list_comments(asked: Asked) -> Response:
    """GET /comments, the answers to one or some by their ids."""
    parts = asked.parts(COMMENT_PARTS)
    ids, parent_id = asked.listed("id"), asked.query.get("parentId", "")
    if bool(ids) == bool(parent_id):
        raise (
            missing("id")
            if not ids
            else refuse(400, "incompatibleParameters", "id does not go with parentId.", location="id")
        )
    state = asked.state
    if parent_id:
        parent = state.live_comment(parent_id)
        if parent is None or parent.top:
            raise comment_not_found("parentId")
        found = [row for row in state.replies(parent_id) if row.moderation == "published"]
    else:
        rows = [state.live_comment(each) for each in ids]
        found = [row for row in rows if row and row.moderation == "published"]
    return asked.page("commentListResponse", found, lambda row: show_comment(asked, row, parts), default=20, most=100)


# Writing


def insert_thread(asked: Asked) -> Response:
    """POST /commentThreads: a comment under a film."""
    parts = asked.parts(THREAD_PARTS)
    snippet = _inner(asked.body(), "snippet")
    text = _text(_inner(_inner(snippet, "topLevelComment"), "snippet"))
    video_id = str(snippet.get("videoId") or "")
    if not video_id and not snippet.get("channelId"):
        raise refuse(400, "channelOrVideoIdMissing", "The channel or video ID is missing.", location="snippet.videoId")
    video = asked.state.live_video(video_id)
    if video is None or not may_see(video, asked.channel):
        raise video_not_found("body.snippet.videoId")
    _require_open(video)
    row = write_comment(asked.state, video, asked.me, text, app_id=asked.caller.app_id)
    return JSONResponse(show_thread(asked, row, parts))


def insert_comment(asked: Asked) -> Response:
    """POST /comments: an answer, always under the comment that began the thread."""
    parts = asked.parts(COMMENT_PARTS)
    snippet = _inner(asked.body(), "snippet")
    parent_id = str(snippet.get("parentId") or "")
    if not parent_id:
        raise refuse(400, "parentIdMissing", "The comment's parent ID is missing.", location=PARENT)
    text = _text(snippet)
    parent = asked.state.live_comment(parent_id)
    if parent is None or parent.top:
        raise refuse(
            404, "parentCommentNotFound", "The parent comment cannot be found.", location="body.snippet.parentId"
        )
    if parent.moderation != "published":
        raise refuse(400, "parentCommentIsPrivate", "The parent comment is private.", location=PARENT)
    video = asked.state.live_video(parent.video_id)
    if video is None:
        raise video_not_found(PARENT)
    _require_open(video)
    row = write_comment(asked.state, video, asked.me, text, top=parent, app_id=asked.caller.app_id)
    return JSONResponse(show_comment(asked, row, parts))


def update_comment(asked: Asked) -> Response:
    """PUT /comments: other words, by who wrote it."""
    parts = asked.parts(COMMENT_PARTS)
    body = asked.body()
    row = asked.state.live_comment(str(body.get("id") or ""))
    if row is None:
        raise comment_not_found("body.id")
    text = _text(_inner(body, "snippet"))
    if row.author_id != asked.me.id:
        raise forbidden("The comment cannot be updated: it was written by somebody else.")
    return JSONResponse(show_comment(asked, edit_comment(asked.state, row, text), parts))


def delete_comment(asked: Asked) -> Response:
    """DELETE /comments: one's own."""
    row = asked.state.live_comment(asked.query.get("id", ""))
    if row is None:
        raise comment_not_found()
    if row.author_id != asked.me.id:
        raise forbidden("The comment cannot be deleted: it was written by somebody else.")
    remove_comment(asked.state, row)
    return Response(status_code=204)


def moderate(asked: Asked) -> Response:
    """POST /comments/setModerationStatus, by whose film it is."""
    ids = asked.listed("id")
    if not ids:
        raise missing("id")
    if not asked.query.get("moderationStatus"):
        raise missing("moderationStatus")
    status = asked.one_of("moderationStatus", ("heldForReview", "published", "rejected"), "")
    bans = asked.flag("banAuthor", False)
    if bans and status != "rejected":
        raise refuse(400, "banWithoutReject", "banAuthor can only be used with rejected.", location="banAuthor")
    rows = [asked.state.live_comment(each) for each in ids]
    if any(row is None for row in rows):
        raise comment_not_found()
    found = [row for row in rows if row]
    if any(row.channel_id != asked.me.id for row in found):
        raise forbidden("The comments cannot be moderated by this channel.")
    for row in found:
        set_moderation(asked.state, row, status)
        if bans:
            banned = list(dict.fromkeys([*asked.me.banned, row.author_id]))
            asked.state.channels.put(replace(asked.me, banned=banned))
    return Response(status_code=204)


# What happens, whoever does it


def write_comment(
    state: YouTubeState, video: Video, author: Channel, text: str, *, top: Comment | None = None, app_id: str = ""
) -> Comment:
    """Let a comment stand; of a banned channel YouTube keeps it from everybody."""
    owner = state.channels.find(video.channel_id)
    banned = owner is not None and author.id in owner.banned
    own_id = f"Ug{letters(24)}"
    return state.comments.put(
        Comment(
            id=f"{top.id}.{letters(22)}" if top else own_id,
            top=top.id if top else "",
            video_id=video.id,
            channel_id=video.channel_id,
            author_id=author.id,
            text=text,
            created_at=state.now,
            updated_at=state.now,
            moderation="rejected" if banned else _first_impression(author, text),
            app_id=app_id,
        )
    )


def edit_comment(state: YouTubeState, row: Comment, text: str) -> Comment:
    author = state.channels.find(row.author_id)
    is_spam = author is not None and _first_impression(author, text) == "likelySpam"
    moderation = "likelySpam" if is_spam and row.moderation == "published" else row.moderation
    return state.comments.put(replace(row, text=text, updated_at=state.now, moderation=moderation))


def _first_impression(author: Channel, text: str) -> str:
    return "likelySpam" if author.stranger and "://" in text else "published"


def remove_comment(state: YouTubeState, row: Comment) -> None:
    """With a comment its answers go too."""
    state.comments.put(replace(row, deleted_at=state.now))
    for reply in state.replies(row.id):
        state.comments.put(replace(reply, deleted_at=state.now))


def set_moderation(state: YouTubeState, row: Comment, status: str) -> Comment:
    return state.comments.put(replace(row, moderation=status))


def _require_open(video: Video) -> None:
    if video.made_for_kids or video.privacy == "private":
        raise refuse(403, "commentsDisabled", "The video has disabled comments.", location="videoId")


def _inner(body: dict[str, Any], name: str) -> dict[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _text(snippet: dict[str, Any]) -> str:
    text = snippet.get("textOriginal")
    if not isinstance(text, str) or not text.strip():
        raise refuse(400, "commentTextRequired", "The comment text is empty.", location="body.snippet.textOriginal")
    if len(text) > limits.COMMENT_LENGTH:
        raise refuse(400, "commentTextTooLong", "The comment text is too long.", location="body.snippet.textOriginal")
    return text


# Showing


def show_thread(asked: Asked, row: Comment, parts: list[str], *, filtered: bool = False) -> dict[str, Any]:
    answers = [each for each in asked.state.replies(row.id) if each.moderation == "published"]
    shown: dict[str, Any] = {"kind": "youtube#commentThread", "etag": etag(row, len(answers)), "id": row.id}
    if "snippet" in parts:
        shown["snippet"] = {
            "channelId": row.channel_id,
            "videoId": row.video_id,
            "topLevelComment": show_comment(asked, row, ["snippet"], filtered=filtered),
            "canReply": row.moderation == "published",
            "totalReplyCount": len(answers),
            "isPublic": row.moderation == "published",
        }
    if "replies" in parts and answers:
        sample = answers[-SAMPLE:][::-1]
        shown["replies"] = {"comments": [show_comment(asked, each, ["snippet"]) for each in sample]}
    return shown


def show_comment(asked: Asked, row: Comment, parts: list[str], *, filtered: bool = False) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": "youtube#comment", "etag": etag(row), "id": row.id}
    if "snippet" not in parts:
        return shown
    author = asked.state.channels.find(row.author_id)
    plain = asked.query.get("textFormat", "html") == "plainText"
    handle = author.handle if author else ""
    snippet: dict[str, Any] = {
        "channelId": row.channel_id,
        "videoId": row.video_id,
        "textDisplay": row.text if plain else html.escape(row.text, quote=False).replace("\n", "<br>"),
        "textOriginal": row.text,
        "authorDisplayName": handle,
        "authorProfileImageUrl": f"{asked.call.base}/pictures/youtube/{row.author_id}.png",
        "authorChannelUrl": f"http://www.youtube.com/{handle}",
        "authorChannelId": {"value": row.author_id},
        "canRate": True,
        "viewerRating": "none",
        "likeCount": len(row.liked_by),
        "publishedAt": moment(row.created_at),
        "updatedAt": moment(row.updated_at),
    }
    if asked.channel is None or row.author_id != asked.channel.id:
        del snippet["textOriginal"]
    if row.top:
        snippet["parentId"] = row.top
    if filtered:
        snippet["moderationStatus"] = row.moderation
    return shown | {"snippet": snippet}
