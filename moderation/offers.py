"""What the page of an item offers: whether it can be answered, how long an answer may be, what can be done besides."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.engagement import Act, MessageKind, PrivatelyAnswering, ReplyLimits
from integrations.registry import engaging
from moderation.models import Item, Message, new_client_key
from moderation.sentences import sentence
from moderation.services.acting import acts_offered

#: As they stand in a menu; of an act and its opposite only one is offered.
_IN_ORDER = (Act.HIDE, Act.SHOW, Act.LIKE, Act.UNLIKE, Act.BLOCK, Act.UNBLOCK, Act.DELETE)


@dataclass(frozen=True, kw_only=True)
class ReplyOffer:
    """What stands around the field. `refusal` says why no answer can be sent; a note always can."""

    found: int = 0  # length of what is typed, in the network's unit
    allowed: int = 0  # 0: the network cannot be asked
    refusal: str = ""
    until: datetime | None = None  # until when the network takes an answer; None: always
    privately: bool = False  # whether it takes one for the author alone as well
    key: uuid.UUID = field(default_factory=new_client_key)
    note_key: uuid.UUID = field(default_factory=new_client_key)

    @property
    def is_over(self) -> bool:
        return self.found > self.allowed > 0


def reply_offer(item: Item, last: Message | None, *, typed: str, now: datetime) -> ReplyOffer:
    """Return what can be answered to a stranger's last message. The guard of sending asks again."""
    network = engaging(item.social_account.network)
    if last is None:
        return ReplyOffer(refusal=sentence("nothing_to_answer", {}))
    if network is None or Act.REPLY not in acts_offered(last):
        return ReplyOffer(refusal=sentence("act_not_offered", {}))
    limits = limits_of(item)
    until = last.written_at + limits.window if limits.window is not None else None
    if until is not None and now > until:
        hours = int((limits.window or timedelta()).total_seconds() // 3600)
        return ReplyOffer(refusal=sentence("reply_window_over", {"hours": hours}), allowed=limits.text_max)
    return ReplyOffer(
        found=count_reply(item, typed), allowed=limits.text_max, until=until, privately=_takes_private(last, now=now)
    )


def _takes_private(last: Message, *, now: datetime) -> bool:
    """Whether a message that `opened.messages_of` read can still be answered in private."""
    facts: Any = last
    network = engaging(last.social_account.network)
    if network is None or facts.answered_privately or Act.REPLY_PRIVATELY not in acts_offered(last):
        return False
    if not isinstance(network, PrivatelyAnswering):
        return False
    window = network.private_limits().window
    return window is None or now <= last.written_at + window


def limits_of(item: Item) -> ReplyLimits:
    """Return how much an answer to this item may say; nothing where the network takes none."""
    network = engaging(item.social_account.network)
    if network is None:
        return ReplyLimits(text_max=0)
    return network.reply_limits(MessageKind(item.kind), item.social_account.details)


def count_reply(item: Item, text: str) -> int:
    """Return the length of an answer in the network's unit."""
    network = engaging(item.social_account.network)
    return network.count_reply(text) if network is not None else len(text)


def acts_in_order(message: Message) -> tuple[Act, ...]:
    """Return what can be done about a message, as a menu shows it."""
    offered = acts_offered(message)
    return tuple(one for one in _IN_ORDER if one in offered)
