"""Which rows are over by a rule at an hour."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from lib.privacy import Blank, PrivacyClass, Rule
from privacy.registry import Entry, relations_to

#: Begins what stands in an emptied column that must stay unique.
ENDED = "ended-"


def due_rows(entry: Entry, rule: Rule, *, cutoff: datetime, ending: Any = None) -> "QuerySet[Any]":
    """Return the rows whose clocks all started at the cutoff or before, and which nothing else keeps but holds."""
    first, *others = rule.clocks
    rows = entry.rows().filter(**{f"{first}__lte": cutoff})
    for clock in others:
        rows = rows.exclude(**{f"{clock}__gt": cutoff})
    if rule.unless is not None:
        rows = rows.exclude(rule.unless)
    ending = ending or rule.ends_by
    if isinstance(ending, Blank):
        return rows.filter(not_blank(entry.model, ending.columns))
    return unprotected(entry.model, rows)


def unprotected(model: type[models.Model], rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Return the rows to which nothing refers that PROTECTs them: a picture stays while a post shows it."""
    for relation in relations_to(model):
        if relation.on_delete is models.PROTECT:
            referring = relation.model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            rows = rows.filter(~Exists(referring))
    return rows


def blanks(model: type[models.Model], columns: tuple[str, ...]) -> Mapping[str, Any]:
    """Return what stands in each column once it is emptied."""
    return {column: _empty(model, column) for column in columns}


def not_blank(model: type[models.Model], columns: tuple[str, ...]) -> Q:
    """Return the condition that any of these columns still holds something."""
    found = Q()
    for column, empty in blanks(model, columns).items():
        found |= Q(**{f"{column}__isnull": False}) if empty is None else ~Q(**{column: empty})
    return found


def _empty(model: type[models.Model], column: str) -> Any:
    field: Any = model._meta.get_field(column)
    if field.null:
        return None
    if _is_unique(model, field):
        return Concat(Value(ENDED), Cast(F("pk"), models.CharField()))
    if isinstance(field, models.JSONField):
        return field.get_default()
    return b"" if isinstance(field, models.BinaryField) else ""


def _is_unique(model: type[models.Model], field: Any) -> bool:
    return field.unique or any(
        field.name in constraint.fields and constraint.condition is None
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    )


def size_column(declared: PrivacyClass, model: type[models.Model]) -> str | None:
    """Return the column that says how large a row's files are, where there is one."""
    has_size = declared.files and any(field.name == "size_bytes" for field in model._meta.concrete_fields)
    return "size_bytes" if has_size else None
