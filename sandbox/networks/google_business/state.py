"""What the twin of Business Profile keeps."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.networks._google.state import GoogleState
from sandbox.networks.google_business.limits import Windows
from sandbox.world import World

ROLES = ("PRIMARY_OWNER", "OWNER", "MANAGER", "SITE_MANAGER")
# What a profile's standing is called here -> what VoiceOfMerchantState says of it.
STANDINGS: dict[str, dict[str, Any]] = {
    "good": {"hasVoiceOfMerchant": True, "hasBusinessAuthority": True},
    "waiting": {"hasVoiceOfMerchant": False, "hasBusinessAuthority": True, "waitForVoiceOfMerchant": {}},
    "unverified": {
        "hasVoiceOfMerchant": False,
        "hasBusinessAuthority": False,
        "verify": {"hasPendingVerification": False},
    },
    "contested": {"hasVoiceOfMerchant": False, "hasBusinessAuthority": False, "resolveOwnershipConflict": {}},
    "suspended": {
        "hasVoiceOfMerchant": False,
        "hasBusinessAuthority": True,
        "complyWithGuidelines": {"recommendationReason": "BUSINESS_LOCATION_SUSPENDED"},
    },
    "disabled": {
        "hasVoiceOfMerchant": False,
        "hasBusinessAuthority": True,
        "complyWithGuidelines": {"recommendationReason": "BUSINESS_LOCATION_DISABLED"},
    },
}


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person's own account, or a group of profiles that several people manage."""

    id: str
    name: str
    type: str  # PERSONAL, LOCATION_GROUP
    roles: dict[str, str]  # person id -> role


@dataclass(frozen=True, kw_only=True)
class Location:
    """A business profile. It can stand in several accounts."""

    id: str
    account_ids: list[str]
    title: str
    category: str
    about: str
    locality: str
    postal_code: str
    street: str
    region: str
    phone: str
    website: str = ""
    store_code: str = ""
    language: str = "en"
    standing: str = "good"

    @property
    def place_id(self) -> str:
        return f"ChIJ{int(self.id):x}"


@dataclass(frozen=True, kw_only=True)
class LocalPost:
    """A post on a profile. `body` is what the caller sent and Google kept, in its own JSON."""

    id: str
    location_id: str
    account_id: str
    app_id: str
    body: dict[str, Any]
    media_ids: list[str]
    created_at: float
    updated_at: float
    due_at: float  # in the future while scheduled
    decided_at: float  # when moderation says its word
    rejected: bool = False
    deleted_at: float | None = None

    @property
    def summary(self) -> str:
        return str(self.body.get("summary") or "")

    def state(self, now: float) -> str:
        """PROCESSING, LIVE or REJECTED; SCHEDULED before its hour, RECURRING for a series."""
        if self.due_at > now:
            return "SCHEDULED"
        if self.decided_at > now:
            return "PROCESSING"
        if self.rejected:
            return "REJECTED"
        return "RECURRING" if self.body.get("recurrenceInfo") else "LIVE"


@dataclass(frozen=True, kw_only=True)
class MediaItem:
    """A photo or film on a profile, or in one of its posts."""

    id: str
    location_id: str
    format: str  # PHOTO, VIDEO
    category: str  # empty: in a post
    media_type: str
    width: int
    height: int
    source_url: str
    description: str
    created_at: float
    deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class Upload:
    """Bytes on their way: a `dataRef`."""

    id: str
    location_id: str
    created_at: float
    size: int = 0
    used: bool = False


@dataclass(frozen=True, kw_only=True)
class Stranger:
    id: str
    name: str
    language: str
    private: bool = False  # reviews without a name


@dataclass(frozen=True, kw_only=True)
class Review:
    """A review, and what the business answered to it: there is one answer at most."""

    id: str
    location_id: str
    author_id: str
    author_name: str
    anonymous: bool
    stars: int
    text: str
    created_at: float
    updated_at: float
    reply: str = ""
    reply_at: float = 0.0
    reply_decided_at: float = 0.0
    reply_violation: str = ""  # why moderation refused it
    reply_app_id: str = ""
    deleted_at: float | None = None

    def reply_state(self, now: float) -> str:
        if self.reply_decided_at > now:
            return "PENDING"
        return "REJECTED" if self.reply_violation else "APPROVED"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Every answer that was ever written, for those who ask what happened."""

    id: str
    location_id: str
    review_id: str
    text: str
    at: float
    app_id: str
    deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class NotificationSetting:
    """Where an account's events go: one setting for all apps, the last writer wins. The id is the account's."""

    id: str
    topic: str
    types: list[str]


@dataclass(frozen=True, kw_only=True)
class PushSubscription:
    """A topic's push subscription, as its owner made it in the Cloud console."""

    id: str  # the topic
    address: str
    audience: str
    email: str
    app_id: str
    name: str = "projects/portevoix-sandbox/subscriptions/reviews"


@dataclass
class BusinessState:
    """The tables of this twin."""

    world: World
    google: GoogleState
    windows: Windows = field(init=False)

    def __post_init__(self) -> None:
        table = self.world.table
        self.accounts = table("google_business.accounts", Account)
        self.locations = table(
            "google_business.locations", Location, account=lambda location: tuple(location.account_ids)
        )
        self.posts = table("google_business.posts", LocalPost, group_by=lambda post: post.location_id)
        self.media = table("google_business.media", MediaItem, group_by=lambda item: item.location_id)
        self.uploads = table("google_business.uploads", Upload)
        self.strangers = table("google_business.strangers", Stranger)
        self.reviews = table("google_business.reviews", Review, group_by=lambda review: review.location_id)
        self.replies = table(
            "google_business.replies",
            Reply,
            group_by=lambda reply: reply.location_id,
            review=lambda reply: (reply.review_id,),
        )
        self.settings = table("google_business.notification_settings", NotificationSetting)
        self.subscriptions = table("google_business.push_subscriptions", PushSubscription)
        self.windows = Windows(self.world.clock)
        self._serial = itertools.count()
        self._last = 0

    @property
    def now(self) -> float:
        return self.world.clock.now()

    def new_id(self) -> str:
        """A number greater than any given before."""
        self._last = max(int(self.now * 1000) * 10_000 + next(self._serial) % 10_000, self._last + 1)
        return str(self._last)

    def accounts_of(self, person_id: str) -> list[Account]:
        """Their own account first, then groups."""
        found = [account for account in self.accounts.all() if person_id in account.roles]
        return sorted(found, key=lambda account: account.type != "PERSONAL")

    def locations_of(self, account_id: str) -> list[Location]:
        return self.locations.group(account_id, "account")

    def reaches(self, person_id: str, location: Location) -> bool:
        accounts = map(self.accounts.find, location.account_ids)
        return any(account is not None and person_id in account.roles for account in accounts)

    def find_location(self, name: str) -> Location | None:
        """By id or title, a title with its town where several have it."""
        found = self.locations.find(name)
        return found or next(
            (each for each in self.locations.all() if name in {each.title, f"{each.title}, {each.locality}"}), None
        )

    def posts_of(self, location_id: str) -> Iterator[LocalPost]:
        """What was not deleted, newest first."""
        return (post for post in self.posts.newest(location_id) if post.deleted_at is None)

    def reviews_of(self, location_id: str) -> list[Review]:
        """What stands there, the last changed first."""
        found = [review for review in self.reviews.group(location_id) if review.deleted_at is None]
        return sorted(found, key=lambda review: -review.updated_at)

    def withdraw_reply(self, review: Review) -> Review:
        for reply in self.replies.group(review.id, "review"):
            if not reply.deleted:
                self.replies.put(replace(reply, deleted=True))
        return self.reviews.put(replace(review, reply="", reply_at=0.0, reply_decided_at=0.0, reply_violation=""))

    def forget(self) -> None:
        self.windows.clear()
