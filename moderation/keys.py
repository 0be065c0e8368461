"""The inbox's keys, as the list of all keys shows them: one map for both languages."""

from django.utils.translation import gettext_lazy as _

KEYS = (
    ("J", _("The next one")),
    ("K", _("The one before")),
    ("O", _("Open and take in hand")),
    ("R", _("Reply")),
    ("N", _("Write a note")),
    ("A", _("Assign to somebody")),
    ("M", _("Take for myself")),
    ("D", _("Defer")),
    ("E", _("Close; twice where nobody has answered")),
    ("I", _("Ignore")),
    ("H", _("Hide or show on the network")),
    ("L", _("Like, or take the like back")),
    ("X", _("Choose several")),
    ("Z", _("Take back what was done last")),
    ("Ctrl ↵", _("Send")),
)
