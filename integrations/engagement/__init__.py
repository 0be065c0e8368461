"""What people write to an account, and what we do about it: the second half of the provider's contract.

The rules of ``integrations.contract`` hold here as well: each HTTP call is made once, only the five errors come out,
usage goes to the sink. Answers (``ANSWERS``) are what cannot be repeated blindly, and alone may raise OutcomeUnknown;
every other act ends in the same state however often it is done, so its lost answer is a TransientError.

What comes in arrives by webhook, by polling, or by both, in any order and more than once. Whoever stores it relies on
``IncomingMessage.network_id`` (the same by every way, in the form that calls need) and on nothing else.
"""

from integrations.engagement.incoming import (
    ANSWERS,
    Act,
    Attachment,
    Author,
    Change,
    Incoming,
    IncomingMessage,
    MessageKind,
    Page,
    Standing,
    Subject,
    Target,
)
from integrations.engagement.outgoing import ContentTerms, ReplyLimits, Revisits, Sent
from integrations.engagement.provider import (
    Confirming,
    EngagingProvider,
    PrivatelyAnswering,
    revisits,
    tells_messages,
    tells_names,
)
from integrations.engagement.webhooks import Arrived, Delivered, WebhookRefused

__all__ = [
    "ANSWERS",
    "Act",
    "Arrived",
    "Attachment",
    "Author",
    "Change",
    "Confirming",
    "ContentTerms",
    "Delivered",
    "EngagingProvider",
    "Incoming",
    "IncomingMessage",
    "MessageKind",
    "Page",
    "PrivatelyAnswering",
    "ReplyLimits",
    "Revisits",
    "Sent",
    "Standing",
    "Subject",
    "Target",
    "WebhookRefused",
    "revisits",
    "tells_messages",
    "tells_names",
]
