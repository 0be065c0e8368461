"""What the event log says of posts and publications."""

from django.utils.translation import gettext_noop as _

SENTENCES = {
    "scheduler.post.created": _("%(actor)s wrote a post: %(subject)s"),
    "scheduler.post.approval_asked": _("%(actor)s asked for approval of %(subject)s"),
    "scheduler.post.approved": _("%(actor)s approved %(subject)s"),
    "scheduler.post.sent_back": _("%(actor)s sent back %(subject)s"),
    "scheduler.post.scheduled": _("%(actor)s scheduled %(subject)s"),
    "scheduler.post.discarded": _("%(actor)s discarded the draft %(subject)s"),
    "scheduler.publication.moved": _("%(actor)s gave another hour: %(subject)s"),
    "scheduler.publication.unscheduled": _("%(actor)s took back into the drafts: %(subject)s"),
    "scheduler.publication.cancelled": _("%(actor)s cancelled %(subject)s"),
    "scheduler.publication.retried": _("%(actor)s sent again after a failure: %(subject)s"),
    "scheduler.publication.sent_late": _("%(actor)s sent off late: %(subject)s"),
    "scheduler.publication.sent_again": _("%(actor)s found it missing at the network and sent again: %(subject)s"),
    "scheduler.publication.recognised": _("%(actor)s recognised at the network: %(subject)s"),
    "scheduler.publication.prepared": _("Pictures uploaded for %(subject)s"),
    "scheduler.publication.checked": _("Pictures ready for %(subject)s"),
    "scheduler.publication.published": _("Published: %(subject)s"),
    "scheduler.publication.failed": _("Failed: %(subject)s"),
    "scheduler.publication.postponed": _("Put off for a while: %(subject)s"),
    "scheduler.publication.found": _("Found at the network, so published: %(subject)s"),
    "scheduler.publication.absent": _("Not found at the network, so due again: %(subject)s"),
    "scheduler.publication.asked": _("A person is asked to decide about %(subject)s"),
    "scheduler.publication.asked_because_late": _("The hour passed, a person is asked about %(subject)s"),
    "scheduler.publication.late": _("The hour passed before it could go out: %(subject)s"),
    "scheduler.publication.outcome_unknown": _("The answer was lost, the outcome is unknown: %(subject)s"),
}
