"""What the twin of Facebook keeps."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.networks.facebook.community import Comment, Conversation, PrivateMessage, Rating, Stranger, Visit
from sandbox.networks.facebook.limits import Usages
from sandbox.world import World

TASKS = ("MANAGE", "CREATE_CONTENT", "MODERATE", "MESSAGING", "ADVERTISE", "ANALYZE")


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    name: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Page:
    id: str
    name: str
    username: str
    category: str
    about: str
    followers: int
    engaged_users: int
    roles: dict[str, list[str]]  # person id -> tasks
    language: str = "en"  # what its public writes
    blocked: list[str] = field(default_factory=list)  # strangers who may no longer write to it


@dataclass(frozen=True, kw_only=True)
class Code:
    id: str
    app_id: str
    person_id: str
    redirect_uri: str
    expires_at: float
    used: bool = False


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one person gave one app; there is one at most, and a new consent changes it."""

    id: str  # app:person
    app_id: str
    person_id: str
    scopes: list[str]
    declined: list[str]
    page_ids: list[str]


@dataclass(frozen=True, kw_only=True)
class Token:
    """A person's or a page's token. It dies by time or by an event, whose subcode stays with it."""

    id: str
    kind: str  # USER, PAGE
    grant_id: str
    page_id: str
    issued_at: float
    expires_at: float  # 0: never
    dead: int = 0


@dataclass(frozen=True, kw_only=True)
class Post:
    id: str
    page_id: str
    app_id: str
    person_id: str
    message: str
    link: str
    photo_ids: list[str]
    status_type: str
    created_at: float
    updated_at: float
    published_at: float  # in the future while scheduled; 0 for a draft
    liked_by: list[str] = field(default_factory=list)
    deleted_at: float | None = None
    video_id: str = ""
    story: bool = False  # stands on no wall, and for a day only
    call_to_action: str = ""  # of a link

    def is_live(self, now: float) -> bool:
        return self.deleted_at is None and 0 < self.published_at <= now


@dataclass(frozen=True, kw_only=True)
class Photo:
    id: str
    page_id: str
    caption: str
    alt_text: str
    media_type: str
    width: int
    height: int
    created_at: float
    post_id: str = ""  # empty until a post carries it
    deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A session of the Resumable Upload API. Its handle is given when the last byte is there."""

    id: str  # upload:...
    app_id: str
    size: int
    created_at: float

    @property
    def file(self) -> str:
        return self.id.replace(":", "-")

    @property
    def handle(self) -> str:
        return f"2:{self.id.partition(':')[2]}"


@dataclass(frozen=True, kw_only=True)
class Video:
    """A film, whatever it is shown as. Stages: uploading, uploaded, processing (until `ready_at`)."""

    id: str
    page_id: str
    app_id: str
    kind: str  # video, reel, story
    created_at: float
    stage: str = "uploaded"
    description: str = ""
    title: str = ""
    source: str = ""  # where it was fetched from
    seconds: float = 0.0
    ready_at: float = 0.0
    failed: bool = False
    cover: str = ""
    post_id: str = ""  # empty until it is published
    deleted_at: float | None = None

    @property
    def file(self) -> str:
        return f"film-{self.id}"


@dataclass(frozen=True, kw_only=True)
class Business:
    """A portfolio: whose people reach its pages without a role on them in Facebook's own list."""

    id: str
    name: str
    people: list[str]  # person ids
    owned: list[str]  # page ids
    client: list[str]


@dataclass(frozen=True, kw_only=True)
class PageSubscription:
    """An app's subscription to a page's webhooks."""

    id: str  # page:app
    page_id: str
    app_id: str
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class AppSubscription:
    """Where an app wants its webhooks."""

    id: str  # app:object
    app_id: str
    object: str
    callback_url: str
    verify_token: str
    fields: list[str]
    include_values: bool = True


@dataclass(frozen=True, kw_only=True)
class Callbacks:
    """What stands in an app's dashboard, by the app's id."""

    id: str
    deauthorise_url: str = ""
    deletion_url: str = ""


@dataclass
class FacebookState:
    """The tables of this twin."""

    world: World
    refused_duplicates: dict[str, int] = field(default_factory=dict)
    # What another product of Meta's shows of a page, by the field's name: it gets the call's reading, page and field.
    beside_pages: dict[str, Callable[[Any, Page, Any], Any]] = field(default_factory=dict)
    # What an app may be told of, by Meta's name for the object.
    told_of: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        table = self.world.table
        self.persons = table("facebook.persons", Person)
        self.pages = table("facebook.pages", Page)
        self.codes = table("facebook.codes", Code)
        self.grants = table("facebook.grants", Grant)
        self.tokens = table("facebook.tokens", Token, group_by=lambda token: token.grant_id)
        self.posts = table("facebook.posts", Post, group_by=lambda post: post.page_id)
        self.photos = table("facebook.photos", Photo, group_by=lambda photo: photo.page_id)
        self.uploads = table("facebook.uploads", Upload)
        self.videos = table("facebook.videos", Video, group_by=lambda video: video.page_id)
        self.businesses = table("facebook.businesses", Business)
        self.page_subscriptions = table("facebook.page_subscriptions", PageSubscription)
        self.app_subscriptions = table("facebook.app_subscriptions", AppSubscription)
        self.callbacks = table("facebook.callbacks", Callbacks)
        self.strangers = table("facebook.strangers", Stranger)
        self.comments = table(
            "facebook.comments",
            Comment,
            group_by=lambda comment: comment.post_id,
            replies=lambda comment: (comment.parent_id,) if comment.parent_id else (),
            top=lambda comment: () if comment.parent_id else (comment.post_id,),
            bare=lambda comment: (comment.id.rpartition("_")[2],),
            page=lambda comment: (comment.page_id,),
        )
        self.visits = table("facebook.visits", Visit, group_by=lambda visit: visit.page_id)
        self.ratings = table("facebook.ratings", Rating, group_by=lambda rating: rating.page_id)
        self.conversations = table(
            "facebook.conversations",
            Conversation,
            group_by=lambda thread: thread.page_id,
            psid=lambda thread: (f"{thread.page_id}:{thread.psid}",),
        )
        self.messages = table("facebook.messages", PrivateMessage, group_by=lambda message: message.conversation_id)
        self.usages = Usages(self.world.clock)
        self._serial = itertools.count()
        self._last = 0
        self._scheduled: set[str] | None = None  # None until the first look

    @property
    def now(self) -> float:
        return self.world.clock.now()

    def new_id(self) -> str:
        """A number greater than any given before."""
        self._last = max(int(self.now * 1000) * 10_000 + next(self._serial) % 10_000, self._last + 1)
        return str(self._last)

    def find_page(self, handle: str) -> Page | None:
        """By id or username."""
        by_id = self.pages.find(handle)
        return by_id or next((page for page in self.pages.all() if page.username.lower() == handle.lower()), None)

    def live_posts(self, page_id: str) -> Iterator[Post]:
        """What stands on a page now, newest first."""
        now = self.now
        return (post for post in self.posts.newest(page_id) if post.is_live(now) and not post.story)

    def find_comment(self, comment_id: str) -> Comment | None:
        """By post_comment or by the comment's own number; deleted ones are gone."""
        comment = self.comments.find(comment_id) or next(self.comments.newest(comment_id, "bare"), None)
        return comment if comment and comment.deleted_at is None else None

    def find_story(self, story_id: str) -> Post | Visit | Rating | None:
        """Whatever comments can stand under, photos included by way of their post."""
        if photo := self.photos.find(story_id):
            story_id = photo.post_id
        found = self.posts.find(story_id) or self.visits.find(story_id) or self.ratings.find(story_id)
        return found if found and found.deleted_at is None else None

    def take_due(self) -> list[Post]:
        """Scheduled posts that went live since the last look."""
        waiting = self._waiting()
        due = [post for post in map(self.posts.find, waiting) if post and post.is_live(self.now)]
        waiting -= {post.id for post in due}
        return due

    def schedule(self, post: Post) -> None:
        """Remember that a post waits, or no longer does."""
        waiting = self._waiting()
        (waiting.add if post.published_at > self.now else waiting.discard)(post.id)

    def _waiting(self) -> set[str]:
        if self._scheduled is None:
            self._scheduled = {post.id for post in self.posts.all() if post.published_at > self.now}
        return self._scheduled

    def pages_of(self, person_id: str) -> list[Page]:
        return [page for page in self.pages.all() if person_id in page.roles]

    def kill_tokens(self, grant_id: str, subcode: int, page_id: str = "") -> int:
        """End the living tokens of a grant, or only those of one page; how many died."""
        living = [
            token
            for token in self.tokens.group(grant_id)
            if not token.dead and (not page_id or token.page_id == page_id)
        ]
        for token in living:
            self.tokens.put(replace(token, dead=subcode))
        return len(living)

    def forget(self) -> None:
        self._scheduled = None
        self.usages.clear()
        self.refused_duplicates.clear()
