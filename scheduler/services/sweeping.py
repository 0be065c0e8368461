"""Giving back what a worker held when it died."""

import json
import logging
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection

from integrations.registry import provider, provider_keys
from lib.tenancy.scope import scope
from live.changes import record_change
from scheduler import outcomes
from scheduler.models import Publication
from scheduler.states import State

logger = logging.getLogger(__name__)

_EXPIRE = "SELECT * FROM scheduler_expire_leases(%s, %s)"


def give_back_expired(*, now: datetime) -> int:
    """Return publications whose lease has run out to their lanes, or to the looks, and return how many there were.

    An organisation whose rows cannot be given back keeps nobody else's from it.
    """
    delays = _visibility_delays()
    given_back = 0
    for organisation_id in _organisations(now):
        try:
            given_back += _give_back(organisation_id, delays, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("expired leases of organisation %s could not be given back", organisation_id)
    return given_back


def _organisations(now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.organisations_with_expired_leases(%s)", [now])
        return [row[0] for row in cursor.fetchall()]


def _give_back(organisation_id: int, delays: str, *, now: datetime) -> int:
    with scope(organisation=organisation_id):
        with connection.cursor() as cursor:
            cursor.execute(_EXPIRE, [now, delays])
            rows = cursor.fetchall()
        unknown = [publication_id for publication_id, _account_id, state in rows if state == State.OUTCOME_UNKNOWN]
        if unknown:
            found = Publication.objects.filter(pk__in=unknown).select_related("post", "social_account")
            outcomes.tell(list(found.order_by("pk")), now=now)
        for publication_id, account_id, _state in rows:
            record_change("publication", publication_id, social_account=account_id)
    return len(rows)


def _visibility_delays() -> str:
    """Return, as JSON, how many seconds each network may hide what was sent."""
    return json.dumps({key: int(provider(key).visibility_delay.total_seconds()) for key in provider_keys()})
