"""What Instagram professional accounts take, each figure with where and when it was read.

developers.facebook.com, "Content Publishing", "IG User Media" and "Rate limits", 2026, read 2026-11-22; those marked
"clients" are what maintained clients found.
"""

from dataclasses import replace
from datetime import timedelta

from integrations.contract import Budget, Form, Kind, Limits, Option, OptionType
from integrations.engagement import ContentTerms, Revisits
from integrations.errors import Reach

CAPTION_MAX = 2_200
HASHTAGS_MAX = 30
HASHTAGS_SHOWN = 5  # clients: since December 2025 Instagram itself takes no more
MENTIONS_MAX = 20
MEDIA_MAX = 10
IMAGE_MAX_BYTES = 8_000_000
ALT_TEXT_MAX = 1_000
RATIOS = (0.8, 1.91)  # width by height of a picture in the feed: 4:5 to 1.91:1
VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime"})
VIDEO_MAX_BYTES = 300_000_000
VIDEO_MAX = timedelta(minutes=15)
VIDEO_MIN = timedelta(seconds=3)
STORY_VIDEO_MAX_BYTES = 100_000_000
STORY_VIDEO_MAX = timedelta(seconds=60)

CONTAINER_LIFE = timedelta(hours=24)
CONTAINER_MARGIN = timedelta(minutes=30)  # ours: for the way to the post
# "Poll once a minute, for no more than five minutes" is said of films; the quicker looks at the start are ours.
LOOK_AGAIN = ((timedelta(seconds=30), timedelta(seconds=5)), (timedelta(minutes=5), timedelta(seconds=20)))
LOOK_AGAIN_LATER = timedelta(minutes=1)
POSTS_A_DAY = 100  # the guide; the reference of media_publish says 50: content_publishing_limit is asked
CONTAINERS_A_DAY = 400
QUOTA_LOOK_AGAIN = timedelta(hours=1)  # ours: the window is rolling, and no answer says when it has room

# The list of media trails the write by seconds; the margin is ours.
VISIBILITY_DELAY = timedelta(seconds=60)
LOOK_BACK_PAGES = 4
MEDIA_A_PAGE = 25
ACCOUNTS_A_PAGE = 100

BUDGETS = (
    Budget(key="instagram.app", reach=Reach.APP, unit="percent", limit=100, window=timedelta(hours=1)),
    # 4,800 times the account's impressions of a day: told as a percentage.
    Budget(key="instagram.account", reach=Reach.ACCOUNT, unit="percent", limit=100, window=timedelta(hours=24)),
    Budget(key="instagram.posts", reach=Reach.ACCOUNT, unit="posts", limit=POSTS_A_DAY, window=timedelta(hours=24)),
    Budget(
        key="instagram.containers",
        reach=Reach.ACCOUNT,
        unit="containers",
        limit=CONTAINERS_A_DAY,
        window=timedelta(hours=24),
    ),
)

# Engagement
COMMENT_MAX = 2_200  # clients
MESSAGE_MAX = 1_000  # "Send API, Instagram", 2026
COMMENTS_A_PAGE = 50
REPLIES_A_COMMENT = 50
TAGS_A_PAGE = 25
# Ours: how far a poll reads back over what it has seen. Meta's lists trail the write by seconds.
POLL_OVERLAP = timedelta(minutes=5)

# Platform Terms, section 3.d: no number of days. What ends content: its removal there, Meta's or the person's request,
# the end of the purpose.
CONTENT_TERMS = ContentTerms(
    lease=None, source="Meta Platform Terms, section 3.d (developers.facebook.com/terms)", read_on="2026-11-22"
)

# Ours: the terms name no period, only that what is deleted goes; nobody is told of deletions.
REVISITS = Revisits(every=timedelta(days=1), at_once=50)

# Insights
FIGURES_BACK = timedelta(days=90)
FIGURES_LAG = timedelta(days=2)

LIMITS = Limits(
    text_max=CAPTION_MAX,
    media_max=MEDIA_MAX,
    image_types=frozenset({"image/jpeg"}),
    image_max_bytes=IMAGE_MAX_BYTES,
    alt_text_max=ALT_TEXT_MAX,
    video_types=VIDEO_TYPES,
    video_max_bytes=VIDEO_MAX_BYTES,
    video_max=VIDEO_MAX,
    first_comment_max=COMMENT_MAX,
)
STORY_LIMITS = replace(
    LIMITS, video_max_bytes=STORY_VIDEO_MAX_BYTES, video_max=STORY_VIDEO_MAX, first_comment_max=0, alt_text_max=0
)

_ONE = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.REEL})
_FILM = frozenset({Kind.VIDEO, Kind.REEL})
_NO_STORY = frozenset({Form.POST, Form.REEL})
OPTIONS = (
    # Clients: refused on carousels for some accounts.
    Option(name="collaborators", type=OptionType.WORDS, kinds=_ONE, max_count=3, max_length=30),
    Option(name="user_tags", type=OptionType.WORDS, kinds=_ONE | {Kind.STORY}, max_count=MENTIONS_MAX, max_length=30),
    Option(name="location", type=OptionType.TEXT, forms=_NO_STORY, max_length=32),
    Option(name="comments", type=OptionType.FLAG, default=True, forms=_NO_STORY),
    Option(name="share_to_feed", type=OptionType.FLAG, default=True, forms=frozenset({Form.REEL})),
    Option(name="thumb_offset", type=OptionType.TEXT, kinds=_FILM, max_length=7),
    Option(name="audio_name", type=OptionType.TEXT, forms=frozenset({Form.REEL}), max_length=100),
    Option(name="ai_generated", type=OptionType.FLAG, default=False, forms=_NO_STORY),
)
