"""How X counts a text: weighted, by twitter-text."""

import unicodedata
import warnings
from typing import Any

# It still reads its list of emoji through pkg_resources, which says at every start that it is on its way out.
warnings.filterwarnings("ignore", message="pkg_resources is deprecated", category=UserWarning)

_REFUSED = ("\ufffe", "\uffff", "\ufeff")


def weighted_length(text: str) -> int:
    """Return the weighted length; 280 of it fit into an ordinary post."""
    return int(_parsed(text).weightedLength) if text else 0


def surely_fits(text: str, allowed: int) -> bool:
    """Return True where no count is needed: no character weighs more than 2, no address more than 23.

    X composes a text first (NFC), which makes three of a few Hebrew and musical signs. Counting costs most of a
    millisecond, and nearly every text that is published is far from the limit.
    """
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    return 2 * len(composed) + 23 * composed.count(".") <= allowed


def refused_characters(text: str) -> str:
    """Return the code points X refuses, as a person can search for them; empty when there are none."""
    return ", ".join(f"U+{ord(each):04X}" for each in _REFUSED if each in text)


def _parsed(text: str) -> Any:  # the package ships no types
    import twitter_text  # loads its tables in a third of a second: only who counts pays

    return twitter_text.parse_tweet(text)
