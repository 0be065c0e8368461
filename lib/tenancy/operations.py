"""Row-level security in migrations."""

from typing import Any

from django.db.migrations.operations.base import Operation

#: The organisation in force; NULL (so: no row) without a scope. nullif and true, or it raises instead.
SCOPE = "nullif(current_setting('app.organisation_id', true), '')::bigint"
#: The user on whose behalf; only memberships, and what hangs on them, are readable by it, before a choice is made.
USER = "nullif(current_setting('app.user_id', true), '')::bigint"

OWN_ROWS = f"organisation_id = {SCOPE}"


class EnableRowSecurity(Operation):
    """Show a table's rows only within their organisation's scope.

    `using` replaces the usual rule for the few tables that must be readable before an organisation is chosen; `check`
    is then the rule for rows written. ENABLE, not FORCE: the app's role owns nothing, and FORCE would only silence
    migrations and backups.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, using: str = OWN_ROWS, check: str = OWN_ROWS) -> None:
        self.model_name = model_name
        self.using = using
        self.check = check

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing that Django keeps track of."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = self._table(app_label, schema_editor, to_state)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        # A literal rule, no parameters: %s in it would have to be doubled for the driver.
        schema_editor.execute(f"CREATE POLICY organisation ON {table} USING ({self.using}) WITH CHECK ({self.check})")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = self._table(app_label, schema_editor, from_state)
        schema_editor.execute(f"DROP POLICY organisation ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def _table(self, app_label: str, schema_editor: Any, state: Any) -> str:
        model = state.apps.get_model(app_label, self.model_name)
        return str(schema_editor.quote_name(model._meta.db_table))

    def describe(self) -> str:
        return f"Show rows of {self.model_name} only within their organisation's scope"

    @property
    def migration_name_fragment(self) -> str:
        return f"{self.model_name.lower()}_row_security"
