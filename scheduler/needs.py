"""What needs a person: gathered in two statements at most, whatever has piled up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from accounts.models import Membership
from accounts.permissions import Permission
from integrations.models import SocialAccount
from integrations.sentences import NETWORK_NAMES
from scheduler.models import Publication
from scheduler.states import State
from scheduler.telling import LATE, near, reason_of

SHOWN_OF_A_KIND = 3
READ_OF_A_KIND = 20  # reviews are counted by post, which takes their rows
FAILURES_COUNT_FOR = timedelta(days=14)
SHOWN_ACCOUNTS = 6


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing that waits for a person, and the one deed that answers it."""

    tone: str
    icon: str
    title: str
    text: str
    at: datetime | None
    url: str
    action: str
    is_hatched: bool = False


@dataclass(frozen=True, kw_only=True)
class Health:
    """The accounts at a glance: those in trouble first."""

    troubled: Sequence[SocialAccount]
    healthy: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Which publications ask for a decision, as the database's `scheduler_asking` gathers them."""

    first_ids: Sequence[int]  # the first of each state
    counts: Mapping[str, int]  # state -> how many there are


def health_of(member: Membership, *, total: int, lost: int) -> Health:
    """Return the state of the member's accounts; where some are lost, one statement reads what each of them holds."""
    return Health(troubled=_lost_accounts(member) if lost else [], healthy=total - lost, total=total)


def _lost_accounts(member: Membership) -> list[SocialAccount]:
    held = (
        Publication.objects.filter(social_account=OuterRef("pk"), state=State.SCHEDULED)
        .order_by()
        .values("social_account")
        .annotate(count=Count("pk"))
        .values("count")
    )
    rows = SocialAccount.objects.open_to(member).filter(state=SocialAccount.State.LOST).defer("sealed")
    return list(rows.annotate(held=Coalesce(Subquery(held), 0)).order_by("name", "id")[:SHOWN_ACCOUNTS])


def asking_terms(now: datetime) -> list[Any]:
    """Return the arguments of the database's `scheduler_asking` after the member."""
    return [now - FAILURES_COUNT_FOR, LATE, SHOWN_OF_A_KIND, READ_OF_A_KIND]


def needs_of(member: Membership, health: Health, asking: Asking, *, now: datetime) -> list[Need]:
    """Return what this member can answer, the most pressing first."""
    waiting = _by_state(member, asking)
    slug = member.organisation.slug
    found: list[Need] = []
    if member.may(Permission.SCHEDULE_POSTS):
        found += _each(waiting[State.OUTCOME_UNKNOWN], slug, now=now)
    if member.may(Permission.CONNECT_ACCOUNTS):
        found += [_lost(account, slug) for account in health.troubled]
    if member.may(Permission.SCHEDULE_POSTS):
        found += _each(waiting[State.SCHEDULED], slug, now=now)
        found += _each(waiting[State.FAILED], slug, now=now)
        found += _each(waiting[State.PUBLISHED], slug, now=now)
    if member.may(Permission.APPROVE_POSTS):
        found += _reviews(waiting[State.IN_REVIEW], slug, now=now)
    return found


def _by_state(member: Membership, asking: Asking) -> dict[str, list[Publication]]:
    """Return the first of each state that asks for a decision, each with how many there are; at most one statement."""
    # Of those that are scheduled, the ones that missed their hour; of those that are out, what is left to decide.
    asks = (State.OUTCOME_UNKNOWN, State.IN_REVIEW, State.FAILED, State.SCHEDULED, State.PUBLISHED)
    found: dict[str, list[Publication]] = {state: [] for state in asks}
    if not asking.first_ids:
        return found
    rows: Any = Publication.objects.open_to(member).filter(pk__in=asking.first_ids).listed()
    for one in rows.order_by(F("publish_at").asc(nulls_last=True), F("id").asc()):
        one.of_kind = asking.counts[one.state]
        found[one.state].append(one)
    return found


def _each(publications: Sequence[Publication], slug: str, *, now: datetime) -> Iterator[Need]:
    """Tell the first few by themselves and the rest by their number."""
    for one in publications[:SHOWN_OF_A_KIND]:
        yield _one(one, slug, now=now)
    rest = publications[0].of_kind - SHOWN_OF_A_KIND if publications else 0  # type: ignore[attr-defined]
    if rest > 0:
        words = ngettext("%(count)s more to decide", "%(count)s more to decide", rest) % {"count": rest}
        url = f"{reverse('scheduler:publications', args=[slug])}?state=decide"
        yield Need(tone="quiet", icon="ellipsis", title=words, text="", at=None, url=url, action=gettext("Show them"))


def _one(publication: Publication, slug: str, *, now: datetime) -> Need:
    names = {
        "network": NETWORK_NAMES.get(publication.social_account.network, publication.social_account.network),
        "title": publication.post.title or gettext("Without words"),
        "account": str(publication.social_account),
    }
    url = reverse("scheduler:publication", args=[slug, publication.pk])
    if publication.state == State.OUTCOME_UNKNOWN:
        return Need(
            tone="doubt",
            icon="circle-help",
            is_hatched=True,
            title=gettext("%(network)s may have published “%(title)s”") % names,
            text=gettext("It was sent and the answer was lost. Compare what we sent with what %(account)s shows.")
            % names,
            at=publication.state_changed_at,
            url=url,
            action=gettext("Compare"),
        )
    if publication.state == State.FAILED:
        title = gettext("“%(title)s” did not go out on %(network)s") % names
        return Need(
            tone="alarm",
            icon="circle-x",
            title=title,
            text=reason_of(publication),
            at=publication.state_changed_at,
            url=url,
            action=gettext("Look"),
        )
    if publication.state == State.PUBLISHED:
        return Need(
            tone="alarm",
            icon="circle-alert",
            title=gettext("“%(title)s” is out on %(network)s, and something is left to decide") % names,
            text=reason_of(publication),
            at=publication.published_at,
            url=url,
            action=gettext("Decide"),
        )
    due = near(publication.publish_at, now=now) if publication.publish_at else ""
    text = gettext("It was due on %(account)s at %(hour)s. Send it now, move it or drop it.") % {**names, "hour": due}
    return Need(
        tone="wait",
        icon="alarm-clock",
        title=gettext("“%(title)s” missed its hour") % names,
        text=text,
        at=publication.publish_at,
        url=url,
        action=gettext("Decide"),
    )


def _lost(account: SocialAccount, slug: str) -> Need:
    network = NETWORK_NAMES.get(account.network, account.network)
    held = account.held  # type: ignore[attr-defined]
    if held:
        words = ngettext(
            "%(count)s publication is held. It goes out once you reconnect; nothing is lost.",
            "%(count)s publications are held. They go out once you reconnect; nothing is lost.",
            held,
        )
        text = words % {"count": held}
    else:
        text = gettext("Nothing is held yet. What is planned there waits until you reconnect.")
    return Need(
        tone="alarm",
        icon="plug",
        title=gettext("%(network)s no longer lets us speak for %(account)s") % {"network": network, "account": account},
        text=text,
        at=account.state_changed_at,
        url=reverse("integrations:accounts", args=[slug]),
        action=gettext("Reconnect"),
    )


def _reviews(publications: Sequence[Publication], slug: str, *, now: datetime) -> Iterator[Need]:
    posts = {one.post_id: one for one in reversed(publications)}
    if not posts:
        return
    first = publications[0]
    is_all = len(publications) < READ_OF_A_KIND
    count = len(posts)
    title = ngettext("%(count)s post waits for your approval", "%(count)s posts wait for your approval", count)
    names = {"title": first.post.title or gettext("Without words"), "who": first.post.author or gettext("Portevoix")}
    text = gettext("The first is “%(title)s”. Asked by %(who)s.") % names
    if first.publish_at:
        due = {**names, "hour": near(first.publish_at, now=now)}
        text = gettext("The first is due at %(hour)s: “%(title)s”. Asked by %(who)s.") % due
    is_one = count == 1
    if is_one:
        text = gettext("“%(title)s”. Asked by %(who)s.") % names
    yield Need(
        tone="wait",
        icon="badge-check",
        title=title % {"count": count if is_all else f"{count}+"},
        text=text,
        at=first.publish_at,
        url=reverse("scheduler:edit", args=[slug, first.post_id])
        if is_one
        else f"{reverse('scheduler:publications', args=[slug])}?state=review",
        action=gettext("Review"),
    )
