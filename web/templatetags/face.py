"""The small elements of the face as template tags; the larger ones are templates under web/elements/.

`docs/face.md` shows each with an example.
"""

import json
import re
import zlib
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Protocol

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy

from moderation.states import ItemState
from scheduler.states import State
from web.modules import import_map as modules
from web.states import ITEM_STATE_ICONS, NETWORK_NAMES, STATE_ICONS

register = template.Library()

TINTS = 6
#: From then on a wait is shown in brass. An organisation's own deadlines will take its place.
LONG_WAIT = timedelta(hours=1)
VOICE = mark_safe(
    '<svg class="voice" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9.5c.9 1.6.9 3.4 0 5"/>'
    '<path d="M11 7c2 3.2 2 6.8 0 10"/><path d="M16 4.5c3 4.8 3 10.2 0 15"/></svg>'
)


class Depicted(Protocol):
    """A user or an organisation: whoever has initials and a tint."""

    @property
    def initials(self) -> str: ...

    @property
    def tint(self) -> int: ...


def _drawing(css_class: str, symbol: str, *, size: str, label: str | Promise = "", off: bool = False) -> SafeString:
    """Return an <svg> with a symbol of the sprite; without a label it is hidden from readers, for a word stands by."""
    return _drawn(css_class, symbol, size, str(label), off)


@lru_cache(maxsize=2048)
def _drawn(css_class: str, symbol: str, size: str, label: str, off: bool) -> SafeString:
    """A list shows the same few drawings hundreds of times."""
    return format_html(
        '<svg class="{}"{}{}{}><use href="{}#{}"/></svg>',
        css_class,
        format_html(' data-size="{}"', size) if size else "",
        mark_safe(" data-off") if off else "",
        format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"'),
        static("web/build/sprite.svg"),
        symbol,
    )


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """Show a lucide icon; size is "small" or "large"; label only where no word stands beside it."""
    return _drawing("icon", name, size=size, label=label)


@register.simple_tag
def stars(rating: int) -> SafeString:
    """Show a rating of one to five."""
    off, on = icon("star"), mark_safe(icon("star").replace("<svg ", "<svg data-on ", 1))  # noqa: S308 (our own drawing)
    label = ngettext("%(count)d star of 5", "%(count)d stars of 5", rating) % {"count": rating}
    drawn = format_html_join("", "{}", ((on if place < rating else off,) for place in range(5)))
    return format_html('<span class="stars" role="img" aria-label="{}">{}</span>', label, drawn)


@register.simple_tag
def network(key: str, size: str = "", label: bool = True, off: bool = False) -> SafeString:
    """Show a network's mark, named for readers unless label is False because its name stands beside it."""
    name = NETWORK_NAMES.get(key, key) if label else ""
    return _drawing("mark", f"net-{key.replace('_', '-')}", size=size, label=name, off=off)


@register.filter
def network_name(key: str) -> str:
    """Return the name people use for a network: "google_business" gives "Google Business"."""
    return NETWORK_NAMES.get(key, key)


@register.simple_tag
def voice() -> SafeString:
    """Show the three arcs that move: sending, typing, live."""
    return VOICE


@register.simple_tag
def logo(named: bool = True) -> SafeString:
    """Show the horn and the product's name; named is False inside a link that has a name of its own."""
    return format_html(
        '{}<svg class="logo-name" viewBox="0 0 102.5 26"{}><use href="{}#logo-name"/></svg>',
        _drawing("logo-mark", "logo-mark", size=""),
        mark_safe(' role="img" aria-label="Portevoix"') if named else mark_safe(' aria-hidden="true"'),
        static("web/build/sprite.svg"),
    )


@register.simple_tag
def state(value: str, text: str = "", bare: bool = False) -> SafeString:
    """Tell the state of a publication: icon, word, tone. A text (say, an hour) may stand in for the word."""
    return _told(str(value), str(text or State(value).label), bare)


@lru_cache(maxsize=2048)
def _told(value: str, words: str, bare: bool) -> SafeString:
    known = State(value)
    return format_html(
        '<span class="state" data-state="{}"{}>{}{}</span>',
        value.replace("_", "-"),
        mark_safe(" data-bare") if bare else "",
        icon(STATE_ICONS[known], size="small") if known in STATE_ICONS else VOICE,
        words,
    )


@register.simple_tag
def item_state(value: str, text: str = "", bare: bool = False) -> SafeString:
    """Tell the state of an inbox item: icon, word, tone. A text (say, whose it is) may stand in for the word."""
    return _told_of_item(str(value), str(text or ItemState(value).label), bare)


@lru_cache(maxsize=2048)
def _told_of_item(value: str, words: str, bare: bool) -> SafeString:
    return format_html(
        '<span class="state" data-state="{}"{}>{}{}</span>',
        value,
        mark_safe(" data-bare") if bare else "",
        icon(ITEM_STATE_ICONS[ItemState(value)], size="small"),
        words,
    )


@register.simple_tag
def pill(text: str, icon: str, tone: str = "", bare: bool = False) -> SafeString:
    """Tell any other state, such as an account's health, in the look of a publication's."""
    return format_html(
        '<span class="state"{}{}>{}{}</span>',
        format_html(' data-tone="{}"', tone) if tone else "",
        mark_safe(" data-bare") if bare else "",
        _drawing("icon", icon, size="small"),
        text,
    )


@register.simple_tag
def avatar(who: Depicted | str, size: str = "", tile: bool = False, on: str = "") -> SafeString:
    """Show initials on a tint; hidden from readers, since the name stands beside it.

    who is a user, an organisation, or the name of somebody who is neither. on is the network they write on, whose mark
    stands in the corner and is read out.
    """
    if isinstance(who, str):
        return _avatar(initials(who), zlib.crc32(who.encode()) % TINTS + 1, size, tile, on)
    return _avatar(who.initials, who.tint, size, tile, "")


@lru_cache(maxsize=4096)
def _avatar(letters: str, tint: int, size: str, tile: bool, on: str) -> SafeString:
    """Lists show the same letters and tints on page after page; no name is kept."""
    hidden = mark_safe(' aria-hidden="true"')
    return format_html(
        '<span class="avatar" data-tint="{}"{}{}{}>{}</span>',
        tint,
        format_html(' data-size="{}"', size) if size else "",
        mark_safe(' data-shape="tile"') if tile else "",
        "" if on else hidden,
        format_html("<span{}>{}</span>{}", hidden, letters, network(on)) if on else letters,
    )


def initials(name: str) -> str:
    """Return up to two capitals: "Hartley & Rye" gives HR, "portevoix" gives P, an e-mail address its first letters."""
    words = [word for word in re.split(r"[\s._-]+", name.partition("@")[0]) if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


@register.simple_tag
def moment(at: datetime | None, style: str = "near", now: datetime | None = None) -> SafeString | str:
    """Show an instant in the current (the organisation's) zone, with the zone named in its tooltip.

    style is near (the hour today, the day and hour otherwise), short (the hour today, else the day), hour, second, day,
    weekday (the day with its name), full or ago. An absent instant shows as a dash.
    """
    if at is None:
        return "–"
    zone, now = timezone.get_current_timezone(), now or timezone.now()
    if style == "ago":
        return _timed(at, zone, get_language(), _ago(now - at))
    return _timed_near(at, zone, get_language(), timezone.localtime(now, zone).date(), style)


# The same instants come again, many on a page and page after page; how they read depends on no more than is given here.
@lru_cache(maxsize=8192)
def _timed_near(at: datetime, zone: tzinfo, language: str | None, today: date, style: str) -> SafeString:
    return _timed(at, zone, language, _worded(timezone.localtime(at, zone), today, style))


@lru_cache(maxsize=8192)
def _timed(at: datetime, zone: tzinfo, _language: str | None, words: str) -> SafeString:
    local = timezone.localtime(at, zone)
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), _fully(local), words)


def _fully(local: datetime) -> str:
    instant = _at(date_format(local, "l j F Y"), local.strftime("%H:%M:%S"))
    return f"{instant}, {timezone.get_current_timezone_name()} ({local.tzname()})"


def _at(day: str, hour: str) -> str:
    return gettext("%(day)s at %(hour)s") % {"day": day, "hour": hour}


def _worded(local: datetime, today: date, style: str) -> str:
    if style in ("hour", "second"):
        return local.strftime("%H:%M" if style == "hour" else "%H:%M:%S")
    if style in ("near", "short") and local.date() == today:
        return local.strftime("%H:%M")
    if style == "short" and local.date() == today - timedelta(days=1):
        return gettext("yesterday")
    this_year = local.year == today.year
    if style == "weekday" and local.date() == today:
        return gettext("Today")
    if style in ("full", "weekday"):
        day = date_format(local, "l j F" if this_year else "l j F Y")
    else:
        # Languages shorten months in ways of their own: French takes "j N", which gives "9 déc.".
        day = date_format(local, gettext("j M") if this_year else gettext("j M Y"))
    if style in ("day", "short", "weekday"):
        return day
    return _at(day, local.strftime("%H:%M"))


def _ago(passed: timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return gettext("just now")
    if minutes < 60:
        return ngettext("%(count)d min ago", "%(count)d min ago", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(count)d h ago", "%(count)d h ago", hours) % {"count": hours}
    return ngettext("%(count)d day ago", "%(count)d days ago", hours // 24) % {"count": hours // 24}


@register.simple_tag
def duration(since: datetime, now: datetime | None = None) -> str:
    """Say how long something has lasted, in the largest units that matter: 8 min, 1 h 05, 3 d."""
    return lasted((now or timezone.now()) - since)


@register.filter
def lasted(length: timedelta) -> str:
    """Say a length of time, as `duration` does."""
    minutes = max(int(length.total_seconds() // 60), 0)
    if minutes < 60:
        return gettext("%(count)s min") % {"count": minutes}
    if minutes < 24 * 60:
        return gettext("%(hours)s h %(minutes)s") % {"hours": minutes // 60, "minutes": f"{minutes % 60:02}"}
    return gettext("%(count)s d") % {"count": minutes // (24 * 60)}


@register.simple_tag
def wait(since: datetime | None, now: datetime, words: str = "") -> SafeString:
    """Say how long somebody has waited, after these words, in brass once it is long; nothing where nobody waits."""
    if since is None:
        return SafeString("")
    return _waited(since, duration(since, now), words, now - since >= LONG_WAIT, get_language())


@lru_cache(maxsize=8192)
def _waited(since: datetime, lasts: str, words: str, is_long: bool, _language: str | None) -> SafeString:
    time = format_html('<time data-since="{}">{}</time>', since.isoformat(), lasts)
    said = (
        format_html("{}<span>{} <b>{}</b></span>", icon("hourglass", size="small"), words, time)
        if words
        else format_html("{}{}", icon("hourglass", size="small", label=gettext("Waiting for")), time)
    )
    return format_html('<span class="due"{}>{}</span>', mark_safe(' data-tone="wait"') if is_long else "", said)


#: Small numbers as a sentence spells them.
_NUMBERS = {
    2: pgettext_lazy("number", "two"),
    3: pgettext_lazy("number", "three"),
    4: pgettext_lazy("number", "four"),
    5: pgettext_lazy("number", "five"),
    6: pgettext_lazy("number", "six"),
    7: pgettext_lazy("number", "seven"),
    8: pgettext_lazy("number", "eight"),
    9: pgettext_lazy("number", "nine"),
}


@register.filter
def spelled(count: int) -> str:
    """Spell a number from two to nine, as titles do; one agrees with its noun and belongs into the sentence itself."""
    return str(_NUMBERS.get(count, count))


@register.filter
def waiting(seconds: int) -> str:
    """Say a short wait: "40 seconds", "14 minutes", counted up, so that nobody comes back too early."""
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


@register.filter
def kind(field: BoundField) -> str:
    """Say how web/elements/field.html lays a form field out: check, choices, select, textarea or input."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "choices"
    return "select" if isinstance(widget, Select) else "input"


@register.simple_tag
def widget(field: BoundField, **attributes: str) -> SafeString:
    """Render a field's control alone, with our look; Django ties its hint and errors to it by aria-describedby."""
    attrs: dict[str, str | bool] = {
        name.replace("_", "-"): value for name, value in attributes.items() if value not in ("", None)
    }
    if kind(field) in ("input", "select"):
        attrs["class"] = f"input {field.field.widget.attrs.get('class', '')}".strip()
    return field.as_widget(attrs=attrs)


@register.inclusion_tag("web/elements/field.html")
def field(field: BoundField, size: str = "", label: str = "") -> dict[str, Any]:
    """Show a form field: label, control, hint and error, tied together for readers."""
    return {"field": field, "size": size, "label": label or field.label}


@register.simple_tag
def import_map() -> SafeString:
    """Return the import map's JSON, to stand in a script element that carries the page's nonce."""
    return mark_safe(json.dumps({"imports": modules()}))  # noqa: S308 (names of our own files, nothing people wrote)
