"""POST /2/tweets and DELETE /2/tweets/{id}: posts, replies, polls, quotes, edits.

Source: docs.x.com, Create or Edit Post, and its OpenAPI 2.167, read 2026-08-22. Where they are silent: an edit says
anew all that the post holds (pictures left out of it are gone), and the conversation keeps its first version's id.
"""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks.x import limits, webhooks
from sandbox.networks.x.errors import (
    DUPLICATE,
    NO_EDITS,
    NO_QUOTES,
    TOO_LONG,
    TOO_LONG_A_FILM,
    UNSUMMONED,
    forbidden,
    invalid_request,
)
from sandbox.networks.x.media import attachable, film_seconds_allowed
from sandbox.networks.x.oauth import Caller, require_user
from sandbox.networks.x.state import Media, Post, User, XState
from sandbox.networks.x.text import CASHTAG, MENTION, NUMBER, shorten, weight

BODY_KEYS: dict[str, type | tuple[type, ...]] = {
    "card_uri": str,
    "community_id": str,
    "direct_message_deep_link": str,
    "edit_options": dict,
    "for_super_followers_only": bool,
    "geo": dict,
    "made_with_ai": bool,
    "media": dict,
    "nullcast": bool,
    "paid_partnership": bool,
    "poll": dict,
    "quote_tweet_id": str,
    "reply": dict,
    "reply_settings": str,
    "share_with_followers": bool,
    "text": str,
}
INNER_KEYS = {
    "media": {
        "media_ids",
        "tagged_user_ids",
        "title",
        "description",
        "embeddable",
        "preview_media_id",
        "call_to_actions",
    },
    "poll": {"options", "duration_minutes", "reply_settings"},
    "reply": {"in_reply_to_tweet_id", "exclude_reply_user_ids"},
    "edit_options": {"previous_post_id"},
    "geo": {"place_id"},
}
REPLY_SETTINGS = {"following", "mentionedUsers", "subscribers", "verified"}


def create_post(state: XState, call: Call, caller: Caller) -> Response:
    """Publish, or refuse as X would, cheapest reason first."""
    user = require_user(caller, "tweet.read", "tweet.write", "users.read")
    body = _checked_body(call.json)
    text = body.get("text", "")
    media = attachable(state, user, body.get("media", {}).get("media_ids", []))
    _require_preview(state, user, body.get("media", {}), media)
    if not text and not media:
        raise invalid_request("One or more parameters to your request was invalid: text or media is required.", text="")
    _require_fitting_text(user, text)
    _require_short_film(user, media)
    _require_permitted(state, body)
    quoted = _required_quote(state, body.get("quote_tweet_id", ""))
    previous = _required_previous(state, user, body)
    parent = _required_parent(state, user, _parent_id(body, previous))
    _refuse_duplicate(state, user, text, parent, previous)
    post = publish(
        state,
        user,
        text,
        media=media,
        parent=parent,
        quoted=quoted,
        previous=previous,
        poll=body.get("poll", {}),
        reply_settings=body.get("reply_settings", "everyone"),
        app_id=caller.app_id,
        made_with_ai=body.get("made_with_ai", False),
        paid_partnership=body.get("paid_partnership", False),
    )
    data = {"id": post.id, "text": post.wire_text, "edit_history_tweet_ids": post.versions}
    return JSONResponse({"data": data}, status_code=201)


def delete_post(state: XState, caller: Caller, post_id: str) -> Response:
    """Delete an own post. One already gone is answered like a deleted one (not stated by X)."""
    user = require_user(caller, "tweet.read", "tweet.write", "users.read")
    if not NUMBER.match(post_id):
        raise invalid_request(f"The `id` query parameter value [{post_id}] is not valid", id=post_id)
    post = state.live_post(post_id)
    if post and post.user_id != user.id:
        raise forbidden("You are not authorized to delete this Tweet.")
    if post:
        remove_post(state, post)
    return JSONResponse({"data": {"deleted": True}})


def remove_post(state: XState, post: Post) -> None:
    """Take a post down with all its versions, whoever does it, and tell the apps."""
    for version in filter(None, map(state.posts.find, post.versions)):
        state.posts.put(replace(version, deleted_at=state.now))
    webhooks.tell_deleted(state, post)


def _checked_body(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise invalid_request("The body must be a JSON object.", body="")
    for key, value in body.items():
        if key not in BODY_KEYS:
            raise invalid_request(_undefined(key), **{key: str(value)})
        if not isinstance(value, BODY_KEYS[key]):
            raise invalid_request(f"[$.{key}: is of the wrong type]", **{key: str(value)})
        for inner in set(value) - INNER_KEYS[key] if isinstance(value, dict) else ():
            raise invalid_request(_undefined(f"{key}.{inner}"), **{key: inner})
    if (setting := body.get("reply_settings")) is not None and setting not in REPLY_SETTINGS:
        raise invalid_request(f"[$.reply_settings: does not have a value in the enumeration {sorted(REPLY_SETTINGS)}]")
    if not isinstance(body.get("media", {}).get("media_ids", []), list):
        raise invalid_request("[$.media.media_ids: must be an array]", media=str(body["media"]))
    _check_poll(body.get("poll"))
    if sum(key in body for key in ("media", "poll", "quote_tweet_id")) > 1:
        raise invalid_request("media, poll and quote_tweet_id exclude each other.")
    return body


def _undefined(path: str) -> str:
    return f"[$.{path}: is not defined in the schema and the schema does not allow additional properties]"


def _check_poll(poll: dict[str, Any] | None) -> None:
    if poll is None:
        return
    options, minutes = poll.get("options"), poll.get("duration_minutes")
    fits = (
        isinstance(options, list) and 2 <= len(options) <= 4 and all(1 <= len(str(option)) <= 25 for option in options)
    )
    if not fits:
        raise invalid_request("[$.poll.options: there must be 2 to 4 items of 1 to 25 characters]", poll=str(options))
    if not isinstance(minutes, int) or not 5 <= minutes <= 10080:
        raise invalid_request("[$.poll.duration_minutes: must be 5 to 10080]", poll=str(minutes))


def _require_preview(state: XState, user: User, described: dict[str, Any], media: list[Media]) -> None:
    """A film's cover is a picture of the same user; X's pages do not say what becomes of one without a film."""
    if "preview_media_id" not in described:
        return
    [preview] = attachable(state, user, [described["preview_media_id"]])
    if preview.category != "tweet_image" or not any(each.is_film for each in media):
        raise invalid_request("[$.media.preview_media_id: must be an image beside a video]", media=preview.id)


def _require_fitting_text(user: User, text: str) -> None:
    if not text:
        return
    length, allowed = weight(text)
    if not allowed:
        raise invalid_request("The text contains characters that are not allowed.", text=text)
    if (len(text) > limits.PREMIUM_TEXT_LENGTH) if user.premium else (length > limits.TEXT_WEIGHT):
        raise forbidden(TOO_LONG)


def _require_short_film(user: User, media: list[Media]) -> None:
    """Only now, after upload and processing, does X look at a film's length."""
    allowed = film_seconds_allowed(user)
    if any(each.seconds > allowed for each in media):
        raise forbidden(TOO_LONG_A_FILM.format(minutes=allowed // 60))


def _require_permitted(state: XState, body: dict[str, Any]) -> None:
    """What apps of the self-serve plan may not do."""
    if "quote_tweet_id" in body and not state.world.settings.enterprise:
        raise forbidden(NO_QUOTES)
    if len(CASHTAG.findall(body.get("text", ""))) > limits.CASHTAGS:
        raise forbidden("Your post may not contain more than one cashtag.")


def _required_quote(state: XState, quoted_id: str) -> Post | None:
    if not quoted_id:
        return None
    quoted = state.live_post(quoted_id)
    if quoted is None:
        raise forbidden("You attempted to quote a Tweet that is deleted or not visible to you.")
    return state.latest(quoted)


def _required_previous(state: XState, user: User, body: dict[str, Any]) -> Post | None:
    """The version to be edited: an own post, the newest of its versions, soon enough, by an account that may."""
    if "edit_options" not in body:
        return None
    previous = state.live_post(body["edit_options"].get("previous_post_id", ""))
    if previous is None or previous.user_id != user.id or not is_editable(state, previous) or "poll" in body:
        raise forbidden(NO_EDITS)
    return previous


def is_editable(state: XState, post: Post) -> bool:
    """Whether this version may still be edited."""
    user, first = state.users.find(post.user_id), state.posts.find(post.versions[0]) or post
    return (
        user is not None
        and user.premium
        and not post.superseded
        and not post.poll
        and post.in_reply_to_user in {"", user.id}
        and len(post.versions) <= limits.EDITS
        and state.now < first.created_at + limits.EDIT_SECONDS
    )


def _parent_id(body: dict[str, Any], previous: Post | None) -> str:
    """What a post answers; an edit stays where it was."""
    asked: str = body.get("reply", {}).get("in_reply_to_tweet_id", "")
    return previous.in_reply_to if previous else asked


def _required_parent(state: XState, user: User, parent_id: str) -> Post | None:
    """The post replied to: an own one, or one whose author summoned this user."""
    if not parent_id:
        return None
    parent = state.live_post(parent_id)
    if parent is None:
        raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
    if parent.user_id == user.id or state.world.settings.enterprise or _summons(state, parent, user):
        return parent
    raise forbidden(UNSUMMONED)


def _summons(state: XState, parent: Post, user: User) -> bool:
    mentioned = any(name.lower() == user.username.lower() for name in MENTION.findall(parent.text))
    quoted = parent.quoted_user == user.id
    return mentioned or quoted or (state.world.settings.replies_count_as_summons and parent.in_reply_to_user == user.id)


def _refuse_duplicate(state: XState, user: User, text: str, parent: Post | None, previous: Post | None) -> None:
    if not state.world.settings.duplicate_protection or not text:
        return
    since = state.now - limits.DUPLICATE_SECONDS
    for seen, post in enumerate(state.posts.newest(user.id)):
        if seen >= limits.DUPLICATE_LOOKBACK or post.created_at < since:
            return
        same_place = post.in_reply_to == (parent.id if parent else "")
        if post.stands and same_place and post.text == text and post != previous:
            state.refused_duplicates[user.id] = state.refused_duplicates.get(user.id, 0) + 1
            raise forbidden(DUPLICATE)


def publish(
    state: XState,
    user: User,
    text: str,
    *,
    parent: Post | None = None,
    quoted: Post | None = None,
    previous: Post | None = None,
    media: list[Media] | None = None,
    poll: dict[str, Any] | None = None,
    reply_settings: str = "everyone",
    app_id: str = "",
    made_with_ai: bool = False,
    paid_partnership: bool = False,
    named_by_reply: tuple[User, ...] = (),
) -> Post:
    """Let a post stand, whoever writes it, and tell the apps.

    `previous` is the version that it takes the place of. `named_by_reply` are those whose handles X itself puts before
    a reply written on its site.
    """
    post_id = state.new_id()
    shown, urls = shorten(text, post_id, with_media=bool(media), quoted=_address_of(state, quoted))
    handles = "".join(f"@{named.username} " for named in named_by_reply)
    found = (state.find_user(name) for name in MENTION.findall(text))
    implicit = [named.id for named in named_by_reply] or ([parent.user_id] if parent else [])
    poll = poll or {}
    post = Post(
        id=post_id,
        user_id=user.id,
        text=text,
        wire_text=handles + shown,
        urls=urls,
        media_ids=[item.id for item in media or ()],
        created_at=state.now,
        conversation_id=before.conversation_id if (before := previous or parent) else post_id,
        in_reply_to=parent.id if parent else "",
        in_reply_to_user=parent.user_id if parent else "",
        reply_settings=reply_settings,
        app_id=app_id,
        mentions=list(dict.fromkeys(named.id for named in found if named)),
        implicit=[user_id for user_id in implicit if user_id != user.id],
        quoted=quoted.id if quoted else "",
        quoted_user=quoted.user_id if quoted else "",
        poll=list(poll.get("options", ())),
        poll_minutes=poll.get("duration_minutes", 0),
        made_with_ai=made_with_ai,
        paid_partnership=paid_partnership,
        history=[*previous.versions, post_id] if previous else [],
        liked_by=previous.liked_by if previous else [],
    )
    for version in filter(None, map(state.posts.find, post.history)):
        state.posts.put(replace(version, history=post.history, superseded=True))
    state.posts.put(post)
    webhooks.tell_created(state, post)
    return post


def _address_of(state: XState, post: Post | None) -> str:
    """Where a post is seen, as X writes it into a text that quotes it."""
    user = state.users.find(post.user_id) if post else None
    return f"https://twitter.com/{user.username}/status/{post.id}" if post and user else ""
