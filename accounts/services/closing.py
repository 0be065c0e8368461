"""Closing an account: asked for by the person themselves, at once and for ever.

What they did for organisations stays, without their name; the event logs of those keep it for as long as the law and
the subscription ask. The address is kept for three months, as all that belongs to signing in is, then it is free.
"""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailConfirmation
from django.utils.translation import gettext as _

from accounts.changes import tell_account_closed
from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from accounts.services.members import Refused, end_membership, owns_alone
from eventlog.services import record
from lib.tenancy.scope import scope

#: How long the address stays after the closing; the rule is that of privacy/record_classes.py (sign_in).
ADDRESS_KEPT_MONTHS = 3


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """An organisation that somebody owns alone: it is to be handed over, or ended, first."""

    organisation: Organisation

    @property
    def is_ending(self) -> bool:
        """Whether its end is announced: until then somebody must be able to take that back."""
        return self.organisation.ends_at is not None


def find_obstacles(user: User) -> list[Obstacle]:
    """Return the organisations that the user owns alone. Call it outside any scope."""
    found = []
    for membership in _memberships(user, organisation__closed_at=None, role=Role.OWNER):
        with scope(organisation=membership.organisation_id, user=user.pk):
            if owns_alone(membership):
                found.append(Obstacle(organisation=membership.organisation))
    return found


def close_account(user: User, *, now: datetime) -> None:
    """Close the account: whole, or not at all. Raises Refused while the user owns an organisation alone.

    All sessions end with the password, sockets with the memberships.
    """
    with scope(user=user.pk):
        locked = User.objects.select_for_update().filter(pk=user.pk, closed_at=None).first()
        if locked is None:
            raise Refused(_("This account is closed already."))
        record("accounts.account.closed", locked)
        for membership in _memberships(user):
            with scope(organisation=membership.organisation_id, user=user.pk):
                _leave(membership, now=now)
        tell_account_closed(locked, now)
        EmailConfirmation.objects.filter(email_address__user=locked).delete()
        locked.closed_at, locked.is_active, locked.is_staff, locked.is_superuser = now, False, False, False
        locked.name = ""
        locked.set_unusable_password()
        locked.save()


def is_kept_address(email: str) -> bool:
    """Whether the address belonged to an account that was closed not long ago."""
    return User.objects.filter(email=email.lower(), closed_at__isnull=False).exists()


def _leave(membership: Membership, *, now: datetime) -> None:
    """Leave one organisation. One that has been closed needs no owner any more."""
    organisation = membership.organisation
    if organisation.closed_at is None and owns_alone(membership):
        raise Refused(
            _("%(organisation)s has no other owner. Hand it over or end it first.") % {"organisation": organisation}
        )
    record("accounts.membership.left", membership, data={"account_closed": True})
    end_membership(membership, now=now)


def _memberships(user: User, **which: object) -> list[Membership]:
    """Return a user's memberships, in the order in which organisations are locked."""
    with scope(user=user.pk):
        rows = Membership.mine.filter(user_id=user.pk, **which).select_related("organisation", "user")
        return list(rows.order_by("organisation_id"))
