"""PostgreSQL backend whose every transaction begins inside the scope, and which changes role for schema work.

One alias, two roles: with a second alias and a mirror, test runners quietly ran on the development database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations

from lib.tenancy.scope import current_scope


class Creation(DatabaseCreation):
    """Test databases belong to the owner, who then migrates them; tests run as the app's role."""

    connection: "DatabaseWrapper"

    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        with self.connection.as_owner():
            return super().create_test_db(*args, **kwargs)

    def clone_test_db(self, *args: Any, **kwargs: Any) -> None:
        with self.connection.as_owner():
            super().clone_test_db(*args, **kwargs)

    def destroy_test_db(self, *args: Any, **kwargs: Any) -> None:
        with self.connection.as_owner():
            super().destroy_test_db(*args, **kwargs)


class Operations(DatabaseOperations):
    """Flushing truncates, which the app's role may not."""

    connection: "DatabaseWrapper"

    def execute_sql_flush(self, sql_list: Any) -> None:
        with self.connection.as_owner():
            super().execute_sql_flush(sql_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """The wrapper Django takes from `ENGINE = "lib.tenancy.backend"`; `OWNER` in the settings names the other role."""

    creation_class = Creation
    ops_class = Operations
    is_owner = False  # whether the schema's owner is speaking
    _connection_pools: ClassVar[dict[str, Any]]  # Django's, by alias
    left_for_last: list[Any]  # what lib.tenancy.scope.write_last has been given in this transaction

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left_for_last = []

    def savepoint_rollback(self, sid: str) -> None:
        super().savepoint_rollback(sid)
        self.left_for_last = [each for each in self.left_for_last if sid not in each[0]]

    def _start_transaction_under_autocommit(self) -> None:
        self.left_for_last = []
        # Django calls this hook at each outermost atomic(). Simple protocol: BEGIN and the scope in one round trip.
        self.ensure_connection()
        opened = current_scope()
        opened.take_answers(self.connection.execute("BEGIN; " + opened.as_sql()))

    @contextmanager
    def as_owner(self) -> Iterator[None]:
        """Reconnect as the role that owns the schema, and come back. Never inside a request or a transaction."""
        owner = self.settings_dict.get("OWNER") or {}
        app = {key: self.settings_dict[key] for key in owner}
        if self.is_owner:
            yield
            return
        if not owner:
            raise ImproperlyConfigured("DATABASE_OWNER_URL is not set; migrations need the role that owns the schema")
        self._reconnect_with(owner)
        self.is_owner = True
        try:
            yield
        finally:
            self.is_owner = False
            self._reconnect_with(app)

    def _reconnect_with(self, role: dict[str, Any]) -> None:
        self.close()
        if self.alias in self._connection_pools:  # a pool remembers the role it was made for
            self.close_pool()
        self.settings_dict.update(role)
