"""What forms, options and follow-ups are called, in the reader's language."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.contract import Composition, Form, Option, OptionType
from integrations.sentences import SENTENCES

FORM_NAMES: dict[Form, Promise] = {
    Form.POST: _("Post"),
    Form.STORY: _("Story"),
    Form.REEL: _("Reel"),
    Form.EVENT: _("Event"),
    Form.OFFER: _("Offer"),
    Form.POLL: _("Poll"),
    Form.THREAD: _("Thread"),
}

_FOLLOW_UPS: dict[str, Promise] = {
    "cover": _("the cover"),
    "first_comment": _("the first comment"),
    "playlist": _("the playlist"),
}


def form_name(form: Form, network: str) -> str:
    """Return what a network calls a form; its own word (`form.<network>.<form>`) goes before ours."""
    return str(SENTENCES.get(f"form.{network}.{form.value}", FORM_NAMES[form]))


def option_label(network: str, name: str) -> str:
    """Return an option's label; a name that nobody has put into words yet stands as it is."""
    return str(SENTENCES.get(f"option.{network}.{name}", name))


def option_help(network: str, name: str) -> str:
    """Return the line under an option's field (`option.<network>.<name>.help`), where it has one."""
    return str(SENTENCES.get(f"option.{network}.{name}.help", ""))


def choice_label(network: str, name: str, value: str) -> str:
    return str(SENTENCES.get(f"option.{network}.{name}.{value}", value))


def follow_up_name(name: str, network: str) -> str:
    """Return what is to follow a post, to be put into a sentence: "the first comment"."""
    base, _dot, number = name.partition(".")
    if base == "part" and number.isdigit():
        return gettext("part %(number)s of the thread") % {"number": int(number) + 2}
    words = SENTENCES.get(f"follow_up.{network}.{base}") or _FOLLOW_UPS.get(base)
    return str(words) if words else gettext("what was to follow")


def told_options(
    composition: Composition,
    options: tuple[Option, ...],
    network: str,
    *,
    option_names: Mapping[str, str],
    without: Collection[str] = (),
) -> Iterator[tuple[str, str]]:
    """Yield each option that the author has set, as label and value in words, but those `without`."""
    for option in options:
        value = composition.options.get(option.name)
        if option.name in without or value in (None, "", []):
            continue
        if value is not False or option.must_be_answered or option.default is True:
            words = option_names.get(option.name) or value_words(option, value, network)
            yield option_label(network, option.name), words


def value_words(option: Option, value: Any, network: str) -> str:
    """Return what an author has chosen, in words."""
    match option.type:
        case OptionType.FLAG:
            return gettext("yes") if value else gettext("no")
        case OptionType.WORDS:
            return ", ".join(map(str, value))
        case OptionType.CHOICE:
            return choice_label(network, option.name, str(value))
        case OptionType.MOMENT:
            return _moment_words(str(value))
    return str(value)


def _moment_words(value: str) -> str:
    try:
        local = timezone.localtime(datetime.fromisoformat(value))
    except ValueError:
        return value
    return f"{date_format(local, 'j F Y')}, {local:%H:%M}"
