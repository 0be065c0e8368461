"""Kinds of things that change, and who may hear of each; rooms register theirs when they start."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from accounts.permissions import Permission

#: Says on which social account each of some subjects stands (None: on none); what does not exist is left out.
Locate = Callable[[Collection[int]], Mapping[int, int | None]]


#: The kind by which it is said that what a member may read has changed.
ACCESS = "access"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind. Besides the permission, a change is heard only by those who may work with its social account."""

    name: str
    permission: Permission | None  # None: every member, or whom the change is addressed to
    locate: Locate | None  # None: nobody is ever shown as present there


_kinds: dict[str, Kind] = {}


def register_kind(name: str, *, permission: Permission | None, locate: Locate | None = None) -> None:
    """Let changes of this kind be recorded. Its name is part of DOM events and of addresses: letters and hyphens."""
    _kinds[name] = Kind(name=name, permission=permission, locate=locate)


def find_kind(name: str) -> Kind | None:
    """Return a kind, or None where no room has registered it."""
    return _kinds.get(name)


def require_kind(name: str) -> Kind:
    """Return a kind, or raise LookupError with what to do."""
    try:
        return _kinds[name]
    except KeyError:
        known = ", ".join(sorted(_kinds))
        raise LookupError(f"no kind {name!r} is registered (known: {known}); call register_kind in ready()") from None
