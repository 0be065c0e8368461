"""Roles and membership: who gives them, who loses them, and that an organisation always has an owner."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.changes import tell_membership_changed, tell_membership_ended
from accounts.models import Membership
from accounts.permissions import Permission, Role
from eventlog.services import record


class Refused(Exception):
    """What was asked cannot be done; the text is for the person who asked."""


def change_role(membership: Membership, role: Role, *, actor: Membership) -> None:
    """Give a member another role. It holds from the next request on, and open sockets ask anew."""
    _require_say(membership, role, actor=actor)
    owners = _lock_owners()
    if role is not Role.OWNER and _is_last_owner(membership, owners):
        raise Refused(_("An organisation needs an owner. Make somebody else an owner first."))
    before = membership.role
    if before == role:
        return
    membership.role = role
    membership.save(update_fields=["role"])
    record("accounts.membership.role_changed", membership, data={"before": before, "after": role.value})
    tell_membership_changed(membership)


def remove_member(membership: Membership, *, actor: Membership, now: datetime) -> None:
    """End a membership, one's own or another's. Its open sockets close within the second.

    What was theirs alone goes, what they had in hand is the others' again (accounts.changes).
    """
    leaves = membership.pk == actor.pk
    if not leaves:
        _require_say(membership, Role(membership.role), actor=actor)
    if _is_last_owner(membership, _lock_owners()):
        raise Refused(_("An organisation needs an owner. Make somebody else an owner first."))
    record("accounts.membership.left" if leaves else "accounts.membership.removed", membership)
    end_membership(membership, now=now)


def end_membership(membership: Membership, *, now: datetime) -> None:
    """Delete it, and let those know who keep something of the member's. In the organisation's scope."""
    tell_membership_ended(membership, now)
    membership.delete()


def owns_alone(membership: Membership) -> bool:
    """Whether nobody else owns the organisation; locks all owners. In its scope."""
    return membership.role == Role.OWNER and _is_last_owner(membership, _lock_owners())


def may_change(membership: Membership, *, actor: Membership) -> bool:
    """Tell whether the actor has a say over this member: owners are the owners' own matter."""
    return actor.may(Permission.MANAGE_PEOPLE) and (
        membership.role != Role.OWNER or actor.may(Permission.MANAGE_OWNERS)
    )


def _require_say(membership: Membership, role: Role, *, actor: Membership) -> None:
    if not may_change(membership, actor=actor):
        raise Refused(_("Only owners may change what owners are."))
    if role is Role.OWNER and not actor.may(Permission.MANAGE_OWNERS):
        raise Refused(_("Only owners may make owners."))


def _lock_owners() -> list[int]:
    """Lock all owners' rows, in the order of their ids: two owners cannot unmake each other at one moment."""
    owners = Membership.objects.filter(role=Role.OWNER).order_by("id").select_for_update(of=("self",))
    return [owner.pk for owner in owners]


def _is_last_owner(membership: Membership, owners: list[int]) -> bool:
    return owners == [membership.pk]
