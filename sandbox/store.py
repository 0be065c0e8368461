"""Rows in memory, and a journal on disk that outlives the process.

Every change is one line written before the call is answered, so what a twin said it did is still so after kill -9. A
start replays the journal and writes it anew without what was overwritten since.
"""

import contextlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar


class Row(Protocol):
    """A flat dataclass of JSON values with an id."""

    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Row)


class Journal:
    """The lines written so far; without a folder nothing is written."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / "journal.jsonl" if folder else None
        self._file: Any = None

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield the stored lines; a last line torn by a kill was never answered for and is left out."""
        if self._path is None or not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                with contextlib.suppress(json.JSONDecodeError):
                    yield json.loads(line)

    def rewrite(self, tables: "list[Table[Any]]") -> None:
        """Write the present rows only, then stay open for appending."""
        if self._path is None:
            return
        self.close()
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            for table in tables:
                file.writelines(_line(table.name, row) for row in table.all())
        fresh.replace(self._path)
        # Line buffered: one write call a line, in the kernel's hands before the answer goes out.
        self._file = self._path.open("a", encoding="utf-8", buffering=1)

    def write(self, table: str, row: Row) -> None:
        if self._file is not None:
            self._file.write(_line(table, row))

    def erase(self, table: str, row_id: str) -> None:
        if self._file is not None:
            self._file.write(json.dumps({"t": table, "gone": row_id}) + os.linesep)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _line(table: str, row: Row) -> str:
    return json.dumps({"t": table, "row": vars(row)}, ensure_ascii=False, separators=(",", ":")) + os.linesep


class Table(Generic[R]):
    """Rows by id, and optionally grouped (posts of a page) in the order they came.

    Further groupings have names, and a row may be in several groups of one (posts by whom they mention).
    """

    def __init__(
        self,
        name: str,
        row: type[R],
        journal: Journal,
        *,
        group_by: Callable[[R], str] | None = None,
        **further: Callable[[R], Iterable[str]],
    ) -> None:
        self.name = name
        self._row = row
        self._journal = journal
        self._rows: dict[str, R] = {}
        self._groupings: dict[str, _Grouping[R]] = {}
        if group_by:
            self._groupings[""] = _Grouping(lambda row: (group_by(row),))
        self._groupings |= {grouping: _Grouping(keys) for grouping, keys in further.items()}

    def put(self, row: R) -> R:
        """Store a new row or the new state of one; a row never changes its groups."""
        self._hold(row)
        self._journal.write(self.name, row)
        return row

    def restore(self, line: dict[str, Any]) -> None:
        """Take over one line of the journal; a row that another version wrote and this one cannot read is left out."""
        if "gone" in line:
            self._drop(line["gone"])
            return
        with contextlib.suppress(TypeError):
            self._hold(self._row(**line["row"]))

    def find(self, row_id: str) -> R | None:
        return self._rows.get(row_id)

    def remove(self, row_id: str) -> None:
        if self._drop(row_id):
            self._journal.erase(self.name, row_id)

    def all(self) -> list[R]:
        return list(self._rows.values())

    def oldest(self) -> Iterator[R]:
        """The rows in the order they came; the one just yielded may be removed."""
        for row_id in list(islice(self._rows, 100)):
            yield self._rows[row_id]

    def group(self, key: str, grouping: str = "") -> list[R]:
        """The rows of a group, oldest first."""
        return [self._rows[row_id] for row_id in self._groupings[grouping].ids(key)]

    def newest(self, key: str, grouping: str = "") -> Iterator[R]:
        """The rows of a group, newest first, without building the list."""
        for row_id in reversed(self._groupings[grouping].ids(key)):
            yield self._rows[row_id]

    def size(self, key: str, grouping: str = "") -> int:
        return len(self._groupings[grouping].ids(key))

    def clear(self) -> None:
        self._rows.clear()
        for grouping in self._groupings.values():
            grouping.groups.clear()

    def __len__(self) -> int:
        return len(self._rows)

    def _hold(self, row: R) -> None:
        if row.id not in self._rows:
            for grouping in self._groupings.values():
                grouping.add(row)
        self._rows[row.id] = row

    def _drop(self, row_id: str) -> bool:
        row = self._rows.pop(row_id, None)
        if row is not None:
            for grouping in self._groupings.values():
                grouping.remove(row)
        return row is not None


class _Grouping(Generic[R]):
    """Ids by key."""

    def __init__(self, keys: Callable[[R], Iterable[str]]) -> None:
        self._keys = keys
        self.groups: defaultdict[str, list[str]] = defaultdict(list)

    def ids(self, key: str) -> Sequence[str]:
        return self.groups.get(key, ())

    def add(self, row: R) -> None:
        for key in self._keys(row):
            self.groups[key].append(row.id)

    def remove(self, row: R) -> None:
        for key in self._keys(row):
            self.groups[key].remove(row.id)
