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
    MIXED = "mixed"  # a carousel of pictures and films
    VIDEO = "video"
    DOCUMENT = "document"
    STORY = "story"
    REEL = "reel"
    EVENT = "event"
    OFFER = "offer"
    POLL = "poll"
    THREAD = "thread"


class Form(StrEnum):
    """What the author wants it to be, where a network has more than plain posts."""

    POST = "post"
    STORY = "story"
    REEL = "reel"
    EVENT = "event"
    OFFER = "offer"
    POLL = "poll"
    THREAD = "thread"


class MediaKind(StrEnum):
    """What a file is, whatever its format."""

    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"


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
    """One picture, film or document, streamed from storage. ``key`` names its bytes: another file has another key.

    ``frames`` is of how many pictures a moving one (GIF) is made; one that stands still has 1.
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
    frames: int = 1
    address: Callable[[], str] | None = field(default=None, repr=False, compare=False)

    @property
    def moves(self) -> bool:
        """Whether this is a picture that moves, and no film."""
        return self.kind is MediaKind.IMAGE and self.frames > 1


@dataclass(frozen=True, kw_only=True)
class Composition:
    """One post as it should appear on one network.

    ``options`` are that network's own choices, by the names of ``Provider.options``. ``first_comment`` is written under
    it by the account as soon as it is out, ``cover`` is the picture that stands for a film or for a link shown as a
    card, ``parts`` are the texts that follow the first one in a thread.
    """

    text: str = ""
    link: str = ""
    media: tuple[Media, ...] = ()
    form: Form = Form.POST
    options: Mapping[str, Any] = field(default_factory=dict)
    first_comment: str = ""
    cover: Media | None = None
    parts: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        if self.form is not Form.POST:
            return Kind(self.form.value)
        kinds = {each.kind for each in self.media}
        if MediaKind.DOCUMENT in kinds:
            return Kind.DOCUMENT
        if len(self.media) > 1:
            return Kind.MIXED if MediaKind.VIDEO in kinds else Kind.IMAGES
        if self.media:
            return Kind.VIDEO if MediaKind.VIDEO in kinds else Kind.IMAGE
        return Kind.LINK if self.link else Kind.TEXT


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a composition would be refused or look wrong; ``sentence(key, parameters)`` says it to a person.

    ``field`` is ``text``, ``link``, ``form``, ``media``, ``media.<index>``, ``cover``, ``first_comment``,
    ``parts.<index>`` or ``options.<name>``. ``parameters`` hold what was
    found and what is allowed.
    """

    level: Level
    field: str
    key: str
    parameters: Mapping[str, str | int] = dataclasses.field(default_factory=dict)


class OptionType(StrEnum):
    """How a person fills an option in, and what stands in ``Composition.options``."""

    TEXT = "text"  # str, one line
    LONG_TEXT = "long_text"  # str
    ADDRESS = "address"  # str, an http(s) address
    WORDS = "words"  # list of str
    CHOICE = "choice"  # str, one of ``choices``
    FLAG = "flag"  # bool
    MOMENT = "moment"  # str, ISO 8601 with its offset


@dataclass(frozen=True, kw_only=True)
class Option:
    """A choice that a network offers beside text and media: the composer makes its field from this.

    ``forms`` and ``kinds`` say for which compositions (None: for all). ``asks``: the choices are the account's own
    (playlists) and come from ``Provider.choices``. ``max_length`` counts characters, of each word for WORDS. Its label
    is the sentence ``option.<network>.<name>``, that of a choice ``option.<network>.<name>.<choice>``.
    """

    name: str
    type: OptionType
    choices: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    forms: frozenset[Form] | None = None
    kinds: frozenset[Kind] | None = None
    asks: bool = False
    max_length: int | None = None
    max_count: int | None = None  # WORDS

    @property
    def must_be_answered(self) -> bool:
        """Whether yes and no are both answers, and nothing is none: silence must not be taken for a no."""
        return self.type is OptionType.FLAG and self.required

    def is_for(self, composition: Composition) -> bool:
        """Whether this composition may carry it."""
        has_form = self.forms is None or composition.form in self.forms
        return has_form and (self.kinds is None or composition.kind in self.kinds)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One value of an option that the account itself offers, with its name there."""

    value: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a network takes from one account, for the composer's meters; ``validate`` is the judge.

    Of moving pictures (GIF) it takes ``frames_max`` frames (0: no figure), and ``moving_max_bytes`` where that differs
    from still ones.
    """

    text_max: int
    media_max: int
    image_types: frozenset[str]
    image_max_bytes: int
    alt_text_max: int
    frames_max: int = 0
    moving_max_bytes: int = 0
    video_types: frozenset[str] = frozenset()
    video_max_bytes: int = 0
    video_max: timedelta | None = None
    document_types: frozenset[str] = frozenset()
    document_max_bytes: int = 0
    first_comment_max: int = 0  # 0: the network has none
    parts_max: int = 0  # texts that may follow the first one


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What ``check`` saw. Exactly one holds: ready, wait ``check_after``, ``prepare_again``, or ``failed``.

    ``prepare_again``: what was prepared has expired there, or lets the next step of preparing be taken now; call
    ``prepare`` with the same progress.
    """

    ready: bool = False
    check_after: timedelta | None = None
    prepare_again: bool = False
    failed: PermanentError | None = None


@dataclass(frozen=True, kw_only=True)
class Published:
    """The network's word that it is out. ``published_at`` is the network's time where it gives one, else None.

    ``judged``: the network has said its last word. Where it has not, ask ``Provider.verdict``.
    """

    network_id: str
    permalink: str
    published_at: datetime | None = None
    judged: bool = True


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the network decided about a post it had taken. Exactly one holds: ``published``, ``refused``, ask again.

    ``refused`` carries the network's reason as a sentence key; the post is not to be seen there.
    """

    published: Published | None = None
    refused: PermanentError | None = None
    ask_after: timedelta | None = None


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
