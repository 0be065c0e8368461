"""The twins' clock: real time, moved or stopped on request."""

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since 1970 as the twins see them. Tokens, codes, windows and posts all read this one clock."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._frozen_at: float | None = None

    def now(self) -> float:
        """The twins' time in unix seconds."""
        if self._frozen_at is not None:
            return self._frozen_at
        return time.time() + self._offset

    def move(self, seconds: float) -> None:
        """Move forward, or back with a negative number; a frozen clock stays frozen at the new time."""
        if self._frozen_at is not None:
            self._frozen_at += seconds
        self._offset += seconds

    def set(self, at: float) -> None:
        """Jump to a time, running on from there unless frozen."""
        self.move(at - self.now())

    def freeze(self) -> None:
        self._frozen_at = self.now()

    def run(self) -> None:
        """Run again from where it stood."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - time.time()
            self._frozen_at = None

    def reset(self) -> None:
        self._offset, self._frozen_at = 0.0, None

    @property
    def frozen(self) -> bool:
        return self._frozen_at is not None


def iso_milliseconds(at: float) -> str:
    """Write a time as X does: 2026-11-22T09:00:00.000Z."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def iso_offset(at: float) -> str:
    """Write a time as Meta does: 2026-11-22T10:00:00+0000."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}+0000"
