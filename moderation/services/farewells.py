"""A network says that a person wants their data erased: every organisation to which they wrote does so."""

from datetime import datetime

from django.db import connection

from integrations.services.leaving import forget_person
from lib.tenancy.scope import scope
from moderation.models import Identity
from privacy.people import whole_person
from privacy.record_classes import Mode
from privacy.services.requests import ask_for_erasure, note_network_erasure


def erase_everywhere(network: str, person_id: str, *, now: datetime) -> str:
    """Have a person erased in every organisation, and return the code by which they can ask how far it is.

    The network's signature has proven who asks, so nobody has to decide: the work begins at once, and each organisation
    sees the request among its own. Holds are heard. Call it outside any scope.
    """
    code = note_network_erasure(network, at=now).code
    for organisation_id in _organisations(network, person_id):
        with scope(organisation=organisation_id):
            identity = Identity.objects.filter(network=network, network_id=person_id).first()
            person = whole_person("identity", identity.pk) if identity is not None else None
            if person is not None:
                ask_for_erasure(person, mode=Mode.DELETE, actor=None, at=now, network=network, code=code)
    forget_person(network, person_id, now=now)
    return code


def _organisations(network: str, person_id: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM passage.organisations_with_person(%s, %s)", [network, person_id])
        return [row[0] for row in cursor.fetchall()]
