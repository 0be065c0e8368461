"""Words as searches compare them: without accents, capitals and ligatures. The database has no extension for it."""

import re
import unicodedata
from collections.abc import Iterable

MOST_WORDS = 4000  # of one row: PostgreSQL takes a megabyte of them
LONGEST_WORD = 40  # what is longer is cut; a search for it is cut alike
#: Letters that Unicode does not take apart, though readers type them so.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return the text as comparisons see it: "L’Été, CŒUR" gives "l’ete, coeur"."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in taken_apart if not unicodedata.combining(one)).translate(_LIGATURES)


def words_of(*texts: str) -> list[str]:
    """Return the different words of these texts, folded, in the order of their first appearance."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _WORD.finditer(fold(text)):
            found.setdefault(match.group()[:LONGEST_WORD])
            if len(found) == MOST_WORDS:
                return list(found)
    return list(found)


def lexemes(words: Iterable[str], *, organisation_id: int) -> str:
    """Return a tsvector's text. Each word carries its organisation, so that one index serves all and mixes none."""
    return " ".join(f"'{organisation_id}:{word}'" for word in words)
