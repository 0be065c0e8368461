"""The platform's register of what organisations share outside: who uses which person or page at a network.

Revoking ends a person's grant for all organisations, unsubscribing ends a page's events for all: both wait for the
last user. A grant is to an app, so where networks share one (Google Business Profile and YouTube with the same client)
a person is used as long as any of them does. Every function acts for the organisation in scope, which the database
reads by itself; only `users_of`, for routing what comes in, is asked outside any scope.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from integrations import registry
from integrations.models import OutsideUse

Kind = OutsideUse.Kind


def use(network: str, kind: Kind, outside_ids: Collection[str]) -> None:
    """Note that the organisation in scope uses these. Noting it twice changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT passage.use_outside(%s, %s, %s)", [network, kind.value, sorted(outside_ids)])


def release(network: str, kind: Kind, outside_id: str) -> bool:
    """Note that the organisation in scope uses it no more; return whether nobody is left who does.

    Another network that lives by the same app counts, also within the organisation.
    """
    sharing = _sharing(network, kind)
    return _asks("SELECT passage.release_outside(%s, %s, %s, %s)", [network, kind.value, outside_id, sharing])


def is_used(network: str, kind: Kind, outside_id: str) -> bool:
    """Tell whether any organisation uses it. For deciding about a revocation; never shown to anybody."""
    return _asks("SELECT passage.is_used_outside(%s, %s, %s)", [_sharing(network, kind), kind.value, outside_id])


def is_being_revoked(network: str, outside_id: str, *, now: datetime) -> bool:
    """Tell whether some organisation's last grant of this person is just being revoked at the network."""
    return _asks("SELECT passage.is_being_revoked(%s, %s, %s)", [_sharing(network, Kind.PERSON), outside_id, now])


def users_of(network: str, kind: Kind, outside_id: str) -> list[int]:
    """Return the organisations to which an event about it goes. Inside a scope the answer is empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT passage.users_of_outside(%s, %s, %s)", [network, kind.value, outside_id])
        return [organisation_id for (organisation_id,) in cursor.fetchall()]


def _sharing(network: str, kind: Kind) -> list[str]:
    """Return the networks through which the same thing outside is used: a person's grant is to an app."""
    return sorted(registry.networks_sharing_app(network)) if kind is Kind.PERSON else [network]


def _asks(sql: str, parameters: Sequence[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return bool(cursor.fetchone()[0])
