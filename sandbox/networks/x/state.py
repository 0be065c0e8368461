"""What the twin of X keeps."""

import itertools
from dataclasses import dataclass, field

from sandbox.networks.x.limits import Windows
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
    deleted_at: float | None = None


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

    @property
    def key(self) -> str:
        """The id with the number of its kind before it: 3 for images, 16 for GIFs, 13 for videos."""
        prefix = {"tweet_gif": "16", "tweet_video": "13", "amplify_video": "13"}.get(self.category, "3")
        return f"{prefix}_{self.id}"


@dataclass
class XState:
    """The tables of this twin."""

    world: World
    windows: Windows = field(default_factory=Windows)
    spent: float = 0.0
    refused_duplicates: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        table = self.world.table
        self.users = table("x.users", User)
        self.codes = table("x.codes", Code)
        self.grants = table("x.grants", Grant, group_by=lambda grant: grant.user_id)
        self.tokens = table("x.tokens", Token)
        self.posts = table("x.posts", Post, group_by=lambda post: post.user_id)
        self.media = table("x.media", Media)
        self._serial = itertools.count()
        self._last = 0

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
        by_id = self.users.find(handle)
        wanted = handle.lstrip("@").lower()
        return by_id or next((user for user in self.users.all() if user.username.lower() == wanted), None)

    def live_post(self, post_id: str) -> Post | None:
        post = self.posts.find(post_id)
        return post if post and post.deleted_at is None else None

    def forget(self) -> None:
        self.windows.clear()
        self.refused_duplicates.clear()
        self.spent = 0.0
