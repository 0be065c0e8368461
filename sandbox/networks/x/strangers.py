"""What strangers do on X, and what an account's people do on its own site."""

import random
from dataclasses import replace
from typing import Any

from sandbox.networks.x.engagement import set_like
from sandbox.networks.x.messages import write as send_message
from sandbox.networks.x.publishing import publish, remove_post
from sandbox.networks.x.state import Post, User, XState
from sandbox.strangers.cast import PEOPLE, Someone, invent
from sandbox.strangers.deeds import ITSELF, Deed, Impossible, Kind, Request
from sandbox.strangers.words import write

FIRST_ID = 1_560_000_000_000_000_000
JOINED = 1_660_000_000.0


def user_of(someone: Someone) -> User:
    return User(
        id=str(FIRST_ID + someone.number),
        username=someone.username,
        name=someone.name,
        description="",
        followers=40 + someone.number * 17,
        created_at=JOINED,
        stranger=True,
        language=someone.language,
    )


class XStrangers:
    """Fulfils sandbox.strangers.deeds.Strangers."""

    kinds: tuple[Kind, ...] = ("comment", "reply", "mention", "quote", "message", "like", "unlike")

    def __init__(self, state: XState) -> None:
        self.state = state
        self.chance = random.Random(0)  # noqa: S311 a repeatable choice is the point

    def raise_curtain(self) -> None:
        for someone in PEOPLE:
            if self.state.users.find(str(FIRST_ID + someone.number)) is None:
                self.state.users.put(user_of(someone))

    def language_of(self, account: str) -> str:
        return self._account(account).language

    def everybody(self) -> list[dict[str, Any]]:
        return [
            {"id": user.id, "name": user.name, "username": user.username, "language": user.language}
            for user in self._strangers()
        ]

    def invite(self, name: str, language: str) -> dict[str, Any]:
        made = user_of(invent(len(self.state.users) + 1, language))
        return vars(self.state.users.put(replace(made, name=name or made.name)))

    def do(self, request: Request) -> Deed:
        match request.kind:
            case "comment" | "reply":
                return self._reply(request)
            case "mention":
                return self._mention(request)
            case "quote":
                return self._quote(request)
            case "message":
                return self._message(request)
            case "like" | "unlike":
                return self._like(request)
        raise Impossible(f"X has no {request.kind}; strangers there can {', '.join(self.kinds)}.")

    def _reply(self, request: Request) -> Deed:
        """A reply written on X's own site begins with the handles of those it answers."""
        state = self.state
        parent = state.live_post(request.on) if request.on else self._newest(self._account(request.account))
        if parent is None:
            raise Impossible(f"Nothing to reply to: {request.on or request.account!r}.")
        account = self._account_of(parent)
        author = account if request.who == ITSELF else self._stranger(request.who, account)
        text = request.text or write("comment", author.language, self.chance)
        answered = state.users.find(parent.user_id)
        named = tuple(dict.fromkeys(user for user in (answered, account) if user and user.id != author.id))
        post = publish(state, author, text, parent=parent, named_by_reply=named)
        return self._deed(request.kind, post, account, author, on=parent.id)

    def _mention(self, request: Request) -> Deed:
        account = self._account(request.account)
        author = self._stranger(request.who, account)
        handle = f"@{account.username}"
        text = request.text or write("mention", author.language, self.chance, name=handle)
        if handle.lower() not in text.lower():
            text = f"{handle} {text}"
        return self._deed("mention", publish(self.state, author, text), account, author)

    def _quote(self, request: Request) -> Deed:
        """A post of one's own that shows one of the account's."""
        state = self.state
        quoted = self._post(request.on) if request.on else self._newest(self._account(request.account))
        if quoted is None:
            raise Impossible(f"Nothing to quote: {request.account!r}.")
        account = self._account(quoted.user_id)
        author = self._stranger(request.who, account)
        text = request.text or write("comment", author.language, self.chance)
        return self._deed("quote", publish(state, author, text, quoted=quoted), account, author, on=quoted.id)

    def _message(self, request: Request) -> Deed:
        """A direct message; `on` is the conversation."""
        state = self.state
        known = next(iter(state.messages.group(request.on)), None) if request.on else None
        if request.on and known is None:
            raise Impossible(f"No conversation {request.on!r}.")
        people = [user for user in map(state.users.find, known.participants if known else ()) if user]
        account = next((user for user in people if not user.stranger), None) or self._account(request.account)
        if request.who == ITSELF and not people:
            raise Impossible("The account answers in a conversation: name it with on.")
        stranger = next((user for user in people if user.stranger), None) or self._stranger(request.who, account)
        author, reader = (account, stranger) if request.who == ITSELF else (stranger, account)
        words = "answer" if request.who == ITSELF else "message"
        message = send_message(state, author, reader, request.text or write(words, author.language, self.chance))
        return Deed(
            network="x",
            kind="message",
            id=message.id,
            at=state.now,
            account=account.id,
            author=author.id,
            author_name=author.name,
            text=message.text,
            thread=message.conversation_id,
        )

    def _like(self, request: Request) -> Deed:
        post = self._post(request.on)
        account = self._account_of(post)
        author = self._stranger(request.who, account)
        set_like(self.state, post, author.id, liked=request.kind == "like")
        return self._deed(request.kind, post, account, author, on=post.id)

    def edit(self, object_id: str, text: str) -> Deed:
        """An edit on X is a new post with an id of its own, in the place of the one before it."""
        state = self.state
        post = state.latest(self._post(object_id))
        author = self._account(post.user_id)
        fresh = publish(
            state,
            author,
            text,
            parent=state.live_post(post.in_reply_to) if post.in_reply_to else None,
            quoted=state.live_post(post.quoted) if post.quoted else None,
            previous=post,
            reply_settings=post.reply_settings,
            named_by_reply=tuple(filter(None, map(state.users.find, post.implicit))),
        )
        return self._deed("edit", fresh, self._account_of(fresh), author)

    def delete(self, object_id: str) -> Deed:
        post = self._post(object_id)
        author = self.state.users.find(post.user_id)
        remove_post(self.state, post)
        return self._deed("delete", replace(post, text=""), self._account_of(post), author)

    def hide(self, object_id: str, *, hidden: bool) -> Deed:
        post = self._post(object_id)
        account = self._account_of(post)
        if not post.in_reply_to or post.user_id == account.id:
            raise Impossible(f"{object_id!r} is no reply that its account could hide.")
        self.state.posts.put(replace(post, hidden=hidden))
        return self._deed("hide" if hidden else "unhide", post, account, account)

    # Finding

    def _post(self, post_id: str) -> Post:
        post = self.state.live_post(post_id)
        if post is None:
            raise Impossible(f"No post {post_id!r}.")
        return post

    def _account(self, name: str) -> User:
        user = self.state.find_user(name)
        if user is None:
            raise Impossible(f"No account {name!r}.")
        return user

    def _account_of(self, post: Post) -> User:
        """Whose conversation it is; a mention's is the one it names, a quote's the one it shows."""
        root = self.state.posts.find(post.conversation_id) or post
        owner = self._account(root.user_id)
        if owner.stranger and root.quoted_user:
            return self._account(root.quoted_user)
        if owner.stranger and root.mentions:
            return self._account(root.mentions[0])
        return owner

    def _newest(self, user: User) -> Post | None:
        return next((p for p in self.state.posts.newest(user.id) if p.deleted_at is None and not p.in_reply_to), None)

    def _strangers(self) -> list[User]:
        return [user for user in self.state.users.all() if user.stranger]

    def _stranger(self, who: str, account: User) -> User:
        if who:
            found = self.state.find_user(who) or next((one for one in self._strangers() if one.name == who), None)
            if found is None or not found.stranger:
                raise Impossible(f"No stranger {who!r}.")
            return found
        return self.chance.choice([one for one in self._strangers() if one.language == account.language])

    def _deed(self, kind: str, post: Post, account: User, author: User | None, *, on: str = "") -> Deed:
        return Deed(
            network="x",
            kind=kind,
            id=post.id,
            at=self.state.now,
            account=account.id,
            author=author.id if author else "",
            author_name=author.name if author else "",
            text=post.text,
            on=on,
        )
