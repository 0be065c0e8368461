"""What the frame of each network shows of a composition, and what is told in words below it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from gallery.models import Asset
from integrations.contract import Composition, Form, Kind, Provider
from scheduler.labels import choice_label, told_options

#: A picture this much wider than high is shown as lying, and the other way round.
_LYING, _UPRIGHT = 1.15, 0.87


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A picture in the strip."""

    asset: Asset
    alt_text: str
    number: int

    @property
    def shape(self) -> str:
        """How its frame stands."""
        if not self.asset.height:
            return "lying"
        ratio = self.asset.width / self.asset.height
        return "lying" if ratio > _LYING else "upright" if ratio < _UPRIGHT else "square"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A post as one network would draw it. What `told` says has no place in the drawing."""

    pictures: Sequence[Shown]
    cover: Asset | None
    told: Sequence[tuple[str, str]]
    card: str = ""  # the host of a link that stands apart from the text
    tail: str = ""  # a link that becomes the end of the text
    title: str = ""
    description: str = ""
    button: str = ""
    when: str = ""
    coupon: str = ""
    terms: str = ""
    choices: Sequence[str] = ()
    open_for: str = ""
    parts: Sequence[str] = ()

    @property
    def first(self) -> Shown | None:
        return next(iter(self.pictures), None)

    @property
    def few(self) -> Sequence[Shown]:
        """As many as a mosaic has room for."""
        return self.pictures[:4]

    @property
    def more(self) -> int:
        """How many pictures the mosaic leaves out."""
        return len(self.pictures) - len(self.few)


@dataclass
class _Drawing:
    """What a frame takes of a composition, by the names of `Preview`; `used` are the options that it shows."""

    composition: Composition
    network: str
    used: set[str] = field(default_factory=set)
    shown: dict[str, Any] = field(default_factory=dict)

    def option(self, name: str, place: str) -> None:
        """Show an option in a place of the frame, as it stands."""
        self.used.add(name)
        self.shown[place] = self.composition.options.get(name) or ""

    def choice(self, name: str, place: str, *, usual: str = "") -> None:
        """Show one of a few fixed choices by its words."""
        self.used.add(name)
        value = str(self.composition.options.get(name) or usual)
        self.shown[place] = choice_label(self.network, name, value) if value else ""


def preview_of(
    speaks: Provider,
    composition: Composition,
    pictures: Sequence[Shown],
    *,
    cover: Asset | None,
    option_names: Mapping[str, str],
) -> Preview:
    """Return what the frame of a network shows. `option_names` are those of `Shape`."""
    drawing = _Drawing(composition, speaks.key)
    drawing.shown["tail"] = composition.link
    draw = _FRAMES.get(speaks.key)
    if draw is not None:
        draw(drawing)
    told = told_options(composition, speaks.options, speaks.key, option_names=option_names, without=drawing.used)
    return Preview(pictures=pictures, cover=cover, told=list(told), **drawing.shown)


def _stands_apart(drawing: _Drawing) -> None:
    drawing.shown |= {"card": _host(drawing.composition.link), "tail": ""}


def _facebook(drawing: _Drawing) -> None:
    if drawing.composition.kind is Kind.LINK:
        _stands_apart(drawing)
        drawing.choice("call_to_action", "button")
    if drawing.composition.kind in {Kind.VIDEO, Kind.REEL}:
        drawing.option("title", "title")


def _linkedin(drawing: _Drawing) -> None:
    if drawing.composition.kind is Kind.LINK:
        _stands_apart(drawing)
        drawing.option("description", "description")
    if drawing.composition.form is Form.POLL:
        drawing.option("question", "title")
        drawing.option("choices", "choices")
        drawing.choice("duration", "open_for", usual="THREE_DAYS")
    elif drawing.composition.kind in {Kind.LINK, Kind.VIDEO, Kind.DOCUMENT}:
        drawing.option("title", "title")


def _x(drawing: _Drawing) -> None:
    drawing.shown["parts"] = drawing.composition.parts
    if drawing.composition.form is Form.POLL:
        drawing.option("poll_choices", "choices")
        drawing.choice("poll_minutes", "open_for")


def _youtube(drawing: _Drawing) -> None:
    drawing.option("title", "title")


def _google_business(drawing: _Drawing) -> None:
    _stands_apart(drawing)
    usual = "LEARN_MORE" if drawing.composition.link else ""
    drawing.choice("call_to_action", "button", usual=usual)
    if drawing.composition.form in {Form.EVENT, Form.OFFER}:
        drawing.option("title", "title")
        drawing.used |= {"starts_at", "ends_at"}
        drawing.shown["when"] = _span(drawing.composition.options)
    if drawing.composition.form is Form.OFFER:
        drawing.option("coupon", "coupon")
        drawing.option("terms", "terms")
        drawing.shown["button"] = ""


_FRAMES: dict[str, Callable[[_Drawing], None]] = {
    "facebook": _facebook,
    "google_business": _google_business,
    "linkedin": _linkedin,
    "x": _x,
    "youtube": _youtube,
}


def _span(options: Mapping[str, object]) -> str:
    """Return from when to when, as far as both are known; the day once where it is one."""
    start, end = (_moment(str(options.get(name) or "")) for name in ("starts_at", "ends_at"))
    is_one_day = start and end and start.date() == end.date()
    words = [_words(start) if start else "", (f"{end:%H:%M}" if is_one_day else _words(end)) if end else ""]
    return " – ".join(filter(None, words))


def _moment(value: str) -> datetime | None:
    try:
        return timezone.localtime(datetime.fromisoformat(value))
    except ValueError:
        return None


def _words(local: datetime) -> str:
    return f"{date_format(local, gettext('j M'))}, {local:%H:%M}"


def _host(link: str) -> str:
    """Return the name of the site that an address leads to; of what is no address, all of it."""
    try:
        return (urlsplit(link).hostname or link).removeprefix("www.")
    except ValueError:
        return link
