"""Business Profile's figures, and the windows that count calls against them.

Quotas: developers.google.com/my-business/content/limits; sizes of lists: the discovery documents and the v4 references;
photos: "Upload media"; read 2026-11-22 through dated copies. What no page says is marked so.
"""

from dataclasses import dataclass

from sandbox.clock import Clock

MINUTE = 60
DAY = 24 * 3600

CALLS_PER_MINUTE = 300  # of one API, by one project
EDITS_PER_MINUTE = 10  # of one profile; cannot be raised. What counts as one is not said: here every write does
ACCOUNTS_PAGE, ACCOUNTS_PAGE_MAX = 20, 20
LOCATIONS_PAGE, LOCATIONS_PAGE_MAX = 10, 100
POSTS_PAGE, POSTS_PAGE_MAX = 20, 100
REVIEWS_PAGE, REVIEWS_PAGE_MAX = 50, 50
MEDIA_PAGE, MEDIA_PAGE_MAX = 100, 2500
KEYWORDS_PAGE, KEYWORDS_PAGE_MAX = 100, 100

SUMMARY_CHARACTERS = 1500  # by clients' reports; no page states it
EVENT_TITLE_CHARACTERS = 58  # as above
COUPON_CHARACTERS = 58  # as above
REPLY_BYTES = 4096
PHOTO_BYTES_MIN = 10_240
PHOTO_EDGE_MIN = 250
PHOTO_BYTES_MAX = 25 * 1024 * 1024  # no page states it for posts
PHOTO_TYPES = {"image/jpeg", "image/png"}
VIDEO_BYTES_MAX = 75 * 1024 * 1024
VIDEO_TYPES = {"video/mp4", "video/quicktime"}
UPLOAD_SECONDS = DAY  # no page says how long a started upload waits

MODERATION_SECONDS = 3.0  # no page says; some minutes, by clients' reports
FIGURES_LAG_DAYS = 3  # no page says
FIGURES_DAYS = 548  # about eighteen months

# Pub/Sub: a push that is not acknowledged comes again, with growing waits, for as long as messages are kept.
RETRY_SECONDS = (10, 20, 40, 80, 160, 320, 600)
RETRY_UNTIL_SECONDS = 7 * DAY


@dataclass
class Window:
    """One running minute."""

    started_at: float
    used: int = 0


class Windows:
    """Counts by name and minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, Window] = {}

    def count(self, name: str, limit: int) -> bool:
        """Count one; whether it is one too many. What is refused does not count."""
        now = self._clock.now()
        window = self._windows.get(name)
        if window is None or window.started_at + MINUTE <= now:
            window = self._windows[name] = Window(started_at=now)
        if window.used >= limit:
            return True
        window.used += 1
        return False

    def clear(self) -> None:
        self._windows.clear()
