"""Events as sentences. Each app tells its own in `event_sentences.py`: SENTENCES, event name -> text to translate.

A text has %(actor)s and %(subject)s and the event's data by its keys. An event whose sentence is gone, or whose data
does not fit it, shows its name: the log outlives the code.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.utils.translation import gettext as _

from eventlog.models import Event


@cache
def sentences() -> dict[str, str]:
    """Return every event's text, untranslated, from all apps."""
    found: dict[str, str] = {}
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.event_sentences") is not None:
            found |= import_module(f"{config.name}.event_sentences").SENTENCES
    return found


def sentence_of(event: Event) -> str:
    """Return what happened, in the reader's language, as plain text."""
    text = sentences().get(event.name)
    if text is None:
        return event.name
    values = {**event.data, "actor": event.actor_name or _("Portevoix"), "subject": event.subject_name or "–"}
    try:
        return _(text) % values
    except (KeyError, TypeError, ValueError):
        return event.name
