"""What LinkedIn takes from organisation pages, each figure with where and when it was read.

Posts, images, videos, documents: learn.microsoft.com/linkedin, Posts API (2026-05-07) and its neighbours. "Clients" is
what maintained clients found, read 2026-11-22; UNVERIFIED ones are named in README.md. Storage: Marketing API Data
Storage Requirements, 2026-09.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from integrations.contract import Budget, Form, Kind, Limits, Option, OptionType
from integrations.engagement import ContentTerms
from integrations.errors import Reach

TEXT_MAX = 3000  # of the commentary as it is sent: with its backslashes, to be safe
MEDIA_MAX = 20
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})
IMAGE_MAX_BYTES = 36_000_000  # the page counts pixels (36,152,320), which stays under this in any of these formats
IMAGE_MAX_PIXELS = 36_152_320
FRAMES_MAX = 250  # of a GIF
ALT_TEXT_MAX = 4086
VIDEO_TYPES = frozenset({"video/mp4"})
VIDEO_MAX_BYTES = 500_000_000
VIDEO_MIN = timedelta(seconds=3)
VIDEO_MAX = timedelta(minutes=30)
DOCUMENT_TYPES = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
DOCUMENT_MAX_BYTES = 100_000_000
COMMENT_MAX = 1250  # LinkedIn's own field; no page says
TITLE_MAX = 200  # no page says; clients
DESCRIPTION_MAX = 300  # no page says; longer ones are cut where they are shown
QUESTION_MAX = 140
CHOICE_MAX = 30
CHOICES = (2, 4)
DURATIONS = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")

UPLOAD_MARGIN = timedelta(hours=1)  # upload addresses that end sooner are asked for anew
UPLOAD_LIFE = timedelta(hours=12)  # where an answer does not say
VISIBILITY_DELAY = timedelta(seconds=60)  # ours: nobody publishes how soon a post is listed
LOOK_BACK_PAGES = 4
POSTS_A_PAGE = 50
ROLES_A_PAGE = 100
ORGANIZATIONS_A_CALL = 50
COMMENTS_A_PAGE = 100
NOTIFICATIONS_A_PAGE = 100
POSTS_A_SUMMARY = 20
POLL_OVERLAP = timedelta(minutes=5)  # ours: what becomes visible late is not lost
NOTIFICATIONS_BACK = timedelta(days=60)
READ_AGAIN_AFTER = timedelta(hours=6)  # ours: a post without news is read again, for what was edited or deleted
READ_AGAIN_A_POLL = 1
ANSWERS_READ_AGAIN = 10  # comments of such a post whose answers are read too; their number shows most changes

CONSENT_LIFE = timedelta(days=365)

PUBLISH_ROLES = frozenset(
    {"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN", "DIRECT_SPONSORED_CONTENT_POSTER"}
)
ENGAGE_ROLES = frozenset({"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"})
ADMINISTRATOR = "ADMINISTRATOR"

# Resources whose calls are counted apart, by day of UTC. LinkedIn publishes the development tier's figures only
# (500 a day for the app, 100 for a member); those of the standard tier stand in each app's own page.
RESOURCES = ("posts", "media", "comments", "reactions", "notifications", "organizations", "statistics", "subscriptions")
DEVELOPMENT = (500, 100)
DAY = timedelta(days=1)


def budgets(app_calls: int | None, member_calls: int | None) -> tuple[Budget, ...]:
    """Return the allowances of every resource; None where nobody has told us a figure."""
    return tuple(
        Budget(
            key=f"linkedin.{resource}{suffix}",
            reach=reach,
            unit="calls",
            limit=limit,
            window=DAY,
            rolling=False,
            day_in="UTC",
        )
        for resource in RESOURCES
        for suffix, reach, limit in ((".app", Reach.APP, app_calls), ("", Reach.GRANT, member_calls))
    )


# Members' comments, reactions and mentions 48 hours; what a page itself wrote six months. Names of members may be
# shown from a cache of 24 hours and not stored: we ask for none.
CONTENT_TERMS = ContentTerms(
    lease=timedelta(hours=48),
    source="LinkedIn Marketing API Data Storage Requirements "
    "(learn.microsoft.com/linkedin/marketing/data-storage-requirements)",
    read_on="2026-11-22",
)
FIGURES_KEPT = timedelta(days=365)  # page administration and reporting data
FIGURES_LAG = timedelta(days=2)
GAINS_BACK = timedelta(days=365)
GAINS_LAG = timedelta(days=2)

LIMITS = Limits(
    text_max=TEXT_MAX,
    media_max=MEDIA_MAX,
    image_types=IMAGE_TYPES,
    image_max_bytes=IMAGE_MAX_BYTES,
    alt_text_max=ALT_TEXT_MAX,
    frames_max=FRAMES_MAX,
    video_types=VIDEO_TYPES,
    video_max_bytes=VIDEO_MAX_BYTES,
    video_max=VIDEO_MAX,
    document_types=DOCUMENT_TYPES,
    document_max_bytes=DOCUMENT_MAX_BYTES,
    first_comment_max=COMMENT_MAX,
)
_POLL = frozenset({Form.POLL})
_CARD = frozenset({Kind.LINK})
_TITLED = _CARD | {Kind.VIDEO, Kind.DOCUMENT}
OPTIONS = (
    Option(name="title", type=OptionType.TEXT, kinds=_TITLED, max_length=TITLE_MAX),
    Option(name="description", type=OptionType.LONG_TEXT, kinds=_CARD, max_length=DESCRIPTION_MAX),
    Option(name="question", type=OptionType.TEXT, required=True, forms=_POLL, max_length=QUESTION_MAX),
    Option(
        name="choices",
        type=OptionType.WORDS,
        required=True,
        forms=_POLL,
        max_length=CHOICE_MAX,
        max_count=CHOICES[1],
    ),
    Option(name="duration", type=OptionType.CHOICE, choices=DURATIONS, default="THREE_DAYS", forms=_POLL),
    Option(name="reshare", type=OptionType.ADDRESS, kinds=frozenset({Kind.TEXT, Kind.LINK})),
    Option(name="no_reshares", type=OptionType.FLAG, default=False),
)

# Month -> the day on which LinkedIn ends it: learn.microsoft.com/linkedin, "Versioning" and the migrations page,
# 2026-09-16. Later ones live at least twelve months.
VERSIONS: Mapping[str, date] = MappingProxyType(
    {
        "202601": date(2027, 1, 15),
        "202602": date(2027, 2, 15),
        "202603": date(2027, 3, 16),
        "202604": date(2027, 4, 15),
        "202605": date(2027, 5, 15),
        "202606": date(2027, 6, 15),
        "202607": date(2027, 7, 15),
        "202608": date(2027, 8, 15),
        "202609": date(2027, 9, 15),
    }
)
