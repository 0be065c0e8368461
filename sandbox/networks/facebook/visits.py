"""What others post about a page: on its wall, elsewhere with its name, and as recommendations.

Source: Graph API references for /page/visitor_posts, /page/tagged, /page/ratings and /page/blocked, and the SDK's
description of 2026-04-15.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from heapq import merge
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.clock import iso_offset
from sandbox.networks.facebook import webhooks
from sandbox.networks.facebook.comments import ENGAGING, READING, comments_field, likes_field
from sandbox.networks.facebook.community import Rating, Visit
from sandbox.networks.facebook.errors import bad_parameter, missing_permission
from sandbox.networks.facebook.fields import Field, pick
from sandbox.networks.facebook.graph import Reading, Shown, compose, own_page, page_of, read_time
from sandbox.networks.facebook.oauth import parse_list, require_page
from sandbox.networks.facebook.state import FacebookState, Page, Post

POST_FIELDS = "created_time,message,id"


def visitor_posts(reading: Reading, page_id: str) -> Response:
    """GET /{page}/visitor_posts: on the page's own wall."""
    page = _readable(reading, page_id)
    return _list_visits(reading, (row for row in reading.state.visits.newest(page.id) if not row.mention))


def tagged(reading: Reading, page_id: str) -> Response:
    """GET /{page}/tagged: elsewhere, with the page mentioned."""
    page = _readable(reading, page_id)
    return _list_visits(reading, (row for row in reading.state.visits.newest(page.id) if row.mention))


def with_visits(reading: Reading, page: Page) -> Iterator[Post | Visit]:
    """The wall as visitors see it, newest first: own posts and theirs."""
    if not reading.speaker.has(*READING):
        return reading.state.live_posts(page.id)
    visits = (row for row in reading.state.visits.newest(page.id) if not row.mention)
    return merge(reading.state.live_posts(page.id), visits, key=_age, reverse=True)


def _age(row: Post | Visit) -> float:
    return row.published_at if isinstance(row, Post) else row.created_at


def _list_visits(reading: Reading, rows: Iterable[Visit]) -> Response:
    fields = reading.fields("PagePost", POST_FIELDS)
    since = read_time(reading.params, "since", 0.0)
    found = (row for row in rows if row.created_at >= since)
    return page_of(reading, found, lambda row: row.id, lambda row: show_visit(reading, row, fields))


def show_visit(reading: Reading, visit: Visit, fields: list[Field]) -> dict[str, Any]:
    """A visit as the post that it is."""
    author = {"name": visit.author_name, "id": visit.author_id}
    owner, _, number = visit.id.partition("_")
    page = reading.state.pages.find(visit.page_id)
    target = {"data": [{"id": visit.page_id, "name": page.name if page else ""}]}
    values: dict[str, Shown] = {
        "id": lambda _: visit.id,
        "message": lambda _: visit.message,
        "created_time": lambda _: iso_offset(visit.created_at),
        "updated_time": lambda _: iso_offset(visit.updated_at),
        "from": lambda asked: pick(author, asked.children),
        "to": lambda _: target,
        "permalink_url": lambda _: f"{reading.call.base}/www.facebook.com/{owner}/posts/{number}",
        "status_type": lambda _: "wall_post" if not visit.mention else "mobile_status_update",
        "is_published": lambda _: True,
        "is_hidden": lambda _: False,
        "comments": lambda asked: comments_field(reading, visit.id, asked),
        "likes": lambda asked: likes_field(visit.liked_by, asked),
        "reactions": lambda asked: likes_field(visit.liked_by, asked),
    }
    return compose(values, fields)


def delete_visit(reading: Reading, visit: Visit) -> Response:
    """DELETE /{post} of a visitor: only on the page's own wall."""
    require_page(reading.speaker, visit.page_id, *READING, task="MODERATE")
    if visit.mention:
        raise bad_parameter("A post on somebody else's profile cannot be deleted")
    remove_visit(reading.state, visit)
    return JSONResponse({"success": True})


def remove_visit(state: FacebookState, visit: Visit) -> None:
    state.visits.put(replace(visit, deleted_at=state.now))
    webhooks.tell_visit(state, visit, "remove")


# Recommendations


def ratings(reading: Reading, page_id: str) -> Response:
    """GET /{page}/ratings, the newest first; answered by a comment under the story."""
    page = _readable(reading, page_id)
    fields = reading.fields("Recommendation", "created_time,recommendation_type,review_text,reviewer")
    return page_of(
        reading,
        reading.state.ratings.newest(page.id),
        lambda row: row.id,
        lambda row: _show_rating(reading, row, fields),
    )


def _show_rating(reading: Reading, rating: Rating, fields: list[Field]) -> dict[str, Any]:
    stranger = reading.state.strangers.find(rating.author_id)
    reviewer = {"name": rating.author_name, "id": rating.author_id}
    values: dict[str, Shown] = {
        "id": lambda _: rating.id,
        "created_time": lambda _: iso_offset(rating.created_at),
        "recommendation_type": lambda _: "positive" if rating.recommends else "negative",
        "review_text": lambda _: rating.text,
        "has_review": lambda _: bool(rating.text),
        "has_rating": lambda _: False,
        "reviewer": lambda asked: None if stranger and stranger.private else pick(reviewer, asked.children),
        "open_graph_story": lambda asked: _show_story(reading, rating, asked),
    }
    shown = compose(values, fields)
    del shown["id"]  # a recommendation has none: its story has
    return shown


def _show_story(reading: Reading, rating: Rating, asked: Field) -> dict[str, Any]:
    story = {
        "id": rating.id,
        "message": rating.text,
        "start_time": iso_offset(rating.created_at),
        "publish_time": iso_offset(rating.created_at),
        "type": "recommendations.recommends",
        "comments": comments_field(reading, rating.id, next((f for f in asked.children if f.name == "comments"), asked))
        if any(child.name == "comments" for child in asked.children)
        else None,
    }
    return pick({name: value for name, value in story.items() if value is not None}, asked.children)


def show_story(reading: Reading, rating: Rating) -> Response:
    """GET /{story} of a recommendation."""
    return JSONResponse(_show_story(reading, rating, Field("open_graph_story")))


# Blocking


def block(reading: Reading, page_id: str) -> Response:
    """POST /{page}/blocked: their comments are refused from then on, as is what they write privately."""
    state, page = reading.state, _moderated(reading, page_id)
    wanted = _named(reading)
    if not wanted:
        raise bad_parameter("One of user, uid, asid or psid is required")
    answer = {}
    for who in wanted:
        stranger_id = _stranger_of(state, page, who)
        answer[who] = stranger_id != ""
        if stranger_id:
            page = state.pages.put(replace(page, blocked=list(dict.fromkeys([*page.blocked, stranger_id]))))
    return JSONResponse(answer)


def unblock(reading: Reading, page_id: str) -> Response:
    state, page = reading.state, _moderated(reading, page_id)
    gone = {_stranger_of(state, page, who) for who in _named(reading)}
    state.pages.put(replace(page, blocked=[who for who in page.blocked if who not in gone]))
    return JSONResponse({"success": True})


def blocked(reading: Reading, page_id: str) -> Response:
    page = _moderated(reading, page_id)
    found = (reading.state.strangers.find(who) for who in page.blocked)
    return JSONResponse({"data": [{"id": one.id, "name": one.name} for one in found if one]})


def _named(reading: Reading) -> list[str]:
    return [who for name in ("user", "uid", "asid", "psid") for who in parse_list(reading.params.get(name, ""))]


def _stranger_of(state: FacebookState, page: Page, who: str) -> str:
    """By the id under which they comment, or the one under which they write privately."""
    if state.strangers.find(who):
        return who
    thread = next(state.conversations.newest(f"{page.id}:{who}", "psid"), None)
    return thread.stranger_id if thread else ""


def _moderated(reading: Reading, page_id: str) -> Page:
    page_id = reading.speaker.me if page_id == "me" else page_id
    return require_page(reading.speaker, page_id, *ENGAGING, task="MODERATE")


def _readable(reading: Reading, page_id: str) -> Page:
    page = own_page(reading, page_id)
    if not reading.speaker.has(*READING):
        raise missing_permission(*READING)
    return page
