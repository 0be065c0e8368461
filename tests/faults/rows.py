"""How the expected ends are written down: by trouble, and where networks or operations differ, by these."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """What must be seen at once, the key of its sentence, and what must be so in the end."""

    at_once: str
    reason: str
    end: str


Rows = Mapping[str, Row | Mapping[str, Row]]
Answers = Mapping[str, str | Mapping[str, str]]


def each(troubles: Iterable[str], row: T) -> dict[str, T]:
    """Say the same of several troubles."""
    return dict.fromkeys(troubles, row)


def pick(rows: Mapping[str, T | Mapping[str, T]], trouble: str, *, network: str, operation: str) -> T:
    """Return what is said of a trouble: of this operation where it differs, else of this network, else of all ("")."""
    said = rows[trouble]
    if not isinstance(said, Mapping):
        return said
    return said[next(where for where in (operation, network, "") if where in said)]
