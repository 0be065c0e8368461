"""Files whose rows are gone: removed from storage after the commit, each once at least. And the door to the storage.

Storage stands a floor above, so it hands its doors in: `remove_with(remove)`, `keep_with(storage)`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import BinaryIO, Protocol

from lib.tenancy.scope import scope
from privacy.models import EndedFile

Remove = Callable[[str], None]

_BATCH = 100
_doors: list[Remove] = []


class Store(Protocol):
    """What is asked of the storage here; each may be a call over the network."""

    def save(self, key: str, content: bytes, *, content_type: str) -> None:
        """Keep the bytes under the key, whole or not at all."""
        ...

    def open(self, key: str, offset: int = 0) -> BinaryIO:
        """Return a stream from `offset` on, or raise FileNotFoundError; the caller closes it."""
        ...

    def delete(self, key: str) -> None: ...

    def keys(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Yield each file whose key begins so, with the hour at which it was last written."""
        ...


_stores: list[Callable[[], Store]] = []


def remove_with(remove: Remove) -> None:
    """Remove files by `remove(storage_key)`, which does nothing where there is no such file."""
    _doors[:] = [remove]


def keep_with(find_store: Callable[[], Store]) -> None:
    """Read and write files through what this returns."""
    _stores[:] = [find_store]


def store() -> Store:
    return _stores[0]()


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
