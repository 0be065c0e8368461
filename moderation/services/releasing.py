"""What an agent had in hand when they leave: given back to everybody, so that nobody waits for somebody who is gone."""

from datetime import datetime

from accounts.models import Membership
from eventlog.services import record
from moderation.models import Assignment, Intervention, Item
from moderation.services.commands import move, save
from moderation.states import ItemState

#: Those that somebody looks at or that come back by themselves; each is told to open pages.
_IN_HAND = (ItemState.ASSIGNED, ItemState.DEFERRED)


def release_items(membership: Membership, now: datetime) -> None:
    """Give back all that is a member's. Items by ascending id first: the order in which everybody locks."""
    user_id = membership.user_id
    theirs = Item.objects.select_for_update(of=("self",)).filter(assignee=user_id).order_by("pk")
    states = dict(theirs.values_list("pk", "state"))
    running = Intervention.objects.filter(user=user_id, outcome=Intervention.Outcome.OPEN)
    running.filter(first_reply_at=None).update(outcome=Intervention.Outcome.CANCELLED, ended_at=now)
    running.update(outcome=Intervention.Outcome.HANDED_OVER, ended_at=now)
    Assignment.objects.filter(user=user_id, ended_at=None).update(ended_at=now)
    in_hand = [pk for pk, state in states.items() if state in _IN_HAND]
    # Answered and closed ones would come back to whoever had them.
    Item.objects.filter(pk__in=states.keys() - set(in_hand)).update(assignee=None)
    for item in Item.objects.filter(pk__in=in_hand).order_by("pk").iterator(chunk_size=500):
        if item.state == ItemState.ASSIGNED:
            move(item, ItemState.NEW, now=now)
        item.assignee = None
        save(item)
        record("moderation.item.released", item)
