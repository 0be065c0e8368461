"""Creating organisations and changing their settings."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils.text import slugify

from accounts.models import Membership, Organisation, User
from accounts.permissions import Role
from eventlog.services import record
from lib.tenancy.scope import scope


def create_organisation(
    name: str, *, owner: User, time_zone: str, language: str, agency_name: str = ""
) -> Organisation:
    """Create an organisation with its first member, who owns it, and return it. Its address is made from its name."""
    with scope(user=owner.pk):
        organisation_id, slug = _next_organisation_id(), _free_slug(name)
    with scope(organisation=organisation_id, user=owner.pk):
        organisation = Organisation.objects.create(
            id=organisation_id,
            slug=slug,
            name=name,
            agency_name=agency_name,
            tint=organisation_id % 6 + 1,
            time_zone=time_zone,
            language=language,
        )
        Membership.objects.create(user=owner, role=Role.OWNER)
        record("accounts.organisation.created", organisation)
    return organisation


def _next_organisation_id() -> int:
    """Take the id first: a row can be inserted only within the scope it will belong to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_organisation', 'id'))")
        return int(cursor.fetchone()[0])


def _free_slug(name: str) -> str:
    base = slugify(name)[:50] or "organisation"
    slug, number = base, 1
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT passage.slug_is_taken(%s)", [slug])
            if not cursor.fetchone()[0]:
                return slug
            number += 1
            slug = f"{base}-{number}"


def change_settings(organisation: Organisation, *, changes: Mapping[str, Any]) -> None:
    """Change an organisation's own settings; the event names which, not to what."""
    changed = sorted(name for name, value in changes.items() if getattr(organisation, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(organisation, name, changes[name])
    organisation.save(update_fields=changed)
    record("accounts.organisation.changed", organisation, data={"fields": changed})
