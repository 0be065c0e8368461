"""Looking up users and posts, in both dialects of field names.

Source: docs.x.com and its OpenAPI 2.167 (new dialect), tweepy 4.17 (legacy dialect). A call that names post.fields or
one of the new expansions is answered in the new dialect, any other in the legacy one. Unknown names are ignored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.clock import iso_milliseconds
from sandbox.networks.x import figures, limits
from sandbox.networks.x.errors import field_unauthorised, invalid_request, not_found_error, problem
from sandbox.networks.x.oauth import Caller, require_user
from sandbox.networks.x.state import Media, Post, User, XState
from sandbox.networks.x.text import NUMBER, mention_entities, url_entities

NEW_EXPANSIONS = {"referenced_posts", "edit_history_post_ids"}
TIMELINE_LIMITS = (5, 100)
TIMELINE_DEPTH = 3200
# Told to the author only, and only for a while.
OWN_FIGURES = ("non_public_metrics", "organic_metrics")


@dataclass(frozen=True)
class Wanted:
    """What a call asks to be shown."""

    post: frozenset[str]
    user: frozenset[str]
    media: frozenset[str]
    poll: frozenset[str]
    expansions: frozenset[str]
    new: bool


def read_wanted(call: Call) -> Wanted:
    """Understand the field parameters of either dialect."""

    def names(parameter: str) -> frozenset[str]:
        return frozenset(filter(None, call.query.get(parameter, "").split(",")))

    expansions = names("expansions")
    return Wanted(
        post=names("tweet.fields") | names("post.fields"),
        user=names("user.fields"),
        media=names("media.fields"),
        poll=names("poll.fields"),
        expansions=expansions,
        new="post.fields" in call.query or bool(expansions & NEW_EXPANSIONS),
    )


def me(state: XState, call: Call, caller: Caller) -> Response:
    user = require_user(caller, "tweet.read", "users.read")
    return JSONResponse({"data": show_user(state, user, read_wanted(call), call.base)})


def one_post(state: XState, call: Call, caller: Caller, post_id: str) -> Response:
    require_reader(caller)
    require_number(post_id)
    post = state.live_post(post_id)
    if post is None:
        return JSONResponse({"errors": [not_found_error(post_id, "id")]})
    wanted = read_wanted(call)
    body = {"data": show_post(state, post, wanted, reader=caller.user)}
    return _answer(body, state, call, [post], wanted, reader=caller.user)


def many_posts(state: XState, call: Call, caller: Caller) -> Response:
    require_reader(caller)
    ids = [part for part in call.query.get("ids", "").split(",") if part]
    if not 1 <= len(ids) <= 100:
        raise invalid_request("The `ids` query parameter must have 1 to 100 values", ids=",".join(ids))
    for post_id in ids:
        require_number(post_id)
    wanted = read_wanted(call)
    found = [post for post in map(state.live_post, ids) if post]
    body: dict[str, Any] = {"data": [show_post(state, post, wanted, reader=caller.user) for post in found]}
    if not found:
        del body["data"]
    if missing := [post_id for post_id in ids if state.live_post(post_id) is None]:
        body["errors"] = [not_found_error(post_id, "ids") for post_id in missing]
    return _answer(body, state, call, found, wanted, reader=caller.user)


def timeline(state: XState, call: Call, caller: Caller, user_id: str) -> Response:
    """GET /2/users/{id}/tweets, newest first."""
    require_reader(caller)
    require_number(user_id)
    user = state.users.find(user_id)
    if user is None:
        return problem(404, "Not Found Error", f"Could not find user with id: [{user_id}].", "resource-not-found")
    bounds = read_bounds(call, TIMELINE_LIMITS)
    matching = (post for post in state.posts.newest(user_id) if post.stands and bounds.takes(post))
    return answer_list(state, call, list(islice(matching, TIMELINE_DEPTH)), bounds, reader=caller.user)


def answer_list(
    state: XState, call: Call, matching: list[Post], bounds: "Bounds", *, reader: User | None = None
) -> Response:
    """One page of posts, with what stands beside it."""
    wanted = read_wanted(call)
    page = matching[bounds.offset : bounds.offset + bounds.size]
    meta: dict[str, Any] = {"result_count": len(page)}
    body: dict[str, Any] = {"meta": meta}
    if page:
        meta |= {"newest_id": max(page, key=_number).id, "oldest_id": min(page, key=_number).id}
        body["data"] = [show_post(state, post, wanted, reader=reader) for post in page]
    if bounds.offset + bounds.size < len(matching):
        meta["next_token"] = page_token(bounds.offset + bounds.size)
    if bounds.offset:
        meta["previous_token"] = page_token(max(bounds.offset - bounds.size, 0))
    return _answer(body, state, call, page, wanted, reader=reader)


def _number(post: Post) -> int:
    return int(post.id)


def show_user(state: XState, user: User, wanted: Wanted, base: str) -> dict[str, Any]:
    everything: dict[str, Any] = {
        "created_at": iso_milliseconds(user.created_at),
        "description": user.description,
        "profile_image_url": f"{base}/pictures/x/{user.id}.png",
        "protected": user.protected,
        "subscription_type": "Premium" if user.premium else "None",
        "url": "",
        "verified": user.verified_type != "none",
        "verified_type": user.verified_type,
    }
    if "public_metrics" in wanted.user:
        everything["public_metrics"] = _user_metrics(state, user, new=wanted.new)
    shown = {name: value for name, value in everything.items() if name in wanted.user and value != ""}
    return {"id": user.id, "name": user.name, "username": user.username, **shown}


def _user_metrics(state: XState, user: User, *, new: bool) -> dict[str, int]:
    posts = user.opening_posts + sum(post.stands for post in state.posts.group(user.id))
    return {
        "followers_count": user.followers,
        "following_count": 0,
        "listed_count": 0,
        "post_count" if new else "tweet_count": posts,
    }


def show_post(state: XState, post: Post, wanted: Wanted, *, reader: User | None = None) -> dict[str, Any]:
    """A post with the default fields and those asked for, empty ones left out."""
    history = "edit_history_post_ids" if wanted.new else "edit_history_tweet_ids"
    shown: dict[str, Any] = {"id": post.id, "text": post.wire_text}
    if not wanted.new or history in wanted.expansions:
        shown[history] = post.versions
    asked = wanted.post | wanted.expansions
    if "author_id" in asked:
        shown["author_id"] = post.user_id
    if post.in_reply_to and "in_reply_to_user_id" in asked:
        shown["in_reply_to_user_id"] = post.in_reply_to_user
    shown |= _references(post, asked, new=wanted.new)
    if attachments := _attachments(state, post, wanted):
        shown["attachments"] = attachments
    if "entities" in wanted.post and (entities := _entities(state, post)):
        shown["entities"] = entities
    plain: dict[str, Callable[[], Any]] = {
        "conversation_id": lambda: post.conversation_id,
        "created_at": lambda: iso_milliseconds(post.created_at),
        "edit_controls": lambda: _edit_controls(state, post),
        "lang": lambda: "zxx",
        "paid_partnership": lambda: post.paid_partnership,
        "possibly_sensitive": lambda: False,
        "reply_settings": lambda: post.reply_settings,
        "public_metrics": lambda: state.metrics(post, new=wanted.new),
    }
    shown |= {name: value() for name, value in plain.items() if name in wanted.post}
    return shown | _own_figures(state, post, wanted, reader)


def _references(post: Post, asked: frozenset[str], *, new: bool) -> dict[str, Any]:
    name = "referenced_posts" if new else "referenced_tweets"
    found = [
        {"type": kind, "id": post_id}
        for kind, post_id in (("replied_to", post.in_reply_to), ("quoted", post.quoted))
        if post_id
    ]
    return {name: found} if found and name in asked else {}


def _attachments(state: XState, post: Post, wanted: Wanted) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if post.media_ids and ("attachments" in wanted.post or "attachments.media_keys" in wanted.expansions):
        found["media_keys"] = _keys(state, post)
    if post.poll and ("attachments" in wanted.post or "attachments.poll_ids" in wanted.expansions):
        found["poll_ids"] = [post.versions[0]]
    return found


def _edit_controls(state: XState, post: Post) -> dict[str, Any]:
    first = state.posts.find(post.versions[0]) or post
    author = state.users.find(post.user_id)
    return {
        "edits_remaining": limits.EDITS + 1 - len(post.versions),
        "is_edit_eligible": author is not None and author.premium and not post.poll,
        "editable_until": iso_milliseconds(first.created_at + limits.EDIT_SECONDS),
    }


def tells_own_figures(state: XState, post: Post, reader: User | None) -> bool:
    """Whether these figures are told: to the author, for a month."""
    return reader is not None and reader.id == post.user_id and state.now - post.created_at <= limits.FIGURES_SECONDS


def _own_figures(state: XState, post: Post, wanted: Wanted, reader: User | None) -> dict[str, Any]:
    if not tells_own_figures(state, post, reader):
        return {}
    seen = sum(figures.seen_by_day(state, post).values())
    counts = {"impression_count": seen, "user_profile_clicks": seen // 90, "engagements": seen // 25}
    if post.urls:
        counts["url_link_clicks"] = seen // 60
    return {name: counts for name in OWN_FIGURES if name in wanted.post}


def _answer(
    body: dict[str, Any],
    state: XState,
    call: Call,
    posts: list[Post],
    wanted: Wanted,
    *,
    reader: User | None = None,
) -> Response:
    call.resources = [post.id for post in posts]
    untold = [post for post in posts if not tells_own_figures(state, post, reader)]
    if errors := [field_unauthorised(post.id, name) for name in OWN_FIGURES if name in wanted.post for post in untold]:
        body["errors"] = [*body.get("errors", ()), *errors]
    if includes := _includes(state, posts, wanted, call.base):
        body["includes"] = includes
    return JSONResponse(body)


def _includes(state: XState, posts: list[Post], wanted: Wanted, base: str) -> dict[str, Any]:
    includes: dict[str, Any] = {}
    if "author_id" in wanted.expansions:
        authors = {post.user_id: state.users.find(post.user_id) for post in posts}
        includes["users"] = [show_user(state, user, wanted, base) for user in authors.values() if user]
    if "attachments.media_keys" in wanted.expansions:
        media = [state.media.find(media_id) for post in posts for media_id in post.media_ids]
        includes["media"] = [_show_media(item, wanted, base) for item in media if item]
    if "attachments.poll_ids" in wanted.expansions:
        includes["polls"] = [_show_poll(state, post, wanted) for post in posts if post.poll]
    if expanded := wanted.expansions & {"referenced_tweets.id", "referenced_posts", "referenced_posts.id"}:
        named = [post_id for post in posts for post_id in (post.in_reply_to, post.quoted) if post_id]
        parents = {post_id: state.live_post(post_id) for post_id in named}
        name = "tweets" if "referenced_tweets.id" in expanded else "posts"
        includes[name] = [show_post(state, parent, wanted) for parent in parents.values() if parent]
    return {name: found for name, found in includes.items() if found}


def _show_poll(state: XState, post: Post, wanted: Wanted) -> dict[str, Any]:
    ends_at = post.created_at + 60 * post.poll_minutes
    everything: dict[str, Any] = {
        "duration_minutes": post.poll_minutes,
        "end_datetime": iso_milliseconds(ends_at),
        "voting_status": "open" if state.now < ends_at else "closed",
    }
    options = [{"position": place + 1, "label": label, "votes": 0} for place, label in enumerate(post.poll)]
    shown = {name: value for name, value in everything.items() if name in wanted.poll}
    return {"id": post.versions[0], "options": options, **shown}


def _show_media(media: Media, wanted: Wanted, base: str) -> dict[str, Any]:
    kind = {"tweet_gif": "animated_gif", "tweet_video": "video", "amplify_video": "video"}.get(media.category, "photo")
    everything: dict[str, Any] = {
        "alt_text": media.alt_text,
        "width": media.width,
        "height": media.height,
        "duration_ms": int(media.seconds * 1000),
        "url": f"{base}/media/{media.id}" if kind == "photo" else "",
    }
    shown = {name: value for name, value in everything.items() if name in wanted.media and value}
    return {"media_key": media.key, "type": kind, **shown}


def _entities(state: XState, post: Post) -> dict[str, Any]:
    user = state.users.find(post.user_id)
    address = f"https://x.com/{user.username if user else 'i'}/status/{post.id}/photo/1"
    found = {
        "urls": url_entities(post.wire_text, post.urls, address, _keys(state, post)),
        "mentions": mention_entities(post.wire_text),
    }
    return {name: entities for name, entities in found.items() if entities}


def _keys(state: XState, post: Post) -> list[str]:
    return [media.key for media in map(state.media.find, post.media_ids) if media]


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Which part of a timeline a call asks for."""

    size: int
    offset: int
    start: float
    end: float
    since_id: int
    until_id: int
    no_replies: bool

    def takes(self, post: Post) -> bool:
        return (
            self.start <= post.created_at < self.end
            and self.since_id < int(post.id) < self.until_id
            and not (self.no_replies and post.in_reply_to)
        )


def read_bounds(call: Call, sizes: tuple[int, int]) -> Bounds:
    query = call.query
    if "since_id" in query and "start_time" in query:
        raise invalid_request("`since_id` and `start_time` exclude each other", since_id=query["since_id"])
    for name in ("since_id", "until_id"):
        if name in query:
            require_number(query[name], name)
    size = query.get("max_results", "10")
    low, high = sizes
    if not size.isdigit() or not low <= int(size) <= high:
        raise invalid_request(f"The `max_results` query parameter value [{size}] is not between {low} and {high}")
    return Bounds(
        size=int(size),
        offset=read_page_token(query.get("next_token") or query.get("pagination_token", "")),
        start=_read_time(query, "start_time", 0.0),
        end=_read_time(query, "end_time", float("inf")),
        since_id=int(query.get("since_id", "0")),
        until_id=int(query.get("until_id", str(2**64))),
        no_replies="replies" in query.get("exclude", "").split(","),
    )


def _read_time(query: dict[str, str], name: str, default: float) -> float:
    if name not in query:
        return default
    try:
        return datetime.fromisoformat(query[name]).timestamp()
    except ValueError:
        raise invalid_request(f"The `{name}` query parameter is no RFC 3339 date-time", **{name: query[name]}) from None


def page_token(offset: int) -> str:
    return f"7140dibdnow9c7btw{offset:x}"


def read_page_token(token: str) -> int:
    if not token:
        return 0
    try:
        return int(token.removeprefix(page_token(0)[:-1]), 16)
    except ValueError:
        raise invalid_request("The `pagination_token` query parameter is invalid", pagination_token=token) from None


def require_reader(caller: Caller) -> None:
    if caller.user:
        require_user(caller, "tweet.read", "users.read")


def require_number(value: str, name: str = "id") -> None:
    if not NUMBER.match(value):
        raise invalid_request(f"The `{name}` query parameter value [{value}] is not valid", **{name: value})
