"""A person at a network ended what they had allowed, and the network told us."""

from datetime import datetime

from integrations import register, registry
from integrations.models import Grant
from integrations.register import Kind
from integrations.services.health import mark_grant_lost
from lib.privacy import blank
from lib.tenancy.scope import scope
from privacy.ending import blank_rows


def person_left(network: str, person_id: str, *, now: datetime) -> int:
    """Hold the accounts that live by this person's grants, in every organisation; return how many grants ended.

    What they took back is an app's: grants of every network that shares it are over. Call it outside any scope: one
    person may have connected for several organisations.
    """
    ended = 0
    for each in sorted(registry.networks_sharing_app(network)):
        for organisation_id in register.users_of(each, Kind.PERSON, person_id):
            with scope(organisation=organisation_id):
                for grant in Grant.objects.filter(network=each, outside_id=person_id, state=Grant.State.ACTIVE):
                    mark_grant_lost(grant, reason="access_withdrawn", now=now, own_tokens_too=True)
                    ended += 1
    return ended


def forget_person(network: str, person_id: str, *, now: datetime) -> int:
    """Blank this person's grants, in every organisation: name, id and tokens; return how many.

    Call it outside any scope. Accounts that lived by them are held until somebody else connects them.
    """
    person_left(network, person_id, now=now)
    forgotten = 0
    for each in sorted(registry.networks_sharing_app(network)):
        for organisation_id in register.users_of(each, Kind.PERSON, person_id):
            with scope(organisation=organisation_id):
                ids = list(Grant.objects.filter(network=each, outside_id=person_id).values_list("pk", flat=True))
                forgotten += blank_rows(Grant, ids, blank("outside_id", "name", "sealed"), at=now).total
                register.release(each, Kind.PERSON, person_id)
    return forgotten
