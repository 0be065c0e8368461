"""A person at a network ended what they had allowed, and the network told us."""

from datetime import datetime

from django.db import connection

from integrations.models import Grant
from integrations.register import Kind
from integrations.services.health import mark_grant_lost
from lib.tenancy.scope import scope


def person_left(network: str, person_id: str, *, now: datetime) -> int:
    """Hold the accounts that live by this person's grants, in every organisation; return how many grants ended.

    Call it outside any scope: one person may have connected for several organisations.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.users_of_outside(%s, %s, %s)", [network, Kind.PERSON.value, person_id])
        organisations = [row[0] for row in cursor.fetchall()]
    ended = 0
    for organisation_id in organisations:
        with scope(organisation=organisation_id):
            for grant in Grant.objects.filter(network=network, outside_id=person_id, state=Grant.State.ACTIVE):
                mark_grant_lost(grant, reason="access_withdrawn", now=now, own_tokens_too=True)
                ended += 1
    return ended
