"""What a person sees of YouTube: channels, their films, what people wrote under them, and the counts."""

from itertools import islice

from sandbox.networks.base import Answered, Published, Said, Wall, WallNote, WallPicture, WallPost
from sandbox.networks.youtube.state import Channel, Comment, Video, YouTubeState

WALL_COMMENTS = 30


class YouTubeWalls:
    """The half of the twin that is looked at."""

    def __init__(self, state: YouTubeState) -> None:
        self.state = state

    def walls(self) -> list[Wall]:
        return [self._wall(channel) for channel in self.state.channels.all() if not channel.stranger]

    def find_wall(self, account: str) -> Wall | None:
        channel = self.state.find_channel(account)
        return self._wall(channel) if channel else None

    def posts(self, account: str, limit: int) -> list[WallPost]:
        channel = self.state.channels.find(account)
        if channel is None:
            return []
        return [self._film(channel, video) for video in islice(self.state.uploads_of(account), limit)]

    def letters(self, account: str, limit: int) -> list[WallNote]:
        """Nothing is written beside the films."""
        return []

    def published(self, account: str | None) -> list[Published]:
        """Every film that was ever there, whoever may see it. Its text is the description."""
        videos = self.state.videos.group(account) if account else self.state.videos.all()
        return [
            Published(
                id=video.id,
                account=video.channel_id,
                text=video.description,
                at=video.created_at,
                deleted=video.deleted_at is not None,
                media=1,
            )
            for video in videos
        ]

    def said(self, post_id: str) -> list[Said]:
        """What stands under a film; what was rejected is gone, what is held shows to its owner only."""
        return [
            Said(
                id=row.id,
                author=row.author_id,
                on=row.top or row.video_id,
                text=row.text,
                at=row.created_at,
                by_account=row.author_id == row.channel_id,
                hidden=row.moderation != "published",
            )
            for row in self.state.comments.group(post_id)
            if row.deleted_at is None and row.moderation != "rejected"
        ]

    def answered(self, account: str | None) -> list[Answered]:
        rows = self.state.comments.group(account, "author") if account else self.state.comments.all()
        return [
            Answered(
                network="youtube",
                id=row.id,
                account=row.author_id,
                on=row.top or row.video_id,
                text=row.text,
                at=row.created_at,
                by_app=row.app_id,
                deleted=row.deleted_at is not None,
            )
            for row in rows
            if row.author_id == row.channel_id
        ]

    def _wall(self, channel: Channel) -> Wall:
        videos = self.state.videos.group(channel.id)
        return Wall(
            id=channel.id,
            name=channel.title,
            handle=channel.handle,
            about=channel.description,
            followers=channel.subscribers,
            published=len(videos),
            live=sum(video.deleted_at is None for video in videos),
            refused_duplicates=self.state.refused_duplicates.get(channel.id, 0),
        )

    def _film(self, channel: Channel, video: Video) -> WallPost:
        threads = (row for row in self.state.comments.newest(video.id, "top") if row.deleted_at is None)
        shown = list(islice(threads, WALL_COMMENTS))[::-1]
        pictures = (WallPicture(path=f"/media/{video.thumbnail}", alt=video.title),) if video.thumbnail else ()
        return WallPost(
            id=video.id,
            author=channel.title,
            text=f"{video.title}\n\n{video.description}".strip(),
            at=video.published_at,
            pictures=pictures,
            permalink=f"https://www.youtube.com/watch?v={video.id}",
            notes=tuple(self._note(row, with_replies=True) for row in shown),
            more=sum(1 for _ in threads),
        )

    def _note(self, row: Comment, *, with_replies: bool) -> WallNote:
        author = self.state.channels.find(row.author_id)
        own = row.author_id == row.channel_id
        under = self.state.replies(row.id) if with_replies else []
        return WallNote(
            id=row.id,
            kind="comment",
            author=author.title if author else "",
            author_id=row.author_id,
            text=row.text,
            at=row.created_at,
            own=own,
            hidden=row.moderation != "published",
            edited=row.updated_at > row.created_at,
            likes=len(row.liked_by),
            notes=tuple(self._note(each, with_replies=False) for each in under),
            can=("reply", "edit", "delete") if own else ("reply", "edit", "delete", "hide"),
        )
