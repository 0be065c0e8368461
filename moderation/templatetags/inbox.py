"""What rows and heads of the inbox say in the same way."""

from datetime import datetime, timedelta
from typing import Any

from django import template

from moderation.models import Item
from moderation.states import WAITING

register = template.Library()

#: From then on the wait is shown in brass. An organisation's own deadlines will take its place.
LONG_WAIT = timedelta(hours=1)


@register.inclusion_tag("moderation/partials/waiting.html")
def waiting(item: Item, now: datetime, words: str = "") -> dict[str, Any]:
    """Say how long somebody has waited for an answer; nothing when nobody does."""
    since = item.waiting_since if item.state in WAITING else None
    return {"since": since, "now": now, "words": words, "is_long": since is not None and now - since >= LONG_WAIT}
