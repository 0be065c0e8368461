"""What ends with a session besides the session itself."""

from accounts.middleware import open_memberships
from accounts.models import User
from lib.live import tell_sockets_after_commit


def question_sockets(user: User) -> None:
    """Have every open socket of this person ask anew whether its session still stands; one that does not closes.

    Call it once the session is gone. Sockets of the person's other sessions find theirs and stay open.
    """
    for membership in open_memberships(user):
        message = {"type": "membership.changed", "user_id": user.pk}
        tell_sockets_after_commit(membership.organisation_id, message)
