"""How often films are seen: made up, but always the same for a film and a day, and fewer as it grows older."""

import hashlib
from datetime import date, datetime, timedelta

from sandbox.networks.youtube.limits import PACIFIC
from sandbox.networks.youtube.state import Video

FIRST_DAY = 240
SECONDS_A_VIEW = 41


def day_of(at: float) -> date:
    """YouTube's days begin at midnight in California."""
    return datetime.fromtimestamp(at, PACIFIC).date()


def views_on(video: Video, day: date) -> int:
    """Views of a film on one whole day."""
    first = day_of(video.published_at)
    if day < first or not video.visible:
        return 0
    age = (day - first).days
    draw = int.from_bytes(hashlib.sha256(f"{video.id}:{day}".encode()).digest()[:2]) / 65_535
    return int((FIRST_DAY / (1 + age)) * (0.5 + draw))


def views_until(video: Video, now: float) -> int:
    """All views so far; of today the part that has passed."""
    first, today = day_of(video.published_at), day_of(now)
    whole = sum(views_on(video, first + timedelta(days=number)) for number in range((today - first).days))
    midnight = datetime(today.year, today.month, today.day, tzinfo=PACIFIC).timestamp()
    return whole + int(views_on(video, today) * (now - midnight) / 86_400)
