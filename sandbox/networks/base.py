"""What app.py asks of every twin."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.responses import Response

from sandbox.calls import Call
from sandbox.faults import Fault
from sandbox.strangers.deeds import Strangers

Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a call asks for: a name for faults and records, and what carries it out."""

    name: str
    handle: Handler


class Refused(Exception):
    """The network's refusal, ready to be sent."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


@dataclass(frozen=True, kw_only=True)
class WallPost:
    """One post as a person would see it on the network."""

    id: str
    author: str
    text: str
    at: float
    pictures: tuple["WallPicture", ...] = ()
    films: tuple[str, ...] = ()  # where each is
    choices: tuple[str, ...] = ()  # of a poll
    link: str = ""
    permalink: str = ""
    edited: bool = False
    notes: tuple["WallNote", ...] = ()
    more: int = 0  # comments that are not shown


@dataclass(frozen=True, kw_only=True)
class WallNote:
    """Something that somebody wrote, with what was written under it. `can` is what a person may click."""

    id: str
    kind: str  # comment, mention, visit, message, praise, complaint
    author: str
    author_id: str
    text: str
    at: float
    own: bool = False  # by the account itself
    hidden: bool = False
    edited: bool = False
    likes: int = 0
    on: str = ""  # what the next message goes to, where that is not the id
    notes: tuple["WallNote", ...] = ()
    more: int = 0
    can: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WallPicture:
    path: str
    alt: str


@dataclass(frozen=True, kw_only=True)
class Wall:
    """An account of the twin, with its counts. `published` counts all there ever were, `live` those not deleted."""

    id: str
    name: str
    handle: str
    about: str
    followers: int
    published: int
    live: int
    refused_duplicates: int


@dataclass(frozen=True, kw_only=True)
class Published:
    """One thing the network really published, deleted later or not."""

    id: str
    account: str
    text: str
    at: float
    deleted: bool
    media: int

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What an account wrote to somebody. `by_app` is "" for what was written on the network's own site."""

    network: str
    id: str
    account: str
    on: str  # the comment or post answered, or the private thread
    text: str
    at: float
    by_app: str
    deleted: bool
    public: bool = True  # seen by everybody, and so replied to by anybody

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing that stands under a post now, whoever wrote it."""

    id: str
    author: str
    on: str  # what it answers: the post, or something that stands under it too
    text: str
    at: float
    by_account: bool
    hidden: bool

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


class Host(Protocol):
    """What answers calls to some real hosts. Several may share one: the first that knows an address answers."""

    key: str
    title: str
    hosts: tuple[str, ...]
    operations: tuple[str, ...]

    def raise_curtain(self) -> None:
        """Bring the cast onto an empty stage."""

    def route(self, call: Call) -> Operation | None:
        """What this call asks for, its account noted on it; None where the network has nothing at this address."""

    async def carry_out(self, call: Call, operation: Operation) -> Response:
        """Answer the call; refusals included, nothing is raised."""

    def not_found(self, call: Call) -> Response:
        """The network's answer to an address it does not know."""

    def bad_body(self) -> Response:
        """The network's answer to a body it cannot read."""

    def fault_answer(self, call: Call, fault: Fault) -> Response:
        """How status, rate_limited, duplicate, forbidden and media_failed look here."""

    def end_token(self, call: Call, *, revoked: bool) -> None:
        """End the token this call carries: expired, or the whole grant revoked."""


class Twin(Host, Protocol):
    """One network's twin."""

    @property
    def strangers(self) -> Strangers:
        """Who writes to its accounts."""

    async def tick(self) -> None:
        """Do what the network does by itself; called several times a second."""

    def forget(self) -> None:
        """Drop what is kept beside the rows: windows, counts."""

    def walls(self) -> list[Wall]:
        """All accounts."""

    def find_wall(self, account: str) -> Wall | None:
        """By id or handle."""

    def posts(self, account: str, limit: int) -> list[WallPost]:
        """What stands on a wall now, newest first."""

    def letters(self, account: str, limit: int) -> list[WallNote]:
        """What people wrote beside the posts: mentions, visits, recommendations, private threads; newest first."""

    def published(self, account: str | None) -> list[Published]:
        """Everything that was ever published, oldest first."""

    def said(self, post_id: str) -> list[Said]:
        """What stands under a post now, oldest first."""

    def answered(self, account: str | None) -> list[Answered]:
        """What accounts wrote to people, oldest first."""


class Steering(Protocol):
    """What /_control does at one network without a click. Wrong requests raise ValueError; the text says why."""

    def people(self) -> dict[str, Any]:
        """Who is there: persons and their accounts."""

    def create_accounts(self, body: dict[str, Any], count: int) -> list[str]:
        """More accounts, for loads that the cast is too small for; their ids."""

    def grant(self, body: dict[str, Any]) -> dict[str, Any]:
        """What a click on the consent page gives: `code`, and `redirect`, the address the person is sent to."""

    def mint(self, body: dict[str, Any], account: str) -> dict[str, Any]:
        """Working tokens for an account at once: `account`, `access_token`."""

    async def withdraw(self, body: dict[str, Any], reason: str) -> dict[str, Any]:
        """What a person does at the network; how many tokens `ended`."""

    def targets(self) -> dict[str, Any]:
        """Where events go, as the network was told."""
