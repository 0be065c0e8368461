"""Asking for a person's erasure. Each needs the organisation's scope."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from eventlog.services import record
from lib.claims.doorbell import ring_after_commit
from privacy.models import DataSubjectRequest, NetworkErasure
from privacy.people import Person, called_by, foresee_erasure, said_by
from privacy.record_classes import Mode

BELL, QUEUE = "privacy.tasks.erase", "slow"


class NobodyToErase(ValueError):
    """The request names nobody that could be found by. Says so in a sentence."""


@transaction.atomic
def ask_for_erasure(
    person: Person,
    *,
    mode: Mode,
    actor: User | None,
    at: datetime,
    more: Sequence[str] = (),
    network: str = "",
    code: str = "",
) -> DataSubjectRequest:
    """Have a person erased across the organisation; a worker begins at once. Raises NobodyToErase.

    `more`: what else they are called, as somebody knows it. `network` and `code`: the call-back it comes from.
    """
    called = called_by(person, more=more)
    if person.is_nobody and not called:
        raise NobodyToErase(_("Nobody could be found by this; give a full name, a handle, an address or a number."))
    source = DataSubjectRequest.Source.NETWORK if code else DataSubjectRequest.Source.MEMBER
    request: DataSubjectRequest = DataSubjectRequest.objects.create(
        source=source,
        network=network,
        code=code,
        mode=mode.value,
        identity_ids=list(person.identity_ids),
        contact_ids=list(person.contact_ids),
        called=called,
        said=said_by(person) if mode is Mode.DELETE else [],
        asked_by=actor,
        received_at=at,
        available_at=at,
    )
    foresee_erasure(person, at)
    record("privacy.person.erasure_asked", request, data={"mode": mode.value, "source": source.value})
    ring_after_commit(BELL, queue=QUEUE)
    return request


def note_network_erasure(network: str, *, at: datetime) -> NetworkErasure:
    """Write down that a network asks, under a code that nobody can guess. Outside any organisation."""
    return NetworkErasure.objects.create(code=secrets.token_hex(16), network=network, received_at=at)
