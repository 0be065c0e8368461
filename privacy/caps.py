"""The networks' own limits on storing their content, as the retention page shows them.

Networks stand a floor above, so they hand in which limits apply to the organisation in scope: `apply_with(applying)`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class NetworkCap:
    """One limit: how long at most, of what. No setting of anybody lengthens it."""

    network: str
    period: str | Promise
    what: str | Promise


_askers: list[Callable[[], Sequence[NetworkCap]]] = []


def apply_with(ask: Callable[[], Sequence[NetworkCap]]) -> None:
    """Ask this which limits apply to the organisation in scope."""
    if ask not in _askers:
        _askers.append(ask)


def applying() -> list[NetworkCap]:
    """Return the limits that apply to the organisation in scope, by its connected accounts."""
    return [cap for ask in _askers for cap in ask()]
