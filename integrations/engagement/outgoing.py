"""What a network takes as an answer, and how long it lets its content be kept."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.engagement.incoming import MessageKind


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
class Revisits:
    """How what people wrote is looked at again, where the network tells nobody that it was edited or deleted.

    Each message of a lively conversation about once in ``every``, and no more than ``at_once`` with one look, which
    costs what ``Provider.cost`` says of a FETCH of so many. Not ``always``: only where the account itself is not told.
    """

    every: timedelta
    at_once: int
    always: bool = True


@dataclass(frozen=True, kw_only=True)
class ContentTerms:
    """How long the network lets its content be kept without asking anew. ``lease`` None: until it says otherwise.

    ``leases`` are of the kinds that differ. ``source`` names the terms, ``read_on`` the day they were read (ISO), shown
    where an organisation sets its periods.
    """

    lease: timedelta | None
    source: str
    read_on: str
    leases: Mapping[MessageKind, timedelta | None] = dataclasses.field(default_factory=dict)

    def lease_of(self, kind: MessageKind) -> timedelta | None:
        return self.leases.get(kind, self.lease)
