"""Saved replies: words that agents use again."""

from datetime import datetime

from django.db import transaction

from accounts.models import Membership
from eventlog.services import record
from moderation.models import SavedReply


@transaction.atomic
def keep_saved_reply(saved_reply: SavedReply, *, actor: Membership, now: datetime) -> SavedReply:
    """Write a new one, or one that was changed."""
    saved_reply.by, saved_reply.updated_at = actor.user, now
    saved_reply.save()
    record("moderation.saved_reply.kept", data={"saved_reply_id": saved_reply.pk})
    return saved_reply


@transaction.atomic
def delete_saved_reply(saved_reply: SavedReply) -> None:
    """Take it away; what was sent with it stays."""
    saved_reply_id = saved_reply.pk
    saved_reply.delete()
    record("moderation.saved_reply.deleted", data={"saved_reply_id": saved_reply_id})
