"""What two versions of a post say differently, in words: for whoever has to choose between theirs and their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext

from gallery.models import Asset
from integrations.models import SocialAccount
from integrations.sentences import NETWORK_NAMES
from scheduler.labels import form_name, option_label, value_words
from scheduler.services.composing import Shape, Words, options_of

NOTHING = "—"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One point on which they differ. `what` names it, the network first where it is of one network only."""

    what: str
    theirs: str
    ours: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """What ids stand for, and on which clock hours are told."""

    accounts: Mapping[int, SocialAccount]
    assets: Mapping[int, Asset]
    zone: ZoneInfo

    def accounts_in(self, words: Words) -> str:
        return ", ".join(sorted(str(self.accounts[key]) for key in words.account_ids if key in self.accounts))

    def files_in(self, words: Words) -> str:
        named = (self.file(one.asset_id) + (f" ({one.alt_text})" if one.alt_text else "") for one in words.pictures)
        return ", ".join(named)

    def file(self, key: int | None) -> str:
        if key is None:
            return ""
        return self.assets[key].name if key in self.assets else gettext("a file that is gone")

    def hour_of(self, words: Words) -> str:
        if words.planned_at is None:
            return ""
        local = words.planned_at.astimezone(self.zone)
        return f"{date_format(local, 'j F Y')}, {local:%H:%M}"


def differences(theirs: Words, ours: Words, known: Known) -> list[Difference]:
    """Return all on which two versions differ but their shared text, which is shown whole."""
    return [one for one in _pairs(theirs, ours, known) if one.theirs != one.ours]


def _pairs(theirs: Words, ours: Words, known: Known) -> Iterator[Difference]:
    yield _pair(gettext("Link"), theirs.link, ours.link)
    yield _pair(gettext("Files"), known.files_in(theirs), known.files_in(ours))
    yield _pair(gettext("Accounts"), known.accounts_in(theirs), known.accounts_in(ours))
    yield _pair(gettext("Hour"), known.hour_of(theirs), known.hour_of(ours))
    for network in sorted({*theirs.own_texts, *ours.own_texts, *theirs.shapes, *ours.shapes}):
        for what, before, after in _on_network(network, theirs, ours, known):
            name = NETWORK_NAMES.get(network, network)
            yield _pair(gettext("%(network)s: %(what)s") % {"network": name, "what": what}, before, after)


def _on_network(network: str, theirs: Words, ours: Words, known: Known) -> Iterator[tuple[str, str, str]]:
    one, other = theirs.shapes.get(network, Shape()), ours.shapes.get(network, Shape())
    yield gettext("own text"), theirs.own_texts.get(network, ""), ours.own_texts.get(network, "")
    yield gettext("own link"), theirs.own_links.get(network, ""), ours.own_links.get(network, "")
    yield gettext("form"), form_name(one.form, network), form_name(other.form, network)
    for option in options_of(network):
        before, after = (_told(shape, network, option.name) for shape in (one, other))
        yield option_label(network, option.name), before, after
    yield gettext("parts"), _lines(one.parts), _lines(other.parts)
    yield gettext("cover"), known.file(one.cover_id), known.file(other.cover_id)
    yield gettext("first comment"), one.first_comment, other.first_comment


def _told(shape: Shape, network: str, name: str) -> str:
    value = shape.options.get(name)
    if value is None:
        return ""
    option = next(each for each in options_of(network) if each.name == name)
    return shape.option_names.get(name) or value_words(option, value, network)


def _lines(parts: Sequence[str]) -> str:
    return "\n".join(parts)


def _pair(what: str, theirs: str, ours: str) -> Difference:
    return Difference(what=what, theirs=theirs or NOTHING, ours=ours or NOTHING)
