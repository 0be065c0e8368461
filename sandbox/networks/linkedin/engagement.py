"""Comments, replies and reactions.

Source: learn.microsoft.com/linkedin, Comments API (2026-04-28), Reactions API, Social Metadata API. A comment's text is
plain. Nothing can be hidden.
"""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.calls import Call
from sandbox.networks.linkedin import limits, webhooks
from sandbox.networks.linkedin.errors import denied, gone, illegal, invalid, missing_field, unpermitted
from sandbox.networks.linkedin.oauth import Caller
from sandbox.networks.linkedin.restli import Query, created, milliseconds, page_of
from sandbox.networks.linkedin.state import Comment, LinkedInState, Post

READERS = frozenset({"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"})
WRITERS = (*READERS, "RECRUITING_POSTER", "CONTENT_ADMINISTRATOR")
KINDS = {"LIKE", "PRAISE", "EMPATHY", "INTEREST", "APPRECIATION", "ENTERTAINMENT"}
FIELDS = {"actor", "object", "message", "parentComment", "content"}


# Comments


def comments(caller: Caller, query: Query, urn: str) -> Response:
    """GET /rest/socialActions/{urn}/comments: those on top of a post, or what answers a comment."""
    state = caller.state
    post, parent = _target(state, urn)
    may = _readable(caller, post)
    rows = state.comments.group(parent.id, "replies") if parent else state.comments.group(post.id)
    found = [row for row in rows if row.deleted_at is None and row.parent == (parent.id if parent else "")]
    return page_of([shown(state, row, caller) for row in found] if may else [], query)


def one(caller: Caller, urn: str, number: str) -> Response:
    """GET /rest/socialActions/{urn}/comments/{number}."""
    comment = _comment(caller.state, urn, number)
    post = caller.state.find_post(comment.post_id)
    if post is None or not _readable(caller, post):
        raise gone(number)
    return JSONResponse(shown(caller.state, comment, caller))


def create(caller: Caller, call: Call, urn: str) -> Response:
    """POST /rest/socialActions/{urn}/comments: 201 with the comment."""
    state, body = caller.state, call.json if isinstance(call.json, dict) else {}
    for name in body.keys() - FIELDS:
        raise unpermitted(name)
    if "content" in body:
        raise unpermitted("content")
    for name in ("actor", "object", "message"):
        if name not in body:
            raise missing_field(f"/{name}")
    actor = _actor(caller, str(body["actor"]), what="socialActions.comments.CREATE")
    post, parent = _target(state, urn)
    named = str(body.get("parentComment") or "")
    if named and (parent is None or parent.id != named):
        parent = state.find_comment(named)
        if parent is None or parent.post_id != post.id:
            raise invalid("INVALID_URN_ID", f"/parentComment :: {named}")
    if parent and parent.parent:
        raise invalid("INVALID_VALUE_FOR_FIELD", "/parentComment :: a reply cannot be replied to")
    if str(body["object"]) not in {post.id, post.activity}:
        raise invalid("INVALID_URN_ID", f"/object :: {body['object']}")
    text = (body["message"] or {}).get("text") if isinstance(body["message"], dict) else None
    if not isinstance(text, str) or not text.strip():
        raise invalid("INVALID_VALUE_BLANK_FIELD", "/message/text")
    if len(text) > limits.COMMENT_LENGTH:
        raise invalid("FIELD_LENGTH_TOO_LONG", f"/message/text :: {len(text)} is longer than {limits.COMMENT_LENGTH}")
    comment = write(
        state,
        post,
        text,
        actor=actor,
        parent=parent,
        app_id=caller.app.id,
        by_member=caller.member.id,
        attributes=body["message"].get("attributes") or [],
    )
    return created(comment.number, shown(state, comment, caller))


def change(caller: Caller, call: Call, query: Query, urn: str, number: str) -> Response:
    """POST /rest/socialActions/{urn}/comments/{number}?actor=: one's own words."""
    if call.headers.get("x-restli-method", "").upper() != "PARTIAL_UPDATE":
        raise illegal("the method: X-RestLi-Method must be PARTIAL_UPDATE")
    comment = _comment(caller.state, urn, number)
    actor = _actor(caller, query.text("actor", caller.member.urn), what="socialActions.comments.PARTIAL_UPDATE")
    if comment.actor != actor:
        raise denied("socialActions.comments.PARTIAL_UPDATE")
    body = call.json if isinstance(call.json, dict) else {}
    text = (((body.get("patch") or {}).get("message") or {}).get("$set") or {}).get("text")
    if not isinstance(text, str) or not text.strip():
        raise missing_field("/patch/message/$set/text")
    edit(caller.state, comment, text)
    return Response(status_code=204)


def delete(caller: Caller, query: Query, urn: str, number: str) -> Response:
    """DELETE /rest/socialActions/{urn}/comments/{number}?actor=.

    Whether a page's administrator may delete what others wrote there no page says; the setting
    `linkedin_admins_delete` decides.
    """
    state, comment = caller.state, _comment(caller.state, urn, number)
    actor = _actor(caller, query.text("actor", caller.member.urn), what="socialActions.comments.DELETE")
    post = state.find_post(comment.post_id)
    is_host = post is not None and post.author == actor and state.world.settings.linkedin_admins_delete
    if comment.actor != actor and not is_host:
        raise denied("socialActions.comments.DELETE")
    remove(state, comment)
    return Response(status_code=204)


def write(
    state: LinkedInState,
    post: Post,
    text: str,
    *,
    actor: str,
    parent: Comment | None = None,
    app_id: str = "",
    by_member: str = "",
    attributes: list[dict[str, Any]] | None = None,
) -> Comment:
    """Let a comment stand, whoever writes it, and tell the apps."""
    comment = state.comments.put(
        Comment(
            id=f"urn:li:comment:({post.activity},{state.new_id()})",
            post_id=post.id,
            activity=post.activity,
            parent=parent.id if parent else "",
            actor=actor,
            text=text,
            created_at=state.now,
            modified_at=state.now,
            app_id=app_id,
            by_member=by_member,
            attributes=attributes or [],
        )
    )
    webhooks.tell_comment(state, comment, "ADMIN_COMMENT" if actor == post.author else "COMMENT")
    return comment


def edit(state: LinkedInState, comment: Comment, text: str) -> None:
    webhooks.tell_comment(state, state.comments.put(replace(comment, text=text, modified_at=state.now)), "COMMENT_EDIT")


def remove(state: LinkedInState, comment: Comment) -> None:
    """Take a comment away, whoever does it, with what answered it."""
    for row in (comment, *state.comments.group(comment.id, "replies")):
        if row.deleted_at is None:
            state.comments.put(replace(row, deleted_at=state.now))
            webhooks.tell_comment(state, row, "COMMENT_DELETE")


# Reactions


def reactions(caller: Caller, query: Query, urn: str) -> Response:
    """GET /rest/reactions/(entity:{urn})?q=entity."""
    if query.text("q", "") != "entity":
        raise invalid("PARAM_INVALID", "Invalid param q")
    found = _reactable(caller.state, urn)
    post = found if isinstance(found, Post) else caller.state.find_post(found.post_id)
    if post is None or not _readable(caller, post):
        return page_of([], query)
    rows = [_reaction(caller.state, found, actor, kind) for actor, kind in found.reactions.items()]
    return page_of(rows, query)


def react(caller: Caller, call: Call, query: Query) -> Response:
    """POST /rest/reactions?actor=."""
    body = call.json if isinstance(call.json, dict) else {}
    actor = _actor(caller, query.text("actor"), what="reactions.CREATE")
    if not body.get("root"):
        raise missing_field("/root")
    if body.get("reactionType") not in KINDS:
        raise invalid("INVALID_VALUE_FOR_FIELD", f"/reactionType :: {body.get('reactionType')}")
    found = _reactable(caller.state, str(body["root"]))
    set_reaction(caller.state, found, actor, str(body["reactionType"]))
    return created(f"(actor:{actor},entity:{found.id})")


def unreact(caller: Caller, record: dict[str, str]) -> Response:
    """DELETE /rest/reactions/(actor:{},entity:{})."""
    actor = _actor(caller, record.get("actor", ""), what="reactions.DELETE")
    found = _reactable(caller.state, record.get("entity", ""))
    if actor not in found.reactions:
        raise gone(f"(actor:{actor},entity:{found.id})")
    set_reaction(caller.state, found, actor, "")
    return Response(status_code=204)


def set_reaction(state: LinkedInState, found: Post | Comment, actor: str, kind: str) -> None:
    """React, whoever does it, or take it back with an empty kind."""
    before = found.reactions.get(actor, "")
    if before == kind:
        return
    left = {who: what for who, what in found.reactions.items() if who != actor}
    reactions = {**left, actor: kind} if kind else left
    if isinstance(found, Post):
        post = state.posts.put(replace(found, reactions=reactions))
        if kind and not before:
            webhooks.tell_like(state, post, actor)
    else:
        state.comments.put(replace(found, reactions=reactions))


# Counts


def summary(caller: Caller, urn: str) -> Response:
    """GET /rest/socialActions/{urn}."""
    return JSONResponse(_summary(caller, urn))


def summaries(caller: Caller, query: Query) -> Response:
    """GET /rest/socialActions?ids=List(...)."""
    if caller.app.tier == "development":
        raise denied("socialActions.BATCH_GET.NO_VERSION")
    results: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for urn in query.texts("ids"):
        if caller.state.find_post(urn) or caller.state.find_comment(urn):
            results[urn] = _summary(caller, urn)
        else:
            errors[urn] = {"status": 404, "message": "Not Found"}
    return JSONResponse({"results": results, "statuses": dict.fromkeys(results, 200), "errors": errors})


def metadata(caller: Caller, urn: str) -> Response:
    """GET /rest/socialMetadata/{urn}."""
    state = caller.state
    post, parent = _target(state, urn)
    if not _readable(caller, post):
        raise denied("socialMetadata.GET")
    found: Post | Comment = parent or post
    kinds: dict[str, int] = {}
    for kind in found.reactions.values():
        kinds[kind] = kinds.get(kind, 0) + 1
    top, every = _counts(state, post, parent)
    return JSONResponse(
        {
            "entity": found.id,
            "commentsState": "OPEN",
            "commentSummary": {"count": every, "topLevelCount": top},
            "reactionSummaries": {kind: {"reactionType": kind, "count": count} for kind, count in kinds.items()},
        }
    )


def _summary(caller: Caller, urn: str) -> dict[str, Any]:
    state = caller.state
    post, parent = _target(state, urn)
    if not _readable(caller, post):
        raise denied("socialActions.GET")
    top, every = _counts(state, post, parent)
    found: Post | Comment = parent or post
    return {
        "$URN": urn,
        "target": found.id,
        "commentsSummary": {"totalFirstLevelComments": top, "aggregatedTotalComments": every},
        "likesSummary": {"totalLikes": len(found.reactions), "aggregatedTotalLikes": len(found.reactions)},
    }


def _counts(state: LinkedInState, post: Post, parent: Comment | None) -> tuple[int, int]:
    if parent:
        replies = sum(row.deleted_at is None for row in state.comments.group(parent.id, "replies"))
        return replies, replies
    living = [row for row in state.comments.group(post.id) if row.deleted_at is None]
    return sum(not row.parent for row in living), len(living)


# Finding


def _target(state: LinkedInState, urn: str) -> tuple[Post, Comment | None]:
    """A post, or a comment with its post. Raises Refused."""
    comment = state.find_comment(urn) if urn.startswith("urn:li:comment:") else None
    post = state.find_post(comment.post_id if comment else urn)
    if post is None:
        raise gone(urn)
    return post, comment


def _comment(state: LinkedInState, urn: str, number: str) -> Comment:
    post, _ = _target(state, urn)
    comment = state.find_comment(f"urn:li:comment:({post.activity},{number})")
    if comment is None:
        raise gone(number)
    return comment


def _reactable(state: LinkedInState, urn: str) -> Post | Comment:
    post, comment = _target(state, urn)
    return comment or post


def _readable(caller: Caller, post: Post) -> bool:
    """Whether the member reads what is said there; one who only recruits gets empty lists. Raises Refused."""
    caller.require("r_organization_social_feed", what="socialActions.comments")
    if not post.author.startswith("urn:li:organization:"):
        return True
    roles = caller.roles_at(caller.state.organizations.find(post.author))
    if roles & READERS:
        return True
    if "RECRUITING_POSTER" in roles:
        return False
    raise denied("socialActions.comments")


def _actor(caller: Caller, urn: str, *, what: str) -> str:
    """Who speaks: a page that the member may speak for, or the member. Raises Refused."""
    if urn.startswith("urn:li:organization:"):
        caller.require("w_organization_social_feed", what=what)
        caller.require_role(urn, *WRITERS, what=what)
        return urn
    caller.require("w_member_social_feed", "w_member_social", what=what)
    if urn != caller.member.urn:
        raise denied(what)
    return urn


def shown(state: LinkedInState, comment: Comment, caller: Caller) -> dict[str, Any]:
    """A comment as the API gives it."""
    created_by: dict[str, Any] = {"actor": comment.actor, "time": milliseconds(comment.created_at)}
    if comment.by_member:
        created_by["impersonator"] = f"urn:li:person:{comment.by_member}"
    told: dict[str, Any] = {
        "id": comment.number,
        "$URN": comment.id,
        "commentUrn": comment.id,
        "actor": comment.actor,
        "object": comment.activity,
        "message": {"attributes": comment.attributes, "text": comment.text},
        "created": created_by,
        "lastModified": {"actor": comment.actor, "time": milliseconds(comment.modified_at)},
        "likesSummary": {
            "totalLikes": len(comment.reactions),
            "aggregatedTotalLikes": len(comment.reactions),
            "likedByCurrentUser": caller.member.urn in comment.reactions,
            "selectedLikes": [],
        },
    }
    if comment.parent:
        told["parentComment"] = comment.parent
    else:
        replies, _ = _counts(state, state.posts.find(comment.post_id) or _no_post(comment), comment)
        told["commentsSummary"] = {"aggregatedTotalComments": replies, "totalFirstLevelComments": replies}
    return told


def _no_post(comment: Comment) -> Post:
    raise gone(comment.post_id)


def _reaction(state: LinkedInState, found: Post | Comment, actor: str, kind: str) -> dict[str, Any]:
    at = milliseconds(state.now)
    return {
        "id": f"urn:li:reaction:({actor},{found.id})",
        "root": found.id,
        "reactionType": kind,
        "created": {"actor": actor, "time": at},
        "lastModified": {"actor": actor, "time": at},
    }
