"""What Facebook Pages take, each figure with where and when it was read.

Meta publishes few of these; those marked "clients" are what maintained clients found, read 2026-11-22.
Rates: developers.facebook.com, Graph API "Rate limits", 2026.
"""

from datetime import timedelta

from integrations.contract import Budget, Kind, Limits, Option, OptionType
from integrations.engagement import ContentTerms, Revisits
from integrations.errors import Reach

TEXT_MAX = 63_206  # clients
MEDIA_MAX = 10  # clients: attached_media up to 10 is safe
IMAGE_MAX_BYTES = 4_000_000  # error 1366046 speaks of 4 MB, other pages of 10: the smaller one
IMAGE_TYPES = frozenset({"image/jpeg", "image/png"})
ALT_TEXT_MAX = 1000  # not published; the figure of the sister network

VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime"})
VIDEO_MAX_BYTES = 10_000_000_000  # clients; not verified
VIDEO_MAX = timedelta(hours=4)  # clients; not verified
TITLE_MAX = 255  # clients
# developers.facebook.com "Reels publishing" and "Stories", 2026.
REEL_MIN, REEL_MAX = timedelta(seconds=3), timedelta(seconds=90)
REEL_MIN_WIDTH, REEL_MIN_HEIGHT = 540, 960
REELS_A_DAY = 30
STORY_FILM_MAX = timedelta(seconds=60)
STORY_MEDIA_MAX = 1
BEAT_BYTES = 16_000_000  # ours: how often a long upload says that it is still under way
CHECK_AGAIN = timedelta(seconds=10)  # Meta asks for 10 to 60 s between looks
# Ours: how long Meta may take to know a film that it was told to publish.
FILM_VISIBILITY = timedelta(minutes=15)

# published_posts is a ranked list that trails the write by seconds; the margin is ours.
VISIBILITY_DELAY = timedelta(seconds=60)
LOOK_BACK_PAGES = 4
POSTS_A_PAGE = 25
ACCOUNTS_A_PAGE = 100

# Both are told as a percentage with each answer; Meta states no figure that could be counted down.
DAY = timedelta(hours=24)
BUDGETS = (
    Budget(key="facebook.app", reach=Reach.APP, unit="percent", limit=100, window=timedelta(hours=1)),
    Budget(key="facebook.page", reach=Reach.ACCOUNT, unit="percent", limit=100, window=DAY),
    Budget(key="facebook.reels", reach=Reach.ACCOUNT, unit="reels", limit=REELS_A_DAY, window=DAY),
)

# Engagement
COMMENT_MAX = 8_000  # clients
MESSAGE_MAX = 2_000  # developers.facebook.com "Send API", 2026
MESSAGES_A_PAGE = 100
# Ours: how far a poll reads back over what it has seen. Meta's lists trail the write by seconds.
POLL_OVERLAP = timedelta(minutes=5)

# Platform Terms, section 3.d: no number of days. What ends content: its removal there, Meta's or the person's request,
# the end of the purpose. So there is no lease; removals are followed, requests come by their own way.
CONTENT_TERMS = ContentTerms(
    lease=None, source="Meta Platform Terms, section 3.d (developers.facebook.com/terms)", read_on="2026-11-22"
)

# Ours: for pages of which Meta cannot tell us. It tells of edits and deletions where it tells at all.
REVISITS = Revisits(every=timedelta(days=1), at_once=50, always=False)

# Insights. Figures of a day may be missing or change for two days (Page Insights reference, 2026).
MEASURES_LAG = timedelta(days=2)
INSIGHTS_DAYS = 89  # a call takes 90 times 24 hours, and one day of the year has 25

LIMITS = Limits(
    text_max=TEXT_MAX,
    media_max=MEDIA_MAX,
    image_types=IMAGE_TYPES,
    image_max_bytes=IMAGE_MAX_BYTES,
    alt_text_max=ALT_TEXT_MAX,
    video_types=VIDEO_TYPES,
    video_max_bytes=VIDEO_MAX_BYTES,
    video_max=VIDEO_MAX,
    first_comment_max=COMMENT_MAX,
)
# Of the many that Meta's SDK names, those that clients use on pages.
CALLS_TO_ACTION = ("LEARN_MORE", "SHOP_NOW", "SIGN_UP", "CONTACT_US", "BOOK_TRAVEL", "DOWNLOAD")
OPTIONS = (
    Option(
        name="call_to_action",
        type=OptionType.CHOICE,
        choices=CALLS_TO_ACTION,
        kinds=frozenset({Kind.LINK}),
    ),
    Option(
        name="title",
        type=OptionType.TEXT,
        max_length=TITLE_MAX,
        kinds=frozenset({Kind.VIDEO, Kind.REEL}),
    ),
)
