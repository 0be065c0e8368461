"""Ending rows: deleting them with all that follows, emptying columns, letting one person go. Each within a bound.

One deletion path for retention, for people's rights and for the end of an organisation. All of it happens in the
caller's transaction; files are written down (EndedFile) in the same one and removed after it (privacy/files.py).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from lib.privacy import Blank
from lib.tenancy.scope import current_scope
from privacy.due import blanks, size_column
from privacy.models import EndedFile
from privacy.registry import Entry, Relation, entry_of, registry, relations_to

Model = type[models.Model]
Rows = QuerySet[Any]
AfterEnd = Callable[[Sequence[int], datetime], None]

_after_blanking: dict[str, list[AfterEnd]] = {}


class StillReferred(Exception):
    """A row cannot go: another that PROTECTs it refers to it. End that one first."""


@dataclass
class Tally:
    """What ended, in figures."""

    rows: Counter[str] = field(default_factory=Counter)
    files: int = 0
    file_bytes: int = 0

    @property
    def total(self) -> int:
        return sum(self.rows.values())

    def add(self, other: "Tally") -> None:
        self.rows += other.rows
        self.files += other.files
        self.file_bytes += other.file_bytes


def after_blanking(label: str, act: AfterEnd) -> None:
    """Call `act(ids, at)` when rows of a model were emptied, in the same transaction: copies elsewhere follow."""
    acts = _after_blanking.setdefault(label, [])
    if act not in acts:
        acts.append(act)


def delete_rows(model: Model, ids: Sequence[int], *, room: int, at: datetime) -> Tally:
    """Delete rows with all that follows them by CASCADE, at most `room` rows; return what went.

    When they do not all fit, what follows goes first, and the rows themselves stay for the next call.
    """
    going = _going(model, ids, room=room)
    while going is None and len(ids) > 1:
        ids = ids[: len(ids) // 2]
        going = _going(model, ids, room=room)
    if going is None:
        return _delete_followers(model, ids[0], room=room, at=at)
    tally = Tally()
    # Whoever refers goes first, as the registry stands.
    for entry in registry():
        for rows in going.get(entry.model, ()):
            _release_keys(entry.model, rows)
            _keep_files(entry, rows, tally, at)
            tally.rows[entry.label] += rows._raw_delete(connection.alias)
    return tally


def blank_rows(model: Model, ids: Sequence[int], ending: Blank, *, at: datetime, marks: str = "") -> Tally:
    """Empty columns of rows; `marks` is a column to be set to the hour. Files named by them go too."""
    if not ids:
        return Tally()
    entry, tally = entry_of(model), Tally()
    if entry.personal and set(ending.columns) & set(entry.personal.files):
        _keep_files(entry, entry.rows().filter(pk__in=list(ids)), tally, at)
    changes = {**blanks(model, ending.columns), **({marks: at} if marks else {})}
    tally.rows[entry.label] = entry.rows().filter(pk__in=ids).update(**changes)
    for act in _after_blanking.get(entry.label, ()):
        act(ids, at)
    return tally


def delete_person(kind: str, ids: Sequence[int], *, room: int, at: datetime) -> Tally:
    """Delete people or contacts with what goes with them, and blank what names them; at most about `room` rows.

    Whoever calls until nothing is left (an empty Tally) has ended them wholly.
    """
    tally = Tally()
    for entry in registry():
        if entry.personal and entry.kind != kind and kind in entry.personal.goes_with:
            rows = entry.reached(kind, ids)
            found = _ids(rows, room - tally.total) if rows is not None else []
            if found:
                tally.add(delete_rows(entry.model, found, room=room - tally.total, at=at))
            if tally.total >= room:
                return tally
    own = [entry for entry in registry() if entry.kind == kind]
    _blank_reached(kind, ids, tally, at, without_followers=True)
    for entry in own:
        present = _ids(entry.rows().filter(pk__in=ids), len(ids))
        tally.add(delete_rows(entry.model, present, room=max(room, len(present)), at=at))
    return tally


def anonymise_person(kind: str, ids: Sequence[int], *, at: datetime) -> Tally:
    """Blank who they are, for ever and everywhere; what they wrote stays visible, without an author."""
    tally = Tally()
    _blank_reached(kind, ids, tally, at, without_followers=False)
    return tally


def _blank_reached(kind: str, ids: Sequence[int], tally: Tally, at: datetime, *, without_followers: bool) -> None:
    for entry in registry():
        declared = entry.personal
        if declared is None or declared.anonymises is None:
            continue
        if without_followers and (entry.kind == kind or kind in declared.goes_with):
            continue
        rows = entry.reached(kind, ids)
        if rows is None:
            continue
        # A contact reached through one of its identities is another's as well; its own clock ends it.
        if entry.kind is not None and entry.kind != kind:
            continue
        found = list(rows.values_list("pk", flat=True))
        tally.add(blank_rows(entry.model, found, declared.anonymises, at=at, marks=declared.anonymised_at))


def _going(model: Model, ids: Sequence[int], *, room: int) -> dict[Model, list[Rows]] | None:
    """Return all that goes with these rows by CASCADE, themselves included, by model; None when more than `room`.

    As conditions, not as ids: to look for followers of thousands of rows one by one took longer than to delete them.
    Rows that several ways lead to count for each.
    """
    # One array: a list of thousands is slow to read.
    kind = model._meta.pk.rel_db_type(connection)
    keys = RawSQL(f"SELECT unnest(%s::{kind}[])", [list(ids)])  # noqa: S611  # the column's own type
    found: dict[Model, list[Rows]] = {model: [model._base_manager.filter(pk__in=keys)]}
    left = room - len(ids)
    waiting: list[tuple[Model, Any]] = [(model, keys)]
    while waiting and left >= 0:
        parent, parent_keys = waiting.pop()
        for relation in relations_to(parent):
            if relation.on_delete is not models.CASCADE or left < 0:
                continue
            rows = _referring(relation, parent_keys)
            if count := rows[: left + 1].count():
                left -= count
                found.setdefault(relation.model, []).append(rows)
                waiting.append((relation.model, rows.values("pk")))
    return found if left >= 0 else None


def _referring(relation: Relation, keys: Any) -> Rows:
    return relation.model._base_manager.filter(**{f"{relation.field.name}__in": keys})


def _delete_followers(model: Model, pk: int, *, room: int, at: datetime) -> Tally:
    """One row with more behind it than fits: end some of what follows it, the furthest first."""
    for relation in relations_to(model):
        if relation.on_delete is models.CASCADE:
            some = _ids(_referring(relation, [pk]), max(1, room // 2))
            if some:
                return delete_rows(relation.model, some, room=room, at=at)
    return Tally()


def _release_keys(model: Model, rows: Rows) -> None:
    """Empty the keys of rows that stay and refer to these; refuse where one PROTECTs. What goes too has gone before."""
    for relation in relations_to(model):
        if relation.on_delete is models.CASCADE:
            continue
        staying = _referring(relation, rows.values("pk"))
        if relation.on_delete is models.SET_NULL:
            staying.update(**{relation.field.name: None})
        elif refers := staying.first():
            raise StillReferred(f"{relation.model._meta.label} {refers.pk} refers to {model._meta.label}")


def _keep_files(entry: Entry, rows: Rows, tally: Tally, at: datetime) -> None:
    """Write down the rows' files, to be removed from storage after the commit."""
    declared = entry.personal
    if declared is None or not declared.files:
        return
    organisation_id = current_scope().organisation_id
    keys = list(entry.file_keys(rows))
    EndedFile.objects.bulk_create(
        EndedFile(organisation_id=organisation_id, storage_key=key, ended_at=at) for key in keys
    )
    tally.files += len(keys)
    if keys and (size := size_column(declared, entry.model)):
        tally.file_bytes += rows.aggregate(total=models.Sum(size))["total"] or 0


def _ids(rows: Any, room: int) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[: max(room, 0)])
