"""Certificates of deletion: what ended and when, in figures. Whoever holds the signed link may read one."""

from collections import Counter
from collections.abc import Sequence

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.mails import send_mail
from accounts.models import User
from config.env import env
from lib.tenancy.scope import scope
from privacy.models import Termination
from privacy.record_classes import RECORD_CLASSES
from privacy.registry import registry

_signer = Signer(sep="~", salt="privacy.certificates")
#: What stands in place of a record class for rows that lasted as long as the organisation.
OTHER = ""


def address_of(termination: Termination) -> str:
    token = _signer.sign(f"{termination.organisation_id}-{termination.pk}")
    return f"{env.public_base_url}{reverse('privacy_certificate', kwargs={'token': token})}"


def find_certificate(token: str) -> Termination | None:
    """Return what a link leads to; None for a wrong one. The signature vouches for the organisation."""
    try:
        organisation_id, _, pk = _signer.unsign(token).partition("-")
    except BadSignature:
        return None
    with scope(organisation=int(organisation_id)):
        return Termination.objects.filter(pk=int(pk), state=Termination.State.DONE).first()


def by_record_class(termination: Termination) -> list[tuple[str, int]]:
    """Return how many rows of each record class ended, in the order of the rules."""
    classes = {entry.label: entry.personal.record_class for entry in registry() if entry.personal}
    counts = Counter[str]()
    for label, count in termination.ended.items():
        counts[classes.get(label, OTHER)] += count
    named = [(str(each.title), counts[key]) for key, each in RECORD_CLASSES.items() if counts[key]]
    return [*named, *([("", counts[OTHER])] if counts[OTHER] else [])]


def send_certificate(termination: Termination, owner_ids: Sequence[int]) -> None:
    """Send the link to those who owned the organisation. Outside any transaction."""
    with scope():
        owners = list(User.objects.filter(pk__in=owner_ids, closed_at=None))
    for owner in owners:
        context = {"name": termination.organisation_name, "address": address_of(termination)}
        send_mail("organisation-ended", to=owner.email, context=context, language=owner.language)
