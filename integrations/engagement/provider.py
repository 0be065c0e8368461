"""The methods of a provider that listens and answers."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from integrations.contract import NOTHING, Account, Findings
from integrations.engagement.incoming import Act, Incoming, IncomingMessage, MessageKind, Page, Target
from integrations.engagement.outgoing import ContentTerms, ReplyLimits, Revisits, Sent
from integrations.engagement.webhooks import Arrived, Delivered


def tells_names(provider: "EngagingProvider") -> bool:
    """Whether authors' names can be had at all: LinkedIn's may not be kept, so its provider says that it has none."""
    return bool(getattr(provider, "tells_names", True))


def tells_messages(provider: "EngagingProvider") -> bool:
    """Whether a network tells us of messages by itself.

    One whose webhooks tell of other things (YouTube: of films) says so by a false attribute ``tells_messages``; its
    accounts are asked as if it had none.
    """
    return provider.has_webhooks and getattr(provider, "tells_messages", True)


def revisits(provider: "EngagingProvider") -> Revisits | None:
    """Return how its messages are looked at again; None where it tells of edits and deletions, or lets nobody look."""
    found: Revisits | None = getattr(provider, "revisits", None)
    return found


@runtime_checkable
class Confirming(Protocol):
    """What a network adds that agrees to tell us only once it has asked back at our address.

    Its ``subscribe`` says no more than that it was asked.
    """

    @property
    def confirmation_lasts(self) -> timedelta:
        """For how long its word holds."""
        ...

    def confirmed_account(self, arrived: Arrived) -> str:
        """Return the account to which an answered handshake belongs, empty where it ends the listening."""
        ...


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
        """Whether it tells us by itself; polling is then the backstop, but see ``tells_messages``."""
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

        None for one that is gone, no entry for one that the network kept to itself or gives only by polling. What comes
        with them and was not asked for (another answer inside the same review) may be there as well.
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
        """Do any act but an answer. What is so already is no error; a missing message is, but to delete."""
        ...


@runtime_checkable
class PrivatelyAnswering(Protocol):
    """What a network adds that lets what somebody wrote in public be answered in private.

    Once each, and for a while only. It needs ``Feature.MESSAGES`` beside what engaging needs; what it costs is a REPLY.
    """

    def private_limits(self) -> ReplyLimits:
        """Return how much such an answer may say, and for how long after the message itself it is accepted."""
        ...

    def reply_privately(self, account: Account, target: Target, text: str, *, now: datetime) -> Sent:
        """Write to the author of a comment alone. Raises as ``EngagingProvider.reply`` does."""
        ...

    def find_private_reply(
        self,
        account: Account,
        target: Target,
        text: str,
        *,
        since: datetime,
        known: Collection[str] = (),
        now: datetime,
    ) -> Findings:
        """Look for such an answer, as ``EngagingProvider.find_reply`` does for one in public."""
        ...
