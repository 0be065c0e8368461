"""What rows and heads of the inbox say in the same way. A list has fifty rows: each tag is worth its milliseconds."""

from collections.abc import Collection
from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from accounts.models import User
from lib.addresses import address_of
from moderation.models import Item
from moderation.models.talk import KINDS
from moderation.states import WAITING, ItemState

register = template.Library()

_KINDS = dict(KINDS)
_LEFT = mark_safe(" data-left")
#: By state: how a row's link stands out, when it is not the open one and when it is.
_TONES = {
    ItemState.NEW: (mark_safe(" data-new"), mark_safe(' data-new aria-current="true"')),
    ItemState.ASSIGNED: (SafeString(""), mark_safe(' aria-current="true"')),
}
_REST = (mark_safe(" data-rest"), mark_safe(' data-rest aria-current="true"'))


@register.filter
def waits_since(item: Item) -> datetime | None:
    """Return since when somebody waits for an answer; nothing when nobody does."""
    return item.waiting_since if item.state in WAITING else None


@register.simple_tag
def item_address(slug: str, item: Item, query: str) -> str:
    """Return where an item opens, beside the list it was opened from."""
    address = address_of("moderation:item", slug, item.pk)
    return f"{address}?{query}" if query else address


@register.simple_tag
def row_marks(item: Item, shown: Collection[int]) -> SafeString:
    """Return what scripts know a row by: the item, its version, its place; and that it has left the view."""
    return format_html(
        'id="row-{}" data-item="{}" data-version="{}" data-order="{}"{}',
        *(item.pk, item.pk, item.version, _place(item)),
        _LEFT if item.pk not in shown else "",
    )


@register.simple_tag
def row_state(item: Item, open_id: int | None) -> SafeString:
    """Return how a row's link stands out: nobody has looked at it yet, nobody need, or it is the open one."""
    return _TONES.get(ItemState(item.state), _REST)[item.pk == open_id]


def _place(item: Item) -> str:
    """Return what lists are ordered by, as the scripts compare it: seconds, to the microsecond."""
    at = item.last_activity_at
    return f"{int(at.timestamp())}.{at.microsecond:06}"


@register.filter
def who(item: Item) -> str:
    """Return the name of whoever wrote."""
    return item.author_name or gettext("Somebody")


@register.simple_tag
def whose(item: Item, user: User) -> str:
    """Return the name of the agent who has an item, as this reader calls them."""
    return gettext("You") if item.assignee_id == user.pk else str(item.assignee)


@register.filter
def kind_words(item: Item) -> str:
    """Say what somebody wrote: a comment, a review."""
    return str(_KINDS[item.kind])


@register.filter
def choosing(item: Item) -> str:
    """Say what the box beside a row does."""
    return gettext("Choose %(name)s") % {"name": who(item)}
