"""What rows and heads of the inbox say in the same way. A list has fifty rows: each tag is worth its milliseconds."""

from datetime import datetime

from django import template
from django.utils.translation import gettext

from lib.addresses import address_of
from moderation.models import Item
from moderation.models.talk import KINDS
from moderation.states import WAITING

register = template.Library()

_KINDS = dict(KINDS)


@register.filter
def waits_since(item: Item) -> datetime | None:
    """Return since when somebody waits for an answer; nothing when nobody does."""
    return item.waiting_since if item.state in WAITING else None


@register.simple_tag
def item_address(slug: str, item: Item) -> str:
    """Return where an item opens."""
    return address_of("moderation:item", slug, item.pk)


@register.filter
def place(item: Item) -> str:
    """Return what lists are ordered by, as the scripts compare it: seconds, to the microsecond."""
    at = item.last_activity_at
    return f"{int(at.timestamp())}.{at.microsecond:06}"


@register.filter
def kind_words(item: Item) -> str:
    """Say what somebody wrote: a comment, a review."""
    return str(_KINDS[item.kind])


@register.filter
def choosing(name: str) -> str:
    """Say what the box beside a row does."""
    return gettext("Choose %(name)s") % {"name": name}
