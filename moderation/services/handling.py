"""Who handles an item, and for how long: interventions and assignments, kept beside the item's state."""

from datetime import datetime

from accounts.models import Membership, User
from moderation.models import Assignment, Intervention, Item


def hand_to(item: Item, user: User | None, *, by: Membership, now: datetime) -> None:
    """Let the item be this user's from now on (nobody's for None): ends what ran, begins what follows."""
    if item.assignee_id == (user.pk if user else None):
        return
    Assignment.objects.filter(item=item, ended_at=None).update(ended_at=now)
    if user is not None:
        Assignment.objects.create(item=item, user=user, by=by.user, began_at=now)
    item.assignee = user


def find_intervention(item: Item) -> Intervention | None:
    """Return the intervention that is open on this item."""
    found: Intervention | None = Intervention.objects.filter(item=item, outcome=Intervention.Outcome.OPEN).first()
    return found


def open_intervention(item: Item, user: User, *, now: datetime) -> Intervention:
    """Return this user's open intervention; a colleague's is handed over."""
    found = find_intervention(item)
    if found is not None and found.user_id == user.pk:
        return found
    if found is not None:
        end_intervention(found, Intervention.Outcome.HANDED_OVER, now=now)
    created: Intervention = Intervention.objects.create(
        item=item, user=user, opened_at=now, waiting_since=item.waiting_since
    )
    return created


def end_intervention(intervention: Intervention, outcome: Intervention.Outcome, *, now: datetime) -> None:
    """Close it; given back before any reply counts as cancelled."""
    if outcome is Intervention.Outcome.HANDED_OVER and intervention.first_reply_at is None:
        outcome = Intervention.Outcome.CANCELLED
    intervention.outcome, intervention.ended_at = outcome, now
    intervention.save(update_fields=["outcome", "ended_at", "is_reviewed"])
