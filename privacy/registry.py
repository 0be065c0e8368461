"""Every model with what it declares, to be walked: by rule, by organisation, by user, by person.

for entry in registry():                        # whoever refers comes before what it refers to: a safe order to end in
    rows = entry.of_organisation(7)             # None: the model's rows belong to no organisation
    rows = entry.of_user(12)                    # rows that name a user, through any key or declared column
    rows = entry.reached("identity", [3])       # rows that lead to a person, a contact or a thread
    keys = entry.file_keys(rows)                # what else goes: files in storage
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from lib.privacy import Declaration, Follows, Lasts, PrivacyClass, Rule
from lib.tenancy.models import OwnedModel
from privacy.checks import declared_of


@dataclass(frozen=True)
class Relation:
    """A foreign key of another model to this one, and what the database is told when this one goes."""

    model: type[models.Model]
    field: Any
    on_delete: Any


@dataclass(frozen=True)
class Entry:
    """One model and what it declares."""

    model: type[models.Model]
    declared: Declaration

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def is_owned(self) -> bool:
        """Whether each row belongs to one organisation and is read in its scope only."""
        return issubclass(self.model, OwnedModel)

    @property
    def names_organisation(self) -> bool:
        """Whether rows say whose they are: owned ones, and those that outlive their organisation."""
        return any(field.attname == "organisation_id" for field in self.model._meta.concrete_fields)

    @property
    def is_exported(self) -> bool:
        """Whether an organisation's export has its rows."""
        return self.names_organisation and not self.declared.left_out

    @property
    def personal(self) -> PrivacyClass | None:
        return self.declared if isinstance(self.declared, PrivacyClass) else None

    @property
    def kind(self) -> str | None:
        """What a hold or an erasure calls a row of this model: thread, identity, contact, user; None: nothing."""
        kinds = self.personal.reached_by if self.personal else {}
        return next((kind for kind in kinds if "pk" in self.paths_to(kind)), None)

    def rows(self) -> "QuerySet[Any]":
        """Return all rows; of the scope's organisation where they are owned."""
        return self.model._base_manager.all()

    def rules(self, record_class: str) -> list[Rule]:
        """Return the rules of this class that end rows of this model by themselves."""
        rules = self.personal.rules if self.personal else ()
        return [
            rule
            for rule in rules
            if rule.record_class == record_class and not isinstance(rule.ends_by, Follows | Lasts)
        ]

    def paths_to(self, kind: str) -> tuple[str, ...]:
        return self.personal.paths_to(kind) if self.personal else ()

    def of_organisation(self, organisation_id: int) -> "QuerySet[Any] | None":
        """Return its rows; owned ones need its scope open. None where rows belong to no organisation."""
        return self.rows().filter(organisation_id=organisation_id) if self.names_organisation else None

    def user_paths(self) -> tuple[str, ...]:
        """Return how rows name a user: foreign keys, and what is declared."""
        return tuple(dict.fromkeys([*(key.name for key in self.user_keys()), *self.paths_to("user")]))

    def user_keys(self) -> list[Any]:
        """Return the foreign keys to users."""
        user = apps.get_model(settings.AUTH_USER_MODEL)
        fields = self.model._meta.concrete_fields
        return [field for field in fields if field.is_relation and field.related_model is user]

    def belonging_to_user(self, user_id: int) -> "QuerySet[Any] | None":
        """Return rows that are the user's own and go with them: those that CASCADE from them and say so."""
        if self.personal is None or "user" not in self.personal.goes_with:
            return None
        own = [key.name for key in self.user_keys() if key.remote_field.on_delete is models.CASCADE]
        return self._through(tuple(own), [user_id])

    def of_user(self, user_id: int) -> "QuerySet[Any] | None":
        """Return rows that name the user in any way; None where none could."""
        return self._through(self.user_paths(), [user_id])

    def reached(self, kind: str, ids: "Sequence[int] | QuerySet[Any]") -> "QuerySet[Any] | None":
        """Return rows that lead to any of these threads, identities, contacts; None where none could."""
        return self._through(self.paths_to(kind), ids)

    def _through(self, paths: tuple[str, ...], ids: "Sequence[int] | QuerySet[Any]") -> "QuerySet[Any] | None":
        if not paths:
            return None
        found = Q()
        for path in paths:
            found |= Q(**{f"{path}__in": ids})
        rows = self.rows().filter(found)
        return rows.distinct() if any("__" in path for path in paths) else rows

    def file_keys(self, rows: "QuerySet[Any]") -> Iterator[str]:
        """Yield the storage keys of these rows' files."""
        for column in self.personal.files if self.personal else ():
            yield from rows.exclude(**{column: ""}).values_list(column, flat=True).iterator()

    def relations(self) -> list[Relation]:
        """Return who refers to this model."""
        return relations_to(self.model)


@cache
def relations_to(model: type[models.Model]) -> list[Relation]:
    found = []
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            field: Any = relation.field  # type: ignore[union-attr]  # a reverse relation has its field
            found.append(Relation(field.model, field, relation.on_delete))  # type: ignore[union-attr]
    return found


@cache
def registry() -> tuple[Entry, ...]:
    """Return every model's entry: whoever refers to another comes before it."""
    waiting = {model: declared for model in apps.get_models() if (declared := declared_of(model)) is not None}
    ordered: list[Entry] = []
    while waiting:
        free = [model for model in waiting if not _referred_by(model, waiting)] or list(waiting)[:1]
        ordered += [Entry(model, waiting.pop(model)) for model in free]
    return tuple(ordered)


def _referred_by(model: type[models.Model], others: Iterable[type[models.Model]]) -> bool:
    among = set(others) - {model}
    return any(relation.model in among for relation in relations_to(model))


def entry_of(model: type[models.Model]) -> Entry:
    return next(entry for entry in registry() if entry.model is model)


def find_kind(kind: str) -> Entry | None:
    """Return the model whose rows a hold calls this, such as identity; None where there is none."""
    return next((entry for entry in registry() if entry.kind == kind), None)


def entries_of(record_class: str) -> list[Entry]:
    """Return the models with a rule of this class, in the order to end them in."""
    return [entry for entry in registry() if entry.rules(record_class)]
