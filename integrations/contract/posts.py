"""What is published, what stands in its way, and what is found of it at the network."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

from integrations.errors import PermanentError

Progress = Mapping[str, Any]  # what a provider remembers between steps, ready for JSON; opaque to callers


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


class Level(StrEnum):
    """How much a problem matters."""

    ERROR = "error"  # the network would refuse it: cannot be scheduled
    WARNING = "warning"  # it would go out, perhaps not as meant


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
