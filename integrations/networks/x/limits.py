"""What X takes, each figure with where and when it was read.

Text: docs.x.com, "Counting characters" (twitter-text v3 configuration), 2026-08-22.
Media: docs.x.com, "Media best practices", 2026-09-11; segments: its OpenAPI 2.167, 2026-08-22.
Rates: docs.x.com, "Rate limits", 2026-08-22. Polls and edits: docs.x.com, "Create or Edit Post", 2026-08-22.
Prices: docs.x.com, "Pricing", September 2026, in thousandths of a US dollar.
"""

from collections.abc import Mapping
from datetime import timedelta

from integrations.contract import Budget, Form, Kind, Limits, Option, OptionType
from integrations.engagement import ContentTerms, MessageKind
from integrations.errors import Reach

TEXT_MAX = 280
LONG_TEXT_MAX = 25_000  # accounts with a subscription
SUBSCRIPTIONS = frozenset({"Basic", "Premium", "PremiumPlus"})
LINK_LENGTH = 23  # whatever the address
CASHTAGS_MAX = 1  # self-serve apps, since February 2026

MEDIA_MAX = 4
IMAGE_MAX_BYTES = 5_000_000
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
ALT_TEXT_MAX = 1000

# GIFs that move; one that stands still is a picture like any other.
MOVING_MAX_BYTES = 15_000_000
MOVING_MAX_SIDES = (1280, 1080)
MOVING_MAX_PIXELS = 300_000_000  # of all frames together
FRAMES_MAX = 350

VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime", "video/webm"})
VIDEO_MAX = timedelta(minutes=20)
LONG_VIDEO_MAX = timedelta(minutes=125)  # accounts with a subscription, or verified

SUBTITLES_MAX = 150_000  # ours, and more than a film of two hours has; X takes 1 MB
# What X calls a language, and what it calls itself. X takes any of two letters.
SUBTITLE_LANGUAGES = {
    "EN": "English",
    "FR": "Français",
    "DE": "Deutsch",
    "ES": "Español",
    "IT": "Italiano",
    "NL": "Nederlands",
    "PT": "Português",
}

SEGMENT_BYTES = 4_000_000  # 5 MB advised
SEGMENT_MAX_BYTES = 8_000_000
SEGMENTS_MAX = 1000
# X takes 8 GB (16 with a subscription), but no more segments than these: what fits into them.
VIDEO_MAX_BYTES = SEGMENTS_MAX * SEGMENT_MAX_BYTES
MEDIA_MARGIN = timedelta(hours=1)  # uploads live 24 h; older than 23 h they are made anew
UPLOAD_LIFE = timedelta(hours=24)  # where an answer does not say

# X writes to its own timeline at once as far as anybody measured; the margin is ours.
VISIBILITY_DELAY = timedelta(seconds=30)
LOOK_BACK_POSTS = 25

POLL_CHOICES_MIN = 2
POLL_CHOICES_MAX = 4
POLL_CHOICE_LENGTH = 25
POLL_MINUTES = ("60", "360", "720", "1440", "4320", "10080")  # X takes any from 5 to 10080
PARTS_MAX = 24  # ours: a longer thread is an article

REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")

QUARTER = timedelta(minutes=15)
DAY = timedelta(hours=24)

DAY_POSTS = 10_000
DAY_POSTS_OF_ACCOUNT = 2400  # X's help pages, of whatever is posted by an account; no page of 2026 says it again
MONTH_READS = 3_000_000  # posts a month, whatever they cost

_BUDGETS = (
    Budget(key="x.posts", reach=Reach.ACCOUNT, unit="posts", limit=100, window=QUARTER, rolling=False),
    Budget(key="x.posts.day", reach=Reach.ACCOUNT, unit="posts", limit=DAY_POSTS_OF_ACCOUNT, window=DAY, rolling=False),
    Budget(key="x.posts.app", reach=Reach.APP, unit="posts", limit=DAY_POSTS, window=DAY, rolling=False),
    Budget(key="x.deletions", reach=Reach.ACCOUNT, unit="calls", limit=50, window=QUARTER, rolling=False),
    Budget(key="x.timeline", reach=Reach.ACCOUNT, unit="calls", limit=900, window=QUARTER, rolling=False),
    Budget(key="x.me", reach=Reach.ACCOUNT, unit="calls", limit=75, window=QUARTER, rolling=False),
    Budget(key="x.uploads", reach=Reach.ACCOUNT, unit="calls", limit=1875, window=QUARTER, rolling=False),
    Budget(key="x.uploads.app", reach=Reach.APP, unit="calls", limit=180_000, window=DAY, rolling=False),
    Budget(key="x.upload_status", reach=Reach.ACCOUNT, unit="calls", limit=1000, window=QUARTER, rolling=False),
    Budget(key="x.alt_texts", reach=Reach.ACCOUNT, unit="calls", limit=500, window=QUARTER, rolling=False),
    Budget(key="x.mentions", reach=Reach.ACCOUNT, unit="calls", limit=300, window=QUARTER, rolling=False),
    Budget(key="x.mentions.app", reach=Reach.APP, unit="calls", limit=450, window=QUARTER, rolling=False),
    Budget(key="x.search", reach=Reach.ACCOUNT, unit="calls", limit=300, window=QUARTER, rolling=False),
    Budget(key="x.search.app", reach=Reach.APP, unit="calls", limit=450, window=QUARTER, rolling=False),
    Budget(key="x.lookup", reach=Reach.ACCOUNT, unit="calls", limit=5000, window=QUARTER, rolling=False),
    Budget(key="x.hiding", reach=Reach.ACCOUNT, unit="calls", limit=50, window=QUARTER, rolling=False),
    Budget(key="x.likes", reach=Reach.ACCOUNT, unit="calls", limit=50, window=QUARTER, rolling=False),
    Budget(key="x.webhooks", reach=Reach.APP, unit="calls", limit=450, window=QUARTER, rolling=False),
    Budget(key="x.subscriptions", reach=Reach.APP, unit="calls", limit=500, window=QUARTER, rolling=False),
    Budget(key="x.likes.day", reach=Reach.ACCOUNT, unit="calls", limit=1000, window=DAY, rolling=False),
    Budget(key="x.analytics", reach=Reach.ACCOUNT, unit="calls", limit=300, window=QUARTER, rolling=False),
    Budget(key="x.messages", reach=Reach.ACCOUNT, unit="calls", limit=15, window=QUARTER, rolling=False),
    Budget(key="x.messages.send", reach=Reach.ACCOUNT, unit="calls", limit=15, window=QUARTER, rolling=False),
    Budget(key="x.messages.send.app", reach=Reach.APP, unit="calls", limit=1440, window=DAY, rolling=False),
    Budget(key="x.reads", reach=Reach.APP, unit="posts", limit=MONTH_READS),
)


def budgets(*, monthly_credits: int | None) -> tuple[Budget, ...]:
    """Return all allowances; ``monthly_credits`` are the US dollars that the operator lets X cost in a month."""
    limit = None if monthly_credits is None else monthly_credits * 1000
    return (*_BUDGETS, Budget(key="x.credits", reach=Reach.APP, unit="mUSD", limit=limit))


PRICE_POST = 15
PRICE_POST_WITH_LINK = 200
PRICE_POST_READ = 5
PRICE_USER_READ = 10
PRICE_DELETION = 10
PRICE_ALT_TEXT = 5
PRICE_REPLY = 10  # to somebody who summoned the account
PRICE_ACT = 10
PRICE_MESSAGE_READ = PRICE_POST_READ + PRICE_USER_READ  # with who wrote it
PRICE_FIGURES_READ = 5
PRICE_PRIVATE_READ = 10
PRICE_PRIVATE_REPLY = 15

# Engagement. Search: docs.x.com, "Search operators" and "Recent search", 2026-08-22 (self-serve figures).
SEARCH_QUERY_MAX = 512
SEARCH_BACK = timedelta(days=7)
POSTS_A_PAGE = 100
LOOKUP_MAX = 100
# "conversation_id:" and "quotes_of_tweet_id:" with 19 digits each, all joined by OR, in a query's length.
CONVERSATIONS_A_QUERY = 6
PRIVATE_TEXT_MAX = 10_000  # X's own site; its API's pages give no figure
PRIVATE_BACK = timedelta(days=30)  # how far GET /2/dm_events reaches
FIGURES_BACK = timedelta(days=30)  # own figures of older posts are not told
POLL_OVERLAP = timedelta(minutes=5)  # ours: a post may show in the index a little after it was written
POSTS_A_POLL = 10  # ours: what a poll is taken to read; credits are a count for people, they run against no figure

# Developer Agreement and Policy, "Content compliance": what is deleted, changed or made private on X must be so here,
# within 24 hours where X or its author asks. X tells of the account's own posts only: all others are looked up again.
# A direct message stays with its reader when its author deletes it, so there is nothing to look up again.
CONTENT_TERMS = ContentTerms(
    lease=timedelta(hours=24),
    source="X Developer Policy (docs.x.com/developer-terms/policy)",
    read_on="2026-08-22",
    leases={MessageKind.PRIVATE: None},
)

_FILM = frozenset({Kind.VIDEO})
OPTIONS = (
    Option(
        name="poll_choices",
        type=OptionType.WORDS,
        required=True,
        forms=frozenset({Form.POLL}),
        max_length=POLL_CHOICE_LENGTH,
        max_count=POLL_CHOICES_MAX,
    ),
    Option(
        name="poll_minutes",
        type=OptionType.CHOICE,
        choices=POLL_MINUTES,
        default="1440",
        required=True,
        forms=frozenset({Form.POLL}),
    ),
    Option(name="subtitles", type=OptionType.LONG_TEXT, kinds=_FILM, max_length=SUBTITLES_MAX),
    Option(
        name="subtitles_language", type=OptionType.CHOICE, choices=tuple(SUBTITLE_LANGUAGES), default="EN", kinds=_FILM
    ),
    Option(name="reply_settings", type=OptionType.CHOICE, choices=REPLY_SETTINGS),
    Option(name="made_with_ai", type=OptionType.FLAG),
    Option(name="paid_partnership", type=OptionType.FLAG),
)
# For apps with an Enterprise contract; pictures, polls and quotes exclude each other.
QUOTE = Option(name="quote", type=OptionType.ADDRESS, kinds=frozenset({Kind.TEXT, Kind.LINK, Kind.THREAD}))


def limits_for(details: Mapping[str, str]) -> Limits:
    """Return the limits of an account: a subscription lengthens its texts, and it or a mark of trust its films."""
    subscribed = details.get("subscription") in SUBSCRIPTIONS
    trusted = subscribed or details.get("verified", "none") != "none"
    text_max = LONG_TEXT_MAX if subscribed else TEXT_MAX
    return Limits(
        text_max=text_max,
        media_max=MEDIA_MAX,
        image_types=IMAGE_TYPES,
        image_max_bytes=IMAGE_MAX_BYTES,
        alt_text_max=ALT_TEXT_MAX,
        frames_max=FRAMES_MAX,
        moving_max_bytes=MOVING_MAX_BYTES,
        video_types=VIDEO_TYPES,
        video_max_bytes=VIDEO_MAX_BYTES,
        video_max=LONG_VIDEO_MAX if trusted else VIDEO_MAX,
        first_comment_max=text_max,
        parts_max=PARTS_MAX,
    )


def segment_bytes(size_bytes: int) -> int:
    """Return how long the segments of a file are: as advised, longer where they would be too many."""
    return max(SEGMENT_BYTES, -(-size_bytes // SEGMENTS_MAX))
