"""LinkedIn's figures: versions, lives, sizes, allowances.

Versions: learn.microsoft.com/linkedin, "Versioning" (2026-09-16). Lives: its authorization code flow and refresh token
pages (2025-11, 2026-05). Media: Images, Videos and Documents API pages (2026-05). What no page says is marked so.
"""

DAY = 24 * 3600

# Month -> the day on which it ends. There is no 202512; those after 202607 end a year after their month's middle.
VERSIONS = {
    "202508": "2026-08-17",
    "202509": "2026-09-15",
    "202510": "2026-10-15",
    "202511": "2026-11-16",
    "202601": "2027-01-15",
    "202602": "2027-02-15",
    "202603": "2027-03-16",
    "202604": "2027-04-15",
    "202605": "2027-05-15",
    "202606": "2027-06-15",
    "202607": "2027-07-15",
    "202608": "2027-08-15",
    "202609": "2027-09-15",
}
PROTOCOL = "2.0.0"

CODE_SECONDS = 30 * 60
ACCESS_TOKEN_SECONDS = 60 * DAY
CONSENT_SECONDS = 365 * DAY

COMMENTARY_LENGTH = 3000
ALT_TEXT_LENGTH = 4086
TITLE_LENGTH = 400  # no page says
DESCRIPTION_LENGTH = 4086  # no page says
POLL_QUESTION_LENGTH = 140
POLL_OPTION_LENGTH = 30
POLL_DURATIONS = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")
COMMENT_LENGTH = 1250  # what the site's own field takes
MULTI_IMAGES = (2, 20)
POSTS_A_PAGE = 100
# No figure is published: "identical content re-sent soon".
DUPLICATE_SECONDS = 3600
DUPLICATE_LOOKBACK = 50

IMAGE_PIXELS = 36_152_320
IMAGE_TYPES = {"image/jpeg", "image/png", "image/gif"}
VIDEO_BYTES = (1, 500_000_000)  # the page asks for 75 KB; what is smaller is not refused at the start
VIDEO_PART_BYTES = 4 * 1024 * 1024
DOCUMENT_BYTES = 100_000_000
UPLOAD_SECONDS = DAY  # as the samples' uploadUrlExpiresAt
# How long a twin's files take.
PROCESSING_SECONDS = {"image": 0.0, "document": 0.5, "video": 2.0}

# Calls of one resource in a day of UTC: by the whole app, by one member. Figures for the standard tier are shown in the
# developer portal only: these are the twin's own.
ALLOWANCES = {"development": (500, 100), "standard": (100_000, 10_000)}

NOTIFICATION_DAYS = 60
NOTIFICATIONS_A_REQUEST = 10
REDELIVERY_SECONDS = 300
REDELIVER_FOR_SECONDS = 8 * 3600
CHALLENGE_SECONDS = 3.0
CHALLENGE_EVERY_SECONDS = 2 * 3600
CHALLENGE_FAILURES = 3
SUBSCRIPTION_SECONDS = 60 * DAY  # no page says: the life of the token it was made with

FOLLOWER_DAYS = (2, 365)  # gains are known from so many days ago back to so many
