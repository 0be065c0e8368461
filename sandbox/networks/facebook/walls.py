"""What a person sees of Facebook: walls, what people wrote on and beside them, and the counts."""

from itertools import islice
from typing import Any

from sandbox.networks.base import Answered, Published, Said, Wall, WallNote, WallPicture, WallPost
from sandbox.networks.facebook.community import Comment, Conversation, PrivateMessage, Rating, Visit
from sandbox.networks.facebook.state import FacebookState, Page, Post
from sandbox.networks.notes import answered, conversation, newest


class FacebookWalls:
    """The half of the twin that is looked at."""

    def __init__(self, state: FacebookState) -> None:
        self.state = state

    def walls(self) -> list[Wall]:
        return [self._wall(page) for page in self.state.pages.all()]

    def find_wall(self, account: str) -> Wall | None:
        page = self.state.find_page(account)
        return self._wall(page) if page else None

    def posts(self, account: str, limit: int) -> list[WallPost]:
        page = self.state.pages.find(account)
        if page is None:
            return []
        return [
            self._wall_post(page, post) for post, _ in zip(self.state.live_posts(account), range(limit), strict=False)
        ]

    def published(self, account: str | None) -> list[Published]:
        now = self.state.now
        posts = self.state.posts.group(account) if account else self.state.posts.all()
        return [
            Published(
                id=post.id,
                account=post.page_id,
                text=post.message,
                at=post.published_at,
                deleted=post.deleted_at is not None,
                media=len(post.photo_ids) + bool(post.video_id),
            )
            for post in posts
            if 0 < post.published_at <= now
        ]

    def answered(self, account: str | None) -> list[Answered]:
        """Comments and private messages of pages."""
        state = self.state
        comments = state.comments.group(account, "page") if account else state.comments.all()
        found = [
            answered(
                "facebook",
                comment,
                account=comment.page_id,
                on=comment.parent_id or comment.post_id,
                text=comment.message,
                public=True,
            )
            for comment in comments
            if comment.by_page
        ]
        threads = state.conversations.group(account) if account else state.conversations.all()
        found += [
            answered("facebook", message, account=thread.page_id, on=thread.id, text=message.text, public=False)
            for thread in threads
            for message in state.messages.group(thread.id)
            if message.from_page
        ]
        return sorted(found, key=lambda answer: answer.at)

    def said(self, post_id: str) -> list[Said]:
        return [
            Said(
                id=comment.id,
                author=comment.author_id,
                on=comment.parent_id or comment.post_id,
                text=comment.message,
                at=comment.created_at,
                by_account=comment.by_page,
                hidden=comment.hidden,
            )
            for comment in self.state.comments.group(post_id)
            if comment.deleted_at is None
        ]

    def _wall(self, page: Page) -> Wall:
        published = self.published(page.id)
        return Wall(
            id=page.id,
            name=page.name,
            handle=page.username,
            about=page.about,
            followers=page.followers,
            published=len(published),
            live=sum(not post.deleted for post in published),
            refused_duplicates=self.state.refused_duplicates.get(page.id, 0),
        )

    def _wall_post(self, page: Page, post: Post) -> WallPost:
        photos = [photo for photo in map(self.state.photos.find, post.photo_ids) if photo]
        return WallPost(
            id=post.id,
            author=page.name,
            text=post.message,
            at=post.published_at,
            pictures=tuple(WallPicture(path=f"/media/{photo.id}", alt=photo.alt_text) for photo in photos),
            films=(f"/media/film-{post.video_id}",) if post.video_id else (),
            link=post.link,
            permalink=f"/www.facebook.com/{page.id}/posts/{post.id.partition('_')[2]}",
            edited=post.updated_at > post.created_at,
            **self._talk(page, post.id),
        )

    def letters(self, account: str, limit: int) -> list[WallNote]:
        """Mentions, visits, recommendations and private threads, the newest first."""
        state, page = self.state, self.state.pages.find(account)
        if page is None:
            return []
        visits = islice((row for row in state.visits.newest(account) if row.deleted_at is None), limit)
        ratings = islice((row for row in state.ratings.newest(account) if row.deleted_at is None), limit)
        threads = sorted(state.conversations.group(account), key=lambda thread: -thread.updated_at)[:limit]
        found = [self._visit_note(page, row) for row in visits]
        found += [self._rating_note(page, row) for row in ratings]
        found += [note for thread in threads if (note := self._thread_note(page, thread))]
        return sorted(found, key=lambda note: -note.at)[:limit]

    def _talk(self, page: Page, story_id: str) -> dict[str, Any]:
        """The newest comments of a story in their order, and how many more there are."""
        rows = self.state.comments.newest(story_id, "top")
        return newest(rows, lambda row: self._comment_note(page, row))

    def _comment_note(self, page: Page, comment: Comment) -> WallNote:
        replies = [row for row in self.state.comments.group(comment.id, "replies") if row.deleted_at is None]
        return WallNote(
            id=comment.id,
            kind="comment",
            author=comment.author_name,
            author_id=comment.author_id,
            text=comment.message,
            at=comment.created_at,
            own=comment.by_page,
            hidden=comment.hidden,
            edited=comment.updated_at > comment.created_at,
            likes=len(comment.liked_by),
            notes=tuple(self._comment_note(page, row) for row in replies),
            can=("reply", "edit", "delete") if comment.by_page else ("reply", "edit", "delete", "hide"),
        )

    def _visit_note(self, page: Page, visit: Visit) -> WallNote:
        return WallNote(
            id=visit.id,
            kind="mention" if visit.mention else "visit",
            author=visit.author_name,
            author_id=visit.author_id,
            text=visit.message,
            at=visit.created_at,
            edited=visit.updated_at > visit.created_at,
            likes=len(visit.liked_by),
            can=("comment", "edit", "delete"),
            **self._talk(page, visit.id),
        )

    def _rating_note(self, page: Page, rating: Rating) -> WallNote:
        return WallNote(
            id=rating.id,
            kind="praise" if rating.recommends else "complaint",
            author=rating.author_name,
            author_id=rating.author_id,
            text=rating.text,
            at=rating.created_at,
            edited=rating.updated_at > rating.created_at,
            can=("comment", "edit", "delete"),
            **self._talk(page, rating.id),
        )

    def _thread_note(self, page: Page, thread: Conversation) -> WallNote | None:
        """A private thread: its first message, and the others under it."""
        stranger = self.state.strangers.find(thread.stranger_id)
        if stranger is None:
            return None

        def note(row: PrivateMessage) -> WallNote:
            return WallNote(
                id=row.id,
                kind="message",
                author=page.name if row.from_page else stranger.name,
                author_id=page.id if row.from_page else stranger.id,
                text=row.text,
                at=row.created_at,
                own=row.from_page,
                can=() if row.from_page else ("edit", "delete"),
            )

        return conversation(thread.id, self.state.messages.group(thread.id), note)
