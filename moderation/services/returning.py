"""Giving back what a worker held when it died: moderation actions whose lease has run out."""

import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection

from integrations.engagement import ANSWERS
from integrations.registry import provider
from integrations.services.lanes import lower_lanes
from lib.claims.claiming import wait_before_retry
from lib.tenancy.scope import scope
from moderation.models import Item, Message, ModerationAction
from moderation.services.commands import save
from moderation.states import WayOut

logger = logging.getLogger(__name__)

_BATCH = 200


def give_back_expired(*, now: datetime) -> int:
    """Return actions to their lanes; a reply that was being sent may have arrived, so it is looked for first.

    An organisation whose rows cannot be given back keeps nobody else's from it.
    """
    given_back = 0
    for organisation_id in _organisations(now):
        try:
            with scope(organisation=organisation_id):
                given_back += _give_back(now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("expired actions of organisation %s could not be given back", organisation_id)
    return given_back


def _organisations(now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.organisations_with_expired_actions(%s)", [now])
        return [row[0] for row in cursor.fetchall()]


def _give_back(*, now: datetime) -> int:
    expired = ModerationAction.objects.filter(lease_until__lt=now)
    item_ids = set(expired.values_list("item_id", flat=True)[:_BATCH])
    items = {each.pk: each for each in Item.objects.select_for_update().filter(pk__in=item_ids).order_by("pk")}
    rows = expired.filter(item__in=item_ids).select_for_update(of=("self",), skip_locked=True)
    actions = list(rows.select_related("social_account").order_by("pk"))
    bounds: dict[int, datetime] = {}
    for action in actions:
        _return_to_lane(action, now=now)
        if action.available_at is not None and action.lane_id is not None:
            bounds[action.lane_id] = min(action.available_at, bounds.get(action.lane_id, action.available_at))
    lower_lanes(bounds)
    for item_id in sorted({action.item_id for action in actions}):
        save(items[item_id])
    return len(actions)


def _return_to_lane(action: ModerationAction, *, now: datetime) -> None:
    action.lease_until = None
    action.lease_token += 1
    if action.state == WayOut.SENDING and action.act in ANSWERS:
        action.state, action.reason = WayOut.UNKNOWN, "worker_lost"
        action.available_at = now + provider(action.social_account.network).visibility_delay
        Message.objects.filter(sendings=action).update(way_out=WayOut.UNKNOWN, reason="worker_lost")
    else:
        # At once the first time, later each time after: what kills its worker must not do so without pause.
        action.available_at = now + wait_before_retry(action.attempts) if action.attempts else now
        if action.state == WayOut.SENDING:
            action.state = WayOut.WAITING
    action.attempts += 1
    action.save(update_fields=["lease_until", "lease_token", "state", "reason", "available_at", "attempts"])
