"""Files whose rows are gone: removed from storage after the commit, each once at least.

Storage stands a floor above, so it hands its door in: `privacy.files.remove_with(remove)`.
"""

from collections.abc import Callable

from lib.tenancy.scope import scope
from privacy.models import EndedFile

Remove = Callable[[str], None]

_BATCH = 100
_doors: list[Remove] = []


def remove_with(remove: Remove) -> None:
    """Remove files by `remove(storage_key)`, which does nothing where there is no such file."""
    _doors[:] = [remove]


def remove_ended_files(organisation_id: int | None) -> int:
    """Remove what is written down for an organisation (None: the platform) and return how many files went.

    Outside any transaction: storage may be a network away. A crash in between removes a file twice, which is no harm.
    """
    removed = 0
    while batch := _next(organisation_id):
        for _pk, key in batch:
            _doors[0](key)
        _forget(organisation_id, [pk for pk, _key in batch])
        removed += len(batch)
    return removed


def _next(organisation_id: int | None) -> list[tuple[int, str]]:
    with scope(organisation=organisation_id):
        rows = EndedFile.objects.filter(organisation_id=organisation_id).order_by("id")
        return list(rows.values_list("pk", "storage_key")[:_BATCH])


def _forget(organisation_id: int | None, ids: list[int]) -> None:
    with scope(organisation=organisation_id):
        EndedFile.objects.filter(pk__in=ids).delete()
