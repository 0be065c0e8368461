"""`migrate` as the owner of the schema, then the SQL functions and grants that belong to the new schema."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connection

from lib.tenancy.install import install_sql


class Command(Migrate):
    """Django's command; only who runs it and what follows differ."""

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.as_owner():  # type: ignore[attr-defined]  # our own backend
            super().handle(*args, **options)
            if not options["app_label"] and not options["plan"] and not options["check_unapplied"]:
                install_sql()
