"""Sign-ins behind sockets: told when they end, and looked at now and then in case nobody was told."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from live.hints import tell_session_ended, tell_user_changed


def find_ended(sessions: Mapping[str, int]) -> set[str]:
    """Return those of these sign-ins (session's key: user's id) that no longer hold, with two queries.

    A sign-in ends when it is signed out or expires, when its user is no longer active, and when their password changes.
    """
    rows = Session.objects.filter(session_key__in=sessions, expire_date__gt=timezone.now())
    hashes = {row.session_key: row.get_decoded().get(HASH_SESSION_KEY) for row in rows}
    users = User.objects.filter(pk__in=set(sessions.values()), is_active=True)
    wanted = {user.pk: user.get_session_auth_hash() for user in users}
    return {key for key, user_id in sessions.items() if hashes.get(key) is None or hashes[key] != wanted.get(user_id)}


def tell_of_deleted_session(instance: Session, **_: Any) -> None:
    """Signing out deletes the row of the sign-in, as does ending it from elsewhere."""
    key = instance.session_key
    transaction.on_commit(lambda: tell_session_ended(key), robust=True)


def tell_of_new_password(user: User, **_: Any) -> None:
    """A new password ends every sign-in made with the old one."""
    transaction.on_commit(lambda: tell_user_changed(user.pk), robust=True)
