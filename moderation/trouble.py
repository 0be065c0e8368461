"""Why a command of the inbox was not carried out. Nothing is written when one of these is raised, and no text is lost.

Refused
├── NotAllowed        the member's role or accounts do not allow it
├── NotPossible       not in this state, on this network, at this hour; `key` names the sentence
├── Stale             the item has moved on since the page was drawn
├── AlreadyEngaged    a colleague has it
├── Missed            a colleague's word came after what the author of a reply had seen
└── TextRefused       the network would not take these words
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from moderation.models import Item, Message, Note


@dataclass(eq=False)
class Refused(Exception):
    """A command that was not carried out."""


@dataclass(eq=False)
class NotAllowed(Refused):
    """The member may not do this."""


@dataclass(eq=False)
class NotPossible(Refused):
    """It cannot be done; `moderation.sentences.sentence(key, facts)` says why to a person."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Stale(Refused):
    """The item as it is now: what the agent saw has changed in the meantime."""

    item: Item


@dataclass(eq=False)
class AlreadyEngaged(Refused):
    """Whose it is."""

    owner: User


@dataclass(eq=False)
class Missed(Refused):
    """What colleagues, or the account's own people on the network, said since: the author chooses what to do."""

    messages: Sequence[Message]
    notes: Sequence[Note]


@dataclass(eq=False)
class TextRefused(Refused):
    """What was found and what is allowed, as a sentence key and its facts."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)
