"""What one member may hear of: asked of the rows, kept by each process, asked again whenever it may have changed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from accounts.models import Membership
from accounts.permissions import ALLOWED, Role
from lib.tenancy.scope import scope
from live.events import Event
from live.kinds import Kind, find_kind

#: Gives the social accounts of some memberships that have chosen ones.
FindReach = Callable[[Collection[int]], Mapping[int, Collection[int]]]


def _no_reach(membership_ids: Collection[int]) -> Mapping[int, Collection[int]]:
    return {}


_find_reach: FindReach = _no_reach


def find_reach_with(find: FindReach) -> None:
    """Let `find` say which social accounts members with chosen ones may work with, with one query."""
    global _find_reach  # noqa: PLW0603  # one per process, set once at its start
    _find_reach = find


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A member as their sockets need them."""

    user_id: int
    role: Role
    social_account_ids: frozenset[int] | None  # None: all, those to come included

    def may_hear(self, event: Event) -> bool:
        """Tell whether a change is for this member."""
        kind = find_kind(event.kind)
        return (
            kind is not None
            and event.user_id in {None, self.user_id}
            and self.may_see(kind, social_account_id=event.social_account_id)
        )

    def may_see(self, kind: Kind, *, social_account_id: int | None) -> bool:
        """Tell whether this member may see something of this kind on this social account."""
        if kind.permission is not None and kind.permission not in ALLOWED[self.role]:
            return False
        return (
            social_account_id is None or self.social_account_ids is None or social_account_id in self.social_account_ids
        )


def read_readers(organisation_id: int, user_ids: Collection[int]) -> dict[int, Reader]:
    """Return those of these users who are members now; an organisation that is closed has none."""
    with scope(organisation=organisation_id):
        members = list(
            Membership.objects.filter(user_id__in=user_ids, user__is_active=True, organisation__closed_at=None).only(
                "user_id", "role", "all_accounts"
            )
        )
        chosen = [one.pk for one in members if not one.all_accounts]
        reach = _find_reach(chosen) if chosen else {}
    return {
        one.user_id: Reader(
            user_id=one.user_id,
            role=Role(one.role),
            social_account_ids=None if one.all_accounts else frozenset(reach.get(one.pk, ())),
        )
        for one in members
    }
