"""Where a person is named beyond their own rows: in notes on others, posts, raw events; found by what they are called.

    called = called_of(person)                    what they are called, that is distinctive enough to search by
    for part in parts(): part.count(terms, holds) how many rows name them
    part.take_out(terms, window, at=now)          takes them out of one window of rows, in the caller's transaction

Free text is searched in the organisation's scope, row by row, in windows of a bounded number of rows: no index could
serve it. Single words are searched only as handles ("@word"): a first name would be found in half of all texts.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from lib.privacy import Data, PrivacyClass, Subject
from privacy.due import blanks
from privacy.ending import Tally, delete_rows
from privacy.holds import Holds
from privacy.models import DataSubjectRequest
from privacy.registry import Entry, registry

#: Stands where a name stood.
MARK = "[…]"
#: Rows looked through at a time.
WINDOW = 5000
#: Names in one pattern.
_AT_ONCE = 100
_SHORTEST = 4
#: A word that could be anybody's: letters only.
_WORD = re.compile(r"[^\W\d_]+")
_TEXTS = (models.CharField, models.TextField, models.JSONField)

Reworded = Callable[[Sequence[int], datetime], None]
_after_rewording: dict[str, Reworded] = {}


def after_rewording(label: str, act: Reworded) -> None:
    """Call `act(ids, at)` when names were taken out of a model's rows, in that transaction: search columns follow."""
    _after_rewording[label] = act


@dataclass(frozen=True)
class Terms:
    """What a person is called, everywhere; and the ids of what they said, by which raw events speak of it."""

    called: Sequence[str] = ()
    said: Sequence[str] = ()

    def of(self, part: "Part") -> list[str]:
        return [*self.called, *self.said] if part.goes_when_named else list(self.called)


@dataclass(frozen=True)
class Found:
    """What came of one window."""

    tally: Tally = field(default_factory=Tally)
    last: int | None = None  # the window's last id; None: there was nothing left to look through
    waiting: int = 0  # rows that name them and may not change now


@dataclass(frozen=True)
class Part:
    """One model in which others may have named somebody."""

    entry: Entry
    columns: tuple[str, ...]

    @property
    def declared(self) -> PrivacyClass:
        if self.entry.personal is None:
            raise LookupError(f"{self.entry.label} holds nothing of anybody")
        return self.entry.personal

    @property
    def goes_when_named(self) -> bool:
        return self.declared.goes_when_named

    def naming(self, terms: Terms, rows: "QuerySet[Any] | None" = None) -> "QuerySet[Any]":
        """Return the rows that name the person in any column."""
        rows = self.entry.rows() if rows is None else rows
        patterns = _patterns(terms.of(self))
        if not patterns:
            return rows.none()
        found = Q()
        for column in self.columns:
            rows = rows.annotate(**{f"text_of_{column}": Cast(column, models.TextField())})
            for pattern in patterns:
                found |= Q(**{f"text_of_{column}__iregex": pattern})
        return rows.filter(found)

    def free(self, rows: "QuerySet[Any]", holds: Holds) -> "QuerySet[Any]":
        """Return the rows that may change now: no hold keeps them, and they are not on their way anywhere."""
        if holds.everything or any(holds.keeps_all(rule.record_class) for rule in self.declared.rules):
            return rows.none()
        rows = holds.spare(self.entry, rows)
        if self.declared.unless is not None:
            busy = self.entry.rows().filter(self.declared.unless, pk=OuterRef("pk"))
            rows = rows.filter(~Exists(busy))
        return rows

    def take_out(self, terms: Terms, *, after: int, holds: Holds, at: datetime) -> Found:
        """Take the person out of the next window of rows after an id. In the caller's transaction."""
        window = self.entry.rows().filter(pk__gt=after).order_by("pk")
        last = list(window.values_list("pk", flat=True)[WINDOW - 1 : WINDOW]) or list(
            window.reverse().values_list("pk", flat=True)[:1]
        )
        if not last:
            return Found()
        inside = self.entry.rows().filter(pk__gt=after, pk__lte=last[0])
        tally = Tally()
        naming = self.naming(terms, inside)
        free = self.free(naming, holds)
        ids = list(
            self.entry.rows()
            .filter(pk__in=list(free.values_list("pk", flat=True)))
            .order_by("pk")
            .select_for_update(of=("self",))
            .values_list("pk", flat=True)
        )
        waiting = naming.count() - len(ids)
        if self.goes_when_named:
            if ids:
                tally.add(delete_rows(self.entry.model, ids, room=max(len(ids), WINDOW), at=at))
        elif ids:
            self._reword(ids, terms, tally, at)
        self._drop_empty(inside, holds, tally, at)
        return Found(tally=tally, last=last[0], waiting=waiting)

    def _reword(self, ids: list[int], terms: Terms, tally: Tally, at: datetime) -> None:
        pattern = _python_pattern(terms.of(self))
        holds = self.declared.holds
        for row in self.entry.rows().filter(pk__in=ids).order_by("pk").values("pk", *self.columns):
            changes: dict[str, Any] = {}
            for column in self.columns:
                value = row[column]
                if isinstance(value, str) and holds[column] not in {Data.WORDS, Data.ACTS}:
                    # Part of an id or an address is of no use: all of it goes.
                    if pattern.search(value):
                        changes |= blanks(self.entry.model, (column,))
                elif (without := _without(value, pattern)) != value:
                    changes[column] = without
            if changes:
                self.entry.rows().filter(pk=row["pk"]).update(**changes)
        tally.rows[self.entry.label] += len(ids)
        if act := _after_rewording.get(self.entry.label):
            act(ids, at)

    def _drop_empty(self, rows: "QuerySet[Any]", holds: Holds, tally: Tally, at: datetime) -> None:
        """Delete rows that say nothing any more, since all that stood behind them went."""
        if not self.declared.goes_when_empty:
            return
        for name in self.declared.goes_when_empty:
            key: Any = self.entry.model._meta.get_field(name)
            behind = key.related_model._base_manager.filter(**{key.field.name: OuterRef("pk")})
            rows = rows.filter(~Exists(behind))
        ids = list(self.free(rows, holds).order_by("pk").values_list("pk", flat=True))
        if ids:
            tally.add(delete_rows(self.entry.model, ids, room=max(len(ids), WINDOW), at=at))


def parts() -> list[Part]:
    """Return the models of organisations in which somebody may be named: what people wrote, and what is about them."""
    # Requests for erasure empty themselves, once what they are called is needed no more.
    searched = [entry for entry in registry() if entry.is_owned and entry.model is not DataSubjectRequest]
    return [Part(entry, columns) for entry in searched if (columns := _columns(entry))]


def _columns(entry: Entry) -> tuple[str, ...]:
    """Return the columns to search. Names are not: they are of the row's own person, perhaps a namesake."""
    declared = entry.personal
    if declared is None or not _may_name(declared):
        return ()
    fields = {each.name: each for each in entry.model._meta.concrete_fields}
    return tuple(
        name
        for name, kind in declared.holds.items()
        if kind is not Data.NAME
        and isinstance(fields[name], _TEXTS)
        and not isinstance(fields[name], SearchVectorField)
    )


def _may_name(declared: PrivacyClass) -> bool:
    if set(declared.subjects) & {Subject.AUTHOR, Subject.DEPICTED}:
        return True
    return Data.WORDS in declared.holds.values() or bool(declared.paths_to("identity"))


def values_of(entry: Entry, rows: "QuerySet[Any]") -> list[str]:
    """Return what stands in the columns that lead back to a person."""
    columns = entry.personal.identifies if entry.personal else ()
    found: dict[str, None] = {}
    for row in rows.values_list(*columns) if columns else ():
        for value in row:
            for text in value if isinstance(value, list) else [value]:
                if text and isinstance(text, str):
                    found.setdefault(text.strip())
    return list(found)


def distinctive(values: Iterable[str]) -> list[str]:
    """Return those by which nobody else would be found. A single word counts as a handle: `@word`."""
    found: dict[str, None] = {}
    for value in values:
        text = value.strip()
        if _WORD.fullmatch(text):
            text = f"@{text}"
        if len(text) >= _SHORTEST:
            found.setdefault(text)
    return list(found)


def _patterns(terms: list[str]) -> list[str]:
    """Return the terms as PostgreSQL's regular expressions, each whole and not part of a longer word or number."""
    return [
        rf"(^|[^[:alnum:]_])({'|'.join(_quoted(one) for one in terms[start : start + _AT_ONCE])})($|[^[:alnum:]_])"
        for start in range(0, len(terms), _AT_ONCE)
    ]


def _python_pattern(terms: list[str]) -> re.Pattern[str]:
    # The longest first: "Camille Fontaine-Roy" before "Camille Fontaine".
    ordered = sorted(terms, key=len, reverse=True)
    return re.compile(rf"(?<!\w)@?(?:{'|'.join(re.escape(one) for one in ordered)})(?!\w)", re.IGNORECASE)


def _quoted(term: str) -> str:
    """Escape what means something to PostgreSQL's regular expressions; a backslash before letters would mean more."""
    return re.sub(r"([\\.^$*+?()\[\]{}|\-])", r"\\\1", term)


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    """Return the value without what the pattern finds, however deep in lists and mappings."""
    if isinstance(value, str):
        return pattern.sub(MARK, value)
    if isinstance(value, list):
        return [_without(each, pattern) for each in value]
    if isinstance(value, dict):
        return {_without(key, pattern): _without(each, pattern) for key, each in value.items()}
    return value
