"""Deferred items come back at their hour: to whoever has them, or to everybody."""

from datetime import datetime

from django.db import connection

from eventlog.services import record
from lib.tenancy.scope import scope
from moderation.models import Item
from moderation.services.commands import move, save
from moderation.states import ItemState

_BATCH = 200


def wake_due(*, now: datetime) -> int:
    """Wake the items whose hour has come, however long ago; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.organisations_to_wake(%s)", [now])
        organisations = [row[0] for row in cursor.fetchall()]
    return sum(_wake(organisation_id, now=now) for organisation_id in organisations)


def _wake(organisation_id: int, *, now: datetime) -> int:
    with scope(organisation=organisation_id):
        due = Item.objects.filter(state=ItemState.DEFERRED, deferred_until__lte=now)
        items = list(due.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:_BATCH])
        for item in items:
            move(item, ItemState.ASSIGNED if item.assignee_id else ItemState.NEW, now=now)
            item.waiting_since = item.waiting_since or now
            save(item)
            record("moderation.item.woken", item)
    return len(items)
