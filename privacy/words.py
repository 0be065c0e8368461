"""Words for what the registry holds: counts of rows, purposes, people, kinds of data."""

from collections.abc import Callable, Mapping

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lib.privacy import Data, Purpose, Subject

PURPOSES: Mapping[Purpose, Promise] = {
    Purpose.PUBLISHING: gettext_lazy("Composing, planning and publishing posts"),
    Purpose.MODERATION: gettext_lazy("Receiving, answering and moderating messages"),
    Purpose.CONNECTING: gettext_lazy("Speaking for the organisation’s accounts at the networks"),
    Purpose.MEMBERSHIP: gettext_lazy("Deciding who may act for the organisation"),
    Purpose.SIGN_IN: gettext_lazy("Signing in"),
    Purpose.NOTIFYING: gettext_lazy("Telling members what needs them"),
    Purpose.MEASURING: gettext_lazy("Counting what accounts and posts reach"),
    Purpose.ACCOUNTABILITY: gettext_lazy("Proving who did what, and that rules were kept"),
}
SUBJECTS: Mapping[Subject, Promise] = {
    Subject.MEMBER: gettext_lazy("members of the organisation"),
    Subject.INVITED: gettext_lazy("people invited to it"),
    Subject.AUTHOR: gettext_lazy("people who write to its accounts"),
    Subject.GRANTOR: gettext_lazy("people who connected an account"),
    Subject.DEPICTED: gettext_lazy("people seen or named in what is published"),
}
DATA: Mapping[Data, Promise] = {
    Data.NAME: gettext_lazy("names"),
    Data.CONTACT: gettext_lazy("e-mail addresses, phone numbers"),
    Data.FOREIGN_ID: gettext_lazy("ids, handles and addresses at the networks"),
    Data.WORDS: gettext_lazy("what people wrote"),
    Data.MEDIA: gettext_lazy("pictures and attachments"),
    Data.ACTS: gettext_lazy("who did what, and when"),
    Data.ORIGIN: gettext_lazy("internet addresses, browsers"),
    Data.CREDENTIALS: gettext_lazy("passwords (hashed), tokens (sealed)"),
    Data.CHOICES: gettext_lazy("language, look, preferences"),
}

_COUNTED: Mapping[str, Callable[[int], str]] = {
    "moderation.Message": lambda n: ngettext("message", "messages", n),
    "moderation.Thread": lambda n: ngettext("thread", "threads", n),
    "moderation.Identity": lambda n: ngettext("identity", "identities", n),
    "moderation.Contact": lambda n: ngettext("contact", "contacts", n),
    "moderation.Note": lambda n: ngettext("note", "notes", n),
    "moderation.Draft": lambda n: ngettext("draft", "drafts", n),
    "moderation.SavedReply": lambda n: ngettext("saved reply", "saved replies", n),
    "moderation.InboundEvent": lambda n: ngettext("raw event", "raw events", n),
    "scheduler.Post": lambda n: ngettext("post", "posts", n),
    "scheduler.Publication": lambda n: ngettext("publication", "publications", n),
    "gallery.Asset": lambda n: ngettext("picture", "pictures", n),
}


def known_figures(rows: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return (word, count) for what people know by name, in that order."""
    return [(word(rows[label]), rows[label]) for label, word in _COUNTED.items() if rows.get(label)]


def figures(rows: Mapping[str, int], *, files: int = 0, file_bytes: int = 0) -> list[tuple[str, int]]:
    """Return what people know by name, then files; what has no name of theirs is one figure at the end."""
    found = known_figures(rows)
    rest = sum(count for label, count in rows.items() if label not in _COUNTED)
    if files:
        words = ngettext("file", "files", files)
        found.append((f"{words}, {filesizeformat(file_bytes)}" if file_bytes else words, files))
    if rest:
        found.append((ngettext("row beside them", "rows beside them", rest) if found else _("rows"), rest))
    return found


def summary(rows: Mapping[str, int], *, files: int = 0) -> str:
    """Return the figures in one line."""
    return ", ".join(f"{count:,} {word}".replace(",", "\u202f") for word, count in figures(rows, files=files))
