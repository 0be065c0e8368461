"""YouTube's figures, and the buckets of quota that calls use up.

Quota: developers.google.com/youtube/v3/determine_quota_cost, with the split of 1 June 2026. Lengths: the reference of
videos and comments. Resumable uploads: the guide of that name. All read 2026-11-22. What no page says is marked so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAY = 24 * 3600
PACIFIC = ZoneInfo("America/Los_Angeles")

TITLE_LENGTH = 100
DESCRIPTION_BYTES = 5000
TAGS_LENGTH = 500
COMMENT_LENGTH = 10_000  # no page says it

UPLOAD_BYTES = 274_877_906_944
CHUNK_BYTES = 262_144  # every part of an upload but the last is a multiple of this
SESSION_SECONDS = 7 * DAY  # no page says it
THUMBNAIL_BYTES = 52_428_800
THUMBNAIL_TYPES = {"image/jpeg", "image/png", "application/octet-stream"}
FILM_SECONDS = 12 * 3600
SHORT_FILM_SECONDS = 15 * 60  # channels whose owner has not confirmed a telephone number
CHANNEL_UPLOADS = 50  # of one channel in a day; YouTube names no figure

PROCESSING_SECONDS = 2.0  # how long a twin's film takes
STATUS_BUDGET = 50  # ids in one videos.list

# The hub of YouTube: developers.google.com/youtube/v3/guides/push_notifications; the lease as observed.
LEASE_SECONDS = 432_000
LONGEST_LEASE_SECONDS = 864_000  # no page says it
SECRET_BYTES = 200
HUB_RETRY_SECONDS = (0, 30, 120, 600, 3600)  # no page says it

ANALYTICS_LAG_DAYS = 2  # one to three are usual
ANALYTICS_VIDEOS = 500


@dataclass(frozen=True)
class Bucket:
    """So many units a day."""

    name: str
    units: int


UPLOADS = Bucket("videos.insert", 100)
SEARCHES = Bucket("search.list", 100)
STATISTICS = Bucket("videos.batchGetStats", 10_000)
UNITS = Bucket("units", 10_000)
NO_BUCKET = Bucket("none", 0)  # bytes of an upload, Analytics, the hub


def pacific_day(at: float) -> str:
    """The day by which quota is counted: it begins at midnight in California."""
    return datetime.fromtimestamp(at, PACIFIC).date().isoformat()


def next_midnight(at: float) -> float:
    """When quota is full again."""
    tomorrow = datetime.fromtimestamp(at, PACIFIC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).timestamp()


class Quota:
    """What each project has used of each bucket today."""

    def __init__(self) -> None:
        self._day = ""
        self._used: dict[tuple[str, str], int] = {}

    def take(self, project: str, bucket: Bucket, units: int, now: float) -> bool:
        """Count units; whether they were still there."""
        self._turn(now)
        used = self._used.get((project, bucket.name), 0)
        if bucket.units and used + units > bucket.units:
            return False
        self._used[project, bucket.name] = used + units
        return True

    def used(self, now: float) -> Mapping[str, int]:
        """By project and bucket, for people to see."""
        self._turn(now)
        return {f"{project}:{bucket}": units for (project, bucket), units in self._used.items()}

    def clear(self) -> None:
        self._used.clear()

    def _turn(self, now: float) -> None:
        if (day := pacific_day(now)) != self._day:
            self._day = day
            self._used.clear()
