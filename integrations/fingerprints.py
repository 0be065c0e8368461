"""Telling whether a post seen at a network is the one we sent."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from integrations.contract import Findings, Published, Sighting

# Clocks differ: a network's time may lie before the moment at which we began to send.
CLOCK_SKEW = timedelta(seconds=60)

# A text cut by a network is recognised by what is left of it, if that is enough to go by.
CUT_AT_LEAST = 20

_SPACES = re.compile(r"\s+")


def normalised(text: str) -> str:
    """Return the text without what networks change on their way: composed letters, runs and edges of white space."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def fingerprint(text: str, *, media_count: int) -> str:
    """Return a hash of the normalised text and the number of media, 64 hexadecimal digits."""
    return hashlib.sha256(f"{media_count}\n{normalised(text)}".encode()).hexdigest()


def resembles(text: str, other: str) -> bool:
    """Whether a network may have made one text of the other: same letters and figures, or cut short."""
    core, other_core = _core(text), _core(other)
    shorter, longer = sorted((core, other_core), key=len)
    return core == other_core or (len(shorter) >= CUT_AT_LEAST and longer.startswith(shorter))


def judge(
    sightings: Iterable[Sighting],
    *,
    text: str,
    is_ours: Callable[[Sighting], bool],
    since: datetime,
    known: Collection[str],
    covered: bool,
) -> Findings:
    """Say what sightings prove about a post with this text that was sent at ``since`` or later.

    One match proves it. Several do not say which is ours, and a text that only resembles ours may be ours as the
    network changed it: these go to a person. Posts with other texts are somebody else's.
    """
    recent = [each for each in sightings if each.published_at >= since - CLOCK_SKEW and each.network_id not in known]
    matches = [each for each in recent if is_ours(each)]
    if len(matches) == 1:
        return Findings(published=_as_published(matches[0]), covered=covered)
    return Findings(
        candidates=tuple(matches or (each for each in recent if resembles(each.text, text))), covered=covered
    )


def _core(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())


def _as_published(sighting: Sighting) -> Published:
    return Published(network_id=sighting.network_id, permalink=sighting.permalink, published_at=sighting.published_at)
