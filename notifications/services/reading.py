"""Marking notices as read."""

from datetime import datetime

from accounts.models import User
from notifications.models import MailPreference, Notice


def mark_read(user: User, *, now: datetime, notice_id: int | None = None) -> int:
    """Mark one of a person's notices as read, or all of them; return how many were not."""
    unread = Notice.objects.of(user).unread()
    if notice_id is not None:
        unread = unread.filter(pk=notice_id)
    marked: int = unread.update(read_at=now)
    return marked


def choose_mail(user: User, *, on_trouble: bool) -> None:
    """Keep what a person wants by mail."""
    MailPreference.objects.update_or_create(user=user, defaults={"on_trouble": on_trouble})
