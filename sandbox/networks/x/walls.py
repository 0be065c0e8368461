"""What a person sees of X: walls, what people wrote under and beside them, and the counts."""

from dataclasses import replace
from itertools import islice
from typing import Any

from sandbox.networks.base import Answered, Published, Said, Wall, WallNote, WallPicture, WallPost
from sandbox.networks.x.state import Message, Post, User, XState

WALL_REPLIES = 30
QUOTED_POSTS = 50  # how many of an account's newest posts are looked at for quotes


def _stands_alone(post: Post) -> bool:
    """No reply, or the next part of an own thread."""
    return post.in_reply_to_user in {"", post.user_id}


class XWalls:
    """The half of the twin that is looked at."""

    def __init__(self, state: XState) -> None:
        self.state = state

    def walls(self) -> list[Wall]:
        return [self._wall(user) for user in self.state.users.all() if not user.stranger]

    def find_wall(self, account: str) -> Wall | None:
        user = self.state.find_user(account)
        return self._wall(user) if user else None

    def posts(self, account: str, limit: int) -> list[WallPost]:
        user = self.state.users.find(account)
        if user is None:
            return []
        live = (post for post in self.state.posts.newest(user.id) if post.stands and _stands_alone(post))
        return [self._wall_post(user, post) for post in islice(live, limit)]

    def published(self, account: str | None) -> list[Published]:
        posts = self.state.posts.group(account) if account else self.state.posts.all()
        strangers = {user.id for user in self.state.users.all() if user.stranger}
        return [
            Published(
                id=post.id,
                account=post.user_id,
                text=post.text,
                at=post.created_at,
                deleted=post.deleted_at is not None,
                media=len(post.media_ids),
            )
            for post in posts
            if post.user_id not in strangers and not post.superseded
        ]

    def answered(self, account: str | None) -> list[Answered]:
        """Replies and direct messages of accounts; strangers' are not counted."""
        posts = self.state.posts.group(account) if account else self.state.posts.all()
        found = [
            self._answer(post, post.user_id, post.in_reply_to, deleted=post.deleted_at is not None)
            for post in posts
            if post.in_reply_to and not post.superseded and self._is_account(post.user_id)
        ]
        messages = self.state.messages.group(account, "user") if account else self.state.messages.all()
        found += [
            self._answer(message, message.sender_id, message.conversation_id, deleted=bool(message.hidden_from))
            for message in messages
            if account in {None, message.sender_id} and self._is_account(message.sender_id)
        ]
        return sorted(found, key=lambda answer: answer.at)

    def _is_account(self, user_id: str) -> bool:
        user = self.state.users.find(user_id)
        return user is not None and not user.stranger

    def _answer(self, row: Post | Message, user_id: str, on: str, *, deleted: bool) -> Answered:
        return Answered(
            network="x",
            id=row.id,
            account=user_id,
            on=on,
            text=row.text,
            at=row.created_at,
            by_app=row.app_id,
            deleted=deleted,
            public=isinstance(row, Post),
        )

    def said(self, post_id: str) -> list[Said]:
        root = self.state.posts.find(post_id)
        return [
            Said(
                id=post.id,
                author=post.user_id,
                on=post.in_reply_to,
                text=post.text,
                at=post.created_at,
                by_account=root is not None and post.user_id == root.user_id,
                hidden=post.hidden,
            )
            for post in self.state.posts.group(post_id, "conversation")
            if post.id != post_id and post.stands and not (root and post.id in root.versions)
        ]

    def _wall(self, user: User) -> Wall:
        posts = self.state.posts.group(user.id)
        return Wall(
            id=user.id,
            name=user.name,
            handle=f"@{user.username}",
            about=user.description,
            followers=user.followers,
            published=sum(not post.superseded for post in posts),
            live=sum(post.stands for post in posts),
            refused_duplicates=self.state.refused_duplicates.get(user.id, 0),
        )

    def _wall_post(self, user: User, post: Post) -> WallPost:
        files = [item for item in map(self.state.media.find, post.media_ids) if item]
        return WallPost(
            id=post.id,
            author=user.name,
            text=post.text,
            at=post.created_at,
            pictures=tuple(
                WallPicture(path=f"/media/{item.id}", alt=item.alt_text) for item in files if not item.is_film
            ),
            films=tuple(f"/media/{item.id}" for item in files if item.is_film),
            choices=tuple(post.poll),
            permalink=f"https://x.com/{user.username}/status/{post.id}",
            edited=bool(post.history),
            **self._talk(user, post),
        )

    def letters(self, account: str, limit: int) -> list[WallNote]:
        """Mentions and quotes that began a conversation of their own, and direct messages, the newest first."""
        user = self.state.users.find(account)
        if user is None:
            return []
        named = [post for post in self.state.posts.newest(account, "mentions") if post.stands and not post.in_reply_to]
        quotes = [
            quote
            for post in islice(self.state.posts.newest(account), QUOTED_POSTS)
            for quote in self.state.posts.group(post.id, "quotes")
            if quote.stands and quote.user_id != account
        ]
        posts = {post.id: post for post in [*named, *quotes]}.values()
        found = [self._note(user, post, kind="mention", with_replies=True) for post in posts]
        found += self._threads(user)
        return sorted(found, key=lambda note: -note.at)[:limit]

    def _threads(self, user: User) -> list[WallNote]:
        """Each conversation as its first message, with the others under it."""
        by_thread: dict[str, list[Message]] = {}
        for message in self.state.messages.group(user.id, "user"):
            by_thread.setdefault(message.conversation_id, []).append(message)
        return [self._thread_note(user, rows) for rows in by_thread.values()]

    def _thread_note(self, user: User, rows: list[Message]) -> WallNote:
        def note(row: Message) -> WallNote:
            author = self.state.users.find(row.sender_id)
            return WallNote(
                id=row.id,
                kind="message",
                author=author.name if author else "",
                author_id=row.sender_id,
                text=row.text,
                at=row.created_at,
                own=row.sender_id == user.id,
            )

        first, *others = map(note, rows[-WALL_REPLIES:])
        return replace(first, on=rows[0].conversation_id, notes=tuple(others), can=("message",))

    def _talk(self, user: User, post: Post) -> dict[str, Any]:
        """The newest replies in their order, and how many more there are."""
        living = (
            row
            for row in self.state.posts.newest(post.id, "replies")
            if row.stands and not (row.user_id == user.id and _stands_alone(row))
        )
        shown = list(islice(living, WALL_REPLIES))[::-1]
        return {
            "notes": tuple(self._note(user, row, kind="comment", with_replies=True) for row in shown),
            "more": sum(1 for _ in living),
        }

    def _note(self, user: User, post: Post, *, kind: str, with_replies: bool) -> WallNote:
        """A reply with all that hangs on it: deeper ones stand in one row under it, as they came."""
        author = self.state.users.find(post.user_id)
        own = post.user_id == user.id
        under = self._under(post) if with_replies else []
        return WallNote(
            id=post.id,
            kind=kind,
            author=author.name if author else "",
            author_id=post.user_id,
            text=post.text,
            at=post.created_at,
            own=own,
            hidden=post.hidden,
            likes=len(post.liked_by),
            notes=tuple(self._note(user, row, kind="comment", with_replies=False) for row in under),
            can=("reply", "delete") if own or kind == "mention" else ("reply", "delete", "hide"),
        )

    def _under(self, post: Post) -> list[Post]:
        found: list[Post] = []
        waiting = [post.id]
        while waiting and len(found) < WALL_REPLIES:
            replies = self.state.posts.group(waiting.pop(0), "replies")
            found += [row for row in replies if row.stands]
            waiting += [row.id for row in replies]
        return sorted(found, key=lambda row: row.created_at)
