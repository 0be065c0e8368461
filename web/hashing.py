"""Static files under names that hold their content's digest, so that browsers keep them for ever.

Nothing is collected: the table of names is made when a process first asks (a hundred small files, some milliseconds),
and a finder resolves hashed names to the files where they stand, for WhiteNoise as for anything that asks Django. While
developing, files keep their own names. Files refer to one another by the import map, which carries the hashed names.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder, BaseFinder, FileSystemFinder
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.checks import CheckMessage
from django.core.files.storage import Storage

DIGITS = 12


@cache
def hashed_names() -> dict[str, str]:
    """Return name -> hashed name of every static file: "web/css/tokens.css" -> "web/css/tokens.2f0c91d4ab37.css"."""
    return {name: _hashed(name, path) for name, path in _files()}


class HashedNames(StaticFilesStorage):
    """Gives `{% static %}` the hashed names."""

    def url(self, name: str | None) -> str:
        return super().url(name if name is None or settings.DEBUG else hashed_names().get(name, name))


class HashedFinder(BaseFinder):
    """Finds files by their hashed names; the other finders know them by their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._storage = _Renamed()
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self._storage.find(path)
        if find_all:
            return [] if found is None else [found]
        return found or []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in self._storage.names():
            yield name, self._storage


class _Renamed(Storage):
    """The same files, looked at under their hashed names."""

    prefix = None

    def names(self) -> Iterable[str]:
        return _paths()

    def find(self, name: str) -> str | None:
        return _paths().get(name)

    def path(self, name: str) -> str:
        return _paths()[name]


@cache
def _paths() -> dict[str, str]:
    """Hashed name -> where the file stands. Empty while developing: a name must not outlive its content."""
    return {} if settings.DEBUG else {hashed_names()[name]: path for name, path in _files()}


def _files() -> Iterator[tuple[str, str]]:
    """Yield each name and its file; of several files of one name the first counts, as in Django."""
    known = set()
    for finder in (FileSystemFinder(), AppDirectoriesFinder()):
        for path, storage in finder.list([]):
            name = str(PurePosixPath(getattr(storage, "prefix", None) or "", path))
            if name not in known:
                known.add(name)
                yield name, storage.path(path)


def _hashed(name: str, path: str) -> str:
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()[:DIGITS]
    own = PurePosixPath(name)
    return str(own.with_name(f"{own.stem}.{digest}{own.suffix}"))
