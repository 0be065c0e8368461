"""The chapters of the floors below: who belongs to the organisation, and its event log."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from eventlog.querysets import Filter, organisation_events
from eventlog.sentences import sentence_of
from privacy.exporting.chapters import Chapter, Leaf, leaf_of

_EVENTS, _MEMBERS = 500, 200


def _members(after: int) -> Leaf:
    return leaf_of(Membership.objects.select_related("user"), after=after, size=_MEMBERS)


def _events(after: int) -> Leaf:
    leaf = leaf_of(organisation_events(Filter()), after=after, size=_EVENTS)
    return Leaf(rows=[(event, sentence_of(event)) for event in leaf.rows], last=leaf.last, is_last=leaf.is_last)


MEMBERS = Chapter(
    key="members",
    title=_("Members"),
    template="privacy/export/members.html",
    count=Membership.objects.count,
    read=_members,
)
EVENTS = Chapter(
    key="events",
    title=_("Event log"),
    template="privacy/export/events.html",
    count=lambda: organisation_events(Filter()).count(),
    read=_events,
)
