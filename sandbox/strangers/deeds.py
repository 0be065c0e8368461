"""What a stranger can do, in words that hold for every network."""

import random
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

Kind = Literal["comment", "reply", "mention", "quote", "visit", "message", "review", "like", "unlike", "read"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Who writes is the account itself, on the network's own site, without any app.
ITSELF = "itself"


class Impossible(Exception):
    """The network has no such thing, or what is named is not there; the text says which."""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something done. `at` is the twins' time; `on` is what it was done to, `thread` a private conversation."""

    network: str
    kind: str
    id: str
    at: float
    account: str
    author: str
    author_name: str
    text: str = ""
    on: str = ""
    thread: str = ""

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class Request:
    """What somebody is asked to do.

    Empty fields are chosen: the newest post, anybody of the account's language, fitting words.
    """

    kind: Kind
    account: str = ""
    on: str = ""
    who: str = ""
    text: str = ""
    recommends: bool = True
    stars: int = 0  # of a review, 1 to 5; 0: as `recommends` says
    wordless: bool = False  # a review of stars alone


class Strangers(Protocol):
    """A network's strangers. Every method raises Impossible."""

    kinds: tuple[Kind, ...]
    chance: random.Random

    def language_of(self, account: str) -> str:
        """What an account's public writes: en or fr."""

    def everybody(self) -> list[dict[str, Any]]:
        """Who is there: id, name, language."""

    def invite(self, name: str, language: str) -> dict[str, Any]:
        """One more."""

    def do(self, request: Request) -> Deed:
        """Write, review or like."""

    def edit(self, object_id: str, text: str) -> Deed:
        """Change what was written, as its author."""

    def delete(self, object_id: str) -> Deed:
        """Take it back, as its author."""

    def hide(self, object_id: str, *, hidden: bool) -> Deed:
        """What the account's own people do on the network's site."""
