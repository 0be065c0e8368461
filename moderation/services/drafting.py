"""Drafts: what an agent types is kept as typed, so that no crash, conflict or closed tab loses it."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership
from accounts.permissions import Permission
from moderation.models import Draft, Item
from moderation.permissions import require

#: Far above what any network takes: a draft may be too long to send, and is kept all the same.
DRAFT_MAX = 100_000


@transaction.atomic
def save_draft(item: Item, *, text: str, purpose: str, actor: Membership, now: datetime) -> Draft | None:
    """Keep what the agent has typed about this item; nothing typed keeps nothing. Returns the draft."""
    require(actor, Permission.ANSWER_INBOX, item)
    if not text.strip():
        discard_draft(item, purpose=purpose, actor=actor)
        return None
    draft, _created = Draft.objects.update_or_create(
        item=item,
        user=actor.user,
        purpose=Draft.Purpose(purpose),
        defaults={"text": text[:DRAFT_MAX], "saved_at": now},
    )
    found: Draft = draft
    return found


def discard_draft(item: Item, *, purpose: str, actor: Membership) -> None:
    """Forget it."""
    Draft.objects.filter(item=item, user=actor.user, purpose=Draft.Purpose(purpose)).delete()


def find_draft(item: Item, *, purpose: str, actor: Membership) -> Draft | None:
    """Return what the agent has typed and not sent."""
    found: Draft | None = Draft.objects.filter(item=item, user=actor.user, purpose=Draft.Purpose(purpose)).first()
    return found
