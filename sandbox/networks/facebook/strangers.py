"""What strangers do on Facebook, and what a page's people do on its own site."""

import random
from dataclasses import replace
from typing import Any

from sandbox.networks.facebook import webhooks
from sandbox.networks.facebook.commenting import (
    edit_comment,
    hide_comment,
    likeable,
    name_of,
    remove_comment,
    set_like,
    write_comment,
)
from sandbox.networks.facebook.community import Comment, PrivateMessage, Rating, Stranger, Visit
from sandbox.networks.facebook.messaging import open_thread, receive, send
from sandbox.networks.facebook.state import FacebookState, Page, Post
from sandbox.networks.facebook.visits import remove_visit
from sandbox.strangers.cast import PEOPLE, Someone, invent
from sandbox.strangers.deeds import ITSELF, Deed, Impossible, Kind, Request
from sandbox.strangers.words import write

FIRST_ID = 26_000_000_000_000_000


def stranger_of(someone: Someone) -> Stranger:
    return Stranger(
        id=str(FIRST_ID + someone.number), name=someone.name, language=someone.language, private=someone.private
    )


class FacebookStrangers:
    """Fulfils sandbox.strangers.deeds.Strangers."""

    kinds: tuple[Kind, ...] = ("comment", "reply", "mention", "visit", "message", "review", "like", "unlike", "read")

    def __init__(self, state: FacebookState) -> None:
        self.state = state
        self.chance = random.Random(0)  # noqa: S311 a repeatable choice is the point

    def raise_curtain(self) -> None:
        for someone in PEOPLE:
            if self.state.strangers.find(str(FIRST_ID + someone.number)) is None:
                self.state.strangers.put(stranger_of(someone))

    def language_of(self, account: str) -> str:
        return self._page(account).language

    def everybody(self) -> list[dict[str, Any]]:
        return [vars(stranger) for stranger in self.state.strangers.all()]

    def invite(self, name: str, language: str) -> dict[str, Any]:
        made = stranger_of(invent(len(self.state.strangers) + 1, language))
        return vars(self.state.strangers.put(replace(made, name=name or made.name)))

    def do(self, request: Request) -> Deed:
        match request.kind:
            case "comment" | "reply":
                return self._comment(request)
            case "mention" | "visit":
                return self._visit(request)
            case "message":
                return self._message(request)
            case "review":
                return self._review(request)
            case "like" | "unlike":
                return self._like(request)
            case "read":
                return self._read(request)
        raise Impossible(f"Facebook has no {request.kind}; strangers there can {', '.join(self.kinds)}.")

    # Writing

    def _comment(self, request: Request) -> Deed:
        state = self.state
        parent = state.find_comment(request.on) if request.on else None
        if request.kind == "reply" and parent is None:
            raise Impossible(f"No comment {request.on!r} to reply to.")
        story_id = parent.post_id if parent else request.on
        story = state.find_story(story_id) if story_id else self._newest(self._page(request.account))
        if story is None:
            raise Impossible(f"Nothing to comment on: {request.on or request.account!r}.")
        page = self._page(story.page_id)
        author = self._author(request.who, page)
        text = request.text or write("comment", self._language(author, page), self.chance)
        comment = write_comment(state, story.id, page_id=page.id, parent=parent, author=author, message=text)
        self._mention_others(comment)
        return self._deed(request.kind, comment.id, page, author, text=text, on=comment.parent_id or comment.post_id)

    def _mention_others(self, comment: Comment) -> None:
        """A comment that names another page is a mention of that one."""
        for page in self.state.pages.all():
            if page.id != comment.page_id and f"@{page.username}" in comment.message:
                webhooks.tell_mention_in_comment(self.state, comment, page.id)

    def _visit(self, request: Request) -> Deed:
        state, page, now = self.state, self._page(request.account), self.state.now
        author = self._stranger(request.who, page)
        mention = request.kind == "mention"
        text = request.text or write("mention", author.language, self.chance, name=page.name)
        visit = state.visits.put(
            Visit(
                id=f"{author.id if mention else page.id}_{state.new_id()}",
                page_id=page.id,
                author_id=author.id,
                author_name=author.name,
                message=text,
                mention=mention,
                created_at=now,
                updated_at=now,
            )
        )
        webhooks.tell_visit(state, visit, "add")
        return self._deed(request.kind, visit.id, page, (author.id, author.name), text=text)

    def _message(self, request: Request) -> Deed:
        state = self.state
        thread = state.conversations.find(request.on) if request.on else None
        if request.on and thread is None:
            raise Impossible(f"No conversation {request.on!r}.")
        page = self._page(thread.page_id if thread else request.account)
        if request.who == ITSELF:
            if thread is None:
                raise Impossible("The page answers in a conversation: name it with on.")
            text = request.text or write("answer", "en", self.chance)
            message = send(state, thread, text)
            return self._deed("message", message.id, page, (page.id, page.name), text=text, thread=thread.id)
        known = state.strangers.find(thread.stranger_id) if thread else None
        author = known or self._stranger(request.who, page)
        text = request.text or write("message", author.language, self.chance)
        thread = thread or open_thread(state, page, author)
        message = receive(state, thread, text)
        return self._deed("message", message.id, page, (thread.psid, author.name), text=text, thread=thread.id)

    def _review(self, request: Request) -> Deed:
        state, page, now = self.state, self._page(request.account), self.state.now
        author = self._stranger(request.who, page)
        kind = "praise" if request.recommends else "complaint"
        text = request.text or write(kind, author.language, self.chance)
        before = [row for row in state.ratings.group(page.id) if row.author_id == author.id and row.deleted_at is None]
        if before:
            return self.edit(before[-1].id, text)
        rating = state.ratings.put(
            Rating(
                id=f"{author.id}_{state.new_id()}",
                page_id=page.id,
                author_id=author.id,
                author_name=author.name,
                recommends=request.recommends,
                text=text,
                created_at=now,
                updated_at=now,
            )
        )
        webhooks.tell_rating(state, rating, "add")
        return self._deed("review", rating.id, page, (author.id, author.name), text=text)

    def _like(self, request: Request) -> Deed:
        found = likeable(self.state, request.on)
        if found is None:
            raise Impossible(f"No post or comment {request.on!r}.")
        page = self._page(found.page_id)
        author = self._author(request.who, page)
        set_like(self.state, found, who=author, liked=request.kind == "like")
        return self._deed(request.kind, found.id, page, author, on=found.id)

    def _read(self, request: Request) -> Deed:
        """The person opens the thread: all that the page wrote is seen."""
        thread = self.state.conversations.find(request.on)
        if thread is None:
            raise Impossible(f"No conversation {request.on!r}.")
        webhooks.tell_read(self.state, thread)
        author = (thread.psid, name_of(self.state, thread.stranger_id))
        return self._deed("read", thread.id, self._page(thread.page_id), author, thread=thread.id)

    # Changing one's mind

    def edit(self, object_id: str, text: str) -> Deed:
        state, found = self.state, self._written(object_id)
        page = self._page_of(found)
        match found:
            case Comment():
                edit_comment(state, found, text)
            case Visit():
                changed = state.visits.put(replace(found, message=text, updated_at=state.now))
                webhooks.tell_visit(state, changed, "edited")
            case Rating():
                rating = state.ratings.put(replace(found, text=text, updated_at=state.now))
                webhooks.tell_rating(state, rating, "edited")
            case PrivateMessage():
                thread = state.conversations.find(found.conversation_id)
                message = state.messages.put(replace(found, text=text))
                if thread:
                    webhooks.tell_message_edit(state, thread, message)
        return self._deed("edit", found.id, page, self._author_of(found), text=text)

    def delete(self, object_id: str) -> Deed:
        state, found = self.state, self._written(object_id)
        page = self._page_of(found)
        match found:
            case Comment():
                remove_comment(state, found)
            case Visit():
                remove_visit(state, found)
            case Rating():
                state.ratings.put(replace(found, deleted_at=state.now))
                webhooks.tell_rating(state, found, "remove")
            case PrivateMessage():
                thread = state.conversations.find(found.conversation_id)
                state.messages.put(replace(found, deleted_at=state.now))
                if thread:
                    webhooks.tell_unsent(state, thread, found)
        return self._deed("delete", found.id, page, self._author_of(found))

    def hide(self, object_id: str, *, hidden: bool) -> Deed:
        comment = self.state.find_comment(object_id)
        if comment is None or comment.by_page:
            raise Impossible(f"No comment {object_id!r} that the page could hide.")
        hide_comment(self.state, comment, hidden=hidden)
        page = self._page(comment.page_id)
        return self._deed("hide" if hidden else "unhide", comment.id, page, (page.id, page.name))

    # Finding

    def _written(self, object_id: str) -> Comment | Visit | Rating | PrivateMessage:
        state = self.state
        found: Comment | Visit | Rating | PrivateMessage | None = (
            state.find_comment(object_id)
            or state.visits.find(object_id)
            or state.ratings.find(object_id)
            or state.messages.find(object_id)
        )
        if found is None or found.deleted_at is not None:
            raise Impossible(f"Nothing written with the id {object_id!r}.")
        return found

    def _page_of(self, found: Comment | Visit | Rating | PrivateMessage) -> Page:
        if isinstance(found, PrivateMessage):
            thread = self.state.conversations.find(found.conversation_id)
            return self._page(thread.page_id if thread else "")
        return self._page(found.page_id)

    def _author_of(self, found: Comment | Visit | Rating | PrivateMessage) -> tuple[str, str]:
        if not isinstance(found, PrivateMessage):
            return found.author_id, found.author_name
        thread = self.state.conversations.find(found.conversation_id)
        return (thread.psid, name_of(self.state, thread.stranger_id)) if thread else ("", "")

    def _page(self, name: str) -> Page:
        page = self.state.find_page(name) or next((page for page in self.state.pages.all() if page.name == name), None)
        if page is None:
            raise Impossible(f"No page {name!r}.")
        return page

    def _newest(self, page: Page) -> Post | None:
        return next(self.state.live_posts(page.id), None)

    def _author(self, who: str, page: Page) -> tuple[str, str]:
        """A stranger, or the page itself on Facebook's own site."""
        if who == ITSELF:
            return page.id, page.name
        stranger = self._stranger(who, page)
        return stranger.id, stranger.name

    def _stranger(self, who: str, page: Page) -> Stranger:
        everybody = self.state.strangers.all()
        if who:
            found = self.state.strangers.find(who) or next((one for one in everybody if one.name == who), None)
            if found is None:
                raise Impossible(f"No stranger {who!r}.")
            if found.id in page.blocked:
                raise Impossible(f"{found.name} is blocked by {page.name}.")
            return found
        return self.chance.choice(
            [one for one in everybody if one.language == page.language and one.id not in page.blocked]
        )

    def _language(self, author: tuple[str, str], page: Page) -> str:
        stranger = self.state.strangers.find(author[0])
        return stranger.language if stranger else page.language

    def _deed(
        self, kind: str, object_id: str, page: Page, author: tuple[str, str], *, text: str = "", on: str = "",
        thread: str = "",
    ) -> Deed:  # fmt: skip
        return Deed(
            network="facebook",
            kind=kind,
            id=object_id,
            at=self.state.now,
            account=page.id,
            author=author[0],
            author_name=author[1],
            text=text,
            on=on,
            thread=thread,
        )
