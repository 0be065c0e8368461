from django.utils.translation import gettext_noop as _

SENTENCES = {
    "privacy.policy.chosen": _("%(actor)s chose how long to keep: %(record_class)s, from %(before)s to %(after)s"),
    "privacy.policy.withdrawn": _("%(actor)s kept the rule as it was: %(record_class)s"),
    "privacy.hold.placed": _("%(actor)s placed a legal hold: %(subject)s"),
    "privacy.hold.released": _("%(actor)s released a legal hold: %(subject)s"),
    "privacy.retention.ran": _("Rules were applied: %(rows)s rows of %(record_class)s ended"),
    "privacy.lease.ended": _("A network’s terms ended the content of %(rows)s rows"),
    "privacy.organisation.end_announced": _("%(actor)s announced the end of the organisation: %(subject)s"),
    "privacy.organisation.end_undone": _("%(actor)s took back the end of the organisation: %(subject)s"),
    "privacy.organisation.end_held": _("A legal hold stops the end of the organisation: %(subject)s"),
    "privacy.organisation.ended": _("The organisation has ended: %(subject)s, %(rows)s rows"),
    "privacy.person.erasure_asked": _("%(actor)s asked for a person to be erased: %(subject)s"),
    "privacy.person.erased": _("A person was erased: %(subject)s, %(rows)s rows"),
    "privacy.person.kept": _("Something of a person must stay for now: %(subject)s"),
    "privacy.incident.opened": _("%(actor)s opened a security incident: %(subject)s"),
    "privacy.incident.resolved": _("%(actor)s resolved a security incident: %(subject)s"),
    "privacy.record.printed": _("%(actor)s printed the processing record"),
}
