"""Nodes and edges that are only read.

Source: Graph API references for User, Page, PagePost and Photo; read 2026-11-22 through dated copies.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.calls import Call
from sandbox.clock import iso_offset
from sandbox.networks.facebook import films, showing
from sandbox.networks.facebook.comments import comments_field, likes_field, show_comment
from sandbox.networks.facebook.community import Rating, Visit
from sandbox.networks.facebook.errors import missing_permission, no_such_object
from sandbox.networks.facebook.fields import Field, parse_fields, pick
from sandbox.networks.facebook.graph import Reading, Shown, compose, own_page, page_of, read_time, require_reader
from sandbox.networks.facebook.messaging import find_thread, show_message, show_thread
from sandbox.networks.facebook.oauth import granted_pages, page_token, reaches
from sandbox.networks.facebook.state import Business, FacebookState, Page, Person, Photo, Post
from sandbox.networks.facebook.visits import show_story, show_visit, with_visits


def node(reading: Reading, node_id: str) -> Response:
    """GET /{id}: whatever it is."""
    state, speaker = reading.state, reading.speaker
    if node_id == "me":
        node_id = speaker.me
    if node_id == speaker.person_id and (person := state.persons.find(node_id)):
        fields = reading.fields("User", "id,name")
        return JSONResponse(compose(_user_fields(reading, person), fields))
    if page := state.find_page(node_id):
        fields = reading.fields("Page", "id,name")
        return JSONResponse(compose(_page_fields(reading, page), fields))
    if post := find_post(state, node_id):
        require_reader(speaker)
        fields = reading.fields("PagePost", "id,created_time,message")
        return JSONResponse(show_post(reading, post, fields))
    if comment := state.find_comment(node_id):
        require_reader(speaker)
        fields = reading.fields("Comment", "created_time,from,message,id")
        return JSONResponse(show_comment(reading, comment, fields))
    if video := films.find_video(state, node_id):
        require_reader(speaker)
        fields = reading.fields("Video", "id,description,updated_time")
        return JSONResponse(showing.show_video(reading, video, fields))
    if shown := _of_others(reading, node_id):
        return shown
    photo = state.photos.find(node_id)
    if photo and not photo.deleted:
        require_reader(speaker)
        fields = reading.fields("Photo", "id,created_time,name")
        return JSONResponse(compose(_photo_fields(reading, photo), fields))
    raise no_such_object(node_id, "GET")


def _of_others(reading: Reading, node_id: str) -> Response | None:
    """A visitor's post, the story of a recommendation, a private thread or message."""
    state = reading.state
    story = state.find_story(node_id)
    if isinstance(story, Visit):
        require_reader(reading.speaker)
        return JSONResponse(show_visit(reading, story, reading.fields("PagePost", "id,created_time,message")))
    if isinstance(story, Rating):
        require_reader(reading.speaker)
        return show_story(reading, story)
    if state.conversations.find(node_id):
        fields = reading.fields("UnifiedThread", "id,link,updated_time")
        return JSONResponse(show_thread(reading, find_thread(reading, node_id), fields))
    message = state.messages.find(node_id)
    if message and message.deleted_at is None:
        thread = find_thread(reading, message.conversation_id)
        return JSONResponse(show_message(reading, thread, message, reading.fields("Message", "id,created_time")))
    return None


def accounts(reading: Reading, person_id: str) -> Response:
    """GET /me/accounts: the ticked pages on which the person still has a role."""
    speaker = reading.speaker
    if speaker.grant is None or speaker.page or person_id not in {"me", speaker.person_id}:
        raise no_such_object(person_id, "GET")
    if not speaker.has("pages_show_list"):
        return JSONResponse({"data": []})
    fields = reading.fields("Page", "access_token,category,category_list,name,id,tasks")
    pages = granted_pages(reading.state, speaker.grant)
    return page_of(reading, pages, lambda page: page.id, lambda page: compose(_page_fields(reading, page), fields))


def businesses(reading: Reading, person_id: str) -> Response:
    """GET /me/businesses: the portfolios a person belongs to."""
    speaker = reading.speaker
    if speaker.grant is None or speaker.page or person_id not in {"me", speaker.person_id}:
        raise no_such_object(person_id, "GET")
    if not speaker.has("business_management"):
        raise missing_permission("business_management")
    fields = reading.fields("Business", "id,name")
    rows = [row for row in reading.state.businesses.all() if speaker.person_id in row.people]

    def show(row: Business) -> dict[str, Any]:
        return compose({"id": lambda _: row.id, "name": lambda _: row.name}, fields)

    return page_of(reading, rows, lambda row: row.id, show)


def owned_pages(reading: Reading, business_id: str) -> Response:
    return _business_pages(reading, business_id, lambda row: row.owned)


def client_pages(reading: Reading, business_id: str) -> Response:
    return _business_pages(reading, business_id, lambda row: row.client)


def _business_pages(reading: Reading, business_id: str, of: Callable[[Business], list[str]]) -> Response:
    """A portfolio's pages, with a token for those on which the person has a task."""
    state, speaker = reading.state, reading.speaker
    business = state.businesses.find(business_id)
    if business is None or speaker.person_id not in business.people:
        raise no_such_object(business_id, "GET")
    if not speaker.has("business_management"):
        raise missing_permission("business_management")
    fields = reading.fields("Page", "id,name")
    pages = [page for page in map(state.pages.find, of(business)) if page]
    return page_of(reading, pages, lambda page: page.id, lambda page: compose(_page_fields(reading, page), fields))


def published_posts(reading: Reading, page_id: str) -> Response:
    """GET /{page}/published_posts, /posts: newest first."""
    page = own_page(reading, page_id)
    fields = reading.fields("PagePost", "created_time,message,id")
    since, until = read_time(reading.params, "since", 0.0), read_time(reading.params, "until", float("inf"))
    posts = (post for post in reading.state.live_posts(page.id) if since <= post.published_at <= until)
    return page_of(reading, posts, lambda post: post.id, lambda post: show_post(reading, post, fields))


def feed(reading: Reading, page_id: str) -> Response:
    """GET /{page}/feed: own posts and, with the right to read them, visitors' posts; newest first."""
    page = own_page(reading, page_id)
    fields = reading.fields("PagePost", "created_time,message,id")
    since, until = read_time(reading.params, "since", 0.0), read_time(reading.params, "until", float("inf"))
    rows = (
        row
        for row in with_visits(reading, page)
        if since <= (row.published_at if isinstance(row, Post) else row.created_at) <= until
    )

    def show(row: Post | Visit) -> dict[str, Any]:
        return show_post(reading, row, fields) if isinstance(row, Post) else show_visit(reading, row, fields)

    return page_of(reading, rows, lambda row: row.id, show)


def scheduled_posts(reading: Reading, page_id: str) -> Response:
    page = own_page(reading, page_id)
    fields = reading.fields("PagePost", "created_time,message,id")
    now = reading.state.now
    posts = (
        post
        for post in reading.state.posts.newest(page.id)
        if post.published_at > now and not post.deleted_at and not post.video_id
    )
    return page_of(reading, posts, lambda post: post.id, lambda post: show_post(reading, post, fields))


def photos(reading: Reading, page_id: str) -> Response:
    page = own_page(reading, page_id)
    fields = reading.fields("Photo", "created_time,name,id")
    found = (photo for photo in reading.state.photos.newest(page.id) if photo.post_id and not photo.deleted)
    return page_of(reading, found, lambda photo: photo.id, lambda photo: compose(_photo_fields(reading, photo), fields))


def attachments(reading: Reading, post_id: str) -> Response:
    require_reader(reading.speaker)
    post = find_post(reading.state, post_id)
    if post is None:
        raise no_such_object(post_id, "GET")
    fields = parse_fields(reading.params.get("fields", ""))
    return JSONResponse({"data": [pick(item, fields) for item in _attachments(reading, post)]})


def picture(reading: Reading, node_id: str) -> Response:
    """GET /{id}/picture: the image itself, or where it is with redirect=0."""
    node_id = reading.speaker.me if node_id == "me" else node_id
    if not (reading.state.find_page(node_id) or reading.state.persons.find(node_id)):
        raise no_such_object(node_id, "GET")
    shown = show_picture(reading, node_id)
    if reading.params.get("redirect", "1").lower() in {"0", "false"}:
        return JSONResponse(shown)
    return RedirectResponse(shown["data"]["url"], status_code=302)


def find_post(state: FacebookState, post_id: str) -> Post | None:
    """By {page}_{post}; deleted ones are gone."""
    post = state.posts.find(post_id)
    return post if post and post.deleted_at is None else None


def show_post(reading: Reading, post: Post, fields: list[Field]) -> dict[str, Any]:
    return compose(_post_fields(reading, post), fields)


def _user_fields(reading: Reading, person: Person) -> dict[str, Shown]:
    first, _, last = person.name.partition(" ")
    return {
        "id": lambda _: person.id,
        "name": lambda _: person.name,
        "first_name": lambda _: first,
        "last_name": lambda _: last,
        "short_name": lambda _: first,
        "email": lambda _: person.email if reading.speaker.has("email") else None,
        "picture": lambda asked: {"data": pick(show_picture(reading, person.id)["data"], asked.children)},
    }


def _page_fields(reading: Reading, page: Page) -> dict[str, Shown]:
    state, speaker = reading.state, reading.speaker

    def token(_: Field) -> str | None:
        if speaker.page and speaker.page.id == page.id and speaker.token:
            return speaker.token.id
        owned = speaker.grant and speaker.token and reaches(state, speaker.grant, page)
        return page_token(state, speaker.token, page).id if owned and speaker.token else None

    beside: dict[str, Shown] = {name: partial(show, reading, page) for name, show in state.beside_pages.items()}
    return beside | {
        "id": lambda _: page.id,
        "name": lambda _: page.name,
        "username": lambda _: page.username,
        "category": lambda _: page.category,
        "category_list": lambda asked: [pick({"id": "2500", "name": page.category}, asked.children)],
        "about": lambda _: page.about,
        "access_token": token,
        "tasks": lambda _: page.roles.get(speaker.person_id),
        "followers_count": lambda _: page.followers,
        "fan_count": lambda _: page.followers,
        "is_published": lambda _: True,
        "link": lambda _: f"{reading.call.base}/www.facebook.com/{page.username}",
        "picture": lambda asked: {"data": pick(show_picture(reading, page.id)["data"], asked.children)},
    }


def _post_fields(reading: Reading, post: Post) -> dict[str, Shown]:
    state = reading.state
    page = state.pages.find(post.page_id)
    waiting = post.published_at > state.now
    return {
        "id": lambda _: post.id,
        "message": lambda _: post.message,
        "created_time": lambda _: iso_offset(post.published_at or post.created_at),
        "updated_time": lambda _: iso_offset(post.updated_at),
        "from": lambda asked: pick({"name": page.name if page else "", "id": post.page_id}, asked.children),
        "permalink_url": lambda _: permalink(reading.call, post),
        "status_type": lambda _: post.status_type,
        "is_published": lambda _: post.is_live(state.now),
        "is_hidden": lambda _: False,
        "is_expired": lambda _: False,
        "scheduled_publish_time": lambda _: int(post.published_at) if waiting else None,
        "application": lambda asked: pick(_application(state, post), asked.children),
        "full_picture": lambda _: _photo_address(reading, post.photo_ids[0]) if post.photo_ids else None,
        "picture": lambda _: _photo_address(reading, post.photo_ids[0]) if post.photo_ids else None,
        "attachments": lambda asked: _attachments_field(reading, post, asked),
        "comments": lambda asked: comments_field(reading, post.id, asked),
        "likes": lambda asked: likes_field(post.liked_by, asked),
        "reactions": lambda asked: likes_field(post.liked_by, asked),
        "call_to_action": lambda _: {"type": post.call_to_action} if post.call_to_action else None,
    }


def _photo_fields(reading: Reading, photo: Photo) -> dict[str, Shown]:
    page = reading.state.pages.find(photo.page_id)
    address = _photo_address(reading, photo.id)
    image = {"height": photo.height, "width": photo.width, "source": address}
    return {
        "id": lambda _: photo.id,
        "name": lambda _: photo.caption,
        "alt_text": lambda _: photo.alt_text,
        "alt_text_custom": lambda _: photo.alt_text,
        "created_time": lambda _: iso_offset(photo.created_at),
        "updated_time": lambda _: iso_offset(photo.created_at),
        "from": lambda asked: pick({"name": page.name if page else "", "id": photo.page_id}, asked.children),
        "height": lambda _: photo.height,
        "width": lambda _: photo.width,
        "images": lambda asked: [pick(image, asked.children)],
        "source": lambda _: address,
        "picture": lambda _: address,
        "link": lambda _: f"{reading.call.base}/www.facebook.com/photo.php?fbid={photo.id}",
        "page_story_id": lambda _: photo.post_id,
        "can_delete": lambda _: True,
    }


def permalink(call: Call, post: Post) -> str:
    """The post's address, here under the sandbox so that it can be opened."""
    page_id, _, number = post.id.partition("_")
    return f"{call.base}/www.facebook.com/{page_id}/posts/{number}"


def _application(state: FacebookState, post: Post) -> dict[str, Any]:
    app = state.world.apps.facebook.get(post.app_id)
    return {"category": "Business", "name": app.name if app else "", "id": post.app_id}


def _attachments_field(reading: Reading, post: Post, asked: Field) -> dict[str, Any] | None:
    found = [pick(item, asked.children) for item in _attachments(reading, post)]
    return {"data": found} if found else None


def _attachments(reading: Reading, post: Post) -> list[dict[str, Any]]:
    if video := films.find_video(reading.state, post.video_id):
        return [showing.attachment_of(reading, video)]
    shown = [_photo_attachment(reading, photo) for photo in map(reading.state.photos.find, post.photo_ids) if photo]
    if len(shown) > 1:
        return [
            {
                "media_type": "album",
                "type": "album",
                "title": "Photos from the post",
                "media": shown[0]["media"],
                "target": {"id": post.id.partition("_")[2], "url": permalink(reading.call, post)},
                "subattachments": {"data": shown},
            }
        ]
    if not shown and post.link:
        return [
            {"media_type": "link", "type": "share", "title": post.link, "url": post.link, "unshimmed_url": post.link}
        ]
    return shown


def _photo_attachment(reading: Reading, photo: Photo) -> dict[str, Any]:
    link = f"{reading.call.base}/www.facebook.com/photo.php?fbid={photo.id}"
    image = {"height": photo.height, "src": _photo_address(reading, photo.id), "width": photo.width}
    return {
        "description": photo.caption,
        "media_type": "photo",
        "type": "photo",
        "media": {"image": image},
        "target": {"id": photo.id, "url": link},
        "url": link,
    }


def _photo_address(reading: Reading, photo_id: str) -> str:
    return f"{reading.call.base}/media/{photo_id}"


def show_picture(reading: Reading, node_id: str) -> dict[str, Any]:
    address = f"{reading.call.base}/pictures/facebook/{node_id}.png"
    return {"data": {"height": 50, "is_silhouette": False, "url": address, "width": 50}}
