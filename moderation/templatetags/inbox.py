"""What rows and heads of the inbox say in the same way. A list has fifty rows, so each tag is worth its milliseconds."""

from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from lib.addresses import address_of
from moderation.models import Item
from moderation.models.talk import KINDS
from moderation.states import WAITING
from web.templatetags.face import duration, icon

register = template.Library()

#: From then on the wait is shown in brass. An organisation's own deadlines will take its place.
LONG_WAIT = timedelta(hours=1)

_KINDS = dict(KINDS)


@register.simple_tag
def waiting(item: Item, now: datetime, words: str = "") -> SafeString:
    """Say how long somebody has waited for an answer, after these words; nothing when nobody does."""
    since = item.waiting_since
    if since is None or item.state not in WAITING:
        return SafeString("")
    lasted = format_html('<time data-since="{}">{}</time>', since.isoformat(), duration(since, now))
    said = (
        format_html("{}<span>{} <b>{}</b></span>", icon("hourglass", size="small"), words, lasted)
        if words
        else format_html("{}{}", icon("hourglass", size="small", label=gettext("Waiting for")), lasted)
    )
    tone = mark_safe(' data-tone="wait"') if now - since >= LONG_WAIT else ""
    return format_html('<span class="due"{}>{}</span>', tone, said)


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
