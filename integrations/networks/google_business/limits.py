"""What Google Business Profile takes, each figure with where and when it was read.

Google publishes few of these for posts; those marked "clients" are what maintained clients found, those marked
UNVERIFIED come from help pages that speak of photos in general. Where two figures are known the smaller one stands.
Quotas: developers.google.com/my-business/content/limits. All read 2026-11-22.
"""

from datetime import timedelta

from integrations.contract import Budget, Form, Limits, Option, OptionType
from integrations.engagement import ContentTerms, Revisits
from integrations.errors import Reach

TEXT_MAX = 1500  # clients
EVENT_TITLE_MAX = 58  # clients
COUPON_MAX = 58  # clients
MEDIA_MAX = 1  # clients send one photo; whether posts take more, or films, is not said
IMAGE_TYPES = frozenset({"image/jpeg", "image/png"})
IMAGE_MAX_BYTES = 5_000_000  # UNVERIFIED: help pages say 5 MB for photos, elsewhere 25
IMAGE_MIN_BYTES = 10_240  # "Upload media", for photos of a profile
IMAGE_MIN_WIDTH, IMAGE_MIN_HEIGHT = 400, 300  # UNVERIFIED: help pages; photos of a profile need 250 on each edge
REPLY_MAX_BYTES = 4096  # reference of accounts.locations.reviews.updateReply

# A post that was taken is listed at once by all we know; the margin is ours.
VISIBILITY_DELAY = timedelta(seconds=60)
LOOK_BACK_PAGES = 5
POSTS_A_PAGE = 100
ACCOUNTS_A_PAGE = 20
LOCATIONS_A_PAGE = 100
REVIEWS_A_PAGE = 50
MEDIA_A_PAGE = 100

# How long moderation takes is not said: some minutes, by clients. Asked after so long.
ASK_AGAIN = timedelta(seconds=30)

# Reviews are given by the time of their last change; how far the list trails is not said.
POLL_OVERLAP = timedelta(hours=1)
POLL_PAGES = 3  # that an ordinary poll reads at most, for the budget

A_MINUTE = timedelta(minutes=1)
CALLS_A_MINUTE = 300
EDITS_A_MINUTE = 10
APIS = ("accounts", "information", "verifications", "notifications", "performance", "v4")
EDITS = "google_business.edits"


def budget_of(api: str) -> str:
    return f"google_business.{api}"


# Each of its APIs has a quota of its own for the whole project. Nothing is told in headers: we count by ourselves.
BUDGETS = (
    *(
        Budget(key=budget_of(api), reach=Reach.APP, unit="calls", limit=CALLS_A_MINUTE, window=A_MINUTE, rolling=False)
        for api in APIS
    ),
    # "Edits per minute per profile", which cannot be raised. What counts as one is not said: we count every change.
    Budget(key=EDITS, reach=Reach.ACCOUNT, unit="edits", limit=EDITS_A_MINUTE, window=A_MINUTE, rolling=False),
)

# Business Profile APIs policies, "Content storage": kept temporarily, at most 30 calendar days, then fetched anew.
LEASE = timedelta(days=30)
CONTENT_TERMS = ContentTerms(
    lease=LEASE,
    source="Google Business Profile APIs policies (developers.google.com/my-business/content/policies)",
    read_on="2026-11-22",
)
# Nobody is told that a review was removed, or its answer changed by hand. Two calls a review at most.
REVISITS = Revisits(every=timedelta(days=1), at_once=10)
# Figures of the last days are missing or still change; how long is not said.
MEASURES_LAG = timedelta(days=5)

LIMITS = Limits(
    text_max=TEXT_MAX,
    media_max=MEDIA_MAX,
    image_types=IMAGE_TYPES,
    image_max_bytes=IMAGE_MAX_BYTES,
    alt_text_max=0,  # posts have no place for one
)

CALL = "CALL"  # the profile's own telephone: without an address
ACTIONS = ("LEARN_MORE", "BOOK", "ORDER", "SHOP", "SIGN_UP", CALL)
_DATED = frozenset({Form.EVENT, Form.OFFER})
OPTIONS: tuple[Option, ...] = (
    Option(
        name="call_to_action",
        type=OptionType.CHOICE,
        choices=ACTIONS,
        forms=frozenset({Form.POST, Form.EVENT}),
    ),
    Option(name="title", type=OptionType.TEXT, required=True, forms=_DATED, max_length=EVENT_TITLE_MAX),
    Option(name="starts_at", type=OptionType.MOMENT, required=True, forms=_DATED),
    Option(name="ends_at", type=OptionType.MOMENT, required=True, forms=_DATED),
    Option(name="coupon", type=OptionType.TEXT, forms=frozenset({Form.OFFER}), max_length=COUPON_MAX),
    Option(name="terms", type=OptionType.LONG_TEXT, forms=frozenset({Form.OFFER})),
)
