"""The door through which services say what they changed: one call, in the transaction of the change.

It only collects. The scope's exit numbers and writes all of a transaction's changes in one statement, the last before
COMMIT, so that numbers are without holes and in the order of commits; what is rolled back was never said. Browsers are
told after the commit, and read from the table what they were not told. The protocol: docs/live.md
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership
from lib.tenancy.errands import Statement
from lib.tenancy.scope import require_organisation_id, write_last
from live.events import Event
from live.hints import tell_changes
from live.kinds import ACCESS, require_kind

_WRITE = "SELECT live_write_changes(%s, %s, %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS last"


@dataclass(frozen=True, slots=True)
class Change:
    """What `record_change` is told. Raises LookupError for a kind that no room has registered."""

    kind: str
    subject_id: int
    version: int | None = None
    social_account_id: int | None = None
    user_id: int | None = None

    def __post_init__(self) -> None:
        require_kind(self.kind)


def record_change(
    kind: str,
    subject_id: int,
    *,
    version: int | None = None,
    social_account: int | None = None,
    user: int | None = None,
) -> None:
    """Say that a thing was made, changed or taken away; who sees it then asks for it anew.

    `version` is the thing's own, which must grow with each of its changes; without one, give it for no change of that
    kind. Only members who may work with `social_account` (an id), and only `user` (an id), hear of it. The same thing
    said twice in a transaction is told once, with its newest version.
    Raises LookupError for a kind that no room has registered, and NoScope.
    """
    write_last(_write, Change(kind, subject_id, version, social_account, user))


def writing(changes: Sequence[Change]) -> Statement:
    """Return the statement that numbers and writes changes, to be the last of an errand (lib.tenancy.errands).

    Its one row's `last` is the number of the last of them; whoever sends it gives it to `tell`, once it is committed.
    """
    told = _newest(changes)
    return Statement(
        _WRITE,
        [
            timezone.now(),
            [each.kind for each in told],
            [each.subject_id for each in told],
            [each.version for each in told],
            [each.social_account_id for each in told],
            [each.user_id for each in told],
        ],
    )


def tell(organisation_id: int, changes: Sequence[Change], *, last: int) -> None:
    """Tell an organisation's browsers of changes that were numbered up to `last` and are committed."""
    told = _newest(changes)
    events = [_numbered(sequence, each) for sequence, each in enumerate(told, start=last - len(told) + 1)]
    tell_changes(organisation_id, last, events)


def _numbered(sequence: int, change: Change) -> Event:
    version = sequence if change.version is None else change.version
    return Event(sequence, change.kind, change.subject_id, version, change.social_account_id, change.user_id)


def record_access_change(membership: Membership) -> None:
    """Say that what this member may read has changed, or that they are no member any more: their sockets ask anew."""
    record_change(ACCESS, membership.pk, user=membership.user_id)


def _write(changes: Sequence[Change]) -> None:
    organisation_id = require_organisation_id()
    statement = writing(changes)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.parameters)
        (last,) = cursor.fetchone() or (0,)
    transaction.on_commit(lambda: tell(organisation_id, changes, last=last), robust=True)


def _newest(changes: Sequence[Change]) -> list[Change]:
    newest: dict[tuple[object, ...], Change] = {}
    for change in changes:
        key = (change.kind, change.subject_id, change.social_account_id, change.user_id)
        before = newest.get(key)
        if before is None or (before.version or 0) <= (change.version or 0):
            newest[key] = change
    return list(newest.values())
