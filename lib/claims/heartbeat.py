"""Leases that last as long as the work: a worker that lives says so, one that was killed is missed soon."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection

from lib.claims.claiming import Clock

logger = logging.getLogger(__name__)

_BEATS = 4  # a lease; so that three may be missed


@dataclass
class Heartbeat:
    """Renews the leases of a batch. `renew` writes until when they last, only for rows that are still ours.

    Call `beat` often, from the thread that has the connection; it writes a few times a lease. A database that is away
    is no reason to stop: the next beat tries again, and a row that was given back meanwhile is lost at its next write.
    """

    lease: timedelta
    renew: Callable[[datetime], None]
    clock: Clock
    _renewed_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._renewed_at = self.clock()

    def beat(self) -> None:
        """Renew where it is time."""
        now = self.clock()
        if now - self._renewed_at < self.lease / _BEATS:
            return
        self._renewed_at = now
        try:
            self.renew(now + self.lease)
        except (OperationalError, InterfaceError) as error:
            logger.warning("leases not renewed: %s", type(error).__name__)
            connection.close()
