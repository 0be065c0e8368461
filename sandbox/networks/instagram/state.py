"""What the twin of Instagram keeps. People, pages, grants and tokens are Facebook's: accounts hang on its pages."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.networks.facebook.limits import Usages
from sandbox.networks.facebook.state import FacebookState, Page
from sandbox.networks.instagram import limits

NAMES = re.compile(r"@([A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?)")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True, kw_only=True)
class Account:
    """A professional account, linked to a page."""

    id: str
    page_id: str
    username: str
    name: str
    biography: str
    followers: int
    follows: int
    impressions: int  # of a day: the account's share of calls grows with it
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """Somebody who writes to accounts. A private one's id is kept from apps: the username remains."""

    id: str
    username: str
    name: str
    language: str
    private: bool = False

    def igsid(self, account_id: str) -> str:
        """Apps know a person by another number on every account."""
        digest = hashlib.sha256(f"{self.id}@{account_id}".encode()).digest()
        return str(10**15 * 6 + int.from_bytes(digest[:6], "big"))


@dataclass(frozen=True, kw_only=True)
class Container:
    """What is to become a medium, or a part of one. It is good for a day."""

    id: str
    account_id: str
    app_id: str
    media_type: str  # IMAGE, VIDEO, REELS, STORIES, CAROUSEL
    created_at: float
    caption: str = ""
    alt_text: str = ""
    is_item: bool = False
    children: list[str] = field(default_factory=list)
    source: str = ""  # where the file is fetched
    size_bytes: int = 0  # of an upload, once it has begun
    file: str = ""  # the name of what is kept, "" until it is there
    file_type: str = ""
    ready_at: float | None = None  # when the file is there and looked through
    failure: int = 0  # a subcode
    options: dict[str, str] = field(default_factory=dict)
    media_id: str = ""  # once published

    @property
    def awaits_film(self) -> bool:
        return bool(self.source) and not self.file and not self.failure

    def status(self, now: float) -> str:
        if self.media_id:
            return "PUBLISHED"
        if now >= self.created_at + limits.CONTAINER_SECONDS:
            return "EXPIRED"
        if self.failure:
            return "ERROR"
        return "FINISHED" if self.ready_at is not None and now >= self.ready_at else "IN_PROGRESS"


@dataclass(frozen=True, kw_only=True)
class Medium:
    """Something published: by an account, or with `author_id` by a stranger who names one."""

    id: str
    account_id: str  # "" for a stranger's
    username: str
    media_type: str  # IMAGE, VIDEO, CAROUSEL_ALBUM
    product: str  # FEED, REELS, STORY
    caption: str
    created_at: float
    author_id: str = ""
    app_id: str = ""
    file: str = ""
    file_type: str = ""
    alt_text: str = ""
    children: list[str] = field(default_factory=list)  # containers
    options: dict[str, str] = field(default_factory=dict)
    tagged: list[str] = field(default_factory=list)  # accounts in the picture
    named: list[str] = field(default_factory=list)  # accounts in the caption
    liked_by: list[str] = field(default_factory=list)
    comments_on: bool = True
    figures_told: bool = False
    deleted_at: float | None = None

    @property
    def shortcode(self) -> str:
        number, code = int(self.id), ""
        while number:
            number, place = divmod(number, 64)
            code = ALPHABET[place] + code
        return code

    def is_live(self, now: float) -> bool:
        over = self.product == "STORY" and now >= self.created_at + limits.STORY_SECONDS
        return self.deleted_at is None and not over


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment, or a reply to one: threads have two levels. Authors are strangers or accounts."""

    id: str
    media_id: str
    account_id: str  # whose medium it stands under, "" under a stranger's
    parent_id: str  # the top comment, "" for one
    author_id: str
    username: str
    text: str
    created_at: float
    named: list[str] = field(default_factory=list)  # accounts named under somebody else's medium
    app_id: str = ""  # by which app; "" on Instagram itself
    hidden: bool = False
    liked_by: list[str] = field(default_factory=list)
    private_reply: str = ""
    deleted_at: float | None = None

    @property
    def by_account(self) -> bool:
        return self.author_id.startswith("1784")


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """An account's private thread with one person."""

    id: str
    account_id: str
    stranger_id: str
    igsid: str
    last_in_at: float = 0.0
    updated_at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PrivateMessage:
    id: str
    conversation_id: str
    from_account: bool
    text: str
    created_at: float
    app_id: str = ""
    reply_to: str = ""
    deleted_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """An app's subscription to an account itself: only where the sandbox is set so (instagram_told_by)."""

    id: str  # account:app
    account_id: str
    app_id: str
    fields: list[str]


@dataclass
class InstagramState:
    """The tables of this twin, and those of Facebook beside them."""

    facebook: FacebookState

    def __post_init__(self) -> None:
        self.world = self.facebook.world
        table = self.world.table
        self.accounts = table("instagram.accounts", Account, page=lambda account: (account.page_id,))
        self.strangers = table("instagram.strangers", Stranger)
        self.containers = table("instagram.containers", Container, group_by=lambda row: row.account_id)
        self.media = table(
            "instagram.media",
            Medium,
            group_by=lambda row: row.account_id or row.author_id,
            tagged=lambda row: row.tagged,
        )
        self.comments = table(
            "instagram.comments",
            Comment,
            group_by=lambda row: row.media_id,
            top=lambda row: () if row.parent_id else (row.media_id,),
            replies=lambda row: (row.parent_id,) if row.parent_id else (),
            author=lambda row: (row.author_id,),
        )
        self.conversations = table(
            "instagram.conversations",
            Conversation,
            group_by=lambda row: row.account_id,
            igsid=lambda row: (f"{row.account_id}:{row.igsid}",),
        )
        self.messages = table("instagram.messages", PrivateMessage, group_by=lambda row: row.conversation_id)
        self.subscriptions = table("instagram.subscriptions", Subscription)
        self.usages = Usages(self.world.clock)
        self._last = 0
        self._awaited: set[str] | None = None  # None until the first look
        self._stories: set[str] | None = None

    @property
    def now(self) -> float:
        return self.world.clock.now()

    def new_id(self, prefix: str) -> str:
        """Seventeen digits, greater than any given before behind the same prefix: 179 containers, 180 media."""
        self._last = max(int(self.now * 1000) * 10, self._last + 1)
        return f"{prefix}{self._last:014d}"

    def find_account(self, name: str) -> Account | None:
        """By id or username."""
        by_id = self.accounts.find(name)
        wanted = name.removeprefix("@").lower()
        return by_id or next((row for row in self.accounts.all() if row.username.lower() == wanted), None)

    def account_of(self, page_id: str) -> Account | None:
        return next(iter(self.accounts.group(page_id, "page")), None)

    def page_of(self, account: Account) -> Page | None:
        return self.facebook.pages.find(account.page_id)

    def find_medium(self, medium_id: str) -> Medium | None:
        """One that still stands: deleted ones and stories that are over are gone."""
        medium = self.media.find(medium_id)
        return medium if medium and medium.is_live(self.now) else None

    def find_comment(self, comment_id: str) -> Comment | None:
        comment = self.comments.find(comment_id)
        return comment if comment and comment.deleted_at is None else None

    def live_media(self, account_id: str, *, stories: bool = False) -> Iterator[Medium]:
        """What stands on an account's profile now, newest first; stories are apart."""
        now = self.now
        rows = self.media.newest(account_id)
        return (row for row in rows if row.is_live(now) and (row.product == "STORY") == stories)

    def named_in(self, text: str) -> list[str]:
        """The accounts that a text names with an @."""
        names = {name.lower() for name in NAMES.findall(text)}
        return [row.id for row in self.accounts.all() if row.username.lower() in names]

    def awaited_films(self) -> set[str]:
        """Containers whose film is still to be fetched."""
        known = self.containers.all() if self._awaited is None else map(self.containers.find, self._awaited)
        self._awaited = {row.id for row in known if row and row.awaits_film}
        return set(self._awaited)

    def await_film(self, container: Container) -> None:
        if self._awaited is not None:
            self._awaited.add(container.id)

    def open_stories(self) -> set[str]:
        """Stories whose figures are still to be told."""
        known = self.media.all() if self._stories is None else map(self.media.find, self._stories)
        self._stories = {
            row.id for row in known if row and row.product == "STORY" and not row.figures_told and not row.deleted_at
        }
        return set(self._stories)

    def open_story(self, medium: Medium) -> None:
        if self._stories is not None:
            self._stories.add(medium.id)

    def forget(self) -> None:
        self._awaited = self._stories = None
        self.usages.clear()
