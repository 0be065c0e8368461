"""Marks of what was erased, so that it does not come back with the next poll. Each needs the organisation's scope."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils.crypto import salted_hmac

from privacy.models import ErasedMark

_SALT = "privacy.erased"


def mark_erased(keys: Iterable[str], *, at: datetime) -> None:
    """Remember that these were erased, without keeping them."""
    marks = [ErasedMark(digest=_digest(key), erased_at=at) for key in keys]
    ErasedMark.objects.bulk_create(marks, ignore_conflicts=True, batch_size=1000)


def erased_among(keys: Collection[str]) -> set[str]:
    """Return those of these keys that were erased."""
    digests = {_digest(key): key for key in keys}
    found = ErasedMark.objects.filter(digest__in=list(digests)).values_list("digest", flat=True)
    return {digests[digest] for digest in found}


def _digest(key: str) -> str:
    return salted_hmac(_SALT, key, algorithm="sha256").hexdigest()
