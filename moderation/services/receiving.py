"""Webhooks: what a network tells us is verified and written down before it is answered, and read afterwards."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from integrations.engagement import Arrived, Delivered, EngagingProvider
from integrations.services.leaving import person_left
from lib.claims.doorbell import ring

logger = logging.getLogger(__name__)

_RECEIVE = "SELECT received, unknown FROM passage.receive_events(%s, %s, %s, %s, %s)"


def receive(network: str, provider: EngagingProvider, arrived: Arrived, *, now: datetime) -> int:
    """Verify a webhook's request and write down its events; return how many were new.

    One statement, committed when this returns: every organisation that has the account gets a row of its own.
    Raises WebhookRefused for a request that is not the network's.
    """
    delivered = provider.read_webhook(arrived)
    for person_id in sorted({each.access_ended for each in delivered if each.access_ended}):
        person_left(network, person_id, now=now)
    events = [each for each in delivered if not each.access_ended]
    if not events:
        return 0
    received, unknown = _write(network, events, now=now)
    if unknown:
        # A page that was disconnected here and not unsubscribed there, or never ours: nobody's data is kept.
        logger.info("%s told of %s accounts that no organisation has", network, len(unknown))
    if received:
        ring("moderation.tasks.read_events", queue="inbox")
    return received


def _write(network: str, events: Sequence[Delivered], *, now: datetime) -> tuple[int, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _RECEIVE,
            [
                network,
                [each.account_id for each in events],
                [each.key[:128] for each in events],
                json.dumps([dict(each.payload) for each in events]),
                now,
            ],
        )
        received, unknown = cursor.fetchone()
    return received, unknown
