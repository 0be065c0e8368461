"""What a person sees of Instagram: profiles, what people wrote under and beside the media, and the counts."""

from itertools import chain, islice
from typing import Any

from sandbox.networks.base import Answered, Published, Said, Wall, WallNote, WallPicture, WallPost
from sandbox.networks.instagram.state import Account, Comment, Conversation, InstagramState, Medium, PrivateMessage
from sandbox.networks.notes import answered, conversation, newest


class InstagramWalls:
    """The half of the twin that is looked at."""

    def __init__(self, state: InstagramState) -> None:
        self.state = state

    def walls(self) -> list[Wall]:
        return [self._wall(account) for account in self.state.accounts.all()]

    def find_wall(self, account: str) -> Wall | None:
        found = self.state.find_account(account)
        return self._wall(found) if found else None

    def posts(self, account: str, limit: int) -> list[WallPost]:
        """Media and stories, the newest first."""
        found = self.state.accounts.find(account)
        if found is None:
            return []
        rows = chain(self.state.live_media(account, stories=True), self.state.live_media(account))
        shown = sorted(rows, key=lambda row: -row.created_at)[:limit]
        return [self._wall_post(found, medium) for medium in shown]

    def published(self, account: str | None) -> list[Published]:
        media = self.state.media.group(account) if account else self.state.media.all()
        return [
            Published(
                id=medium.id,
                account=medium.account_id,
                text=medium.caption,
                at=medium.created_at,
                deleted=medium.deleted_at is not None,
                media=len(medium.children) or 1,
            )
            for medium in media
            if medium.account_id
        ]

    def said(self, post_id: str) -> list[Said]:
        return [
            Said(
                id=comment.id,
                author=comment.author_id,
                on=comment.parent_id or comment.media_id,
                text=comment.text,
                at=comment.created_at,
                by_account=comment.by_account,
                hidden=comment.hidden,
            )
            for comment in self.state.comments.group(post_id)
            if comment.deleted_at is None
        ]

    def answered(self, account: str | None) -> list[Answered]:
        """Comments and private messages of accounts."""
        state = self.state
        accounts = [account] if account else [row.id for row in state.accounts.all()]
        found = [
            answered(
                "instagram",
                row,
                account=row.author_id,
                on=row.parent_id or row.media_id,
                text=row.text,
                public=True,
            )
            for each in accounts
            for row in state.comments.group(each, "author")
        ]
        found += [
            answered("instagram", message, account=each, on=thread.id, text=message.text, public=False)
            for each in accounts
            for thread in state.conversations.group(each)
            for message in state.messages.group(thread.id)
            if message.from_account
        ]
        return sorted(found, key=lambda answer: answer.at)

    def _wall(self, account: Account) -> Wall:
        published = self.published(account.id)
        return Wall(
            id=account.id,
            name=account.name,
            handle=f"@{account.username}",
            about=account.biography,
            followers=account.followers,
            published=len(published),
            live=sum(not post.deleted for post in published),
            refused_duplicates=0,
        )

    def _wall_post(self, account: Account, medium: Medium) -> WallPost:
        parts = [row for row in map(self.state.containers.find, medium.children) if row]
        files = [(row.file, row.file_type, row.alt_text) for row in parts] or [
            (medium.file, medium.file_type, medium.alt_text)
        ]
        pictures = [(name, alt) for name, kind, alt in files if name and kind.startswith("image/")]
        return WallPost(
            id=medium.id,
            author=account.name,
            text=medium.caption,
            at=medium.created_at,
            pictures=tuple(WallPicture(path=f"/media/{name}", alt=alt) for name, alt in pictures),
            films=tuple(f"/media/{name}" for name, kind, _ in files if kind.startswith("video/")),
            permalink=f"/www.instagram.com/p/{medium.shortcode}/",
            **self._talk(medium.id),
        )

    def letters(self, account: str, limit: int) -> list[WallNote]:
        """Where others name the account, and private threads, the newest first."""
        state, found = self.state, self.state.accounts.find(account)
        if found is None:
            return []
        tagged = islice((row for row in state.media.newest(account, "tagged") if row.deleted_at is None), limit)
        threads = sorted(state.conversations.group(account), key=lambda thread: -thread.updated_at)[:limit]
        notes = [self._mention_note(row) for row in tagged]
        notes += [note for thread in threads if (note := self._thread_note(found, thread))]
        return sorted(notes, key=lambda note: -note.at)[:limit]

    def _talk(self, medium_id: str) -> dict[str, Any]:
        """The newest comments of a medium in their order, and how many more there are."""
        return newest(self.state.comments.newest(medium_id, "top"), self._comment_note)

    def _comment_note(self, comment: Comment) -> WallNote:
        replies = [row for row in self.state.comments.group(comment.id, "replies") if row.deleted_at is None]
        return WallNote(
            id=comment.id,
            kind="comment",
            author=comment.username,
            author_id=comment.author_id,
            text=comment.text,
            at=comment.created_at,
            own=comment.by_account,
            hidden=comment.hidden,
            likes=len(comment.liked_by),
            notes=tuple(self._comment_note(row) for row in replies),
            can=("reply", "delete") if comment.by_account else ("reply", "delete", "hide"),
        )

    def _mention_note(self, medium: Medium) -> WallNote:
        return WallNote(
            id=medium.id,
            kind="mention",
            author=medium.username,
            author_id=medium.author_id,
            text=medium.caption,
            at=medium.created_at,
            likes=len(medium.liked_by),
            can=("comment", "delete"),
            **self._talk(medium.id),
        )

    def _thread_note(self, account: Account, thread: Conversation) -> WallNote | None:
        """A private thread: its first message, and the others under it."""
        stranger = self.state.strangers.find(thread.stranger_id)
        if stranger is None:
            return None

        def note(row: PrivateMessage) -> WallNote:
            return WallNote(
                id=row.id,
                kind="message",
                author=account.username if row.from_account else stranger.username,
                author_id=account.id if row.from_account else stranger.id,
                text=row.text,
                at=row.created_at,
                own=row.from_account,
                can=() if row.from_account else ("delete",),
            )

        return conversation(thread.id, self.state.messages.group(thread.id), note)
