"""The scope: whose data may be seen, for as long as one transaction lasts.

The organisation and the user in force travel in a context variable; the database backend writes them into
`app.organisation_id` and `app.user_id` in the same round trip as BEGIN, and row-level security reads them there.
A scope is therefore a transaction: what runs after it (on-commit call-backs, streamed answers, other threads) is
outside and opens its own. Evidence: docs/decisions/0002-a-scope-is-a-transaction.md

What must be the last statement of a transaction, because it locks what everybody shares, is left to the scope's exit:
`write_last`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

Write = Callable[[Sequence[Any]], None]


class NoScope(RuntimeError):
    """Owned data was asked for outside a scope, or outside the scope's transaction."""


@dataclass(frozen=True)
class Scope:
    """Ids of the organisation whose rows are visible and of the user on whose behalf; None shows nothing."""

    organisation_id: int | None = None
    user_id: int | None = None
    question: str = field(default="", compare=False, repr=False)
    answers: list[Any] = field(default_factory=list, compare=False, repr=False)  # the columns of the question's row

    def as_sql(self) -> str:
        """Return the statements that put this scope in force until the transaction ends, and ask its question.

        They have no parameters, so that they can share a round trip with BEGIN; only integers ever enter them.
        """
        settings = (
            f"SELECT set_config('app.organisation_id', '{_digits(self.organisation_id)}', true), "
            f"set_config('app.user_id', '{_digits(self.user_id)}', true)"
        )
        return f"{settings}; {self.question}" if self.question else settings

    def take_answers(self, cursor: Any) -> None:
        """Take the row that answers the question off a cursor that has run `as_sql`."""
        if self.question:
            while cursor.nextset():
                pass
            self.answers.extend(cursor.fetchone() or ())


def _digits(value: int | None) -> str:
    return "" if value is None else str(int(value))


_NOBODY = Scope()
_current: ContextVar[Scope] = ContextVar("scope", default=_NOBODY)


def current_scope() -> Scope:
    """Return the scope in force for statements begun now; `Scope()` when there is none."""
    return _current.get()


def require_organisation_id() -> int:
    """Return the id of the scope's organisation, or raise NoScope with what to do.

    The transaction is asked for as well as the variable: in an on-commit call-back the variable may still be set while
    the database would answer every question with no rows.
    """
    organisation_id = _current.get().organisation_id
    if organisation_id is None:
        raise NoScope("no organisation is in scope; wrap this in `with scope(organisation=…)`")
    if not connection.in_atomic_block:
        raise NoScope("the scope's transaction has ended (call-back, stream or thread?); open a scope here")
    return organisation_id


@contextmanager
def scope(*, organisation: int | None = None, user: int | None = None, asking: str = "") -> Iterator[Scope]:
    """Open a transaction in which only this organisation's rows are visible; nested, restore the outer scope after.

    `asking` is a SELECT of one row, without parameters, that travels in the message which opens the scope, so before
    anything else is read in it; `answers` of the scope has its columns.
    """
    inner = Scope(organisation, user, asking)
    outer = _current.get()
    token = _current.set(inner)
    try:
        nested = connection.in_atomic_block
        with transaction.atomic():
            if nested:
                _apply(inner)
            yield inner
            if outer is _NOBODY or not nested:
                _write_last(inner)
            if nested and not connection.needs_rollback:
                # RELEASE SAVEPOINT keeps what was set inside; ROLLBACK TO would have put it back by itself.
                _apply(Scope(outer.organisation_id, outer.user_id))
    finally:
        _current.reset(token)


def write_last(write: Write, value: Any) -> None:
    """Have `write` called with this value, and all others it was given, as the last act before COMMIT.

    It is called by the outermost scope's exit, once per organisation in ascending order of ids, in the scope of the one
    that was in force here. What was given inside a savepoint that is rolled back is forgotten with it. Raises NoScope
    without an organisation.
    """
    left: list[Any] = connection.left_for_last  # type: ignore[attr-defined]  # our backend's
    left.append((tuple(connection.savepoint_ids), require_organisation_id(), write, value))


def _write_last(inner: Scope) -> None:
    left: list[Any] = connection.left_for_last  # type: ignore[attr-defined]
    if not left or connection.needs_rollback:
        return
    connection.left_for_last = []  # type: ignore[attr-defined]
    grouped: dict[int, dict[Write, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for _savepoints, organisation_id, write, value in left:
        grouped[organisation_id][write].append(value)
    for organisation_id, values in sorted(grouped.items()):
        if organisation_id == inner.organisation_id:
            _call(values)
        else:
            with scope(organisation=organisation_id):
                _call(values)


def _call(values: dict[Write, list[Any]]) -> None:
    for write, given in values.items():
        write(given)


def _apply(scope_in_force: Scope) -> None:
    connection.ensure_connection()
    scope_in_force.take_answers(connection.connection.execute(scope_in_force.as_sql()))
