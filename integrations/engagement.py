"""What people write to an account, and what we do about it: the second half of the provider's contract.

The rules of ``integrations.contract`` hold here as well: each HTTP call is made once, only the five errors come out,
usage goes to the sink. ``reply`` is the one act that cannot be repeated blindly and alone may raise OutcomeUnknown;
every other act ends in the same state however often it is done, so its lost answer is a TransientError.

What comes in arrives by webhook, by polling, or by both, in any order and more than once. Whoever stores it relies on
``IncomingMessage.network_id`` (the same by every way, in the form that calls need) and on nothing else.
"""

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from integrations.contract import NOTHING, Account, Findings


class MessageKind(StrEnum):
    """What somebody wrote is to the account it was written to."""

    COMMENT = "comment"  # under a post of the account
    MENTION = "mention"  # elsewhere, naming the account
    PRIVATE = "private"  # to the account alone
    REVIEW = "review"  # of the place or page itself, with or without words


class Change(StrEnum):
    """What happened to a message on the network."""

    WRITTEN = "written"
    EDITED = "edited"
    HIDDEN = "hidden"
    SHOWN = "shown"
    DELETED = "deleted"


class Act(StrEnum):
    """What an agent can do about a message, where the network offers it."""

    REPLY = "reply"
    HIDE = "hide"
    SHOW = "show"
    DELETE = "delete"
    LIKE = "like"
    UNLIKE = "unlike"


# -- what comes in -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Author:
    """Somebody on a network, as the network shows them. ``picture_url`` is fetched by our own server only."""

    network_id: str
    name: str = ""
    handle: str = ""
    picture_url: str = ""
    permalink: str = ""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """What hangs on a message. ``kind`` is image, video, audio, file, sticker or link; addresses may expire."""

    kind: str
    url: str = ""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a thread is about: the post commented on, the page reviewed. Empty for private messages."""

    network_id: str
    text: str = ""
    permalink: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class IncomingMessage:
    """One message as the network has it now.

    ``thread_id`` is the network's id of what holds it together: the post for comments, the other person for private
    messages (webhooks name no conversation), the review for a review, the post that names the account, or what that
    hangs on, for a mention. ``answers_id`` is the message it answers, empty when it answers the subject itself.
    ``author`` None: the network does not say who. ``by_account``: the account itself wrote it, through us or on the
    network. ``rating`` is 1 to 5; where a network only knows recommended or not, 5 or 1. ``acts`` narrows what
    the provider's ``acts`` offers; None takes nothing away.
    """

    network_id: str
    kind: MessageKind
    thread_id: str
    author: Author | None = None
    by_account: bool = False
    text: str = ""
    written_at: datetime | None = None
    answers_id: str = ""
    permalink: str = ""
    attachments: tuple[Attachment, ...] = ()
    rating: int | None = None
    is_hidden: bool | None = None
    edited_at: datetime | None = None
    subject: Subject | None = None
    acts: frozenset[Act] | None = None

    @property
    def target(self) -> "Target":
        """What calls about this message need to know of it."""
        return Target(
            message_id=self.network_id,
            kind=self.kind,
            thread_id=self.thread_id,
            author_id=self.author.network_id if self.author else "",
            written_at=self.written_at,
        )


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """One thing that happened at the network, to one message.

    ``message`` is None where the network only names it (a deletion, a hiding): then ``message_id`` says which.
    ``needs_fetch``: the network announced it without its words, and ``message`` holds what it told; give its
    ``target`` to ``fetch_messages`` before storing. An EDITED message that was never seen is stored as written.
    """

    change: Change
    message_id: str
    message: IncomingMessage | None = None
    happened_at: datetime | None = None
    needs_fetch: bool = False


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One event out of a webhook's body: for which account, under which key it is recognised when it comes again.

    ``payload`` is the network's own JSON, kept as it came until it is read. ``access_ended`` names a person whose grant
    ended; such an event holds no message.
    """

    account_id: str
    key: str
    payload: Mapping[str, Any]
    access_ended: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one step of a poll brought. ``cursor`` goes into the next poll once this page is stored, ready for JSON."""

    incoming: tuple[Incoming, ...]
    cursor: Mapping[str, Any]


# -- what goes out -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Target:
    """The message an act is about. ``author_id`` is its author's id there, empty when unknown."""

    message_id: str
    kind: MessageKind
    thread_id: str
    author_id: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The network's word that a reply is out."""

    network_id: str
    permalink: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ReplyLimits:
    """How much a reply may say, and how long after the stranger's last message it is accepted (None: always)."""

    text_max: int
    window: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class ContentTerms:
    """How long the network lets its content be kept without asking anew. ``lease`` None: until it says otherwise.

    ``source`` names the terms, ``read_on`` the day they were read (ISO), shown where an organisation sets its periods.
    """

    lease: timedelta | None
    source: str
    read_on: str
    leases: Mapping[MessageKind, timedelta] = dataclasses.field(default_factory=dict)

    def lease_of(self, kind: MessageKind) -> timedelta | None:
        return self.leases.get(kind, self.lease)


# -- the contract ------------------------------------------------------------------------------------------------------


class WebhookRefused(Exception):
    """A call that is not the network's: no signature, a wrong one, or a body that no network sends."""


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A webhook's request: headers by lower-case name, the query, and the body as it came, byte for byte."""

    headers: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


@runtime_checkable
class EngagingProvider(Protocol):
    """What a network offers to those who listen and answer; ``registry.engaging`` finds it.

    What its calls cost says ``Provider.cost``, by POLL, FETCH, REPLY and ACT.
    """

    @property
    def content_terms(self) -> ContentTerms:
        """How long its content may be kept."""
        ...

    @property
    def kinds_of_message(self) -> frozenset[MessageKind]:
        """The kinds that can come in."""
        ...

    @property
    def has_webhooks(self) -> bool:
        """Whether it tells us by itself; polling is then the backstop."""
        ...

    def acts(self, kind: MessageKind, *, by_account: bool = False) -> frozenset[Act]:
        """Return what can be done about a stranger's message of this kind, or about one of the account's own."""
        ...

    def reply_limits(self, kind: MessageKind, details: Mapping[str, str] = NOTHING) -> ReplyLimits:
        """Return how much an answer to this kind may say, from an account with these ``details``."""
        ...

    def count_reply(self, text: str) -> int:
        """Return the length of a reply in the unit of ``reply_limits().text_max``."""
        ...

    # webhooks: pure but for subscribing

    def answer_handshake(self, arrived: Arrived) -> tuple[str, str] | None:
        """Return (content type, body) when this request only asks whether we are there; else None.

        Raises WebhookRefused when it asks with a wrong secret.
        """
        ...

    def read_webhook(self, arrived: Arrived) -> tuple[Delivered, ...]:
        """Verify the signature on the raw body first, in constant time, then cut it into events.

        Raises WebhookRefused. An event of a kind we do not know is left out.
        """
        ...

    def read_farewell(self, arrived: Arrived) -> str:
        """Return the id of the person who left our app, or asks us to erase their data, from a notice signed apart.

        Which of the two it is says the address the network was given for it. Raises WebhookRefused: the signature is
        wrong, or this network sends no such notices.
        """
        ...

    def read_event(self, payload: Mapping[str, Any], *, account_id: str) -> tuple[Incoming, ...]:
        """Return what a stored event says, however often it is read. Malformed parts raise ValueError."""
        ...

    def subscribe(self, account: Account, *, now: datetime) -> None:
        """Ask the network to tell us what happens to this account; repeating changes nothing."""
        ...

    def unsubscribe(self, account: Account, *, now: datetime) -> None:
        """End that, for the whole app: only when no other organisation uses the account."""
        ...

    def is_subscribed(self, account: Account, *, now: datetime) -> bool:
        """Tell whether the network still means to tell us."""
        ...

    # polling

    def poll(
        self, account: Account, *, cursor: Mapping[str, Any], since: datetime, watched: Sequence[str], now: datetime
    ) -> Iterator[Page]:
        """Yield what came since ``cursor`` (since ``since`` where it is empty), page by page, oldest first if possible.

        ``watched`` are network ids of our posts whose comments are worth looking at. Pages overlap with what was
        seen: a message that became visible late must not be lost. Stop iterating to stop calling.
        """
        ...

    def fetch_messages(
        self, account: Account, targets: Collection[Target], *, now: datetime
    ) -> Mapping[str, IncomingMessage | None]:
        """Return messages as they are now, by the id they were asked for.

        None for one that is gone, no entry for one that the network kept to itself or gives only by polling.
        """
        ...

    # acting

    def reply(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        """Answer as the account. OutcomeUnknown: sent, no answer. Every other error: surely not sent."""
        ...

    def find_reply(
        self,
        account: Account,
        target: Target,
        text: str,
        *,
        since: datetime,
        known: Collection[str] = (),
        now: datetime,
    ) -> Findings:
        """Look for a reply of ours that was sent at or after ``since`` and whose answer was lost. Only reads."""
        ...

    def act(self, account: Account, act: Act, target: Target, *, now: datetime) -> None:
        """Hide, show, delete, like or unlike. What is so already is no error; a missing message is, but to delete."""
        ...
