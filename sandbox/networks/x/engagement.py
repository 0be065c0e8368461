"""What an account does with what others write: mentions, quotes, search, hiding, liking.

Source: docs.x.com, mentions, quotes, search and its operators, hide replies, likes, and its OpenAPI 2.167, read
2026-08-22.
"""

import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.clock import iso_milliseconds
from sandbox.networks.x import limits, webhooks
from sandbox.networks.x.errors import forbidden, invalid_request, problem, refuse
from sandbox.networks.x.oauth import Caller, require_user
from sandbox.networks.x.reading import TIMELINE_LIMITS, answer_list, read_bounds, require_number, require_reader
from sandbox.networks.x.state import Post, XState

SEARCH_LIMITS = (10, 100)
TERM = re.compile(r"^(-?)(?:(\w+):)?(.+)$")
GROUPINGS = {"conversation_id": "conversation", "quotes_of_tweet_id": "quotes"}
Wanted = Callable[[Post], bool]


def mentions(state: XState, call: Call, caller: Caller, user_id: str) -> Response:
    """GET /2/users/{id}/mentions, newest first, at most the newest 800."""
    require_reader(caller)
    require_number(user_id)
    if state.users.find(user_id) is None:
        return problem(404, "Not Found Error", f"Could not find user with id: [{user_id}].", "resource-not-found")
    bounds = read_bounds(call, TIMELINE_LIMITS)
    named = islice(_living(state.posts.newest(user_id, "mentions")), limits.MENTIONS_DEPTH)
    return answer_list(state, call, [post for post in named if bounds.takes(post)], bounds)


def search(state: XState, call: Call, caller: Caller) -> Response:
    """GET /2/tweets/search/recent: seven days back, terms that must all hold."""
    require_reader(caller)
    query = call.query.get("query", "")
    longest = limits.QUERY_LENGTH_ENTERPRISE if state.world.settings.enterprise else limits.QUERY_LENGTH
    if not 1 <= len(query) <= longest:
        raise invalid_request(f"The `query` query parameter must have 1 to {longest} characters", query=query)
    bounds = read_bounds(call, SEARCH_LIMITS)
    oldest = state.now - limits.SEARCH_SECONDS
    if bounds.start and bounds.start < oldest:
        raise invalid_request(
            f"Invalid 'start_time':'{call.query['start_time']}'. 'start_time' must be on or after "
            f"{iso_milliseconds(oldest)}.",
            start_time=call.query["start_time"],
        )
    order = call.query.get("sort_order", "recency")
    if order not in {"recency", "relevancy"}:
        raise invalid_request(f"The `sort_order` query parameter value [{order}] is not valid", sort_order=order)
    alternatives = _read_query(state, query)
    groups = [one.group for one in alternatives]
    rows: Iterable[Post] = reversed(state.posts.all())
    if all(value for value, _ in groups):
        together = {post.id: post for group in dict.fromkeys(groups) for post in state.posts.group(*group)}
        rows = sorted(together.values(), key=lambda post: -int(post.id))
    found = [
        post
        for post in _living(rows)
        if post.created_at >= oldest and bounds.takes(post) and any(one.takes(post) for one in alternatives)
    ]
    if order == "relevancy":
        found.sort(key=lambda post: -len(post.liked_by))
    return answer_list(state, call, found, bounds)


def quotes(state: XState, call: Call, caller: Caller, post_id: str) -> Response:
    """GET /2/tweets/{id}/quote_tweets, newest first."""
    require_reader(caller)
    require_number(post_id)
    if state.live_post(post_id) is None:
        return problem(404, "Not Found Error", f"Could not find tweet with id: [{post_id}].", "resource-not-found")
    bounds = read_bounds(call, SEARCH_LIMITS)
    return answer_list(state, call, list(_living(state.posts.newest(post_id, "quotes"))), bounds)


def _living(posts: Iterable[Post]) -> Iterable[Post]:
    return (post for post in posts if post.stands)


@dataclass(frozen=True)
class _Alternative:
    """Terms that must all hold, and the group that one of them names: a conversation, or the quotes of a post."""

    terms: list[Wanted]
    group: tuple[str, str]  # value and grouping; empty where all posts must be looked at

    def takes(self, post: Post) -> bool:
        return all(term(post) for term in self.terms)


def _read_query(state: XState, query: str) -> list[_Alternative]:
    """A space binds tighter than OR; parentheses are not understood."""
    try:
        terms = shlex.split(query)
    except ValueError:
        raise invalid_request("There were errors processing your request: no viable alternative", query=query) from None
    alternatives: list[list[str]] = [[]]
    for term in terms:
        if term == "OR":
            alternatives.append([])
        else:
            alternatives[-1].append(term)
    if not all(alternatives):
        raise invalid_request("There were errors processing your request: no viable alternative", query=query)
    return [_read_terms(state, terms, query) for terms in alternatives]


def _read_terms(state: XState, terms: list[str], query: str) -> _Alternative:
    group = ("", "")
    wanted: list[Wanted] = []
    for term in terms:
        found = TERM.match(term)
        if found is None or term.startswith("("):
            raise invalid_request(f"This twin's search understands no [{term}]", query=query)
        minus, operator, value = found[1], found[2] or "", found[3]
        if operator in GROUPINGS and not minus:
            group = (value, GROUPINGS[operator])
        wanted.append(_term(state, operator, value, negative=bool(minus)))
    return _Alternative(wanted, group)


def _term(state: XState, operator: str, value: str, *, negative: bool) -> Wanted:
    user = state.find_user(value)
    user_id = user.id if user else "nobody"
    tests: dict[str, Wanted] = {
        "conversation_id": lambda post: post.conversation_id == value,
        "in_reply_to_tweet_id": lambda post: post.in_reply_to == value,
        "quotes_of_tweet_id": lambda post: post.quoted == value,
        "to": lambda post: post.in_reply_to_user == user_id,
        "from": lambda post: post.user_id == user_id,
        "is": lambda post: (value == "reply" and bool(post.in_reply_to)) or (value == "quote" and bool(post.quoted)),
        "has": lambda post: (value == "links" and bool(post.urls)) or (value == "media" and bool(post.media_ids)),
        "": lambda post: value.lower() in post.wire_text.lower(),
    }
    test = tests.get(operator)
    if test is None:
        raise invalid_request(f"There were errors processing your request: Reference to invalid operator '{operator}'.")
    return (lambda post: not test(post)) if negative else test


def hide(state: XState, call: Call, caller: Caller, post_id: str) -> Response:
    """PUT /2/tweets/{id}/hidden: a reply in a conversation that the account began."""
    user = require_user(caller, "tweet.read", "tweet.moderate.write", "users.read")
    require_number(post_id, "tweet_id")
    body = call.json
    if not isinstance(body, dict) or not isinstance(body.get("hidden"), bool) or len(body) > 1:
        raise invalid_request("[$.hidden: is missing but it is required]", hidden=str(body))
    post = state.live_post(post_id)
    if post is None:
        raise refuse(404, "Not Found Error", f"Could not find tweet with tweet_id: [{post_id}].", "resource-not-found")
    root = state.posts.find(post.conversation_id)
    if root is None or root.user_id != user.id or post.user_id == user.id or not post.in_reply_to:
        raise forbidden("You are not allowed to hide this Tweet: it is no reply in a conversation that you started.")
    state.posts.put(replace(post, hidden=body["hidden"]))
    return JSONResponse({"data": {"hidden": body["hidden"]}})


def like(state: XState, call: Call, caller: Caller, user_id: str) -> Response:
    """POST /2/users/{id}/likes."""
    body: Any = call.json
    if not isinstance(body, dict) or not isinstance(body.get("tweet_id"), str):
        raise invalid_request("[$.tweet_id: is missing but it is required]", tweet_id=str(body))
    return _set_like(state, caller, user_id, body["tweet_id"], liked=True)


def unlike(state: XState, caller: Caller, path: str) -> Response:
    """DELETE /2/users/{id}/likes/{tweet_id}."""
    user_id, _, post_id = path.partition("/")
    return _set_like(state, caller, user_id, post_id, liked=False)


def _set_like(state: XState, caller: Caller, user_id: str, post_id: str, *, liked: bool) -> Response:
    user = require_user(caller, "tweet.read", "users.read", "like.write")
    require_number(post_id, "tweet_id")
    if user_id != user.id:
        raise forbidden("The authenticated user may only like as themselves.")
    if not state.world.settings.enterprise:
        raise refuse(
            403,
            "Client Forbidden",
            "Likes are not available to apps of this access level since 2026-04-20.",
            "client-forbidden",
            reason="client-not-enrolled",
        )
    post = state.live_post(post_id)
    if post is None:
        raise refuse(404, "Not Found Error", f"Could not find tweet with tweet_id: [{post_id}].", "resource-not-found")
    set_like(state, post, user_id, liked=liked)
    return JSONResponse({"data": {"liked": liked}})


def set_like(state: XState, post: Post, user_id: str, *, liked: bool) -> None:
    if (user_id in post.liked_by) == liked:
        return
    names = [*post.liked_by, user_id] if liked else [name for name in post.liked_by if name != user_id]
    changed = state.posts.put(replace(post, liked_by=names))
    user = state.users.find(user_id)
    if liked and user:
        webhooks.tell_liked(state, changed, user)
