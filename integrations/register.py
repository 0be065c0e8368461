"""The platform's register of what organisations share outside: who uses which person or page at a network.

Revoking ends a person's grant for all organisations, unsubscribing ends a page's events for all: both wait for the
last user. Every function acts for the organisation in scope, which the database reads by itself; only `users_of`, for
routing what comes in, is asked outside any scope.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from integrations.models import OutsideUse

Kind = OutsideUse.Kind


def use(network: str, kind: Kind, outside_ids: Collection[str]) -> None:
    """Note that the organisation in scope uses these. Noting it twice changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT passage.use_outside(%s, %s, %s)", [network, kind.value, sorted(outside_ids)])


def release(network: str, kind: Kind, outside_id: str) -> bool:
    """Note that the organisation in scope uses it no more; return whether nobody is left who does."""
    return _asks("SELECT passage.release_outside(%s, %s, %s)", network, kind, outside_id)


def is_used(network: str, kind: Kind, outside_id: str) -> bool:
    """Tell whether any organisation uses it. For deciding about a revocation; never shown to anybody."""
    return _asks("SELECT passage.is_used_outside(%s, %s, %s)", network, kind, outside_id)


def is_being_revoked(network: str, outside_id: str, *, now: datetime) -> bool:
    """Tell whether some organisation's last grant of this person is just being revoked at the network."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT passage.is_being_revoked(%s, %s, %s)", [network, outside_id, now])
        return bool(cursor.fetchone()[0])


def users_of(network: str, kind: Kind, outside_id: str) -> list[int]:
    """Return the organisations to which an event about it goes. Inside a scope the answer is empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT passage.users_of_outside(%s, %s, %s)", [network, kind.value, outside_id])
        return [organisation_id for (organisation_id,) in cursor.fetchall()]


def _asks(sql: str, network: str, kind: Kind, outside_id: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [network, kind.value, outside_id])
        return bool(cursor.fetchone()[0])
