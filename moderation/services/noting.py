"""Notes: what agents tell one another about an item."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import Membership, User
from accounts.permissions import Permission
from eventlog.services import record
from moderation import outcomes
from moderation.models import Draft, Item, Note, NoteMention
from moderation.permissions import require
from moderation.services.commands import locked, save
from moderation.trouble import TextRefused

NOTE_MAX = 5000


@transaction.atomic
def add_note(
    item: Item, *, text: str, key: uuid.UUID, actor: Membership, now: datetime, mentioned: Iterable[User] = ()
) -> Note:
    """Write a note; those mentioned who are members are told. The same key writes it once. Raises TextRefused."""
    item = locked(item)
    require(actor, Permission.ANSWER_INBOX, item)
    if (written := Note.objects.filter(client_key=key).first()) is not None:
        return written
    if not text.strip():
        raise TextRefused("text_missing")
    if len(text) > NOTE_MAX:
        raise TextRefused("note_too_long", {"found": len(text), "allowed": NOTE_MAX, "over": len(text) - NOTE_MAX})
    note: Note = Note.objects.create(item=item, user=actor.user, client_key=key, text=text, written_at=now)
    members = Membership.objects.filter(user__in=[each.pk for each in mentioned]).values_list("user_id", flat=True)
    named = sorted(set(members) - {actor.user_id})
    NoteMention.objects.bulk_create(NoteMention(note=note, user_id=user_id) for user_id in named)
    Draft.objects.filter(item=item, user=actor.user, purpose=Draft.Purpose.NOTE).delete()
    item.last_note_id = note.pk
    save(item, "last_note_id")
    record("moderation.note.written", item, data={"note_id": note.pk})
    outcomes.tell_of_note(note, named, now=now)
    return note
