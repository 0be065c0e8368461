"""X's figures, and the windows that count calls against them.

Rates, sizes and prices: docs.x.com (rate limits, media, pricing) as captured 2026-08-22 to 2026-09-11; lives of codes
and tokens: its OAuth 2.0 pages. What no page says is marked so.
"""

from dataclasses import dataclass

QUARTER = 15 * 60
DAY = 24 * 3600

CODE_SECONDS = 30
ACCESS_TOKEN_SECONDS = 7200
REFRESH_TOKEN_SECONDS = 182 * DAY  # no official figure: about six months by developers' reports
STATE_LENGTH = 500

TEXT_WEIGHT = 280
PREMIUM_TEXT_LENGTH = 25_000
MEDIA_PER_POST = 4
ALT_TEXT_LENGTH = 1000
CASHTAGS = 1
# No figure is published: "identical text soon after".
DUPLICATE_SECONDS = DAY
DUPLICATE_LOOKBACK = 50

MEDIA_SECONDS = DAY
SEGMENT_BYTES = 8 * 1024 * 1024
SEGMENTS = 1000
UPLOAD_BYTES = 17_179_869_184
CATEGORY_BYTES = {
    "tweet_image": 5 * 1024**2,
    "tweet_gif": 15 * 1024**2,
    "tweet_video": 8 * 1024**3,
    "amplify_video": 8 * 1024**3,
    "dm_image": 5 * 1024**2,
    "dm_gif": 15 * 1024**2,
    "dm_video": 512 * 1024**2,
    "subtitles": 1024**2,
}
CATEGORY_TYPES = {
    "tweet_image": {"image/jpeg", "image/png", "image/webp", "image/gif"},
    "tweet_gif": {"image/gif"},
    "tweet_video": {"video/mp4", "video/quicktime"},
    "amplify_video": {"video/mp4", "video/quicktime"},
    "dm_image": {"image/jpeg", "image/png", "image/webp", "image/gif"},
    "dm_gif": {"image/gif"},
    "dm_video": {"video/mp4", "video/quicktime"},
}
PROCESSING_SECONDS = 2.0  # how long a twin's video or GIF takes
PROCESSED_CATEGORIES = {"tweet_video", "amplify_video", "tweet_gif", "dm_video", "dm_gif"}

# US dollars a call or a resource.
PRICES = {
    "x.tweets": 0.015,
    "x.tweets.url": 0.200,
    "x.delete": 0.010,
    "x.read": 0.005,
    "x.timeline": 0.005,
    "x.me": 0.010,
    "x.media.metadata": 0.005,
}


@dataclass(frozen=True)
class Rate:
    """So many calls in so many seconds."""

    calls: int
    seconds: int = QUARTER


@dataclass(frozen=True)
class Rates:
    user: Rate | None = None
    app: Rate | None = None


_UPLOAD = Rates(user=Rate(1875), app=Rate(180_000, DAY))
RATES = {
    "x.tweets": Rates(user=Rate(100), app=Rate(10_000, DAY)),
    "x.delete": Rates(user=Rate(50)),
    "x.timeline": Rates(user=Rate(900), app=Rate(10_000)),
    "x.read.many": Rates(user=Rate(5000), app=Rate(3500)),
    "x.read.one": Rates(user=Rate(900), app=Rate(450)),
    "x.me": Rates(user=Rate(75)),
    "x.media.initialize": _UPLOAD,
    "x.media.append": _UPLOAD,
    "x.media.finalize": _UPLOAD,
    "x.media.upload": Rates(user=Rate(500), app=Rate(50_000, DAY)),
    "x.media.status": Rates(user=Rate(1000), app=Rate(100_000, DAY)),
    "x.media.metadata": Rates(user=Rate(500)),
}


@dataclass
class Window:
    """One running count. `reset_at` is unix seconds."""

    reset_at: float
    used: int = 0


class Windows:
    """Fixed windows that start with the first call in them."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], Window] = {}

    def count(self, operation: str, owner: str, rate: Rate, now: float) -> Window:
        """Count a call; the answer tells whether `used` went over."""
        window = self._windows.get((operation, owner))
        if window is None or window.reset_at <= now:
            window = self._windows[operation, owner] = Window(reset_at=now + rate.seconds)
        window.used += 1
        return window

    def clear(self) -> None:
        self._windows.clear()
