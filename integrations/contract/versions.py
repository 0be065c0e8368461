"""The dated versions of a network's API."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class ApiVersion:
    """One version, chosen by the operator in ``setting``.

    ``ends_on`` None: this release of Portevoix does not know when it ends. After that day the network refuses it, or
    silently serves another.
    """

    name: str
    setting: str
    ends_on: date | None
