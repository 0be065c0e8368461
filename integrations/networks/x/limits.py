"""What X takes, each figure with where and when it was read.

Text: docs.x.com, "Counting characters" (twitter-text v3 configuration), 2026-08-22.
Media: docs.x.com, "Media best practices", 2026-09-11. Rates: docs.x.com, "Rate limits", 2026-08-22.
Prices: docs.x.com, "Pricing", September 2026, in thousandths of a US dollar.
"""

from collections.abc import Mapping
from datetime import timedelta

from integrations.contract import Budget, Limits, Option, OptionType
from integrations.engagement import ContentTerms
from integrations.errors import Reach

TEXT_MAX = 280
LONG_TEXT_MAX = 25_000  # accounts with a subscription
SUBSCRIPTIONS = frozenset({"Basic", "Premium", "PremiumPlus"})
LINK_LENGTH = 23  # whatever the address
CASHTAGS_MAX = 1  # self-serve apps, since February 2026

MEDIA_MAX = 4
IMAGE_MAX_BYTES = 5_000_000
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
ALT_TEXT_MAX = 1000

SEGMENT_BYTES = 4_000_000  # 5 MB advised, 8 MB at most
MEDIA_MARGIN = timedelta(hours=1)  # uploads live 24 h; older than 23 h they are made anew
UPLOAD_LIFE = timedelta(hours=24)  # where an answer does not say

# X writes to its own timeline at once as far as anybody measured; the margin is ours.
VISIBILITY_DELAY = timedelta(seconds=30)
LOOK_BACK_POSTS = 25

REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")

QUARTER = timedelta(minutes=15)
DAY = timedelta(hours=24)

BUDGETS = (
    Budget(key="x.posts", reach=Reach.ACCOUNT, unit="posts", limit=100, window=QUARTER, rolling=False),
    Budget(key="x.posts.app", reach=Reach.APP, unit="posts", limit=10_000, window=DAY, rolling=False),
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
    Budget(key="x.credits", reach=Reach.APP, unit="mUSD"),
)

PRICE_POST = 15
PRICE_POST_WITH_LINK = 200
PRICE_POST_READ = 5
PRICE_USER_READ = 10
PRICE_DELETION = 10
PRICE_ALT_TEXT = 5
PRICE_REPLY = 10  # to somebody who summoned the account
PRICE_ACT = 10
PRICE_MESSAGE_READ = PRICE_POST_READ + PRICE_USER_READ  # with who wrote it

# Engagement. Search: docs.x.com, "Search operators" and "Recent search", 2026-08-22 (self-serve figures).
SEARCH_QUERY_MAX = 512
SEARCH_BACK = timedelta(days=7)
POSTS_A_PAGE = 100
LOOKUP_MAX = 100
CONVERSATIONS_A_QUERY = 13  # "conversation_id:" and 19 digits, joined by OR, in a query's length
POLL_OVERLAP = timedelta(minutes=5)  # ours: a post may show in the index a little after it was written
POSTS_A_POLL = 10  # ours: what a poll is taken to read; credits are a count for people, they run against no figure

# Developer Agreement and Policy, "Content compliance": what is deleted, changed or made private on X must be so here,
# within 24 hours where X or its author asks. X tells of the account's own posts only: all others are looked up again.
CONTENT_TERMS = ContentTerms(
    lease=timedelta(hours=24), source="X Developer Policy (docs.x.com/developer-terms/policy)", read_on="2026-08-22"
)

_STANDARD = Limits(
    text_max=TEXT_MAX,
    media_max=MEDIA_MAX,
    image_types=IMAGE_TYPES,
    image_max_bytes=IMAGE_MAX_BYTES,
    alt_text_max=ALT_TEXT_MAX,
)
_SUBSCRIBED = Limits(
    text_max=LONG_TEXT_MAX,
    media_max=MEDIA_MAX,
    image_types=IMAGE_TYPES,
    image_max_bytes=IMAGE_MAX_BYTES,
    alt_text_max=ALT_TEXT_MAX,
)
OPTIONS = (Option(name="reply_settings", type=OptionType.CHOICE, choices=REPLY_SETTINGS),)


def limits_for(details: Mapping[str, str]) -> Limits:
    """Return the limits of an account: a subscription lengthens its texts."""
    return _SUBSCRIBED if details.get("subscription") in SUBSCRIPTIONS else _STANDARD
