from django.utils.translation import gettext_noop as _

SENTENCES = {
    "eventlog.export.taken": _("%(actor)s took out the event log as a file"),
}
