"""SQL that is code, not history: grants and functions, installed anew after each `migrate`."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

GRANTS = Path(__file__).parent / "sql" / "grants.sql"
CLAIM = Path(__file__).parent.parent / "claims" / "sql" / "claim.sql"

#: `{claim name table condition}` on a line of its own.
_CLAIM_LINE = re.compile(r"^\{claim (?P<function>\w+) (?P<table>\w+) ?(?P<condition>.*)\}$", re.MULTILINE)


def sql_files() -> list[Path]:
    """Return what is installed, in order: grants, each app's `sql/*.sql` from the lowest floor up, the passage."""
    per_app = [path for config in apps.get_app_configs() for path in sorted(Path(config.path, "sql").glob("*.sql"))]
    return [GRANTS, *(path for path in per_app if path != GRANTS), Path(settings.PASSAGE_SQL)]


def install_sql() -> None:
    """Install every file in one transaction, as the role that owns the schema.

    `{app}` stands for the app's role, a line `{claim name table condition}` for the function that claims such work.
    """
    quote = connection.ops.quote_name
    with transaction.atomic():
        connection.ensure_connection()
        # Functions may speak of one another, and are checked by their tests.
        connection.connection.execute("SET LOCAL check_function_bodies = off")
        for path in sql_files():
            text = _CLAIM_LINE.sub(_claim, path.read_text()).replace("{app}", quote(settings.DATABASE_APP_ROLE))
            connection.connection.execute(text)  # no parameters: the simple protocol takes many statements


def _claim(line: re.Match[str]) -> str:
    text = CLAIM.read_text()
    for name, value in line.groupdict().items():
        text = text.replace("{" + name + "}", value)
    return text
