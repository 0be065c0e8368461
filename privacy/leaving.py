"""What goes with a member who leaves an organisation, or closes their account: rows that are theirs alone.

Which ones these are, the models say themselves (`goes_with=("user",)`): drafts, notices, attempts, preferences. What a
member did for the organisation stays, under whatever they are called by then.
"""

from datetime import datetime

from accounts.models import Membership, User
from privacy.ending import delete_rows
from privacy.registry import Entry, registry

_BATCH = 500


def forget_member(membership: Membership, at: datetime) -> None:
    """Delete a member's own rows. In the organisation's scope."""
    for entry in registry():
        if entry.is_owned:
            _delete(entry, membership.user_id, at)


def forget_user(user: User, at: datetime) -> None:
    """Delete what a user has of their own, in no organisation."""
    for entry in registry():
        if not entry.is_owned:
            _delete(entry, user.pk, at)


def _delete(entry: Entry, user_id: int, at: datetime) -> None:
    rows = entry.belonging_to_user(user_id)
    while rows is not None and (ids := list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH])):
        delete_rows(entry.model, ids, room=_BATCH, at=at)
