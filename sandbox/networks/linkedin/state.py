"""What the twin of LinkedIn keeps."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from sandbox.networks.linkedin.limits import ALLOWANCES, DAY
from sandbox.world import World

ADMINISTRATOR = "ADMINISTRATOR"
CONTENT_ADMINISTRATOR = "CONTENT_ADMINISTRATOR"
ANALYST = "ANALYST"
ROLES = (
    ADMINISTRATOR,
    CONTENT_ADMINISTRATOR,
    "DIRECT_SPONSORED_CONTENT_POSTER",
    "RECRUITING_POSTER",
    "LEAD_GEN_FORMS_MANAGER",
    ANALYST,
    "CURATOR",
)


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person. `id` is what stands behind `urn:li:person:`."""

    id: str
    given_name: str
    family_name: str
    language: str = "en"
    headline: str = ""
    stranger: bool = False  # nobody's client

    @property
    def urn(self) -> str:
        return f"urn:li:person:{self.id}"

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, kw_only=True)
class Organization:
    """A page. `id` is its URN; `roles` are of members, by their id."""

    id: str
    name: str
    vanity: str
    about: str
    followers: int
    roles: dict[str, list[str]] = field(default_factory=dict)
    language: str = "en"

    @property
    def number(self) -> int:
        return int(self.id.rpartition(":")[2])


@dataclass(frozen=True, kw_only=True)
class Code:
    id: str
    app_id: str
    member_id: str
    redirect_uri: str
    scopes: list[str]
    expires_at: float
    used: bool = False


@dataclass(frozen=True, kw_only=True)
class Token:
    """An access or refresh token. `authorized_at` is the consent, from which the year counts."""

    id: str
    kind: str  # access, refresh
    app_id: str
    member_id: str
    scopes: list[str]
    created_at: float
    authorized_at: float
    expires_at: float
    revoked: bool = False


@dataclass(frozen=True, kw_only=True)
class Asset:
    """An image, a video or a document. `etags` are of its parts, by number."""

    id: str  # its URN
    kind: str
    owner: str
    file: str  # its name in the media folder
    expires_at: float  # of the upload addresses
    size_bytes: int = 0
    state: str = "WAITING_UPLOAD"  # PROCESSING and then AVAILABLE, or PROCESSING_FAILED
    ready_at: float = 0.0
    failed: bool = False
    upload_token: str = ""
    etags: dict[str, str] = field(default_factory=dict)
    wants_thumbnail: bool = False
    has_thumbnail: bool = False


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post of a page or a member. `text` is what people see, `commentary` what the API gives back."""

    id: str  # urn:li:share:N or urn:li:ugcPost:N
    activity: str  # urn:li:activity:M, under which it is talked about
    author: str
    text: str
    commentary: str
    created_at: float
    modified_at: float
    content: dict[str, Any] = field(default_factory=dict)
    visibility: str = "PUBLIC"
    parent: str = ""  # the post that it reshares
    no_reshares: bool = False
    mentions: list[str] = field(default_factory=list)
    app_id: str = ""
    truncated: bool = False
    reactions: dict[str, str] = field(default_factory=dict)  # actor -> kind
    failed: bool = False  # its video could not be processed after all
    deleted_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment, or a reply to one: there are two levels."""

    id: str  # urn:li:comment:(activity,number)
    post_id: str
    activity: str
    parent: str  # the comment answered, "" for one on top
    actor: str
    text: str
    created_at: float
    modified_at: float
    app_id: str = ""  # by which app; "" on LinkedIn itself
    by_member: str = ""  # who wrote for a page
    attributes: list[dict[str, Any]] = field(default_factory=list)
    reactions: dict[str, str] = field(default_factory=dict)
    deleted_at: float | None = None

    @property
    def number(self) -> str:
        return self.id.rpartition(",")[2].rstrip(")")


@dataclass(frozen=True, kw_only=True)
class Notification:
    """Something that happened to a page, kept for sixty days. `told` is its body without a subscriber."""

    id: str
    organization: str
    action: str
    at: float
    told: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Address:
    """An app's webhook as the developer portal knows it."""

    id: str  # app and url
    app_id: str
    url: str
    valid: bool
    checked_at: float
    failures: int = 0

    @property
    def blocked(self) -> bool:
        return not self.valid


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A member's word that an app is told of a page."""

    id: str
    app_id: str
    member_id: str
    organization: str
    event_type: str
    url: str
    created_at: float
    expires_at: float


@dataclass
class LinkedInState:
    """The tables of this twin."""

    world: World
    refused_duplicates: dict[str, int] = field(default_factory=dict)
    used: dict[tuple[str, str, int], int] = field(default_factory=dict)  # resource, whose, day -> calls

    def __post_init__(self) -> None:
        table = self.world.table
        self.members = table("linkedin.members", Member)
        self.organizations = table("linkedin.organizations", Organization)
        self.codes = table("linkedin.codes", Code)
        self.tokens = table("linkedin.tokens", Token, group_by=lambda token: token.member_id)
        self.assets = table("linkedin.assets", Asset, file=lambda asset: (asset.file,))
        self.posts = table(
            "linkedin.posts",
            Post,
            group_by=lambda post: post.author,
            activity=lambda post: (post.activity,),
            mentions=lambda post: dict.fromkeys(post.mentions),
        )
        self.comments = table(
            "linkedin.comments",
            Comment,
            group_by=lambda comment: comment.post_id,
            replies=lambda comment: (comment.parent,) if comment.parent else (),
            actor=lambda comment: (comment.actor,),
        )
        self.notifications = table("linkedin.notifications", Notification, group_by=lambda row: row.organization)
        self.addresses = table("linkedin.addresses", Address)
        self.subscriptions = table("linkedin.subscriptions", Subscription, group_by=lambda row: row.organization)
        self._serial = itertools.count()
        self._last = 0

    @property
    def now(self) -> float:
        return self.world.clock.now()

    def new_id(self) -> int:
        """Milliseconds, shifted, and a serial: never less than one given before."""
        made = int(self.now * 1000) << 22
        self._last = max(made | (next(self._serial) & 0xFFF), self._last + 1)
        return self._last

    def find_organization(self, name: str) -> Organization | None:
        """By URN, number, vanity name or name."""
        found = self.organizations.find(name) or self.organizations.find(f"urn:li:organization:{name}")
        wanted = name.lstrip("@").lower()
        return found or next(
            (one for one in self.organizations.all() if wanted in {one.vanity, one.name.lower()}), None
        )

    def organizations_of(self, member_id: str) -> list[Organization]:
        return [one for one in self.organizations.all() if member_id in one.roles]

    def name_of(self, urn: str) -> str:
        """What a person or a page is called."""
        organization = self.organizations.find(urn)
        member = self.members.find(urn.rpartition(":")[2])
        return organization.name if organization else member.name if member else ""

    def find_post(self, urn: str) -> Post | None:
        """A living post, by its own URN or its activity's."""
        found = self.posts.find(urn) or next(self.posts.newest(urn, "activity"), None)
        return found if found and found.deleted_at is None else None

    def find_comment(self, urn: str) -> Comment | None:
        found = self.comments.find(urn)
        if found is None or found.deleted_at is not None or self.find_post(found.post_id) is None:
            return None
        return found

    def live_posts(self, author: str) -> list[Post]:
        """Newest first."""
        return [post for post in self.posts.newest(author) if post.deleted_at is None]

    def is_over(self, resource: str, *, app_id: str, tier: str, member_id: str) -> str:
        """Count one call against the day of UTC; whose allowance is used up, "" when none."""
        by_app, by_member = ALLOWANCES[tier]
        day = int(self.now // DAY)
        allowances = (("APPLICATION", app_id, by_app), ("MEMBER", f"{app_id}:{member_id}", by_member))
        for whose, subject, allowed in allowances:
            used = self.used.get((resource, subject, day), 0) + 1
            self.used[resource, subject, day] = used
            if used > allowed:
                return whose
        return ""

    def forget(self) -> None:
        self.refused_duplicates.clear()
        self.used.clear()
