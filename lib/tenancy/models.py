"""Owned rows: models whose every row belongs to one organisation, and the keys between them."""

from typing import Any, ClassVar, Self, TypeVar

from django.core import checks
from django.db import models
from django.db.models.constraints import BaseConstraint
from django.db.models.sql import Query

from lib.tenancy.scope import require_organisation_id

M = TypeVar("M", bound=models.Model)


class OwnedQuery(Query):
    """A query that refuses to run outside a scope, wherever and however late it is evaluated."""

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        require_organisation_id()
        return super().get_compiler(*args, **kwargs)


class OwnedQuerySet(models.QuerySet[M]):
    """Base of every query set on owned rows.

    Row-level security would answer a question asked outside a scope with no rows and no error; here it raises.
    """

    def __init__(
        self, model: type[M] | None = None, query: Query | None = None, using: str | None = None, hints: Any = None
    ) -> None:
        super().__init__(model, query or OwnedQuery(model), using, hints)

    # Django turns reading queries into other classes for what writes, so those doors are guarded one by one.

    def update(self, **kwargs: Any) -> int:
        require_organisation_id()
        return super().update(**kwargs)

    def _update(self, values: Any) -> int:
        require_organisation_id()
        return super()._update(values)  # type: ignore[misc,no-any-return]  # private in Django, used by Model.save

    def _insert(self, *args: Any, **kwargs: Any) -> Any:
        require_organisation_id()
        return super()._insert(*args, **kwargs)  # type: ignore[misc]  # private in Django, used by Model.save

    def _raw_delete(self, using: str | None) -> int:
        require_organisation_id()
        return super()._raw_delete(using)  # private in Django, used by the deletion collector


class OrganisationKey(models.ForeignKey[Any, Any]):
    """The owner of a row; a new row takes it from the scope when nothing was said."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add and getattr(model_instance, self.attname) is None:
            setattr(model_instance, self.attname, require_organisation_id())
        return super().pre_save(model_instance, add)


def owner(*, is_indexed: bool = True) -> OrganisationKey:
    """Return the key to a row's owner; on a busy table where another index begins with it, its own would only cost."""
    return OrganisationKey(
        "accounts.Organisation", on_delete=models.CASCADE, editable=False, related_name="+", db_index=is_indexed
    )


class OwnedModel(models.Model):
    """A row of one organisation. Its migration must call EnableRowSecurity; a system check asks the database."""

    organisation = owner()

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"  # so that refreshes, related rows and cascades are guarded too

    @classmethod
    def check(cls, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *cls._check_guard(), *cls._check_keys()]

    @classmethod
    def _check_guard(cls) -> list[checks.CheckMessage]:
        """The guard sits in the manager: a plain one beside it, or a lost Meta, would open a hole."""
        if isinstance(cls._base_manager.get_queryset(), OwnedQuerySet):
            return []
        hint = "let `class Meta` inherit OwnedModel.Meta and build `objects` from a subclass of OwnedQuerySet"
        return [
            checks.Error(f"{cls.__name__} reads rows past the scope's guard", hint=hint, obj=cls, id="tenancy.E003")
        ]

    @classmethod
    def _check_keys(cls) -> list[checks.CheckMessage]:
        """Every key to another owned row must be held to the same organisation by the database."""
        composite = {c.field for c in cls._meta.constraints if isinstance(c, SameOrganisation)}
        found: list[checks.CheckMessage] = []
        for field in cls._meta.local_fields:
            target = field.related_model
            if isinstance(target, type) and issubclass(target, OwnedModel) and field.name not in composite:
                hint = f"add SameOrganisation(field={field.name!r}, name=…) to its constraints"
                found.append(
                    checks.Error(
                        f"{cls.__name__}.{field.name} may cross organisations", hint=hint, obj=cls, id="tenancy.E004"
                    )
                )
        return found


class OwnedForeignKey(models.ForeignKey[Any, Any]):
    """A key between owned rows. `SameOrganisation` is the database's constraint on it, so the plain one is left out."""

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


def in_organisation(table: str) -> models.UniqueConstraint:
    """Return the unique (organisation, id) that composite keys to this table need."""
    return models.UniqueConstraint(fields=["organisation", "id"], name=f"{table}_in_organisation")


class SameOrganisation(BaseConstraint):
    """FOREIGN KEY (organisation_id, <field>_id) REFERENCES <other> (organisation_id, id): both rows have one owner.

    Referential checks ignore row-level security, so a plain key would accept a stranger's id.
    """

    def __init__(self, *, field: str, name: str) -> None:
        self.field = field
        super().__init__(name=name)

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        # While a table is being created the other one may not exist yet.
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        field = model._meta.get_field(self.field)
        other = field.remote_field.model._meta
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY (organisation_id, {quote(field.column)}) "
            f"REFERENCES {quote(other.db_table)} (organisation_id, {quote(field.target_field.column)}) "
            "DEFERRABLE INITIALLY DEFERRED"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Leave the verdict to the database, which alone sees all organisations."""

    def check(self, model: Any, connection: Any) -> list[checks.CheckMessage]:
        field = model._meta.get_field(self.field)
        other = field.remote_field.model
        found: list[checks.CheckMessage] = []
        if field.db_constraint:
            text = f"{model._meta.label}.{self.field} has both a plain and a composite foreign key"
            found.append(checks.Error(text, hint="make it an OwnedForeignKey", obj=model, id="tenancy.E001"))
        if not any(set(getattr(c, "fields", ())) == {"organisation", "id"} for c in other._meta.constraints):
            text = (
                f"{other._meta.label} has no unique (organisation, id) for {model._meta.label}.{self.field} to refer to"
            )
            found.append(
                checks.Error(
                    text, hint=f"add in_organisation({other._meta.model_name!r})", obj=other, id="tenancy.E002"
                )
            )
        return found

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "field": self.field}

    def clone(self) -> Self:
        return type(self)(field=self.field, name=self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameOrganisation) and (self.field, self.name) == (other.field, other.name)

    def __hash__(self) -> int:
        return hash((self.field, self.name))
