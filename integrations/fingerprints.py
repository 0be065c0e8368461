"""Telling whether a post seen at a network is the one we sent."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from integrations.contract import Findings, Published, Sighting

# Clocks differ: a network's time may lie before the moment at which we began to send.
CLOCK_SKEW = timedelta(seconds=60)

_SPACES = re.compile(r"\s+")


def normalised(text: str) -> str:
    """Return the text without what networks change on their way: composed letters, runs and edges of white space."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def fingerprint(text: str, *, media_count: int) -> str:
    """Return a hash of the normalised text and the number of media, 64 hexadecimal digits."""
    return hashlib.sha256(f"{media_count}\n{normalised(text)}".encode()).hexdigest()


def judge(
    sightings: Iterable[Sighting], *, wanted: str, since: datetime, known: Collection[str], covered: bool
) -> Findings:
    """Say what sightings prove about the post with the fingerprint ``wanted``, sent at ``since`` or later.

    One match proves it. Several do not say which is ours, and posts of that time that do not match may be ours as
    the network changed them: these go to a person.
    """
    recent = [each for each in sightings if each.published_at >= since - CLOCK_SKEW and each.network_id not in known]
    matches = [each for each in recent if fingerprint(each.text, media_count=each.media_count) == wanted]
    if len(matches) == 1:
        return Findings(published=_as_published(matches[0]), covered=covered)
    return Findings(candidates=tuple(matches or recent), covered=covered)


def _as_published(sighting: Sighting) -> Published:
    return Published(network_id=sighting.network_id, permalink=sighting.permalink, published_at=sighting.published_at)
