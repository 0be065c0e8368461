"""Links by which a client connects their own accounts, without an account here and without giving anybody a password.

Whoever has the link may leave for a network in the organisation's name and choose what to connect; they see nothing
of the organisation but its name. A link works for seven days, for several accounts, until a member ends it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from accounts.models import Organisation, User
from eventlog.services import record
from integrations.models import ConnectLink
from lib.tenancy.scope import scope

LIFE = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class FoundLink:
    """What a link leads to, for whoever holds it."""

    organisation: Organisation
    link: ConnectLink


def make_link(name: str, *, user: User, now: datetime) -> tuple[ConnectLink, str]:
    """Make a link for somebody and return it with its token, which is shown now and never again."""
    token = secrets.token_urlsafe(32)
    link: ConnectLink = ConnectLink.objects.create(
        name=name, token_hash=_hash(token), created_by=user, created_at=now, expires_at=now + LIFE
    )
    record("integrations.link.made", link)
    return link, token


def end_link(link: ConnectLink, *, now: datetime) -> None:
    """Let a link lead nowhere any more; what was connected by it stays."""
    if ConnectLink.objects.filter(pk=link.pk).open(now).update(ended_at=now):
        record("integrations.link.ended", link)


def find_link(token: str, *, now: datetime) -> FoundLink | None:
    """Return what an open link leads to; None for a wrong, ended or old one alike."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_id, link_id FROM passage.find_connect_link(%s, %s)", [_hash(token), now])
        row = cursor.fetchone()
    if row is None:
        return None
    with scope(organisation=row[0]):
        return FoundLink(
            organisation=Organisation.objects.get(pk=row[0]),
            link=ConnectLink.objects.select_related("created_by").get(pk=row[1]),
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
