"""What every network provider takes, gives and promises, in our words only.

A provider is one object per process, built from its keys and base addresses by ``integrations.registry``. It holds
no state about accounts, reads no settings and no database, and its methods may be called from many threads at once.

Rules that hold for every method which speaks to a network (each takes ``now``, an aware UTC time):

- It makes each HTTP call once. Nothing is retried inside; the caller owns retries, waits and budgets.
- It raises only the five errors of ``integrations.errors``. Only ``commit``, and ``refresh`` where refresh tokens
  rotate, can raise OutcomeUnknown; a lost answer anywhere else is a TransientError, since repeating is harmless.
- What the network tells about our budgets in its answers, refusals included, goes to the ``UsageSink`` that the
  provider was built with, in the calling thread, before the method returns or raises. The sink must be quick and
  must not raise; ``collections.deque().append`` is a good one, emptied by whoever works through the batch. So a
  caller pays nothing per call, and no result or error type has to carry budgets along.

Publishing has three steps. ``prepare`` uploads and creates what the post needs; it can be repeated and resumed.
``check`` only reads. ``commit`` is the one call that cannot be taken back: record the delivery and its fingerprint
before it. After OutcomeUnknown ask ``find_published``; absence counts only once ``visibility_delay`` has passed and
the findings say ``covered``.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, BinaryIO, Protocol

from integrations.errors import PermanentError, Reach

NOTHING: Mapping[str, Any] = MappingProxyType({})

Progress = Mapping[str, Any]  # what a provider remembers between steps, ready for JSON; opaque to callers


class Feature(StrEnum):
    """What an organisation may want an account for; each asks for its own scopes, and works without the others."""

    PUBLISH = "publish"
    ENGAGE = "engage"
    MESSAGES = "messages"
    INSIGHTS = "insights"


class Kind(StrEnum):
    """What a composition amounts to on a network."""

    TEXT = "text"
    LINK = "link"
    IMAGE = "image"
    IMAGES = "images"
    VIDEO = "video"


class MediaKind(StrEnum):
    """What a file is, whatever its format."""

    IMAGE = "image"
    VIDEO = "video"


class Operation(StrEnum):
    """What a caller is about to do, when it asks what that costs."""

    PREPARE = "prepare"
    CHECK = "check"
    COMMIT = "commit"
    LOOK = "look"
    DELETE = "delete"
    DESCRIBE = "describe"
    POLL = "poll"
    FETCH = "fetch"
    REPLY = "reply"
    ACT = "act"
    SUBSCRIBE = "subscribe"


class Level(StrEnum):
    """How much a problem matters."""

    ERROR = "error"  # the network would refuse it: cannot be scheduled
    WARNING = "warning"  # it would go out, perhaps not as meant


# -- access ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AppKeys:
    """What the network gave the operator of this installation when the app was registered there."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Tokens of one grant or of one presence. ``expires_at`` None: ends by an event only, not by time."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class GrantedAccess:
    """What a person outside has just allowed. ``missing`` are scopes that were asked for and refused."""

    person_id: str
    person_name: str
    credentials: Credentials
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Presence:
    """A page, user, channel or location that a grant reaches, as the network describes it now.

    ``credentials`` is set where the network gives each presence a token of its own (a Facebook page). ``able`` says
    which features the person's role there allows. ``details`` are the network's facts that later calls need (X: the
    kind of subscription, which sets the text limit); keep them with the account and give them back unchanged.
    """

    network_id: str
    name: str
    handle: str = ""
    picture_url: str = ""
    permalink: str = ""
    credentials: Credentials | None = None
    able: frozenset[Feature] = frozenset()
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A connected presence, with all that a call on its behalf needs. ``person_id`` is the grant's.

    ``features`` are what it may be used for (its role and what was granted): who listens leaves out the rest.
    """

    network_id: str
    credentials: Credentials
    handle: str = ""
    person_id: str = ""
    features: frozenset[Feature] = frozenset(Feature)
    details: Mapping[str, str] = field(default_factory=dict)


# -- what is published -------------------------------------------------------------------------------------------------


class OpenMedia(Protocol):
    """How a provider reads a file: as a stream, never whole."""

    def __call__(self, offset: int = 0) -> BinaryIO:
        """Return a fresh stream of the bytes from ``offset`` on; the caller closes it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Media:
    """One picture or film, streamed from storage. ``key`` names its bytes: another file has another key.

    ``address`` gives a signed, short-lived address for networks that fetch by themselves; None where this
    installation has no public address.
    """

    key: str
    kind: MediaKind
    content_type: str
    size_bytes: int
    width: int
    height: int
    open: OpenMedia = field(repr=False, compare=False)
    alt_text: str = ""
    duration: timedelta | None = None
    address: Callable[[], str] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Composition:
    """One post as it should appear on one network. ``options`` are that network's own choices, by name."""

    text: str = ""
    link: str = ""
    media: tuple[Media, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        if any(each.kind is MediaKind.VIDEO for each in self.media):
            return Kind.VIDEO
        if self.media:
            return Kind.IMAGE if len(self.media) == 1 else Kind.IMAGES
        return Kind.LINK if self.link else Kind.TEXT


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a composition would be refused or look wrong; ``sentence(key, parameters)`` says it to a person.

    ``field`` is ``text``, ``link``, ``media``, ``media.<index>`` or ``options.<name>``. ``parameters`` hold what was
    found and what is allowed.
    """

    level: Level
    field: str
    key: str
    parameters: Mapping[str, str | int] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a network takes from one account, for the composer's meters; ``validate`` is the judge."""

    text_max: int
    media_max: int
    image_types: frozenset[str]
    image_max_bytes: int
    alt_text_max: int


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What ``check`` saw. Exactly one holds: ready, wait ``check_after``, ``prepare_again``, or ``failed``.

    ``prepare_again``: what was prepared has expired there; call ``prepare`` with the same progress.
    """

    ready: bool = False
    check_after: timedelta | None = None
    prepare_again: bool = False
    failed: PermanentError | None = None


@dataclass(frozen=True, kw_only=True)
class Published:
    """The network's word that it is out. ``published_at`` is the network's time where it gives one, else None."""

    network_id: str
    permalink: str
    published_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """A post found on the account while looking for ours."""

    network_id: str
    permalink: str
    text: str
    published_at: datetime
    media_count: int


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a look at the network proves.

    ``published``: exactly one post there is ours. Otherwise ``candidates`` are posts of that time that a person has
    to judge; with none of either, and ``covered`` (the look reached back to the attempt), this look found nothing.
    """

    published: Published | None = None
    candidates: tuple[Sighting, ...] = ()
    covered: bool = True


# -- budgets -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Budget:
    """An allowance of the network, in its own unit. ``limit`` None: only the answers tell (a percentage).

    ``window`` is its length; with ``rolling`` false it begins at the first use in it or where ``reset_at`` says.
    """

    key: str
    reach: Reach
    unit: str
    limit: int | None = None
    window: timedelta | None = None
    rolling: bool = True


@dataclass(frozen=True, kw_only=True)
class UsageReport:
    """What an answer said about a budget. ``subject`` is whose: app, person or account, by the network's id."""

    network: str
    budget: str
    reach: Reach
    subject: str
    used: int
    limit: int
    reset_at: datetime | None = None


UsageSink = Callable[[UsageReport], object]


def ignore_usage(report: UsageReport) -> None:
    """Take no notice of budgets: for tests and one-off calls."""


# -- the contract ------------------------------------------------------------------------------------------------------


class Provider(Protocol):
    """One network. What each method promises beyond the module's rules stands in its docstring."""

    @property
    def key(self) -> str:
        """A short stable name, used in rows and addresses: ``facebook``."""
        ...

    @property
    def name(self) -> str:
        """The network's own name, not translated: ``Facebook``."""
        ...

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of composition it publishes."""
        ...

    @property
    def scopes(self) -> Mapping[Feature, frozenset[str]]:
        """The narrowest scopes per feature; listing presences is part of each."""
        ...

    @property
    def visibility_delay(self) -> timedelta:
        """How long a published post may stay invisible to ``find_published``."""
        ...

    @property
    def rotates_refresh_tokens(self) -> bool:
        """True where a refresh ends the token it used: then its lost answer is OutcomeUnknown for the grant."""
        ...

    @property
    def budgets(self) -> tuple[Budget, ...]:
        """The allowances that its calls use up; ``cost`` and ``UsageReport`` name them by key."""
        ...

    # connecting

    def authorisation_url(
        self, *, redirect_uri: str, state: str, code_verifier: str, features: Collection[Feature]
    ) -> str:
        """Return where to send the person. A network without PKCE ignores ``code_verifier``."""
        ...

    def exchange_code(
        self, *, code: str, redirect_uri: str, code_verifier: str, features: Collection[Feature], now: datetime
    ) -> GrantedAccess:
        """Turn the code of the redirect into access that lasts as long as the network allows, and say whose it is.

        A code works once: after any error the person starts anew.
        """
        ...

    def refresh(self, credentials: Credentials, *, now: datetime) -> Credentials:
        """Return credentials that live longer; never with an empty token where there was one.

        AuthorisationLost: the grant is dead. The caller holds a lease around it (see rotates_refresh_tokens).
        """
        ...

    def revoke(self, credentials: Credentials, *, person_id: str, now: datetime) -> None:
        """End the person's whole grant to this app at the network; a grant already dead is no error."""
        ...

    def list_presences(self, credentials: Credentials, *, now: datetime) -> Iterator[Presence]:
        """Yield all that the grant reaches, fetching page by page as the caller goes on."""
        ...

    def describe(self, account: Account, *, now: datetime) -> Presence:
        """Return the account as it is now: the health check, and the source of fresh names and pictures."""
        ...

    # composing: pure, no network

    def limits(self, details: Mapping[str, str] = NOTHING) -> Limits:
        """Return what an account with these ``details`` may publish."""
        ...

    def count_text(self, composition: Composition) -> int:
        """Return the length of the text in the unit of ``limits().text_max``, a link that becomes text included."""
        ...

    def validate(self, composition: Composition, *, details: Mapping[str, str] = NOTHING) -> tuple[Problem, ...]:
        """Return what the network would refuse or spoil; the same judge for composer, API and dispatcher."""
        ...

    def fingerprint(self, composition: Composition) -> str:
        """Return what ``find_published`` compares: a hash of the normalised text and the number of media."""
        ...

    def cost(
        self, operation: Operation, composition: Composition | None = None, *, count: int = 1
    ) -> Mapping[str, int]:
        """Return units per budget key that one operation uses at most.

        ``count`` is of what it handles several at once: the watched posts of a POLL, the messages of a FETCH. A REPLY
        is a composition of text alone.
        """
        ...

    # publishing

    def needs_preparation(self, composition: Composition) -> bool:
        """Return False when ``commit`` can be called at once with empty progress (a text)."""
        ...

    def prepare(
        self,
        account: Account,
        composition: Composition,
        progress: Progress,
        *,
        save: Callable[[Progress], None],
        now: datetime,
    ) -> Progress:
        """Upload what is missing in ``progress`` and return the new progress.

        ``save`` is called after every step that would be a pity to repeat; it may raise to stop the work (lease
        lost). Called again with saved progress it goes on from there; with complete progress it does nothing.
        """
        ...

    def check(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Readiness:
        """Say whether ``commit`` may be called; asks the network only where it processes media by itself."""
        ...

    def commit(self, account: Account, composition: Composition, progress: Progress, *, now: datetime) -> Published:
        """Publish, with one call. OutcomeUnknown: sent, no answer. Every other error: surely not published."""
        ...

    def find_published(
        self,
        account: Account,
        composition: Composition,
        progress: Progress,
        *,
        since: datetime,
        known: Collection[str] = (),
        now: datetime,
    ) -> Findings:
        """Look for a post of ours that was sent at or after ``since`` and whose answer was lost. Only reads.

        ``known`` are network ids that belong to other publications already.
        """
        ...

    def delete_published(self, account: Account, network_id: str, *, now: datetime) -> None:
        """Take a post down at the network; one that is gone already is no error."""
        ...
