"""What a person sees of LinkedIn: walls, what people wrote under and beside them, and the counts."""

from itertools import islice
from typing import Any

from sandbox.networks.base import Answered, Published, Said, Wall, WallNote, WallPicture, WallPost
from sandbox.networks.linkedin.publishing import files_of, permalink
from sandbox.networks.linkedin.state import Comment, LinkedInState, Organization, Post

WALL_COMMENTS = 30


class LinkedInWalls:
    """The half of the twin that is looked at."""

    def __init__(self, state: LinkedInState) -> None:
        self.state = state

    def walls(self) -> list[Wall]:
        return [self._wall(page) for page in self.state.organizations.all()]

    def find_wall(self, account: str) -> Wall | None:
        page = self.state.find_organization(account)
        return self._wall(page) if page else None

    def posts(self, account: str, limit: int) -> list[WallPost]:
        page = self.state.find_organization(account)
        return [self._wall_post(page, post) for post in self.state.live_posts(page.id)[:limit]] if page else []

    def letters(self, account: str, limit: int) -> list[WallNote]:
        """Posts elsewhere that name the page, the newest first."""
        page = self.state.find_organization(account)
        if page is None:
            return []
        named = (
            post
            for post in self.state.posts.newest(page.id, "mentions")
            if post.deleted_at is None and post.author != page.id
        )
        return [
            WallNote(
                id=post.id,
                kind="mention",
                author=self.state.name_of(post.author),
                author_id=post.author,
                text=post.text,
                at=post.created_at,
                edited=post.modified_at > post.created_at,
                likes=len(post.reactions),
                can=("comment", "edit", "delete"),
                **self._talk(page, post),
            )
            for post in islice(named, limit)
        ]

    def published(self, account: str | None) -> list[Published]:
        page = self.state.find_organization(account) if account else None
        posts = self.state.posts.group(page.id) if page else self.state.posts.all()
        if account and page is None:
            return []
        return [
            Published(
                id=post.id,
                account=post.author,
                text=post.text,
                at=post.created_at,
                deleted=post.deleted_at is not None,
                media=len(files_of(post)),
            )
            for post in posts
            if post.author.startswith("urn:li:organization:")
        ]

    def answered(self, account: str | None) -> list[Answered]:
        page = self.state.find_organization(account) if account else None
        rows = self.state.comments.group(page.id, "actor") if page else self.state.comments.all()
        if account and page is None:
            return []
        return [
            Answered(
                network="linkedin",
                id=row.id,
                account=row.actor,
                on=row.parent or row.post_id,
                text=row.text,
                at=row.created_at,
                by_app=row.app_id,
                deleted=row.deleted_at is not None,
            )
            for row in rows
            if row.actor.startswith("urn:li:organization:")
        ]

    def said(self, post_id: str) -> list[Said]:
        post = self.state.find_post(post_id)
        if post is None:
            return []
        return [
            Said(
                id=row.id,
                author=row.actor,
                on=row.parent or row.post_id,
                text=row.text,
                at=row.created_at,
                by_account=row.actor == post.author or row.actor in post.mentions,
                hidden=False,
            )
            for row in self.state.comments.group(post.id)
            if row.deleted_at is None
        ]

    def _wall(self, page: Organization) -> Wall:
        posts = self.state.posts.group(page.id)
        return Wall(
            id=page.id,
            name=page.name,
            handle=page.vanity,
            about=page.about,
            followers=page.followers,
            published=len(posts),
            live=sum(post.deleted_at is None for post in posts),
            refused_duplicates=self.state.refused_duplicates.get(page.id, 0),
        )

    def _wall_post(self, page: Organization, post: Post) -> WallPost:
        files = [(self.state.assets.find(urn), words) for urn, words in files_of(post)]
        return WallPost(
            id=post.id,
            author=page.name,
            text=self._whole_text(post),
            at=post.created_at,
            pictures=tuple(
                WallPicture(path=f"/media/{asset.file}", alt=words)
                for asset, words in files
                if asset and asset.kind == "image"
            ),
            link=post.content.get("article", {}).get("source", ""),
            permalink=permalink(post),
            edited=post.modified_at > post.created_at,
            **self._talk(page, post),
        )

    def _whole_text(self, post: Post) -> str:
        """The words with what is no picture: a film's or document's title, a poll, what is reshared."""
        media, poll = post.content.get("media", {}), post.content.get("poll")
        more = [f"▶ {media['title']}"] if media.get("title") else []
        if poll:
            more += [poll["question"], *(f"○ {option['text']}" for option in poll["options"])]
        if article := post.content.get("article"):
            more += [article["title"], article.get("description", "")]
        if post.parent and (parent := self.state.posts.find(post.parent)):
            more.append(f"⟲ {self.state.name_of(parent.author)}: {parent.text}")
        return "\n".join(filter(None, [post.text, *more]))

    def _talk(self, page: Organization, post: Post) -> dict[str, Any]:
        """The newest comments in their order, and how many more there are."""
        living = [row for row in self.state.comments.group(post.id) if row.deleted_at is None and not row.parent]
        shown = living[-WALL_COMMENTS:]
        return {"notes": tuple(self._note(page, row) for row in shown), "more": len(living) - len(shown)}

    def _note(self, page: Organization, comment: Comment) -> WallNote:
        replies = [row for row in self.state.comments.group(comment.id, "replies") if row.deleted_at is None]
        return WallNote(
            id=comment.id,
            kind="comment",
            author=self.state.name_of(comment.actor),
            author_id=comment.actor,
            text=comment.text,
            at=comment.created_at,
            own=comment.actor == page.id,
            edited=comment.modified_at > comment.created_at,
            likes=len(comment.reactions),
            notes=tuple(self._note(page, row) for row in replies),
            can=("reply", "edit", "delete"),
        )
