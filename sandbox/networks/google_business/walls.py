"""What a person sees of Business Profile: posts that passed, and reviews with their answers."""

from itertools import islice

from sandbox.networks.base import Answered, Published, Said, Wall, WallNote, WallPicture, WallPost
from sandbox.networks.google_business.publishing import search_url
from sandbox.networks.google_business.state import BusinessState, LocalPost, Location, Review

STARS = "★★★★★☆☆☆☆☆"


class BusinessWalls:
    """The half of the twin that is looked at."""

    def __init__(self, state: BusinessState) -> None:
        self.state = state

    def walls(self) -> list[Wall]:
        return [self._wall(location) for location in self.state.locations.all()]

    def find_wall(self, account: str) -> Wall | None:
        location = self.state.find_location(account)
        return self._wall(location) if location else None

    def posts(self, account: str, limit: int) -> list[WallPost]:
        location = self.state.locations.find(account)
        if location is None:
            return []
        now = self.state.now
        live = (post for post in self.state.posts_of(account) if post.state(now) in {"LIVE", "RECURRING"})
        return [self._post(location, post) for post in islice(live, limit)]

    def letters(self, account: str, limit: int) -> list[WallNote]:
        return [self._note(review) for review in islice(self.state.reviews_of(account), limit)]

    def published(self, account: str | None) -> list[Published]:
        """What was taken and not refused afterwards."""
        now = self.state.now
        posts = self.state.posts.group(account) if account else self.state.posts.all()
        return [
            Published(
                id=post.id,
                account=post.location_id,
                text=post.summary,
                at=post.created_at,
                deleted=post.deleted_at is not None,
                media=len(post.media_ids),
            )
            for post in posts
            if post.state(now) not in {"REJECTED", "SCHEDULED"}
        ]

    def said(self, post_id: str) -> list[Said]:
        """A review, by its id, and its answer; nothing is said under a post."""
        review = self.state.reviews.find(post_id)
        if review is None or review.deleted_at is not None:
            return []
        found = [self._said(review, review.author_id, review.text, review.created_at, by_account=False)]
        if review.reply:
            found.append(self._said(review, review.location_id, review.reply, review.reply_at, by_account=True))
        return found

    def answered(self, account: str | None) -> list[Answered]:
        replies = self.state.replies.group(account) if account else self.state.replies.all()
        return [
            Answered(
                network="google_business",
                id=reply.id,
                account=reply.location_id,
                on=reply.review_id,
                text=reply.text,
                at=reply.at,
                by_app=reply.app_id,
                deleted=reply.deleted,
                public=False,  # strangers cannot reply to it
            )
            for reply in replies
        ]

    def _wall(self, location: Location) -> Wall:
        published = self.published(location.id)
        return Wall(
            id=location.id,
            name=location.title,
            handle=f"{location.street}, {location.locality}",
            about=location.about,
            followers=len(self.state.reviews_of(location.id)),
            published=len(published),
            live=sum(not post.deleted for post in published),
            refused_duplicates=0,
        )

    def _post(self, location: Location, post: LocalPost) -> WallPost:
        event = post.body.get("event")
        title = str(event.get("title") or "") if isinstance(event, dict) else ""
        action = post.body.get("callToAction")
        items = [item for item in map(self.state.media.find, post.media_ids) if item]
        return WallPost(
            id=post.id,
            author=location.title,
            text="\n\n".join(part for part in (title, post.summary) if part),
            at=post.created_at,
            pictures=tuple(WallPicture(path=f"/media/{item.id}", alt=item.description) for item in items),
            link=str(action.get("url") or "") if isinstance(action, dict) else "",
            permalink=search_url(location, post).replace("https://", "/"),
            edited=post.updated_at > post.created_at,
        )

    def _note(self, review: Review) -> WallNote:
        stars = STARS[5 - review.stars : 10 - review.stars]
        answer = WallNote(
            id=f"{review.id}-reply",
            kind="comment",
            author=self._title(review.location_id),
            author_id=review.location_id,
            text=review.reply,
            at=review.reply_at,
            own=True,
            hidden=review.reply_state(self.state.now) == "REJECTED",
        )
        return WallNote(
            id=review.id,
            kind="stars",
            author=review.author_name,
            author_id=review.author_id,
            text=f"{stars} {review.text}".strip(),
            at=review.created_at,
            edited=review.updated_at > review.created_at,
            notes=(answer,) if review.reply else (),
            can=("reply", "edit", "delete"),
        )

    def _said(self, review: Review, author: str, text: str, at: float, *, by_account: bool) -> Said:
        return Said(id=review.id, author=author, on=review.id, text=text, at=at, by_account=by_account, hidden=False)

    def _title(self, location_id: str) -> str:
        location = self.state.locations.find(location_id)
        return location.title if location else ""
