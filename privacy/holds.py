"""What legal holds keep: asked before anything ends, whichever rule would end it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from lib.tenancy.scope import current_scope
from privacy.models import LegalHold
from privacy.registry import Entry


@dataclass(frozen=True)
class Holds:
    """The holds of one organisation that nobody has released."""

    everything: bool = False
    record_classes: frozenset[str] = frozenset()
    subjects: dict[str, list[int]] = field(default_factory=dict)  # kind -> ids

    def keeps_all(self, record_class: str) -> bool:
        """Whether nothing of this class may end."""
        return self.everything or record_class in self.record_classes

    def spare(self, entry: Entry, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Return the rows that no hold on a thread, a person or a contact keeps."""
        for kind, ids in self.subjects.items():
            for path in entry.paths_to(kind):
                if "__" in path or not _is_column(entry, path):
                    held = entry.rows().filter(pk=OuterRef("pk"), **{f"{path}__in": ids})
                    rows = rows.filter(~Exists(held))
                else:
                    rows = rows.exclude(**{f"{path}__in": ids})
        return rows


NO_HOLDS = Holds()


def holds_in_force() -> Holds:
    """Return the holds of the organisation in scope; none outside any, where no organisation's data is."""
    if current_scope().organisation_id is None:
        return NO_HOLDS
    return combined(LegalHold.objects.active())


def combined(holds: Iterable[LegalHold]) -> Holds:
    """Return what these holds keep together."""
    rows: Sequence[LegalHold] = list(holds)
    subjects: dict[str, list[int]] = {}
    for hold in rows:
        if hold.subject_id is not None:
            subjects.setdefault(hold.scope, []).append(hold.subject_id)
    return Holds(
        everything=any(hold.scope == LegalHold.Scope.EVERYTHING for hold in rows),
        record_classes=frozenset(hold.record_class for hold in rows if hold.record_class),
        subjects=subjects,
    )


def _is_column(entry: Entry, path: str) -> bool:
    """Whether the path is the row's own column, not a way through other rows."""
    return path == "pk" or any(one.name == path for one in entry.model._meta.concrete_fields)
