"""Start-up checks that ask the database itself: the role has no way round, and every owned table has its policy."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.management.base import SystemCheckError
from django.db import connection

from lib.tenancy.models import OwnedModel

_ROLE = "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
_OWNED = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
_GUARDED = """
    SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'organisation'
    WHERE c.relrowsecurity AND c.relnamespace = 'public'::regnamespace
"""


@register(Tags.database)
def check_walls(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a role that row-level security does not hold, and an owned table without a policy."""
    if not databases or getattr(connection, "is_owner", False):  # migrations are the owner's
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ROLE)
        role, superuser, bypass = cursor.fetchone()
        cursor.execute(_OWNED)
        owned = cursor.fetchall()
        cursor.execute(_GUARDED)
        guarded = {table for (table,) in cursor.fetchall()}
    return [*_role_faults(role, superuser or bypass, bool(owned)), *_policy_faults(guarded)]


def require_walls() -> None:
    """Refuse to start a process whose database would not wall organisations off. Raises SystemCheckError."""
    faults = check_walls(None, databases=[connection.alias])
    if faults:
        raise SystemCheckError("\n".join(f"{fault.msg} ({fault.hint})" for fault in faults))
    connection.close()


def _role_faults(role: str, above_policies: bool, owns: bool) -> list[CheckMessage]:
    if not above_policies and not owns:
        return []
    what = "is above row-level security" if above_policies else "owns tables"
    hint = "let DATABASE_URL name a role that owns nothing, is no superuser and cannot bypass row-level security"
    return [
        Error(f"the database role {role} {what}; organisations would not be walled off", hint=hint, id="tenancy.E010")
    ]


def _policy_faults(guarded: set[str]) -> list[CheckMessage]:
    existing = set(connection.introspection.table_names())
    return [
        Error(
            f"table {table} has no policy",
            hint=f"call EnableRowSecurity({model.__name__!r}) in its migration",
            id="tenancy.E011",
        )
        for model in apps.get_models()
        if issubclass(model, OwnedModel) and (table := model._meta.db_table) in existing - guarded
    ]
