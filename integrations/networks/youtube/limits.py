"""What YouTube takes, each figure with where and when it was read.

Texts: developers.google.com/youtube/v3/docs/videos (snippet). Files and lengths: the same, thumbnails.set, and
support.google.com/youtube/answer/71673. Quota: developers.google.com/youtube/v3/determine_quota_cost, with the split of
1 June 2026. Storage: developers.google.com/youtube/terms/developer-policies, III.E.4. All read 2026-11-22.
"""

from collections.abc import Mapping
from datetime import timedelta

from integrations.contract import Budget, Form, Limits, Option, OptionType
from integrations.engagement import ContentTerms, MessageKind, ReplyLimits, Revisits
from integrations.errors import Reach

TITLE_MAX = 100
DESCRIPTION_MAX_BYTES = 5000
TAGS_MAX = 500  # characters in all, the commas between and quotes around two words counted
REFUSED_CHARACTERS = "<>"  # in titles, descriptions and tags
COMMENT_MAX = 10_000  # UNVERIFIED: no page says it

VIDEO_TYPES = frozenset(
    {"video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/x-msvideo", "video/mpeg", "video/3gpp"}
)
VIDEO_MAX_BYTES = 274_877_906_944
VIDEO_MAX = timedelta(hours=12)  # UNVERIFIED
VIDEO_MAX_UNCONFIRMED = timedelta(minutes=15)  # a channel without a confirmed telephone number
SHORT_MAX = timedelta(minutes=3)
COVER_TYPES = frozenset({"image/jpeg", "image/png"})
COVER_MAX_BYTES = 52_428_800

PRIVACY = ("public", "unlisted", "private")
CATEGORY = "22"  # People & Blogs: where YouTube puts what says nothing

UNIT_BYTES = 262_144  # parts of an upload are multiples of this
CHUNK_BYTES = 32 * UNIT_BYTES
SESSION_LIFE = timedelta(days=6)  # UNVERIFIED: about a week

# The list of uploads may be minutes behind (UNVERIFIED how many); an upload's own session knows at once.
VISIBILITY_DELAY = timedelta(minutes=5)
LOOK_BACK_VIDEOS = 50
LOOK_BACK_PAGES = 5  # of replies and comments, when one of ours is looked for

PROCESSING_LOOK = timedelta(minutes=1)
PROCESSING_LOOK_MAX = timedelta(minutes=10)
CHANNEL_UPLOADS_WAIT = timedelta(hours=24)  # after uploadLimitExceeded; YouTube says no hour

PACIFIC = "America/Los_Angeles"
DAY = timedelta(hours=24)
DAILY_UNITS = 10_000
DAILY_UPLOADS = 100
UNITS, UPLOADS = "youtube.units", "youtube.uploads"

READ, WRITE = 1, 50  # units of a call that lists, and of one that changes anything

POLL_UNITS = 4  # calls of one turn; what does not fit comes with the next
LOOKUP_CALLS = 3  # for up to fifty comments: themselves, and two lists of what is held back
POLL_OVERLAP = timedelta(minutes=5)  # ours: a comment may show a little after it was written
THREADS_A_PAGE = 100
HELD_EVERY = timedelta(hours=1)
OLDER_EVERY = timedelta(hours=6)  # how often the threads of one film are gone through for answers to old comments
LOOKUP_MAX = 50
FILMS_NAMED = 200  # films whose titles are known to have been told, kept with the cursor
NAMED_EVERY = timedelta(days=7)  # a title may change, and must not be kept for thirty days without asking anew

MEASURES_LAG = timedelta(days=3)
MEASURES_KEPT = timedelta(days=30)

CONTENT_TERMS = ContentTerms(
    lease=timedelta(days=30),
    source="YouTube API Services, Developer Policies III.E.4 (developers.google.com/youtube/terms/developer-policies)",
    read_on="2026-11-22",
)
# Nobody is told that a comment was edited or deleted.
REVISITS = Revisits(every=timedelta(days=1), at_once=LOOKUP_MAX)
REPLIES = {MessageKind.COMMENT: ReplyLimits(text_max=COMMENT_MAX)}

OPTIONS = (
    Option(name="title", type=OptionType.TEXT, required=True, max_length=TITLE_MAX),
    Option(name="made_for_kids", type=OptionType.FLAG, required=True),
    Option(name="privacy", type=OptionType.CHOICE, choices=PRIVACY, default="public"),
    Option(name="category", type=OptionType.CHOICE, asks=True),
    Option(name="playlist", type=OptionType.CHOICE, asks=True),
    Option(name="tags", type=OptionType.WORDS),
    Option(name="synthetic", type=OptionType.FLAG, default=False),
    Option(name="paid_promotion", type=OptionType.FLAG, default=False),
    Option(name="notify_subscribers", type=OptionType.FLAG, default=True, forms=frozenset({Form.POST, Form.REEL})),
)


def budgets(*, daily_units: int, daily_uploads: int) -> tuple[Budget, ...]:
    """Return the buckets of the app's project: all organisations of this installation draw from the same."""
    return (
        Budget(
            key=UPLOADS, reach=Reach.APP, unit="calls", limit=daily_uploads, window=DAY, rolling=False, day_in=PACIFIC
        ),
        Budget(key=UNITS, reach=Reach.APP, unit="units", limit=daily_units, window=DAY, rolling=False, day_in=PACIFIC),
    )


def limits_for(details: Mapping[str, str]) -> Limits:
    """Return the limits of a channel: long films need a confirmed telephone number."""
    confirmed = details.get("long_uploads", "allowed") == "allowed"
    return Limits(
        text_max=DESCRIPTION_MAX_BYTES,
        media_max=1,
        image_types=COVER_TYPES,
        image_max_bytes=COVER_MAX_BYTES,
        alt_text_max=0,
        video_types=VIDEO_TYPES,
        video_max_bytes=VIDEO_MAX_BYTES,
        video_max=VIDEO_MAX if confirmed else VIDEO_MAX_UNCONFIRMED,
        first_comment_max=COMMENT_MAX,
    )


def tags_length(tags: list[str]) -> int:
    """Return the length of tags as YouTube counts it."""
    return sum(len(each) + (2 if " " in each else 0) for each in tags) + max(len(tags) - 1, 0)
