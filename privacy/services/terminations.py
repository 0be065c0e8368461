"""Announcing the end of an organisation, and taking it back. Each needs the organisation's scope."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from eventlog.services import record
from privacy.models import Termination
from privacy.rules import in_force
from privacy.terminating import networks

MOST_DAYS = 90


class NotEnded(ValueError):
    """The end cannot be announced, or not be taken back. Says so in a sentence."""


def find_announced() -> Termination | None:
    """Return the organisation's end as it stands, if it was announced."""
    return Termination.objects.exclude(state=Termination.State.UNDONE).order_by("-id").first()


def usual_days(*, at: datetime) -> int:
    """Return after how many days this organisation ends where nobody says otherwise: by its own rule."""
    period = in_force("contract_end", at=at).period
    return (period.after(at) - at).days if period is not None else MOST_DAYS


@transaction.atomic
def announce_end(
    organisation: Organisation, *, typed_name: str, days: int | None, at_once: bool, actor: User, at: datetime
) -> Termination:
    """Make the organisation read-only now and end it after so many days, 0 to 90; raise NotEnded. None: by its rule.

    Without a day to wait it must be said twice (`at_once`), since it cannot be undone.
    """
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if " ".join(typed_name.split()) != " ".join(locked.name.split()):
        raise NotEnded(_("This is not its name; type %(name)s.") % {"name": locked.name})
    days = usual_days(at=at) if days is None else days
    if not 0 <= days <= MOST_DAYS:
        raise NotEnded(_("Choose from 0 to %(most)s days.") % {"most": MOST_DAYS})
    if days == 0 and not at_once:
        raise NotEnded(_("To end it at once, say so twice: it cannot be undone."))
    if locked.ends_at is not None:
        raise NotEnded(_("Its end is announced already."))
    ends_at = at + timedelta(days=days)
    found = Termination.objects.create(
        organisation_id=locked.pk,
        organisation_name=locked.name,
        asked_by_id=actor.pk,
        owner_ids=list(Membership.objects.filter(role=Role.OWNER).values_list("user_id", flat=True)),
        asked_at=at,
        ends_at=ends_at,
        available_at=ends_at,
    )
    Organisation.objects.filter(pk=locked.pk).update(ends_at=ends_at)
    networks().pause()
    record("privacy.organisation.end_announced", found, data={"days": days})
    return found


@transaction.atomic
def undo_end(organisation: Organisation, *, at: datetime) -> None:
    """Take the end back: everything goes on. Raises NotEnded once it has begun."""
    undone = Termination.objects.filter(
        organisation_id=organisation.pk, state=Termination.State.ANNOUNCED, ends_at__gt=at
    )
    found = undone.select_for_update().first()
    if found is None:
        raise NotEnded(_("There is nothing to take back: no end is announced, or it has begun."))
    found.state, found.available_at, found.owner_ids = Termination.State.UNDONE, None, []
    found.save()
    Organisation.objects.filter(pk=organisation.pk).update(ends_at=None)
    networks().resume(at)
    record("privacy.organisation.end_undone", found)


def take_up_held(at: datetime) -> None:
    """A hold was released: an end that it stopped goes on."""
    Termination.objects.filter(state=Termination.State.HELD, lease_until=None).update(available_at=at)
