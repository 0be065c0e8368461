"""What workers have to do for many organisations at once: one round trip, and still a transaction and a scope for each.

A scope by itself costs three round trips: BEGIN, the statement, COMMIT. For a worker whose batch holds the rows of
twenty organisations these, and not the statements, are what its time goes to. PostgreSQL's simple protocol takes
several transactions in one message, and runs them one after the other.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from lib.tenancy.scope import Scope

Rows = list[list[dict[str, Any]]]  # of each statement


@dataclass(frozen=True)
class Statement:
    """One statement and its parameters."""

    sql: str
    parameters: Sequence[Any] = ()


@dataclass(frozen=True)
class Errand:
    """What is to be done in one organisation's scope, in a transaction of its own."""

    organisation_id: int
    statements: Sequence[Statement]


def run_errands(errands: Sequence[Errand]) -> list[Rows | DatabaseError]:
    """Run each errand in its own transaction, and return the rows of each of its statements, or its error.

    One that fails takes none of the others with it: all are then run once more, each by itself. So an errand must bear
    being run again after it was committed. Raises OperationalError or InterfaceError when the database is away, and
    then nobody knows which of them were committed; and TransactionManagementError inside a transaction.
    """
    connection.validate_no_atomic_block()
    if not errands:
        return []
    try:
        return [*_run(errands)]
    except (OperationalError, InterfaceError):
        _end_transaction()
        raise
    except DatabaseError:
        _end_transaction()
    return [_run_alone(errand) for errand in errands]


def _run_alone(errand: Errand) -> Rows | DatabaseError:
    try:
        return _run([errand])[0]
    except (OperationalError, InterfaceError):
        _end_transaction()
        raise
    except DatabaseError as error:
        _end_transaction()
        return error


def _run(errands: Sequence[Errand]) -> list[Rows]:
    message = "".join(_as_sql(errand) for errand in errands)
    parameters = [value for errand in errands for each in errand.statements for value in each.parameters]
    with closing(connection.cursor()) as cursor:
        cursor.execute(message, parameters)
        return [_take(cursor, statements=len(errand.statements)) for errand in errands]


def _as_sql(errand: Errand) -> str:
    scope = Scope(errand.organisation_id).as_sql()
    return "; ".join(("BEGIN", scope, *(each.sql for each in errand.statements), "COMMIT;"))


def _take(cursor: Any, *, statements: int) -> Rows:
    """Take an errand's results off a cursor that stands on its BEGIN, and leave it on the next one's."""
    cursor.nextset()  # the scope
    found: Rows = []
    for _statement in range(statements):
        cursor.nextset()
        names = [column.name for column in cursor.description or ()]
        found.append([dict(zip(names, row, strict=True)) for row in cursor.fetchall()] if names else [])
    cursor.nextset()  # COMMIT
    cursor.nextset()
    return found


def _end_transaction() -> None:
    """Leave the transaction in which a statement failed; those behind it in the message were never begun."""
    if connection.connection is not None and not connection.connection.closed:
        connection.rollback()
