"""What strangers do on Instagram, and what an account's people do in its own app."""

import random
from dataclasses import replace
from typing import Any

from sandbox.networks.instagram import webhooks
from sandbox.networks.instagram.comments import remove_comment, write_comment
from sandbox.networks.instagram.messaging import open_thread, receive, send
from sandbox.networks.instagram.state import Account, Comment, InstagramState, Medium, PrivateMessage, Stranger
from sandbox.strangers.cast import PEOPLE, Someone, invent
from sandbox.strangers.deeds import ITSELF, Deed, Impossible, Kind, Request
from sandbox.strangers.words import write

FIRST_ID = 27_000_000_000_000_000


def stranger_of(someone: Someone) -> Stranger:
    return Stranger(
        id=str(FIRST_ID + someone.number),
        username=someone.username,
        name=someone.name,
        language=someone.language,
        private=someone.private,
    )


class InstagramStrangers:
    """Fulfils sandbox.strangers.deeds.Strangers."""

    kinds: tuple[Kind, ...] = ("comment", "reply", "mention", "message", "like", "unlike")

    def __init__(self, state: InstagramState) -> None:
        self.state = state
        self.chance = random.Random(0)  # noqa: S311 a repeatable choice is the point

    def raise_curtain(self) -> None:
        for someone in PEOPLE:
            if self.state.strangers.find(str(FIRST_ID + someone.number)) is None:
                self.state.strangers.put(stranger_of(someone))

    def language_of(self, account: str) -> str:
        return self._account(account).language

    def everybody(self) -> list[dict[str, Any]]:
        return [vars(stranger) for stranger in self.state.strangers.all()]

    def invite(self, name: str, language: str) -> dict[str, Any]:
        made = stranger_of(invent(len(self.state.strangers) + 1, language))
        return vars(self.state.strangers.put(replace(made, name=name or made.name)))

    def do(self, request: Request) -> Deed:
        match request.kind:
            case "comment" | "reply":
                return self._comment(request)
            case "mention":
                return self._mention(request)
            case "message":
                return self._message(request)
            case "like" | "unlike":
                return self._like(request)
            case _:
                raise Impossible(f"Instagram has no {request.kind}.")

    # Writing

    def _comment(self, request: Request) -> Deed:
        state = self.state
        parent = state.find_comment(request.on) if request.on else None
        if request.kind == "reply" and parent is None:
            raise Impossible(f"No comment {request.on!r} to reply to.")
        medium_id = parent.media_id if parent else request.on
        medium = state.find_medium(medium_id) if medium_id else self._newest(self._account(request.account))
        if medium is None or medium.product == "STORY":
            raise Impossible(f"Nothing to comment on: {request.on or request.account!r}.")
        if not medium.comments_on:
            raise Impossible("Comments are turned off there.")
        about = self._account(medium.account_id or request.account or (medium.named or medium.tagged)[0])
        author_id, username, language = self._author(request.who, about)
        text = request.text or write("comment", language, self.chance)
        comment = write_comment(state, medium, parent=parent, author_id=author_id, username=username, text=text)
        author = (webhooks.author_id(state, comment), username)
        return self._deed(request.kind, comment.id, about, author, text=text, on=comment.parent_id or medium.id)

    def _mention(self, request: Request) -> Deed:
        """A picture of their own that names the account in its caption and tags it; or with `on`, a comment there."""
        state, account = self.state, self._account(request.account)
        author = self._stranger(request.who, account)
        text = request.text or write("mention", author.language, self.chance, name=account.name)
        if f"@{account.username}" not in text:
            text = f"@{account.username} {text}"
        if request.on:
            medium = state.find_medium(request.on)
            if medium is None or medium.account_id:
                raise Impossible(f"No picture of somebody else {request.on!r}.")
            comment = write_comment(
                state, medium, parent=None, author_id=author.id, username=author.username, text=text
            )
            who = (author.igsid(account.id), author.username)
            return self._deed("mention", comment.id, account, who, text=text, on=medium.id)
        medium = state.media.put(
            Medium(
                id=state.new_id("180"),
                account_id="",
                author_id=author.id,
                username=author.username,
                media_type="IMAGE",
                product="FEED",
                caption=text,
                created_at=state.now,
                named=state.named_in(text),
                tagged=[account.id],
            )
        )
        for each in medium.named:
            webhooks.tell_mention(state, each, medium.id, "")
        return self._deed("mention", medium.id, account, (author.igsid(account.id), author.username), text=text)

    def _message(self, request: Request) -> Deed:
        state = self.state
        thread = state.conversations.find(request.on) if request.on else None
        if request.on and thread is None:
            raise Impossible(f"No conversation {request.on!r}.")
        account = self._account(thread.account_id if thread else request.account)
        if request.who == ITSELF:
            if thread is None:
                raise Impossible("The account answers in a conversation: name it with on.")
            text = request.text or write("answer", account.language, self.chance)
            message = send(state, thread, text)
            return self._deed(
                "message", message.id, account, (account.id, account.username), text=text, thread=thread.id
            )
        known = state.strangers.find(thread.stranger_id) if thread else None
        author = known or self._stranger(request.who, account)
        text = request.text or write("message", author.language, self.chance)
        thread = thread or open_thread(state, account, author)
        message = receive(state, thread, text)
        return self._deed("message", message.id, account, (thread.igsid, author.username), text=text, thread=thread.id)

    def _like(self, request: Request) -> Deed:
        """Nobody is told of it: figures grow."""
        state = self.state
        comment, medium = state.find_comment(request.on), state.find_medium(request.on)
        found = comment or medium
        if found is None:
            raise Impossible(f"No medium or comment {request.on!r}.")
        account = self._account(found.account_id)
        author = self._author(request.who, account)
        liked_by = [who for who in found.liked_by if who != author[0]]
        if request.kind == "like":
            liked_by.append(author[0])
        if comment:
            state.comments.put(replace(comment, liked_by=liked_by))
        elif medium:
            state.media.put(replace(medium, liked_by=liked_by))
        return self._deed(request.kind, found.id, account, author[:2], on=found.id)

    # Changing one's mind

    def edit(self, object_id: str, text: str) -> Deed:
        raise Impossible("On Instagram nothing that people write can be edited by way of the sandbox: delete it.")

    def delete(self, object_id: str) -> Deed:
        state, found = self.state, self._written(object_id)
        match found:
            case Comment():
                remove_comment(state, found)
                account = self._account(found.account_id)
                author = (webhooks.author_id(state, found), found.username)
            case Medium():
                state.media.put(replace(found, deleted_at=state.now))
                account = self._account((found.named or found.tagged)[0])
                author = (found.author_id, found.username)
            case PrivateMessage():
                thread = state.conversations.find(found.conversation_id)
                if thread is None:
                    raise Impossible(f"No conversation of {object_id!r}.")
                state.messages.put(replace(found, deleted_at=state.now))
                webhooks.tell_unsent(state, thread, found)
                account, author = self._account(thread.account_id), (thread.igsid, "")
        return self._deed("delete", found.id, account, author)

    def hide(self, object_id: str, *, hidden: bool) -> Deed:
        comment = self.state.find_comment(object_id)
        if comment is None or comment.by_account:
            raise Impossible(f"No comment {object_id!r} that the account could hide.")
        self.state.comments.put(replace(comment, hidden=hidden))
        account = self._account(comment.account_id)
        return self._deed("hide" if hidden else "unhide", comment.id, account, (account.id, account.username))

    # Finding

    def _written(self, object_id: str) -> Comment | Medium | PrivateMessage:
        state = self.state
        medium = state.find_medium(object_id)
        found: Comment | Medium | PrivateMessage | None = (
            state.find_comment(object_id)
            or (medium if medium and not medium.account_id else None)
            or state.messages.find(object_id)
        )
        if found is None or found.deleted_at is not None:
            raise Impossible(f"Nothing written with the id {object_id!r}.")
        return found

    def _account(self, name: str) -> Account:
        accounts = self.state.accounts.all()
        account = self.state.find_account(name) or next((row for row in accounts if row.name == name), None)
        if account is None:
            raise Impossible(f"No account {name!r}.")
        return account

    def _newest(self, account: Account) -> Medium | None:
        return next(self.state.live_media(account.id), None)

    def _author(self, who: str, account: Account) -> tuple[str, str, str]:
        """Id, username and language of a stranger, or of the account itself in Instagram's own app."""
        if who == ITSELF:
            return account.id, account.username, account.language
        stranger = self._stranger(who, account)
        return stranger.id, stranger.username, stranger.language

    def _stranger(self, who: str, account: Account) -> Stranger:
        everybody = self.state.strangers.all()
        if who:
            found = self.state.strangers.find(who) or next(
                (one for one in everybody if who in {one.name, one.username}), None
            )
            if found is None:
                raise Impossible(f"No stranger {who!r}.")
            return found
        return self.chance.choice([one for one in everybody if one.language == account.language])

    def _deed(
        self, kind: str, object_id: str, account: Account, author: tuple[str, str], *, text: str = "", on: str = "",
        thread: str = "",
    ) -> Deed:  # fmt: skip
        return Deed(
            network="instagram",
            kind=kind,
            id=object_id,
            at=self.state.now,
            account=account.id,
            author=author[0],
            author_name=author[1],
            text=text,
            on=on,
            thread=thread,
        )
