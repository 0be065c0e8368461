"""Facebook's figures, and the windows that count calls against them.

Rates: Graph API, Rate Limiting; lives: Access Tokens; publishing: Pages API, /page/feed and /page/photos references;
read 2026-11-22 through dated copies. What no page says is marked so.
"""

from dataclasses import dataclass

from sandbox.clock import Clock

API_VERSION = "v26.0"
HOUR = 3600
DAY = 24 * HOUR

CODE_SECONDS = 600
SHORT_TOKEN_SECONDS = HOUR + HOUR // 2
LONG_TOKEN_SECONDS = 60 * DAY
DATA_ACCESS_SECONDS = 90 * DAY

MESSAGE_CHARACTERS = 63_206
PHOTO_BYTES = 10 * 1024 * 1024  # one page says 4 MB, another 10
PHOTO_TYPES = {"image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff", "image/webp"}
ATTACHED_MEDIA = 10
VIDEO_BYTES = 10_000_000_000  # by clients' reports
UPLOAD_SECONDS = DAY  # no page says how long a session lives
REEL_SECONDS = (3.0, 90.0)
STORY_SECONDS = (0.0, 60.0)
REELS_A_DAY = 30
COMMENT_CHARACTERS = 8000  # by clients' reports; no page states it
PRIVATE_MESSAGE_CHARACTERS = 2000
PRIVATE_REPLY_SECONDS = 7 * DAY
MESSAGING_WINDOW_SECONDS = DAY
HUMAN_AGENT_SECONDS = 7 * DAY
# Webhooks: an immediate retry, then "decreasing frequency" for 36 hours; the steps between are ours.
RETRY_SECONDS = (0, 15, 60, 300, 900, 1800, HOUR)
RETRY_UNTIL_SECONDS = 36 * HOUR
MESSAGING_PATIENCE_SECONDS = HOUR
SCHEDULE_SECONDS = (10 * 60, 75 * DAY)
PAGE_SIZE = 25
PAGE_SIZE_MAX = 100
# No figure is published: "the last status message".
DUPLICATE_SECONDS = HOUR
DUPLICATE_LOOKBACK = 50

CALLS_PER_USER_HOUR = 200
CALLS_PER_ENGAGED_USER_DAY = 4800


@dataclass
class Usage:
    """One running count against its limit."""

    limit: int
    started_at: float
    used: int = 0

    @property
    def percent(self) -> int:
        return min(100, 100 * self.used // self.limit)

    @property
    def over(self) -> bool:
        return self.used > self.limit


class Usages:
    """Counts by app and hour, and by page and day."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._usages: dict[tuple[str, str], Usage] = {}

    def count(self, kind: str, owner: str, *, limit: int, seconds: int) -> Usage:
        """Count a call; also while throttled, which is how it prolongs itself at Meta."""
        now = self._clock.now()
        usage = self._usages.get((kind, owner))
        if usage is None or usage.started_at + seconds <= now:
            usage = self._usages[kind, owner] = Usage(limit=limit, started_at=now)
        usage.limit = limit
        usage.used += 1
        return usage

    def minutes_left(self, usage: Usage, seconds: int) -> int:
        """Minutes until access is regained."""
        return max(1, round((usage.started_at + seconds - self._clock.now()) / 60)) if usage.over else 0

    def clear(self) -> None:
        self._usages.clear()
