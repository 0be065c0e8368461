"""What happens to comments and likes, whoever does it; each is told to the apps."""

from dataclasses import replace
from typing import Any

from sandbox.networks.facebook import webhooks
from sandbox.networks.facebook.community import Comment, Visit
from sandbox.networks.facebook.state import FacebookState, Post


def write_comment(
    state: FacebookState,
    story_id: str,
    *,
    page_id: str,
    parent: Comment | None,
    author: tuple[str, str],
    message: str,
    app_id: str = "",
) -> Comment:
    """Let a comment stand, whoever writes it, and tell the apps."""
    now = state.now
    top = state.find_comment(parent.parent_id) if parent and parent.parent_id else parent
    comment = state.comments.put(
        Comment(
            id=f"{story_id.rpartition('_')[2]}_{state.new_id()}",
            page_id=page_id,
            post_id=story_id,
            parent_id=top.id if top else "",
            author_id=author[0],
            author_name=author[1],
            message=message,
            created_at=now,
            updated_at=now,
            app_id=app_id,
        )
    )
    webhooks.tell_comment(state, comment, "add")
    return comment


def hide_comment(state: FacebookState, comment: Comment, *, hidden: bool) -> Comment:
    changed = state.comments.put(replace(comment, hidden=hidden))
    if changed.hidden != comment.hidden:
        webhooks.tell_comment(state, changed, "hide" if hidden else "unhide")
    return changed


def edit_comment(state: FacebookState, comment: Comment, message: str) -> Comment:
    changed = state.comments.put(replace(comment, message=message, updated_at=state.now))
    webhooks.tell_comment(state, changed, "edited")
    return changed


def remove_comment(state: FacebookState, comment: Comment) -> None:
    """With a top comment its replies go too, without a word of their own."""
    state.comments.put(replace(comment, deleted_at=state.now))
    webhooks.tell_comment(state, comment, "remove")
    for reply in state.comments.group(comment.id, "replies"):
        if reply.deleted_at is None:
            state.comments.put(replace(reply, deleted_at=state.now))


def likeable(state: FacebookState, object_id: str) -> Comment | Post | Visit | None:
    story = state.find_story(object_id)
    return state.find_comment(object_id) or (story if isinstance(story, Post | Visit) else None)


def set_like(state: FacebookState, found: Comment | Post | Visit, *, who: tuple[str, str], liked: bool) -> None:
    before = who[0] in found.liked_by
    if before == liked:
        return
    names = [*found.liked_by, who[0]] if liked else [name for name in found.liked_by if name != who[0]]
    if isinstance(found, Comment):
        state.comments.put(replace(found, liked_by=names))
    elif isinstance(found, Visit):
        state.visits.put(replace(found, liked_by=names))
    else:
        state.posts.put(replace(found, liked_by=names))
    webhooks.tell_reaction(state, found, who=who, verb="add" if liked else "remove")


def name_of(state: FacebookState, who: str) -> str:
    found: Any = state.strangers.find(who) or state.pages.find(who) or state.persons.find(who)
    return found.name if found else ""
