"""Posts: created, read, listed, changed, deleted.

Source: learn.microsoft.com/linkedin, Posts API (2026-05-07), MultiImage and Poll APIs, Little Text Format.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks.linkedin import limits, little, webhooks
from sandbox.networks.linkedin.errors import denied, duplicate, gone, illegal, invalid, missing_field, unpermitted
from sandbox.networks.linkedin.media import PUBLISHERS, attachable
from sandbox.networks.linkedin.oauth import Caller
from sandbox.networks.linkedin.restli import Query, created, milliseconds, page_of
from sandbox.networks.linkedin.state import LinkedInState, Post

FIELDS = {
    "adContext", "author", "commentary", "container", "content", "contentCallToActionLabel", "contentLandingPage",
    "distribution", "isReshareDisabledByAuthor", "lifecycleState", "reshareContext", "visibility",
}  # fmt: skip
REQUIRED = ("author", "commentary", "visibility", "distribution", "lifecycleState")
CHANGEABLE = {"commentary", "contentCallToActionLabel", "contentLandingPage", "lifecycleState", "adContext"}
VISIBILITIES = {"PUBLIC", "CONNECTIONS", "LOGGED_IN", "CONTAINER"}


def create(caller: Caller, call: Call) -> Response:
    """POST /rest/posts: 201 without a body, the new post's name in a header."""
    body = _checked(call.json)
    author = str(body["author"])
    _require_author(caller, author, what="partnerApiPostsExternal.CREATE.20260916")
    commentary = body["commentary"]
    if not isinstance(commentary, str):
        raise invalid("INVALID_VALUE_FOR_FIELD", "/commentary :: must be a string")
    if len(commentary) > limits.COMMENTARY_LENGTH:
        raise invalid(
            "FIELD_LENGTH_TOO_LONG", f"/commentary :: {len(commentary)} is longer than {limits.COMMENTARY_LENGTH}"
        )
    state = caller.state
    content = checked_content(state, body.get("content") or {}, author=author)
    parent = _parent(state, body.get("reshareContext"))
    if not commentary and not content and not parent:
        raise invalid("INVALID_VALUE_BLANK_FIELD", "/commentary :: a post needs a text or content")
    _refuse_duplicate(state, author, commentary, content)
    post = publish(
        state,
        author,
        commentary,
        content=content,
        visibility=str(body["visibility"]),
        parent=parent,
        no_reshares=body.get("isReshareDisabledByAuthor") is True,
        app_id=caller.app.id,
    )
    return created(post.id)


def _checked(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise illegal("the body")
    for name in body:
        if name not in FIELDS:
            raise unpermitted(name)
    for name in REQUIRED:
        if name not in body:
            raise missing_field(f"/{name}")
    if body["lifecycleState"] != "PUBLISHED":
        raise invalid("INVALID_VALUE_FOR_FIELD", f"/lifecycleState :: {body['lifecycleState']} is not PUBLISHED")
    if body["visibility"] not in VISIBILITIES:
        raise invalid("INVALID_VALUE_FOR_FIELD", f"/visibility :: {body['visibility']}")
    distribution = body["distribution"]
    if not isinstance(distribution, dict) or distribution.get("feedDistribution") not in {"MAIN_FEED", "NONE"}:
        raise invalid("INVALID_VALUE_FOR_FIELD", "/distribution/feedDistribution")
    urn = body["author"]
    if not isinstance(urn, str) or not urn.startswith(("urn:li:organization:", "urn:li:person:")):
        raise invalid("INVALID_URN_TYPE", f"/author :: {urn}")
    return body


def _require_author(caller: Caller, author: str, *, what: str) -> None:
    if author.startswith("urn:li:person:"):
        caller.require("w_member_social", what=what)
        if author != caller.member.urn:
            raise denied(what)
        return
    caller.require("w_organization_social", what=what)
    caller.require_role(author, *PUBLISHERS, what=what)


def checked_content(state: LinkedInState, content: Any, *, author: str) -> dict[str, Any]:
    """What a post shows beside its words. Raises Refused."""
    if not isinstance(content, dict) or len(content) > 1:
        raise invalid("INVALID_VALUE_FOR_FIELD", "/content :: exactly one kind of content")
    for kind, value in content.items():
        if not isinstance(value, dict):
            raise invalid("INVALID_VALUE_FOR_FIELD", f"/content/{kind}")
        match kind:
            case "media":
                _check_media(state, value, author)
            case "multiImage":
                _check_images(state, value, author)
            case "article":
                _check_article(state, value, author)
            case "poll":
                _check_poll(value)
            case "carousel":
                raise denied("content.carousel, which is for sponsored posts only")
            case _:
                raise unpermitted(f"content/{kind}")
    return content


def _check_media(state: LinkedInState, media: dict[str, Any], author: str) -> None:
    for name in media.keys() - {"id", "title", "altText"}:
        raise unpermitted(f"content/media/{name}")
    asset = attachable(
        state, media.get("id"), kinds=("image", "video", "document"), owner=author, path="/content/media/id"
    )
    _require_length(media.get("altText", ""), limits.ALT_TEXT_LENGTH, "/content/media/altText")
    _require_length(media.get("title", ""), limits.TITLE_LENGTH, "/content/media/title")
    if asset.kind == "document" and not media.get("title"):
        raise missing_field("/content/media/title")


def _check_images(state: LinkedInState, value: dict[str, Any], author: str) -> None:
    images = value.get("images")
    fewest, most = limits.MULTI_IMAGES
    if not isinstance(images, list) or not fewest <= len(images) <= most:
        raise invalid("INVALID_VALUE_FOR_FIELD", f"/content/multiImage/images :: {fewest} to {most} images")
    for number, image in enumerate(images):
        path = f"/content/multiImage/images/{number}"
        attachable(state, image.get("id"), kinds=("image",), owner=author, path=f"{path}/id")
        _require_length(image.get("altText", ""), limits.ALT_TEXT_LENGTH, f"{path}/altText")


def _check_article(state: LinkedInState, article: dict[str, Any], author: str) -> None:
    """Nothing is fetched from the address: what is not given is not shown."""
    source = article.get("source")
    if not source:
        raise missing_field("/content/article/source")
    if urlsplit(str(source)).scheme not in {"http", "https"} or not urlsplit(str(source)).hostname:
        raise invalid("INVALID_URL", f"/content/article/source :: {source}")
    if not article.get("title"):
        raise missing_field("/content/article/title")
    _require_length(article["title"], limits.TITLE_LENGTH, "/content/article/title")
    _require_length(article.get("description", ""), limits.DESCRIPTION_LENGTH, "/content/article/description")
    if "thumbnail" in article:
        attachable(state, article["thumbnail"], kinds=("image",), owner=author, path="/content/article/thumbnail")


def _check_poll(poll: dict[str, Any]) -> None:
    question, options = poll.get("question"), poll.get("options")
    if not question:
        raise missing_field("/content/poll/question")
    _require_length(question, limits.POLL_QUESTION_LENGTH, "/content/poll/question")
    if not isinstance(options, list) or not 2 <= len(options) <= 4:
        raise invalid("INVALID_VALUE_FOR_FIELD", "/content/poll/options :: 2 to 4 options")
    for number, option in enumerate(options):
        _require_length(option.get("text") or "", limits.POLL_OPTION_LENGTH, f"/content/poll/options/{number}/text")
        if not option.get("text"):
            raise missing_field(f"/content/poll/options/{number}/text")
    duration = (poll.get("settings") or {}).get("duration")
    if duration not in limits.POLL_DURATIONS:
        raise invalid("INVALID_VALUE_FOR_FIELD", f"/content/poll/settings/duration :: {duration}")


def _require_length(value: object, most: int, path: str) -> None:
    if not isinstance(value, str):
        raise invalid("INVALID_VALUE_FOR_FIELD", f"{path} :: must be a string")
    if len(value) > most:
        raise invalid("FIELD_LENGTH_TOO_LONG", f"{path} :: {len(value)} is longer than {most}")


def _parent(state: LinkedInState, context: Any) -> str:
    if context is None:
        return ""
    urn = context.get("parent") if isinstance(context, dict) else None
    if not isinstance(urn, str) or not urn.startswith(("urn:li:share:", "urn:li:ugcPost:")):
        raise invalid("INVALID_URN_TYPE", f"/reshareContext/parent :: {urn}")
    parent = state.find_post(urn)
    if parent is None:
        raise invalid("INVALID_URN_ID", f"/reshareContext/parent :: {urn}")
    if parent.no_reshares:
        raise denied(f"{urn}, whose author allows no reshares")
    return parent.id


def _refuse_duplicate(state: LinkedInState, author: str, commentary: str, content: dict[str, Any]) -> None:
    if not state.world.settings.duplicate_protection:
        return
    since = state.now - limits.DUPLICATE_SECONDS
    given_back = little.read(commentary).given_back
    for seen, post in enumerate(state.posts.newest(author)):
        if seen >= limits.DUPLICATE_LOOKBACK or post.created_at < since:
            return
        if post.deleted_at is None and post.commentary == given_back and post.content == content:
            state.refused_duplicates[author] = state.refused_duplicates.get(author, 0) + 1
            raise duplicate(post.id)


def publish(
    state: LinkedInState,
    author: str,
    commentary: str,
    *,
    content: dict[str, Any] | None = None,
    visibility: str = "PUBLIC",
    parent: str = "",
    no_reshares: bool = False,
    app_id: str = "",
) -> Post:
    """Let a post stand, whoever writes it, and tell the apps. Only words that are a text give a share."""
    shown = little.read(commentary)
    kinds = set(content or {})
    plain = not kinds or kinds == {"article"} or "urn:li:image:" in str((content or {}).get("media", {}).get("id"))
    post = state.posts.put(
        Post(
            id=f"urn:li:{'share' if plain else 'ugcPost'}:{state.new_id()}",
            activity=f"urn:li:activity:{state.new_id()}",
            author=author,
            text=shown.shown,
            commentary=shown.given_back,
            content=content or {},
            visibility=visibility,
            parent=parent,
            no_reshares=no_reshares,
            created_at=state.now,
            modified_at=state.now,
            mentions=_mentioned(state, shown.mentions),
            truncated=shown.truncated,
            app_id=app_id,
        )
    )
    webhooks.tell_post(state, post)
    return post


def _mentioned(state: LinkedInState, mentions: list[tuple[str, str]]) -> list[str]:
    """A mention holds only with the exact name."""
    return list(dict.fromkeys(urn for name, urn in mentions if state.name_of(urn) == name))


def one(caller: Caller, query: Query, urn: str) -> Response:
    """GET /rest/posts/{urn}."""
    caller.require("r_organization_social", "w_organization_social", what="partnerApiPostsExternal.GET")
    post = caller.state.find_post(urn)
    if post is None:
        raise gone(urn)
    if query.text("viewContext", "READER") == "AUTHOR" and post.author.startswith("urn:li:organization:"):
        caller.require_role(post.author, *PUBLISHERS, what="partnerApiPostsExternal.GET")
    return JSONResponse(shown(post))


def by_author(caller: Caller, query: Query) -> Response:
    """GET /rest/posts?q=author, the last changed first unless asked for the last created."""
    if query.text("q", "") != "author":
        raise invalid("PARAM_INVALID", "Invalid param q")
    what = "partnerApiPostsExternal.FINDER-author"
    author = query.text("author")
    caller.require("r_organization_social", what=what)
    caller.require_role(author, *PUBLISHERS, what=what)
    order = query.text("sortBy", "LAST_MODIFIED")
    if order not in {"LAST_MODIFIED", "CREATED"}:
        raise invalid("PARAM_INVALID", "Invalid param sortBy")
    posts = caller.state.live_posts(author)
    posts.sort(key=lambda post: post.created_at if order == "CREATED" else post.modified_at, reverse=True)
    return page_of([shown(post) for post in posts], query, most=limits.POSTS_A_PAGE, total=False)


def change(caller: Caller, call: Call, urn: str) -> Response:
    """POST /rest/posts/{urn} with X-RestLi-Method: PARTIAL_UPDATE."""
    if call.headers.get("x-restli-method", "").upper() != "PARTIAL_UPDATE":
        raise illegal("the method: X-RestLi-Method must be PARTIAL_UPDATE")
    body = call.json if isinstance(call.json, dict) else {}
    patch = (body.get("patch") or {}).get("$set")
    if not isinstance(patch, dict) or not patch:
        raise missing_field("/patch/$set")
    for name in patch.keys() - CHANGEABLE:
        raise unpermitted(f"patch/$set/{name}")
    post = caller.state.find_post(urn)
    if post is None:
        raise gone(urn)
    _require_author(caller, post.author, what="partnerApiPostsExternal.PARTIAL_UPDATE")
    if "commentary" in patch:
        commentary = str(patch["commentary"])
        if len(commentary) > limits.COMMENTARY_LENGTH:
            raise invalid("FIELD_LENGTH_TOO_LONG", f"/patch/$set/commentary :: {len(commentary)}")
        read = little.read(commentary)
        caller.state.posts.put(
            replace(
                post,
                text=read.shown,
                commentary=read.given_back,
                truncated=read.truncated,
                modified_at=caller.state.now,
            )
        )
    return Response(status_code=204)


def delete(caller: Caller, urn: str) -> Response:
    """DELETE /rest/posts/{urn}: what is gone is answered like what is deleted."""
    post = caller.state.find_post(urn)
    if post:
        _require_author(caller, post.author, what="partnerApiPostsExternal.DELETE")
        remove(caller.state, post)
    else:
        caller.require("w_organization_social", "w_member_social", what="partnerApiPostsExternal.DELETE")
    return Response(status_code=204)


def remove(state: LinkedInState, post: Post) -> None:
    state.posts.put(replace(post, deleted_at=state.now))


def shown(post: Post) -> dict[str, Any]:
    """A post as the API gives it back."""
    told: dict[str, Any] = {
        "id": post.id,
        "author": post.author,
        "commentary": post.commentary,
        "visibility": post.visibility,
        "lifecycleState": "PUBLISH_FAILED" if post.failed else "PUBLISHED",
        "lifecycleStateInfo": {"isEditedByAuthor": post.modified_at > post.created_at},
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "isReshareDisabledByAuthor": post.no_reshares,
        "createdAt": milliseconds(post.created_at),
        "publishedAt": milliseconds(post.created_at),
        "lastModifiedAt": milliseconds(post.modified_at),
    }
    if post.content:
        told["content"] = post.content
    if post.parent:
        told["reshareContext"] = {"parent": post.parent, "root": post.parent}
    return told


def permalink(post: Post) -> str:
    return f"https://www.linkedin.com/feed/update/{quote(post.id, safe=':')}/"


def files_of(post: Post) -> list[tuple[str, str]]:
    """The URNs of what hangs on a post, with their descriptions."""
    media, several = post.content.get("media"), post.content.get("multiImage")
    if media:
        return [(media["id"], media.get("altText", ""))]
    return [(image["id"], image.get("altText", "")) for image in several["images"]] if several else []
