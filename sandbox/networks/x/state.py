"""What the twin of X keeps."""

import itertools
from dataclasses import dataclass, field, replace

from sandbox.networks.x import figures
from sandbox.networks.x.limits import DAY, REPLAY_SECONDS, Windows
from sandbox.world import World

# X's ids are milliseconds since this moment, shifted, and a serial: later posts have greater ids.
EPOCH_MILLISECONDS = 1_288_834_974_657


@dataclass(frozen=True, kw_only=True)
class User:
    id: str
    username: str
    name: str
    description: str
    followers: int
    created_at: float
    premium: bool = False
    protected: bool = False
    verified_type: str = "none"
    suspended: bool = False
    opening_posts: int = 0  # posts from before the curtain, for the profile's count
    stranger: bool = False  # nobody's client: has no wall here, and what they write is not counted as published
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class Code:
    id: str
    app_id: str
    user_id: str
    redirect_uri: str
    scopes: list[str]
    challenge: str
    method: str
    expires_at: float
    used: bool = False


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One consent. Every consent has tokens of its own; withdrawing the app ends all of a user's."""

    id: str
    app_id: str
    user_id: str
    scopes: list[str]
    ended: bool = False


@dataclass(frozen=True, kw_only=True)
class Token:
    """An access or refresh token; app-only tokens have no grant."""

    id: str
    kind: str  # access, refresh, app
    app_id: str
    grant_id: str
    expires_at: float
    dead: bool = False


@dataclass(frozen=True, kw_only=True)
class Post:
    id: str
    user_id: str
    text: str  # as written
    wire_text: str  # as X shows it: links shortened, media link behind
    urls: list[list[str]]  # [short, as written] in order
    media_ids: list[str]
    created_at: float
    conversation_id: str
    in_reply_to: str = ""
    in_reply_to_user: str = ""
    reply_settings: str = "everyone"
    app_id: str = ""  # by which app; "" on X itself
    mentions: list[str] = field(default_factory=list)  # ids of users the text names
    implicit: list[str] = field(default_factory=list)  # and of those a reply names by being one
    liked_by: list[str] = field(default_factory=list)
    hidden: bool = False
    deleted_at: float | None = None
    quoted: str = ""  # the post that is shown in this one
    quoted_user: str = ""
    poll: list[str] = field(default_factory=list)  # its choices
    poll_minutes: int = 0
    history: list[str] = field(default_factory=list)  # all versions of an edited post, oldest first
    superseded: bool = False  # a later version stands in its place
    made_with_ai: bool = False
    paid_partnership: bool = False

    @property
    def stands(self) -> bool:
        """Whether lists show it: a former version is found by its id only."""
        return self.deleted_at is None and not self.superseded

    @property
    def versions(self) -> list[str]:
        return self.history or [self.id]


@dataclass(frozen=True, kw_only=True)
class Message:
    """A direct message between two users, not encrypted."""

    id: str
    conversation_id: str  # both users' ids, the smaller first
    sender_id: str
    recipient_id: str
    text: str
    created_at: float
    app_id: str = ""
    hidden_from: list[str] = field(default_factory=list)  # who deleted it: the other still has it

    @property
    def participants(self) -> tuple[str, str]:
        return self.sender_id, self.recipient_id


@dataclass(frozen=True, kw_only=True)
class Media:
    id: str
    user_id: str
    category: str
    media_type: str
    total_bytes: int
    expires_at: float
    state: str = "uploading"  # then pending, in_progress, succeeded, failed; "" is ready at once
    ready_at: float = 0.0
    finalized_at: float = 0.0
    width: int = 0
    height: int = 0
    alt_text: str = ""
    failure: str = ""
    seconds: float = 0.0  # how long a film is, where its file says so
    frames: int = 0  # of a GIF
    subtitles: dict[str, str] = field(default_factory=dict)  # of a film: language -> the upload that holds them

    @property
    def is_film(self) -> bool:
        return self.category in {"tweet_video", "amplify_video"}

    @property
    def key(self) -> str:
        """The id with the number of its kind before it: 3 for images, 16 for GIFs, 13 for videos."""
        prefix = {"tweet_gif": "16", "tweet_video": "13", "amplify_video": "13"}.get(self.category, "3")
        return f"{prefix}_{self.id}"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An app's address. `checked_at` is the last try to validate it, `valid_at` the last that went well."""

    id: str
    app_id: str
    url: str
    created_at: float
    valid: bool
    checked_at: float
    valid_at: float


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """One kind of event about one user, for one app."""

    id: str
    app_id: str
    event_type: str
    user_id: str
    direction: str
    tag: str
    webhook_id: str
    created_at: float
    updated_at: float


@dataclass(frozen=True, kw_only=True)
class SentEvent:
    """An event as it was sent, for a replay within a day."""

    id: str
    webhook_id: str
    account: str
    kind: str
    object_id: str
    body: str
    at: float


@dataclass
class XState:
    """The tables of this twin."""

    world: World
    windows: Windows = field(default_factory=Windows)
    spent: float = 0.0
    refused_duplicates: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        table = self.world.table
        self.users = table("x.users", User, username=lambda user: (user.username.lower(),))
        self.codes = table("x.codes", Code)
        self.grants = table("x.grants", Grant, group_by=lambda grant: grant.user_id)
        self.tokens = table("x.tokens", Token)
        self.posts = table(
            "x.posts",
            Post,
            group_by=lambda post: post.user_id,
            conversation=lambda post: (post.conversation_id,),
            mentions=lambda post: dict.fromkeys([*post.mentions, *post.implicit]),
            replies=lambda post: (post.in_reply_to,) if post.in_reply_to else (),
            quotes=lambda post: (post.quoted,) if post.quoted else (),
        )
        self.messages = table(
            "x.messages",
            Message,
            group_by=lambda message: message.conversation_id,
            user=lambda message: message.participants,
        )
        self.webhooks = table("x.webhooks", Webhook)
        self.subscriptions = table("x.subscriptions", Subscription, group_by=lambda subscription: subscription.user_id)
        self.sent = table("x.sent", SentEvent)
        self.media = table("x.media", Media)
        self._serial = itertools.count()
        self._last = 0
        self._read: set[str] = set()
        self._read_on = 0

    @property
    def now(self) -> float:
        return self.world.clock.now()

    def new_id(self) -> str:
        """A snowflake: never less than one given before, even when the clock was moved back."""
        made = (int(self.now * 1000) - EPOCH_MILLISECONDS) << 22
        self._last = max(made | (next(self._serial) & 0xFFF), self._last + 1)
        return str(self._last)

    def find_user(self, handle: str) -> User | None:
        """By id or username."""
        wanted = handle.lstrip("@").lower()
        return self.users.find(handle) or next(self.users.newest(wanted, "username"), None)

    def live_post(self, post_id: str) -> Post | None:
        post = self.posts.find(post_id)
        return post if post and post.deleted_at is None else None

    def latest(self, post: Post) -> Post:
        """The version that stands, of whichever one is given."""
        return self.posts.find(post.versions[-1]) or post

    def metrics(self, post: Post, *, new: bool) -> dict[str, int]:
        """A post's public counts, in either dialect; all versions count together."""
        replies, quotes = (
            sum(found.stands for each in post.versions for found in self.posts.newest(each, grouping))
            for grouping in ("replies", "quotes")
        )
        likes = len(self.latest(post).liked_by)
        return {
            "repost_count" if new else "retweet_count": 0,
            "quote_count": quotes,
            "bookmark_count": 0,
            "impression_count": sum(figures.seen_by_day(self, post).values()),
            "reply_count": replies,
            "like_count": likes,
        }

    def keep_sent(self, event: SentEvent) -> None:
        """Keep an event for a day."""
        self.sent.put(event)
        for old in self.sent.oldest():
            if old.at >= self.now - REPLAY_SECONDS:
                break
            self.sent.remove(old.id)

    def charge(self, dollars: float) -> None:
        """Count what something cost, against the credits where there is an end to them."""
        self.spent += dollars
        settings = self.world.settings
        if dollars and settings.credits is not None:
            self.world.change_settings(replace(settings, credits=settings.credits - dollars))

    def charge_reads(self, app_id: str, post_ids: list[str]) -> int:
        """How many of these posts an app has not read yet today, noting that it has now."""
        day = int(self.now // DAY)
        if self._read_on != day:
            self._read_on = day
            self._read.clear()
        fresh = {f"{app_id}:{post_id}" for post_id in post_ids} - self._read
        self._read |= fresh
        return len(fresh)

    def forget(self) -> None:
        self._read.clear()
        self.windows.clear()
        self.refused_duplicates.clear()
        self.spent = 0.0
