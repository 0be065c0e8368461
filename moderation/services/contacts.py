"""Contacts: what agents write down about the person behind an identity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership
from accounts.permissions import Permission
from eventlog.services import record
from moderation.changes import tell_item
from moderation.models import Contact, Identity, Item
from moderation.permissions import require
from moderation.services.commands import locked
from moderation.trouble import NotPossible, Refused

FIELDS = ("name", "company", "emails", "phones", "language", "remark")


@dataclass(eq=False)
class StaleContact(Refused):
    """What a colleague has written meanwhile."""

    contact: Contact


@transaction.atomic
def save_contact(item: Item, values: Mapping[str, Any], *, version: int, actor: Membership, now: datetime) -> Contact:
    """Keep what is known of the person behind an item; the first save makes the contact (version 0).

    Raises StaleContact when a colleague has changed it since, NotPossible where nobody is known to have written.
    """
    item = locked(item)
    require(actor, Permission.ANSWER_INBOX, item)
    if item.identity_id is None:
        raise NotPossible("nobody_is_known")
    identity = Identity.objects.select_for_update().get(pk=item.identity_id)
    if identity.contact_id is None:
        contact = Contact(created_at=now, last_activity_at=identity.last_activity_at, version=0)
    else:
        contact = Contact.objects.select_for_update().get(pk=identity.contact_id)
        if contact.version != version:
            raise StaleContact(contact)
    for name in FIELDS:
        setattr(contact, name, values[name])
    contact.version += 1
    contact.save()
    if identity.contact_id != contact.pk:
        identity.contact = contact
        identity.save(update_fields=["contact"])
    item.version += 1
    item.save(update_fields=["version"])
    tell_item(item)
    record("moderation.contact.changed", item, data={"contact_id": contact.pk})
    return contact
