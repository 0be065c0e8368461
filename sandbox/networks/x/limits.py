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
# Premium accounts may edit their own posts; samples show an hour, some pages half of one.
EDIT_SECONDS = 3600
EDITS = 5
# How long an account's own figures (non-public metrics) are told.
FIGURES_SECONDS = 30 * DAY

DIRECT_MESSAGE_LENGTH = 10_000
DIRECT_MESSAGES_SECONDS = 30 * DAY  # how far back GET /2/dm_events reaches
# No figure is published: "identical text soon after".
DUPLICATE_SECONDS = DAY
DUPLICATE_LOOKBACK = 50

MENTIONS_DEPTH = 800
SEARCH_SECONDS = 7 * DAY
QUERY_LENGTH = 512
QUERY_LENGTH_ENTERPRISE = 4096

WEBHOOK_URL_LENGTH = 200
WEBHOOKS = 5  # no figure is published
SUBSCRIPTIONS = 1500
SUBSCRIPTIONS_ENTERPRISE = 75_000
TAG_LENGTH = 200
# One page says hourly, another every half hour after a day without; 28 hours of failures end a webhook.
CRC_SECONDS = 3600
CRC_PATIENCE_SECONDS = 28 * 3600
REPLAY_SECONDS = DAY
# Whether X delivers again is not said; with the switch x_redelivers the twin does, like this.
REDELIVERY_SECONDS = (0, 15, 60, 300, 900)

MEDIA_SECONDS = DAY
SEGMENT_BYTES = 8 * 1024 * 1024
SEGMENTS = 1000
UPLOAD_BYTES = 17_179_869_184
CATEGORY_BYTES = {
    "tweet_image": 5 * 1024**2,
    "tweet_gif": 15 * 1024**2,
    "tweet_video": 8 * 1024**3,  # 16 GB with Premium
    "amplify_video": 8 * 1024**3,
    "dm_image": 5 * 1024**2,
    "dm_gif": 15 * 1024**2,
    "dm_video": 512 * 1024**2,
    "subtitles": 1024**2,
}
GIF_SIDES = (1280, 1080)
GIF_FRAMES = 350
GIF_PIXELS = 300_000_000  # of all frames together
PREMIUM_VIDEO_BYTES = 16 * 1024**3
# A film that is longer goes up and through processing all the same, and is refused with the post.
VIDEO_SECONDS = 20 * 60
PREMIUM_VIDEO_SECONDS = 125 * 60
CATEGORY_TYPES = {
    "tweet_image": {"image/jpeg", "image/png", "image/webp", "image/gif"},
    "tweet_gif": {"image/gif"},
    "tweet_video": {"video/mp4", "video/quicktime", "video/webm", "video/mp2t"},
    "amplify_video": {"video/mp4", "video/quicktime", "video/webm", "video/mp2t"},
    "dm_image": {"image/jpeg", "image/png", "image/webp", "image/gif"},
    "dm_gif": {"image/gif"},
    "dm_video": {"video/mp4", "video/quicktime", "video/webm", "video/mp2t"},
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
    "x.tweets.reply": 0.010,  # to somebody who summoned the account
    "x.mentions": 0.005,
    "x.search": 0.005,
    "x.hide": 0.010,
    "x.quotes": 0.005,
    "x.analytics": 0.005,
    "x.messages": 0.010,
    "x.messages.one": 0.010,
    "x.messages.send": 0.015,
    "x.messages.delete": 0.010,
    # An event pushed; the pricing page says that post.delete is free, the page of the events that all are billed.
    "x.event": 0.005,
}
# Paid by the post found, and a post that was read today already is free.
PAID_BY_POST = {
    "x.read", "x.timeline", "x.mentions", "x.search", "x.quotes", "x.analytics", "x.messages", "x.messages.one",
}  # fmt: skip


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
    "x.mentions": Rates(user=Rate(300), app=Rate(450)),
    "x.search": Rates(user=Rate(300), app=Rate(450)),
    "x.hide": Rates(user=Rate(50)),
    "x.quotes": Rates(user=Rate(75), app=Rate(75)),
    "x.analytics": Rates(user=Rate(300), app=Rate(300)),
    "x.messages": Rates(user=Rate(15)),
    "x.messages.one": Rates(user=Rate(15)),
    "x.messages.send": Rates(user=Rate(15), app=Rate(1440, DAY)),
    "x.messages.delete": Rates(user=Rate(300), app=Rate(4000, DAY)),
    "x.like": Rates(user=Rate(50)),
    "x.webhooks": Rates(app=Rate(450)),
    "x.webhooks.replay": Rates(app=Rate(100)),
    "x.subscriptions": Rates(app=Rate(500)),
    "x.media.initialize": _UPLOAD,
    "x.media.append": _UPLOAD,
    "x.media.finalize": _UPLOAD,
    "x.media.upload": Rates(user=Rate(500), app=Rate(50_000, DAY)),
    "x.media.status": Rates(user=Rate(1000), app=Rate(100_000, DAY)),
    "x.media.metadata": Rates(user=Rate(500)),
    "x.media.subtitles": Rates(),  # no figure is published
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
