"""What Facebook Pages take, each figure with where and when it was read.

Meta publishes few of these; those marked "clients" are what maintained clients found, read 2026-11-22.
Rates: developers.facebook.com, Graph API "Rate limits", 2026.
"""

from datetime import timedelta

from integrations.contract import Budget, Limits, Option
from integrations.engagement import ContentTerms
from integrations.errors import Reach

TEXT_MAX = 63_206  # clients
MEDIA_MAX = 10  # clients: attached_media up to 10 is safe
IMAGE_MAX_BYTES = 4_000_000  # error 1366046 speaks of 4 MB, other pages of 10: the smaller one
IMAGE_TYPES = frozenset({"image/jpeg", "image/png"})
ALT_TEXT_MAX = 1000  # not published; the figure of the sister network

# published_posts is a ranked list that trails the write by seconds; the margin is ours.
VISIBILITY_DELAY = timedelta(seconds=60)
LOOK_BACK_PAGES = 4
POSTS_A_PAGE = 25
ACCOUNTS_A_PAGE = 100

# Both are told as a percentage with each answer; Meta states no figure that could be counted down.
BUDGETS = (
    Budget(key="facebook.app", reach=Reach.APP, unit="percent", limit=100, window=timedelta(hours=1)),
    Budget(key="facebook.page", reach=Reach.ACCOUNT, unit="percent", limit=100, window=timedelta(hours=24)),
)

# Engagement
COMMENT_MAX = 8_000  # clients
MESSAGE_MAX = 2_000  # developers.facebook.com "Send API", 2026
MESSAGES_A_PAGE = 100
CONVERSATIONS_A_PAGE = 25
# Ours: how far a poll reads back over what it has seen. Meta's lists trail the write by seconds.
POLL_OVERLAP = timedelta(minutes=5)

# Platform Terms, section 3.d: no number of days. What ends content: its removal there, Meta's or the person's request,
# the end of the purpose. So there is no lease; removals are followed, requests come by their own way.
CONTENT_TERMS = ContentTerms(
    lease=None, source="Meta Platform Terms, section 3.d (developers.facebook.com/terms)", read_on="2026-11-22"
)

LIMITS = Limits(
    text_max=TEXT_MAX,
    media_max=MEDIA_MAX,
    image_types=IMAGE_TYPES,
    image_max_bytes=IMAGE_MAX_BYTES,
    alt_text_max=ALT_TEXT_MAX,
)
OPTIONS: tuple[Option, ...] = ()
