"""The signs in the rail: what waits for a person behind a section, in one statement for all of them."""

from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Count, QuerySet, Subquery, Sum, Value
from django.utils.translation import gettext, ngettext

from accounts.models import Membership, Organisation
from accounts.permissions import Permission
from integrations.models import SocialAccount
from moderation.models import ItemCount
from moderation.states import WAITING
from notifications.models import Notice
from scheduler.models import Publication
from scheduler.states import State


@dataclass(frozen=True, kw_only=True)
class Badge:
    """What a section has to tell before it is opened: how many things wait there, or a dot where "some" is enough."""

    tone: Literal["wait", "alarm"]
    words: str  # completes the section's name for readers: "Posts, 2 wait for a decision"
    count: int = 0  # 0 shows the dot


def find_badges(organisation: Organisation, membership: Membership) -> dict[str, Badge]:
    """Return badges by section name: only what this member can do something about."""
    lost = SocialAccount.objects.open_to(membership).filter(state=SocialAccount.State.LOST)
    undecided = Publication.objects.open_to(membership).filter(state__in=_decides_on(membership))
    unread = Notice.objects.filter(user_id=membership.user_id).open_to(membership).unread()
    waiting = Organisation.objects.filter(pk=organisation.pk).values_list(
        _count(lost, "pk") if membership.may(Permission.VIEW_ACCOUNTS) else Value(0),
        _count(undecided, "post"),
        _count(unread, "pk"),
        _waiting(membership) if membership.may(Permission.ANSWER_INBOX) else Value(0),
    )
    lost_count, undecided_count, unread_count, waiting_count = waiting.get()
    badges = {}
    if waiting_count:
        badges["inbox"] = Badge(tone="wait", words=gettext("waiting for an answer"), count=waiting_count)
    if lost_count:
        badges["accounts"] = Badge(tone="alarm", words=_attention(lost_count))
    if undecided_count:
        badges["posts"] = Badge(tone="wait", words=gettext("waiting for a decision"), count=undecided_count)
    if unread_count:
        badges["notices"] = Badge(tone="wait", words=gettext("unread"), count=unread_count)
    return badges


def _decides_on(membership: Membership) -> list[State]:
    deciders = {State.OUTCOME_UNKNOWN: Permission.SCHEDULE_POSTS, State.IN_REVIEW: Permission.APPROVE_POSTS}
    return [state for state, permission in deciders.items() if membership.may(permission)]


def _waiting(membership: Membership) -> Subquery:
    """Return how many strangers wait for an answer, as the inbox's kept counters say."""
    rows = ItemCount.objects.filter(state__in=sorted(WAITING))
    if not membership.all_accounts:
        rows = rows.filter(social_account__accesses__membership=membership)
    return Subquery(rows.order_by().values(all_of_them=Value(1)).annotate(total=Sum("count")).values("total"))


def _attention(count: int) -> str:
    return ngettext("one needs attention", "%(count)d need attention", count) % {"count": count}


def _count(rows: QuerySet[Any], what: str) -> Subquery:
    """Return a count of distinct values as a subquery, so that several fit into one statement."""
    grouped = rows.order_by().values(all_of_them=Value(1)).annotate(count=Count(what, distinct=True))
    return Subquery(grouped.values("count"))
