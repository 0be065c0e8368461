"""Where a provider is tried: something that behaves like its network, can be told to misbehave, and is asked what
really happened. And, as data, what each misbehaviour must come to."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from io import BytesIO
from typing import Any, BinaryIO, Protocol

from PIL import Image

from integrations.contract import (
    Account,
    Composition,
    Credentials,
    Feature,
    Form,
    GrantedAccess,
    Kind,
    Media,
    MediaKind,
    Option,
    OptionType,
    Provider,
    UsageReport,
)
from integrations.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PermanentError,
    ProviderError,
    RateLimited,
    TransientError,
)
from tests import films


class Step(StrEnum):
    """What a provider is doing when a fault strikes."""

    LIST = "list"
    DESCRIBE = "describe"
    UPLOAD = "upload"
    COMMIT = "commit"
    LOOK = "look"
    DELETE = "delete"
    FOLLOW_UP = "follow_up"


class Fault(StrEnum):
    """What goes wrong."""

    UNREACHABLE = "unreachable"  # nobody listens
    LOST_REQUEST = "lost_request"  # cut before the network did anything
    LOST_ANSWER = "lost_answer"  # done, then cut
    MALFORMED_ANSWER = "malformed_answer"  # done, then half an answer
    SERVER_ERROR = "server_error"  # not done
    SERVER_ERROR_AFTER_ALL = "server_error_after_all"  # done, and yet an error
    RATE_LIMITED = "rate_limited"
    REVOKED = "revoked"
    FORBIDDEN = "forbidden"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a fault in a step must come to: the error, and how many posts are out there afterwards."""

    error: type[ProviderError]
    out: int = 0


# A post is out before LOOK and DELETE begin; only a deletion that was carried out takes it away.
_READING = {
    Fault.UNREACHABLE: TransientError,
    Fault.LOST_REQUEST: TransientError,
    Fault.LOST_ANSWER: TransientError,
    Fault.MALFORMED_ANSWER: TransientError,
    Fault.SERVER_ERROR: TransientError,
    Fault.RATE_LIMITED: RateLimited,
    Fault.REVOKED: AuthorisationLost,
}
MATRIX: dict[tuple[Step, Fault], Cell] = {
    **{(Step.LIST, fault): Cell(error=error) for fault, error in _READING.items()},
    **{(Step.DESCRIBE, fault): Cell(error=error) for fault, error in _READING.items()},
    **{(Step.UPLOAD, fault): Cell(error=error) for fault, error in _READING.items()},
    **{(Step.LOOK, fault): Cell(error=error, out=1) for fault, error in _READING.items()},
    (Step.COMMIT, Fault.UNREACHABLE): Cell(error=TransientError),
    (Step.COMMIT, Fault.LOST_REQUEST): Cell(error=OutcomeUnknown),
    (Step.COMMIT, Fault.LOST_ANSWER): Cell(error=OutcomeUnknown, out=1),
    (Step.COMMIT, Fault.MALFORMED_ANSWER): Cell(error=OutcomeUnknown, out=1),
    (Step.COMMIT, Fault.SERVER_ERROR): Cell(error=OutcomeUnknown),
    (Step.COMMIT, Fault.SERVER_ERROR_AFTER_ALL): Cell(error=OutcomeUnknown, out=1),
    (Step.COMMIT, Fault.RATE_LIMITED): Cell(error=RateLimited),
    (Step.COMMIT, Fault.REVOKED): Cell(error=AuthorisationLost),
    (Step.COMMIT, Fault.FORBIDDEN): Cell(error=ProviderError),  # a role or a rule: the network's own words decide
    (Step.COMMIT, Fault.DUPLICATE): Cell(error=PermanentError),
    (Step.DELETE, Fault.UNREACHABLE): Cell(error=TransientError, out=1),
    (Step.DELETE, Fault.LOST_REQUEST): Cell(error=TransientError, out=1),
    (Step.DELETE, Fault.LOST_ANSWER): Cell(error=TransientError),
    (Step.DELETE, Fault.SERVER_ERROR): Cell(error=TransientError, out=1),
    (Step.DELETE, Fault.RATE_LIMITED): Cell(error=RateLimited, out=1),
    (Step.DELETE, Fault.REVOKED): Cell(error=AuthorisationLost, out=1),
}


@dataclass(frozen=True, kw_only=True)
class Out:
    """One post that a person would see on the network now."""

    network_id: str
    text: str
    media: int


class Stage(Protocol):
    """One network, ready to be played with.

    The stage of a network that fetches files also has ``addressed(media)``, which gives it one that it can reach. That
    of a network whose answers say nothing of its budgets has ``tells_budgets`` false.
    """

    reports: deque[UsageReport]

    @property
    def provider(self) -> Provider:
        """The provider under test, wired to this network."""
        ...

    def connect(self, features: Collection[Feature]) -> GrantedAccess:
        """Let a person go through the network's own consent, with real redirects where there are any."""
        ...

    def account(self) -> Account:
        """Connect and return the first presence as an account."""
        ...

    def out(self, account: Account) -> list[Out]:
        """Ask the network itself what it shows."""
        ...

    def strike(self, step: Step, fault: Fault) -> None:
        """Make the next call of a step go wrong."""
        ...

    def lose_refresh_answer(self) -> None:
        """Make the next refresh take effect and its answer vanish."""
        ...

    def grant_of(self, account: Account) -> Credentials:
        """Return the credentials of the grant that the account came from."""
        ...

    def uploads(self, account: Account) -> int:
        """How many files the network has begun to take."""
        ...


class AfterwardsStage(Stage, Protocol):
    """A network on which something may still be done once a post is out."""

    def under(self, account: Account, network_id: str) -> list[str]:
        """Ask the network itself what stands under a post, in order: each comment, part or cover once."""
        ...


def now() -> datetime:
    """Return the time; the twins run on real time too."""
    return datetime.now(UTC)


@dataclass
class Stopped(Exception):
    """A worker that was killed in the middle of its work."""


@dataclass
class Shelf:
    """Keeps saved progress, and stops the work after so many savings."""

    stop_after: int = 1_000
    saved: list[dict[str, object]] = field(default_factory=list)

    def __call__(self, progress: object) -> None:
        assert isinstance(progress, dict)
        self.saved.append(progress)
        if len(self.saved) >= self.stop_after:
            raise Stopped


def picture(name: str, *, width: int = 64, content_type: str = "image/png") -> Media:
    """Return a small picture in one colour, another for each name."""
    stream = BytesIO()
    colour = tuple(name.encode().ljust(3, b"\0")[:3])
    Image.new("RGB", (width, 48), colour).save(stream, content_type.partition("/")[2])
    return _media(
        name,
        stream.getvalue(),
        MediaKind.IMAGE,
        content_type,
        width=width,
        height=48,
        alt_text=f"A plain {name} picture",
    )


def moving(name: str, *, frames: int = 3, width: int = 64, height: int = 48) -> Media:
    """Return a GIF that moves, another for each name."""
    stream, colour = BytesIO(), name.encode().ljust(2, b"\0")
    first, *others = (
        Image.new("RGB", (width, height), (colour[0], colour[1], 50 * number % 256)) for number in range(frames)
    )
    first.save(stream, "GIF", save_all=True, append_images=others, duration=80, loop=0)
    return _media(
        name,
        stream.getvalue(),
        MediaKind.IMAGE,
        "image/gif",
        width=width,
        height=height,
        alt_text=f"A {name} that moves",
        frames=frames,
    )


def film(name: str, *, width: int = 320, height: int = 240, duration: timedelta = timedelta(seconds=12)) -> Media:
    """Return a small film, another for each name."""
    content = films.film(seconds=duration.total_seconds(), width=width, height=height, payload=name.encode() * 64)
    return _media(name, content, MediaKind.VIDEO, "video/mp4", width=width, height=height, duration=duration)


def document(name: str) -> Media:
    """Return a PDF with this title."""
    return _media(name, films.pdf(title=name), MediaKind.DOCUMENT, "application/pdf")


def _media(
    name: str,
    content: bytes,
    kind: MediaKind,
    content_type: str,
    *,
    width: int = 0,
    height: int = 0,
    alt_text: str = "",
    duration: timedelta | None = None,
    frames: int = 1,
) -> Media:
    def open_at(offset: int = 0) -> BinaryIO:
        opened = BytesIO(content)
        opened.seek(offset)
        return opened

    return Media(
        key=f"key-{name}",
        kind=kind,
        content_type=content_type,
        size_bytes=len(content),
        width=width,
        height=height,
        open=open_at,
        alt_text=alt_text,
        duration=duration,
        frames=frames,
    )


def composition(
    kind: Kind, text: str = "Stollen from today, mince pies from Monday.", *, provider: Provider | None = None
) -> Composition:
    """Return a composition of a kind, with a text that no other test sends, and what this provider requires of it."""
    text = f"{text} {now():%H:%M:%S.%f}"
    return with_required(
        {
            Kind.TEXT: Composition(text=text),
            Kind.LINK: Composition(text=text, link="https://bakery.example/christmas"),
            Kind.IMAGE: Composition(text=text, media=(picture("red"),)),
            Kind.IMAGES: Composition(text=text, media=(picture("red"), picture("green"), picture("blue"))),
            Kind.MIXED: Composition(text=text, media=(picture("red"), film("oven"))),
            Kind.VIDEO: Composition(text=text, media=(film("oven"),)),
            Kind.DOCUMENT: Composition(text=text, media=(document("Menu"),)),
            Kind.STORY: Composition(form=Form.STORY, media=(picture("red"),)),
            Kind.REEL: Composition(text=text, form=Form.REEL, media=(film("oven", width=540, height=960),)),
            Kind.EVENT: Composition(text=text, form=Form.EVENT),
            Kind.OFFER: Composition(text=text, form=Form.OFFER),
            Kind.POLL: Composition(text=text, form=Form.POLL),
            Kind.THREAD: Composition(text=text, form=Form.THREAD, parts=(f"Second: {text}", f"Third: {text}")),
        }[kind],
        provider,
    )


def with_required(wanted: Composition, provider: Provider | None) -> Composition:
    """Return the composition with every option filled in that the provider requires of it."""
    if provider is None:
        return wanted
    required = [each for each in provider.options if each.required and each.is_for(wanted)]
    values = {each.name: _value(each, days=number) for number, each in enumerate(required, start=1)}
    return replace(wanted, options={**values, **wanted.options})


def _value(option: Option, *, days: int) -> Any:
    if option.default is not None:
        return option.default
    return {
        OptionType.TEXT: "The stollen",
        OptionType.LONG_TEXT: "The stollen, at last",
        OptionType.ADDRESS: "https://bakery.example/",
        OptionType.WORDS: ["Yes", "No"],
        OptionType.CHOICE: next(iter(option.choices), ""),
        OptionType.FLAG: False,
        OptionType.MOMENT: (now() + timedelta(days=days)).replace(microsecond=0).isoformat(),
    }[option.type]


def simplest(provider: Provider) -> Kind:
    """Return the kind that asks least of a network: a text where it takes one."""
    order = (Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.DOCUMENT)
    return next(each for each in order if each in provider.kinds)


def uploading(provider: Provider, *, several: bool = False) -> Kind:
    """Return a kind with a file, or with several where the network takes more than one."""
    order: tuple[Kind, ...] = (*((Kind.IMAGES, Kind.MIXED) if several else ()), Kind.IMAGE, Kind.VIDEO, Kind.DOCUMENT)
    return next(each for each in order if each in provider.kinds)
