"""What of a row is given to its organisation: every column but secrets, what is derived, and the machinery of leases.

Read from the registry and the models alone, so that a model added later is in the next export. A column that this does
not know how to write, or that looks like a secret and is not declared as one, is refused at start (privacy/checks.py).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.models import Membership, User
from lib.claims.models import Leased
from lib.privacy import Data
from privacy.registry import Entry

_LEASES = frozenset(field.name for field in Leased._meta.local_fields)
_WRITABLE = (
    *(models.BooleanField, models.CharField, models.DateField, models.DateTimeField, models.DecimalField),
    *(models.FloatField, models.ForeignKey, models.GenericIPAddressField, models.IntegerField, models.JSONField),
    *(models.TextField, models.TimeField, models.UUIDField),
)
_SECRETIVE = re.compile(r"token|secret|sealed|password|passphrase|credential|private_key|api_key", re.IGNORECASE)
_TEXTUAL = (models.BinaryField, models.CharField, models.JSONField, models.TextField)


def columns_of(entry: Entry) -> tuple[Any, ...]:
    """Return the fields that are given."""
    holds = entry.personal.holds if entry.personal else {}
    machinery = _LEASES if issubclass(entry.model, Leased) else frozenset()
    return tuple(
        field
        for field in entry.model._meta.concrete_fields
        if holds.get(field.name) is not Data.CREDENTIALS
        and not isinstance(field, SearchVectorField)
        and field.name not in machinery
        and field.attname != "organisation_id"
    )


def unwritable(entry: Entry) -> Iterable[tuple[str, str]]:
    """Yield columns that an export could not give rightly, with the reason."""
    for field in columns_of(entry):
        if isinstance(field, _TEXTUAL) and _SECRETIVE.search(field.name):
            yield field.name, "looks like a secret: say Data.CREDENTIALS in `holds`, or call it differently"
        elif not isinstance(field, _WRITABLE):
            yield field.name, "is of a kind that privacy/exporting/columns.py does not know how to write"


def written(entry: Entry, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return rows (`values` of the columns) as JSON, one text each. Keys to users say who that is."""
    keys = {field.attname: field.name for field in entry.user_keys()}
    id_column = str(entry.model._meta.pk.attname)
    people = named({row[attname] for row in rows for attname in keys if row.get(attname)})
    files = entry.personal.files if entry.personal else ()
    found = []
    for row in rows:
        shown: dict[str, Any] = {}
        for name, value in row.items():
            if name in keys:
                shown[keys[name]] = people.get(value)
            elif name in files:
                shown[name] = path_of_file(entry, row[id_column], name, value) if value else ""
            else:
                shown[name] = value
        found.append(json.dumps(shown, cls=DjangoJSONEncoder, ensure_ascii=False))
    return found


def named(user_ids: set[int]) -> dict[int, dict[str, Any]]:
    """Return who these users are: those who are members with their address, others by what they are called."""
    members = set(Membership.objects.filter(user_id__in=user_ids).values_list("user_id", flat=True))
    found = {}
    for user in User.objects.filter(pk__in=user_ids).only("name", "email"):
        found[user.pk] = {"id": user.pk, "name": str(user)}
        if user.pk in members:
            found[user.pk]["email"] = user.email
    return found


def path_of_file(entry: Entry, pk: int, column: str, key: str) -> str:
    """Return where in the archive a row's file stands. Made of ids, never of what people typed."""
    files = entry.personal.files if entry.personal else ()
    which = f"-{column}" if len(files) > 1 else ""
    return f"files/{entry.label}/{pk}{which}{PurePosixPath(key).suffix[:10]}"
