"""Start-up checks: every model says what it holds of people, and what it says is true of it."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.core.management.base import SystemCheckError
from django.db import models
from django.db.models.constants import LOOKUP_SEP

from lib.privacy import Blank, Declaration, Follows, NoPersonalData, PrivacyClass
from privacy import third_party
from privacy.record_classes import RECORD_CLASSES


@register
def check_declarations(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a model without a declaration, and a declaration that names what is not there."""
    found: list[CheckMessage] = []
    for model in apps.get_models():
        found += check_model(model)
    return found


def require_declarations() -> None:
    """Refuse to start a process with a model that says nothing. Raises SystemCheckError."""
    faults = check_declarations()
    if faults:
        raise SystemCheckError("\n".join(f"{fault.msg} ({fault.hint})" for fault in faults))


def declared_of(model: type[models.Model]) -> Declaration | None:
    """Return what stands beside the model itself, never what it inherits, or in the table of others' models."""
    own = vars(model).get("privacy")
    if isinstance(own, PrivacyClass | NoPersonalData):
        return own
    return third_party.MODELS.get(model._meta.label)


def check_model(model: type[models.Model]) -> list[CheckMessage]:
    declared = declared_of(model)
    if declared is None:
        hint = 'write `privacy = PrivacyClass(…)` or `privacy = NoPersonalData("why")` in it (lib/privacy.py)'
        text = f"{model._meta.label} does not say what it holds of people"
        return [Error(text, hint=hint, obj=model, id="privacy.E001")]
    found = [*_unexportable(model, declared), *_undeclared_files(model, declared)]
    if isinstance(declared, NoPersonalData):
        return found
    return [
        *found,
        *_unknown_classes(model, declared),
        *_absent_fields(model, declared),
        *_false_followers(model, declared),
    ]


def _unexportable(model: type[models.Model], declared: Declaration) -> Iterator[CheckMessage]:
    """An organisation's export has all of its models: none may stay out because nobody thought of it."""
    from privacy.exporting.columns import unwritable  # which reads the registry, which reads this
    from privacy.registry import Entry

    entry = Entry(model, declared)
    if not entry.is_exported:
        return
    for column, reason in unwritable(entry):
        text = f"{model._meta.label}.{column} cannot be exported: it {reason}"
        hint = "or say in its declaration why exports leave the model out: left_out=…"
        yield Error(text, hint=hint, obj=model, id="privacy.E005")


def _undeclared_files(model: type[models.Model], declared: Declaration) -> Iterator[CheckMessage]:
    """A file that no declaration names would be swept away as nobody's (privacy/orphans.py)."""
    files = declared.files if isinstance(declared, PrivacyClass) else ()
    for field in model._meta.local_concrete_fields:
        if field.name.endswith("storage_key") and field.name not in files and model._meta.label != "privacy.EndedFile":
            text = f"{model._meta.label}.{field.name} names files of storage and is not declared"
            yield Error(text, hint=f"say files=({field.name!r},)", obj=model, id="privacy.E006")


def _unknown_classes(model: type[models.Model], declared: PrivacyClass) -> Iterator[CheckMessage]:
    for rule in declared.rules:
        if rule.record_class not in RECORD_CLASSES:
            text = f"{model._meta.label} names the record class {rule.record_class!r}, which there is not"
            hint = f"use one of {', '.join(sorted(RECORD_CLASSES))}, or add it to privacy/record_classes.py"
            yield Error(text, hint=hint, obj=model, id="privacy.E002")


def _absent_fields(model: type[models.Model], declared: PrivacyClass) -> Iterator[CheckMessage]:
    cap = declared.network_cap
    blanked = [
        column
        for ending in [*(rule.ends_by for rule in declared.rules), declared.ends_by, declared.anonymises]
        if isinstance(ending, Blank)
        for column in ending.columns
    ]
    paths = [
        *declared.holds,
        *declared.files,
        *declared.identifies,
        *declared.goes_when_empty,
        *([declared.anonymised_at] if declared.anonymised_at else []),
        *(path for kind in declared.reached_by for path in declared.paths_to(kind)),
        *(clock for rule in declared.rules for clock in rule.clocks),
        *blanked,
        *((cap.until, cap.account, *cap.blanks, *([cap.marks] if cap.marks else [])) if cap else ()),
    ]
    for path in dict.fromkeys(paths):
        if not _leads_somewhere(model, path):
            text = f"{model._meta.label} declares {path!r}, which is no field of it"
            yield Error(text, hint="name fields as in queries", obj=model, id="privacy.E003")


def _leads_somewhere(model: type[models.Model] | None, path: str) -> bool:
    for name in path.split(LOOKUP_SEP):
        if name == "pk":
            continue
        try:
            found = model._meta.get_field(name) if model is not None else None
        except FieldDoesNotExist:
            return False
        if found is None:
            return False
        target = found.related_model
        model = target if isinstance(target, type) else None
    return True


def _false_followers(model: type[models.Model], declared: PrivacyClass) -> Iterator[CheckMessage]:
    for ending in {rule.ends_by for rule in declared.rules} | {declared.ends_by}:
        if not isinstance(ending, Follows):
            continue
        relation: Any = next((field for field in model._meta.fields if field.name == ending.relation), None)
        if relation is None or not relation.is_relation or relation.remote_field.on_delete is not models.CASCADE:
            text = f"{model._meta.label} follows {ending.relation!r}, which would leave it behind"
            hint = "follow a foreign key with on_delete=CASCADE"
            yield Error(text, hint=hint, obj=model, id="privacy.E004")
